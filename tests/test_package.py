"""Build the package and install it with uv and pipx."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import urllib.request
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import pytest

from syndicator.setup.start import FILES
from tests.packaging import ROOT, build_package, index_reachable

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def built_package(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    if not index_reachable():
        pytest.skip("no package index can be reached")
    return build_package(tmp_path_factory.mktemp("dist"))


def test_the_wheel_has_every_file_of_the_package(built_package: tuple[Path, Path]) -> None:
    """The wheel has every tracked file of the package plus the shipped configuration, and nothing
    else."""
    git_listing = subprocess.run(
        ["git", "ls-files", "syndicator"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    expected_names = {name for name in git_listing.stdout.splitlines() if (ROOT / name).exists()}
    with zipfile.ZipFile(built_package[1]) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
        shipped_config = {name: wheel.read(f"syndicator/data/config/{name}") for name in FILES}

    assert expected_names - names == set()
    assert names - expected_names == {f"syndicator/data/config/{name}" for name in FILES}
    assert {name for name in names if not name.startswith("syndicator/")} == set()
    assert shipped_config == {name: (ROOT / "config" / name).read_bytes() for name in FILES}


def test_the_sdist_has_what_makes_and_tests_it(built_package: tuple[Path, Path]) -> None:
    """The source package contains tests and build files, and no local data."""
    with tarfile.open(built_package[0]) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {
        "pyproject.toml",
        "LICENSE",
        "NOTICE",
        "tests/conftest.py",
        "config/sources.toml",
        "run",
    } <= names
    assert not any(name.startswith((".venv", "feeds/state", "feeds/public")) for name in names)


def test_its_metadata_bounds_what_it_needs(built_package: tuple[Path, Path]) -> None:
    """Every dependency of the wheel has a lower and an upper bound."""
    with zipfile.ZipFile(built_package[1]) as wheel:
        (name,) = [name for name in wheel.namelist() if name.endswith("/METADATA")]
        metadata = message_from_bytes(wheel.read(name))
    needed = metadata.get_all("Requires-Dist", [])

    assert len(needed) > 20
    assert [
        requirement
        for requirement in needed
        if not re.search(r"<[\d.]+,>=[\d.]+(; extra == .\w+.)?$", requirement)
    ] == []
    assert "Typing :: Typed" in metadata.get_all("Classifier", [])
    assert metadata["License-Expression"] == "MIT"


def uv_tool(folder: Path, python: str, dist: Path) -> tuple[list[str], dict[str, str]]:
    uv = str(Path(sys.executable).parent / "uv")
    environ = {"UV_TOOL_DIR": str(folder / "tools"), "UV_TOOL_BIN_DIR": str(folder / "bin")}
    return [uv, "tool", "install", "--python", python, str(dist)], environ


def prepare_pipx(folder: Path, python: str, dist: Path) -> tuple[list[str], dict[str, str]]:
    uvx = [str(Path(sys.executable).parent / "uv"), "tool", "run", "pipx"]
    environ = {"PIPX_HOME": str(folder / "pipx"), "PIPX_BIN_DIR": str(folder / "bin")}
    return [*uvx, "install", "--python", python, str(dist)], environ


def prepare_pip(folder: Path, python: str, dist: Path) -> tuple[list[str], dict[str, str]]:
    subprocess.run([python, "-m", "venv", folder], check=True)
    return [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", str(dist)], {}


def python_of(minor: int) -> str:
    """A Python 3.`minor` that makes environments, of the path or of pyenv; skips without one."""
    name = f"python3.{minor}"
    pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
    for one in (shutil.which(name), *map(str, pyenv.glob(f"versions/3.{minor}.*/bin/{name}"))):
        if (
            one
            and subprocess.run(
                [one, "-c", "import venv, ensurepip"], capture_output=True
            ).returncode
            == 0
        ):
            return one
    pytest.skip(f"{name} is not installed")


# Python, installer, sdist or wheel
WAYS = [(11, prepare_pip, 1), (12, prepare_pip, 0), (12, uv_tool, 1), (13, prepare_pipx, 1)]


@pytest.fixture(
    scope="module",
    params=WAYS,
    ids=lambda way: f"3.{way[0]} {way[1].__name__} {('sdist', 'wheel')[way[2]]}",
)
def installed(
    request: pytest.FixtureRequest,
    built_package: tuple[Path, Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("installed")
    minor, way, form = request.param
    command, environ = way(folder, python_of(minor), built_package[form])
    done = subprocess.run(
        command, env={**os.environ, **environ}, capture_output=True, text=True, timeout=400
    )
    assert done.returncode == 0, done.stderr
    yield folder / "bin/syndicator"


def test_an_installed_program_works_on_a_folder_of_its_own(installed: Path, tmp_path: Path) -> None:
    """The installed program runs init, refresh, serve, console and demo."""
    environ = {"PATH": f"{installed.parent}:/usr/bin:/bin", "HOME": str(tmp_path / "home")}

    def run(*words: str, code: int = 0, said: str = "") -> str:
        done = subprocess.run(
            words,
            cwd=tmp_path,
            env=environ,
            input=said,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr

    def served(command: str, page: str) -> str:
        with subprocess.Popen(
            [installed, command, "--port", "0"],
            cwd=tmp_path,
            env=environ,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stderr
            try:
                address = next(
                    match[1]
                    for line in process.stderr
                    if (match := re.search(r"(http://[\d.:]+/)", line))
                )
                with urllib.request.urlopen(address + page, timeout=60) as answer:
                    return str(answer.read().decode())
            finally:
                process.terminate()
                process.stderr.read()

    run("syndicator", "init", "--example", "ai", "--title", "Mine")
    sources = tmp_path / "config/sources.toml"
    assert "techcrunch-ai" in run("./run", "sources")
    sources.write_text("")  # nobody is visited
    run("./run", "build")
    assert "<title>Mine" in served("up", "")
    run("syndicator", "console", "--set-password", said="correct horse battery\n")
    assert "Log in" in served("console", "login")
    assert "workers share a database server" in run("syndicator", "worker", code=2)
    environ["SYNDICATOR_STORE__URL"] = "postgresql://nobody@127.0.0.1:9/none"
    assert 'whl)[postgres]"' in run("syndicator", "worker", code=69)
    del environ["SYNDICATOR_STORE__URL"]
    assert "4 sources fail on purpose" in run("syndicator", "demo", "--once", "--dir", "demo")
    assert list((tmp_path / "demo").rglob("tags/*.atom"))
