"""ARCHITECTURE.md and the decisions are short and name existing files and every package."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ARCHITECTURE = ROOT / "docs/ARCHITECTURE.md"
DECISIONS = sorted((ROOT / "docs/decisions").iterdir())
PATH = re.compile(r"`([\w./-]+/)`|((?:[\w-]+/)*\w+\.(?:py|html)\b)")


def list_missing_paths(page: Path) -> Iterator[str]:
    """The paths on a page that do not exist; a bare name is in a folder that its line names before
    it."""
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        folders = [ROOT, ROOT / "syndicator"]
        for match in PATH.finditer(line):
            name = match[1] or match[2]
            path = next((folder / name for folder in folders if (folder / name).exists()), None)
            if path is None:
                yield f"{page.name}:{number} {name}"
            else:
                folders.append(path if path.is_dir() else path.parent)


@pytest.mark.parametrize("page", [ARCHITECTURE, *DECISIONS], ids=lambda page: page.stem)
def test_each_path_on_the_page_exists(page: Path) -> None:
    """Every path that the architecture page or a decision names exists."""
    assert list(list_missing_paths(page)) == []


def test_each_constant_on_the_page_exists() -> None:
    """Every constant that the architecture page names, such as `KINDS`, occurs in the code."""
    names = set(re.findall(r"`(_?[A-Z][A-Z_]{3,})`", ARCHITECTURE.read_text(encoding="utf-8")))

    assert names

    code = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("syndicator", "tests", "tools")
        for path in (ROOT / folder).rglob("*.py")
    )

    assert [name for name in sorted(names) if not re.search(rf"\b{name}\b", code)] == []


def test_each_package_has_a_row() -> None:
    """The architecture page has a table row for each package, and no other."""
    packages = {path.parent.name for path in (ROOT / "syndicator").glob("*/__init__.py")}
    rows = re.findall(r"(?m)^\| \d+ \| `(\w+)/`", ARCHITECTURE.read_text(encoding="utf-8"))
    assert set(rows) == packages


def test_it_is_read_in_a_quarter_of_an_hour() -> None:
    """ARCHITECTURE.md has at most 3,000 words."""
    assert len(ARCHITECTURE.read_text(encoding="utf-8").split()) <= 3000


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_has_its_date_and_parts_in_200_words(page: Path) -> None:
    """Each decision has a date, three sections and at most 200 words."""
    text = page.read_text(encoding="utf-8")

    assert re.findall(r"(?m)^## (.*)$", text) == ["Context", "Decision", "Evidence"]
    assert re.findall(r"(?m)^2\d{3}-\d\d-\d\d$", text) == [page.name[:10]]
    assert len(text.split()) <= 200
