"""Check the sizes of functions, files and folders."""

from __future__ import annotations

import ast
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "syndicator").rglob("*.py"))
MOST_LINES_OF_A_FUNCTION = 60
OF_THE_WHOLE = {
    "aged",
    "architecture",
    "bench",
    "docs",
    "faults",
    "gate",
    "objects",
    "samples",
    "train",
    "trust",
}
MOST_FILES_OF_A_FOLDER = 12  # more is not seen at once


def test_no_function_is_too_long() -> None:
    """No function of the package is longer than the limit."""
    assert [name for path in FILES for name in long_functions(path)] == []


def long_functions(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        lines = (
            (node.end_lineno or 0) - node.lineno
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            else 0
        )
        if lines >= MOST_LINES_OF_A_FUNCTION:
            yield f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)} is {lines} lines long"


def test_no_folder_shows_more_than_a_dozen_or_so_files() -> None:
    """No folder of the package has more modules than MOST_FILES_OF_A_FOLDER."""
    folders = Counter(
        str(path.parent.relative_to(ROOT)) for path in FILES if path.name != "__init__.py"
    )
    assert {
        folder: count for folder, count in folders.items() if count > MOST_FILES_OF_A_FOLDER
    } == {}


def test_folders_of_tests_are_named_after_packages() -> None:
    """tests/ mirrors syndicator/; folders beside it look at the whole program."""
    folders = {
        path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and any(path.glob("*.py"))
    }
    packages = {
        path.name
        for path in (ROOT / "syndicator").iterdir()
        if path.is_dir() and any(path.glob("*.py"))
    }
    assert packages <= folders
    assert folders - packages == OF_THE_WHOLE


def test_the_project_speaks_of_itself_alone() -> None:
    """No file contains local paths or issue numbers."""
    private_paths = [
        re.escape(str(folder)) for folder in (ROOT, Path.home()) if len(folder.parts) > 1
    ]
    pattern = "|".join([*private_paths, r"\bissue #?[0-9]+\b"])
    matches = subprocess.run(
        ["git", "grep", "-nIE", pattern], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert matches.stdout == ""


def test_docstrings_explain_names_that_exist() -> None:
    """A name that a docstring explains, as in "`rows`: the feeds", stands in the code below it."""
    assert [fault for path in FILES for fault in list_explained_names_of_nothing(path)] == []


def list_explained_names_of_nothing(path: Path) -> Iterator[str]:
    """Yield each name that a docstring explains and that its function or class does not have."""
    source = path.read_text()
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        docstring = ast.get_docstring(node) or ""
        whole_text = "\n".join(lines[node.lineno - 1 : node.end_lineno])
        code = re.sub(r'""".*?"""', "", whole_text, count=1, flags=re.S)
        for name in re.findall(r"(?:^|[.;:]\s+)`(\w+)`:", docstring):
            if not re.search(rf"\b{name}\b", code):
                yield f"{path.name}:{node.lineno} {node.name}: {name}"
