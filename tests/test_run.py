"""`./run` creates all it needs beside itself, for any account."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.packaging import index_reachable

ROOT = Path(__file__).resolve().parent.parent
NOBODY = 65534
PATH = "/usr/local/bin:/usr/bin:/bin"  # nothing of a home
MADE_WITH = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any account may enter; pytest shuts its own again and again."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "home", [{}, {"HOME": "/nonexistent"}], ids=["no home", "a home that is not there"]
)
def test_an_account_without_a_home_can_set_it_up(open_folder: Path, home: dict[str, str]) -> None:
    """`./run` works for an account without a home folder."""
    if subprocess.run(
        ["python3", "-c", MADE_WITH], env={"PATH": PATH}, capture_output=True
    ).returncode:
        pytest.skip("this machine has no Python 3.11 with venv for all accounts")
    if not index_reachable():
        pytest.skip("no package index can be reached")
    checkout = open_folder / "checkout"
    temporary = open_folder / "temp"
    shutil.copytree(
        ROOT / "syndicator", checkout / "syndicator", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copytree(ROOT / "config", checkout / "config")
    temporary.mkdir()
    for name in ("run", *(lock.name for lock in ROOT.glob("requirements*.lock"))):
        shutil.copy(ROOT / name, checkout)
    account: dict[str, int] = {}
    if os.getuid() == 0:
        account = {"user": NOBODY, "group": NOBODY}
        for path in (temporary, checkout, *checkout.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.startswith("PIP_") or name == "SSL_CERT_FILE"
    }
    done = subprocess.run(
        [checkout / "run", "init", temporary / "mine"],
        cwd="/",
        env={"PATH": PATH, "TMPDIR": str(temporary), **kept, **home},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        **account,
    )

    assert done.returncode == 0, done.stderr
    assert (temporary / "mine/config/sources.toml").exists()
    assert (checkout / ".venv/cache").is_dir()

    command = [checkout / ".venv/bin/syndicator", "status", "--config", temporary / "mine/config"]
    status = subprocess.run(
        command, cwd="/", env={"PATH": PATH}, capture_output=True, text=True, **account
    )

    assert f"no source yet: `{checkout}/.venv/bin/syndicator add URL`" in status.stdout, (
        status.stderr
    )


def test_an_account_that_may_not_run_the_python_is_told_so(open_folder: Path) -> None:
    """If the venv's Python may not be executed, `./run` explains how to choose another."""
    for name in ("run", "requirements.lock", "requirements-test.lock", "requirements-uv.lock"):
        shutil.copy(ROOT / name, open_folder / name)
    venv = open_folder / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin/python").symlink_to(open_folder / "shut/python")
    locks = (open_folder / "requirements-uv.lock").read_bytes() + (
        open_folder / "requirements.lock"
    ).read_bytes()
    stdout = subprocess.run(["cksum"], input=locks, capture_output=True, check=True).stdout
    (venv / ".made-requirements.lock").write_bytes(stdout)
    (venv / "bin/syndicator").touch(0o755)
    done = subprocess.run(
        [open_folder / "run", "--version"], env={"PATH": PATH}, capture_output=True, text=True
    )

    assert done.returncode == 69
    assert f"may not run {venv}/bin/python, a link to {open_folder}/shut/python" in done.stderr
    assert "PYTHON=/usr/bin/python3" in done.stderr
