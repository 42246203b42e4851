"""Check the import contracts, and that each of them fails on a copy that breaks it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

FLOORS = "Imports run downwards by the floors"
CIRCLES = "No circle, in the whole and inside a wing"
STORE = "Only packages above filing see the store and the web server"
APP = "Only commands, the console, runs and workers see an App"
PACKAGES = "Every third-party package has its listed importers"

UPWARDS = "from syndicator.runs import build\n"
IN_A_FUNCTION = "def late() -> None:\n    from syndicator.reading.html import blocks\n"
FOR_A_TYPE = (
    "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from syndicator.reading.html.blocks"
    " import Block\n"
)

# contract, the file that is changed, what is added to it
BREACHES = {
    "a lower floor imports a higher one": (FLOORS, "filing/entry/select.py", UPWARDS),
    "a wing imports another": (
        FLOORS,
        "reading/no_article.py",
        "from syndicator.visiting import cadence\n",
    ),
    "a circle inside a wing": (
        CIRCLES,
        "reading/html/elements.py",
        "from syndicator.reading.html import blocks\n",
    ),
    "a circle by an import inside a function": (CIRCLES, "reading/html/elements.py", IN_A_FUNCTION),
    "a circle for a type alone": (CIRCLES, "reading/html/elements.py", FOR_A_TYPE),
    "a command opens the store": (
        STORE,
        "cli/setup/demo.py",
        "from syndicator.store.engine import open_store\n",
    ),
    "a function takes the whole App": (
        APP,
        "upkeep/pruning.py",
        "from syndicator.app.container import App\n",
    ),
    "a package in another module": (PACKAGES, "publishing/paths.py", "import httpx\n"),
    "a package that has no line": (PACKAGES, "publishing/paths.py", "import attrs\n"),
}


def run_import_linter(folder: Path) -> str:
    """What import-linter says of the package in `folder`."""
    program = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [program, "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        env={"PYTHONPATH": str(ROOT)},
    )
    return done.stdout + done.stderr


def test_every_contract_holds() -> None:
    """All rules of `.importlinter` about which package may import which hold."""
    report = run_import_linter(ROOT)
    assert "0 broken" in report, report


@pytest.mark.slow
@pytest.mark.parametrize("breach", BREACHES)
def test_a_breach_is_seen(breach: str, tmp_path: Path) -> None:
    """Each contract of import-linter is broken by an import that it forbids."""
    contract, file, added = BREACHES[breach]
    shutil.copytree(
        ROOT / "syndicator",
        tmp_path / "syndicator",
        ignore=shutil.ignore_patterns("__pycache__", "data"),
    )
    shutil.copy(ROOT / ".importlinter", tmp_path)
    path = tmp_path / "syndicator" / file
    path.write_text(path.read_text() + "\n" + added)
    assert f"{contract} BROKEN" in run_import_linter(tmp_path)


def test_a_line_for_a_package_that_nobody_imports_is_seen(tmp_path: Path) -> None:
    """A rule in `.importlinter` for a package that nothing imports is reported."""
    shutil.copytree(
        ROOT / "syndicator",
        tmp_path / "syndicator",
        ignore=shutil.ignore_patterns("__pycache__", "data"),
    )
    (tmp_path / ".importlinter").write_text(
        (ROOT / ".importlinter").read_text() + "    attrs: syndicator.core.text\n"
    )
    assert "attrs is listed and nobody imports it" in run_import_linter(tmp_path)
