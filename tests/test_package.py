"""The package as others install it: the sdist, the wheel made of it, and the program that uv and pipx make of that."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import pytest

from tests.packaging import ROOT, build, index_reachable

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    if not index_reachable():
        pytest.skip("no package index can be reached")
    return build(tmp_path_factory.mktemp("dist"))


def test_the_wheel_has_every_file_of_the_package(built: tuple[Path, Path]) -> None:
    listed = subprocess.run(["git", "ls-files", "syndicator"], cwd=ROOT, capture_output=True, text=True, check=True)
    wanted = {name for name in listed.stdout.splitlines() if (ROOT / name).exists()}
    with zipfile.ZipFile(built[1]) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert wanted - names == set()
    assert {name for name in names if not name.startswith("syndicator/")} == set()


def test_the_sdist_has_what_makes_and_tests_it(built: tuple[Path, Path]) -> None:
    with tarfile.open(built[0]) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {"pyproject.toml", "LICENSE", "NOTICE", "tests/conftest.py", "config/sources.toml", "run"} <= names
    assert not any(name.startswith((".venv", "feeds/state", "feeds/public")) for name in names)


def test_its_metadata_bounds_what_it_needs(built: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(built[1]) as wheel:
        (name,) = [name for name in wheel.namelist() if name.endswith("/METADATA")]
        metadata = message_from_bytes(wheel.read(name))
    needed = metadata.get_all("Requires-Dist", [])
    assert (
        len(needed) > 20
        and [one for one in needed if not re.search(r"<[\d.]+,>=[\d.]+(; extra == .\w+.)?$", one)] == []
    )
    assert "Typing :: Typed" in metadata.get_all("Classifier", []) and metadata["License-Expression"] == "MIT"


def uv_tool(folder: Path, wheel: Path) -> tuple[list[str], dict[str, str]]:
    uv = str(Path(sys.executable).parent / "uv")
    return [uv, "tool", "install", str(wheel)], {
        "UV_TOOL_DIR": str(folder / "tools"),
        "UV_TOOL_BIN_DIR": str(folder / "bin"),
    }


def pipx(folder: Path, wheel: Path) -> tuple[list[str], dict[str, str]]:
    uvx = [str(Path(sys.executable).parent / "uv"), "tool", "run", "pipx"]
    return [*uvx, "install", str(wheel)], {"PIPX_HOME": str(folder / "pipx"), "PIPX_BIN_DIR": str(folder / "bin")}


@pytest.fixture(scope="module", params=[uv_tool, pipx], ids=["uv tool", "pipx"])
def installed(
    request: pytest.FixtureRequest, built: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("installed")
    command, environ = request.param(folder, built[1])
    done = subprocess.run(command, env={**os.environ, **environ}, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stderr
    yield folder / "bin/syndicator"


def test_an_installed_program_works_on_a_folder_of_its_own(installed: Path, tmp_path: Path) -> None:
    environ = {"PATH": f"{installed.parent}:/usr/bin:/bin", "HOME": str(tmp_path / "home")}

    def run(*words: str) -> str:
        done = subprocess.run(words, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("syndicator", "init", "mine", "--example", "ai", "--title", "Mine")
    run("mine/run", "build")
    assert "<title>Mine" in (tmp_path / "mine/feeds/public/index.html").read_text()
    assert "techcrunch-ai" in run("mine/run", "sources")
    run("mine/run", "demo", "--once", "--dir", "demo")
    assert list((tmp_path / "demo").rglob("tags/*.atom"))
