"""The OpenAPI document: valid, and a generated client works with it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.console.api.client import Client
from tests.console.conftest import RunningConsole

PACKAGES = ("openapi-spec-validator==0.9.0", "openapi-python-client==0.29.1")
DRIVE = Path(__file__).with_name("drive.py")


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs, installed for these tests alone."""
    folder = tmp_path_factory.mktemp("programs")
    subprocess.run(
        [sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True, timeout=300
    )
    install = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", *PACKAGES]
    done = subprocess.run(install, capture_output=True, text=True, timeout=300)
    if done.returncode:
        pytest.skip(f"no package index: {done.stderr[-200:]}")
    return folder / "bin"


def run_program(*command: str | Path) -> str:
    done = subprocess.run(
        [str(one) for one in command], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_document_is_valid_and_a_generated_client_works(
    running_console: RunningConsole, writing_client: Client, programs: Path, tmp_path: Path
) -> None:
    """A validator accepts the OpenAPI document, and the client that another program generates from
    it drives the API (drive.py)."""
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(writing_client.get("/openapi.json")))

    assert "OK" in run_program(programs / "openapi-spec-validator", path)

    client_folder = tmp_path / "generated"
    run_program(
        programs / "openapi-python-client",
        "generate",
        "--path",
        path,
        "--meta",
        "none",
        "--output-path",
        client_folder,
    )
    shutil.copy(DRIVE, tmp_path)
    base = f"http://127.0.0.1:{running_console.port}/api/v1"

    assert (
        run_program(programs / "python", tmp_path / "drive.py", base, writing_client.token)
        == "driven\n"
    )
