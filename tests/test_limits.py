"""Limits of the project: commands, settings, dependencies, sizes.
A limit moves in a commit of its own (`limits: ...`) whose body says who needs it.

How long a cold set-up with the demo takes (at most 20 s on two quiet cores) is measured by
tests/bench/bench_setup.py: it needs a package index, and a wall clock proves nothing on a busy
machine.
"""

from __future__ import annotations

import configparser
import re
import subprocess
import tomllib
from collections.abc import Iterator, Sequence
from importlib.metadata import Distribution, distributions, packages_distributions
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
from pydantic import BaseModel

from syndicator.cli import app, load_commands
from syndicator.configuration.settings import Settings
from syndicator.configuration.sources.schema import SourceTable

ROOT = Path(__file__).resolve().parents[1]
LIMITS = {
    "commands": 35,  # each is one more to choose from; those of groups count, groups do not
    "settings": 70,  # each is a question to the operator that a default could answer
    "options of a source": 38,  # the same, and they are multiplied by sources
    "lines of the README": 160,  # read in one sitting; the rest is in docs/
    "direct dependencies": 36,  # each is somebody else's release to follow
    "packages in the lock": 72,  # each is somebody else's code that runs here
    "megabytes installed": 320,  # what `./run` puts on a disk, pip and uv included
}

TOOLS = ("pip", "setuptools", "uv")  # they make the folder and stay in it
BLOCK = 4096
LOADED = {"httptools"}  # by another package, which is told to by name: uvicorn
LOCKS = ("requirements.lock", "requirements-test.lock")


def count_lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def count_commands(command: Any) -> int:
    inner = getattr(command, "commands", None)
    return 1 if inner is None else sum(map(count_commands, inner.values()))


def count_fields(model: type[BaseModel]) -> int:
    """The fields of a model, those of the models in it counted instead of themselves."""
    counts = []
    for field in model.model_fields.values():
        kinds = (field.annotation, *get_args(field.annotation))
        inner = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
        counts.append(sum(map(count_fields, inner)) or 1)
    return sum(counts)


def list_dependencies() -> set[str]:
    return list_package_names(read_project()["dependencies"])


def list_extras() -> set[str]:
    return {
        name
        for lines in read_project().get("optional-dependencies", {}).values()
        for name in list_package_names(lines)
    }


def read_project() -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))[
        "project"
    ]
    return project


def list_package_names(lines: Sequence[str]) -> set[str]:
    return {normalize_name(re.split(r"[^\w.-]", line)[0]) for line in lines}


def normalize_name(name: str) -> str:
    """A package's name as the packaging standards compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_lock() -> dict[str, str]:
    """The packages of the lock that `./run` installs, each with the condition under which it is (""
    for always)."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)==[^ ]+(?: ; (.*))? \\$", text, re.MULTILINE))


def measure_installed_size() -> int:
    """MB (2**20) that the packages of the lock take of a disk, with what they are compiled to, pip
    and uv. In blocks of 4 KiB as `du` counts them."""
    here = {normalize_name(found.name): found for found in distributions()}
    expected_names = [
        name for name, condition in read_lock().items() if name in here or not condition
    ]
    tools = [name for name in TOOLS if name in here]
    paths = {
        path for name in (*expected_names, *tools) for path in list_installed_files(here[name])
    }
    return (
        sum(-(-path.stat().st_size // BLOCK) * BLOCK for path in paths if path.is_file()) // 2**20
    )


def list_installed_files(found: Distribution) -> Iterator[Path]:
    """The files of an installed package, and what they were compiled to."""
    for file in found.files or ():
        path = Path(str(found.locate_file(file)))
        yield path
        if path.suffix == ".py":
            yield Path(cache_from_source(str(path)))


def measure_project() -> dict[str, int]:
    load_commands()
    return {
        "commands": count_commands(typer.main.get_command(app)),
        "settings": count_fields(Settings),
        "options of a source": count_fields(SourceTable),
        "lines of the README": count_lines(ROOT / "README.md"),
        "direct dependencies": len(list_dependencies()),
        "packages in the lock": len(read_lock()),
        "megabytes installed": measure_installed_size(),
    }


@pytest.fixture(scope="module")
def figures() -> dict[str, int]:
    return measure_project()


@pytest.mark.parametrize("what", LIMITS)
def test_limits(figures: dict[str, int], what: str) -> None:
    """Each measured figure of the project is at most its limit in LIMITS."""
    assert figures[what] <= LIMITS[what]


def test_every_dependency_is_bounded_and_justified() -> None:
    """Each dependency has a lower and an upper bound and a comment that says why it is needed."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    dependency_lines = text.partition("\ndependencies = [\n")[2].partition("\n]")[0].splitlines()
    assert len(dependency_lines) == len(list_dependencies())
    assert [
        line
        for line in dependency_lines
        if not re.fullmatch(r'  "[\w-]+>=[\d.]+,<[\d.]+", +# .{8,}', line)
    ] == []


def test_what_is_imported_is_named_and_what_is_named_is_imported() -> None:
    """.importlinter lists every package that is imported, and import-linter holds it to that."""
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter", encoding="utf-8")
    package_lines = contracts["importlinter:contract:packages"]["packages"].split("\n")
    providers = packages_distributions()
    imported = {
        normalize_name(providers[line.partition(":")[0]][0]) for line in filter(None, package_lines)
    }
    assert imported | LOADED == list_dependencies() | list_extras()


def test_locks_name_no_index() -> None:
    """Lock files contain no address, so that they work with any package index."""
    assert [
        lock.name
        for lock in ROOT.glob("requirements*.lock")
        if "://" in lock.read_text(encoding="utf-8")
    ] == []


def test_the_test_lock_holds_the_very_packages_of_the_other() -> None:
    """Tests run with exactly the package versions that are installed for users."""
    pins = re.compile(r"^[a-z0-9._-]+==[^ ]+", re.MULTILINE)
    run, tests = (set(pins.findall((ROOT / name).read_text(encoding="utf-8"))) for name in LOCKS)
    assert run <= tests


def test_the_repository_has_no_symbolic_link() -> None:
    """The repository contains no symbolic link, as it could lead out of a clone and breaks source
    packages."""
    git_listing = subprocess.run(
        ["git", "ls-files", "--stage"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert [line for line in git_listing.stdout.splitlines() if line.startswith("120000")] == []
