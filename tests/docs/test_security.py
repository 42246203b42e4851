"""Each promise of SECURITY.md names existing tests that prove it."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8").partition("\n## What is not promised")[0]
COLUMNS = ("Tests", "Cases")  # the last column of each table has one of these names
SECTIONS = (
    "Who is trusted with what",
    "Between sources",
    "From the outside",
    "Requests",
    "The console",
)
CITED = re.compile(r"`(?P<path>tests/[\w/]+\.(?:py|toml|json))(?:::(?P<test>test_\w+))?`")


@dataclass(frozen=True)
class Promise:
    """A row of a table. `columns`: those of its table."""

    section: str
    columns: tuple[str, ...]
    cells: tuple[str, ...]

    @property
    def cited(self) -> list[tuple[str, str]]:
        """The files that its last cell names, each with one of its tests or with ""."""
        return [(match["path"], match["test"] or "") for match in CITED.finditer(self.cells[-1])]


def split_row(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip().strip("|").split("|"))


def read_promises(page: str) -> Iterator[Promise]:
    for part in page.split("\n## ")[1:]:
        section = part.partition("\n")[0]
        for table in re.findall(r"(?m)(?:^\|.*\|\n)+", part + "\n"):
            head, _, *rows = table.splitlines()
            for row in rows:
                yield Promise(section, split_row(head), split_row(row))


PROMISES = list(read_promises(PAGE))


def holds_cases(path: Path) -> bool:
    """Return True for a file of cases that a test beside it, or in the folder above, reads."""
    text = path.read_text(encoding="utf-8")
    cases: Any = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    tests = [*path.parent.glob("*.py"), *path.parent.parent.glob("*.py")]
    named = (path.name, f'"{path.parent.name}')  # by its name, or with all of its folder
    return bool(cases) and any(
        name in test.read_text(encoding="utf-8") for test in tests for name in named
    )


def has_test(path: str, test: str) -> bool:
    """Return True if the file at `path` has this test, or any if `test` is "", or cases that a test
    reads."""
    file = ROOT / path
    if not file.is_file():
        return False
    if file.suffix != ".py":
        return holds_cases(file)
    return (
        re.search(
            rf"^(?:async )?def {test or 'test_'}", file.read_text(encoding="utf-8"), re.MULTILINE
        )
        is not None
    )


@pytest.mark.parametrize("section", SECTIONS)
def test_each_table_has_a_column_of_tests(section: str) -> None:
    """Every table of the security page ends with a column that names tests, in every row."""
    promises = [promise for promise in PROMISES if promise.section == section]

    assert promises
    assert all(promise.columns[-1] in COLUMNS for promise in promises)
    assert [
        promise.cells for promise in promises if len(promise.cells) != len(promise.columns)
    ] == []


@pytest.mark.parametrize(
    "promise", PROMISES, ids=lambda promise: f"{promise.section}: {promise.cells[0][:50]}"
)
def test_each_promise_names_tests_that_are_there(promise: Promise) -> None:
    """Every promise cites existing tests."""
    assert promise.cited
    assert CITED.sub("", promise.cells[-1]).strip(", ") == ""  # files and tests, no folders
    assert [cited for cited in promise.cited if not has_test(*cited)] == []


def test_no_promise_is_left_out() -> None:
    """The test reads all sections and every table row of the security page."""
    assert {promise.section for promise in PROMISES} == set(SECTIONS)
    tables = len(re.findall(r"(?m)^\|-", PAGE))
    # each table has two lines of head
    assert len(PROMISES) == len(re.findall(r"(?m)^\|", PAGE)) - 2 * tables


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "tested",
        "`tests/console`",
        "`tests/nowhere.py`",
        "`tests/docs/test_security.py::test_nowhere`",
    ],
)
def test_a_promise_without_a_test_is_seen(cell: str) -> None:
    """A row with no test, a folder instead of a test, or a test that does not exist is noticed."""
    table = f"\n## Section\n\n| Threat | Tests |\n|---|---|\n| a | {cell} |\n"
    (promise,) = read_promises(table)
    whole = bool(promise.cited) and CITED.sub("", promise.cells[-1]).strip(", ") == ""

    assert not (whole and all(has_test(*cited) for cited in promise.cited))


def test_each_case_of_trust_stands_behind_a_promise() -> None:
    """Every file of trust cases is cited by a promise."""
    cited = {path for promise in PROMISES for path, _ in promise.cited}
    cases = {str(path.relative_to(ROOT)) for path in (ROOT / "tests/trust/cases").glob("*.toml")}
    assert cases - cited == set()
