"""An object store for each test: our own small S3, and moto where it is installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from syndicator.articles.stores.bucket import Bucket
from tests.objects.s3_server import BUCKET, S3

_SHORT = timedelta(seconds=1)
_numbers = count()


@pytest.fixture
def s3() -> Iterator[S3]:
    with S3().running() as server:
        yield server


@pytest.fixture
def bucket(s3: S3) -> Bucket:
    return Bucket(s3.url("i"), s3.environ, patience=_SHORT)


def moto_server() -> str:
    """The program, "" where it is not installed (CONTRIBUTING.md says how, in an environment of its
    own)."""
    beside = Path(__file__).resolve().parents[2] / ".venv-moto/bin/moto_server"
    return os.environ.get("MOTO_SERVER", "") or (
        str(beside) if beside.exists() else shutil.which("moto_server") or ""
    )


@pytest.fixture(scope="session")
def moto() -> Iterator[dict[str, str]]:
    """The environment in which a bucket at moto is reached."""
    program = moto_server()
    if not program:
        pytest.skip("moto_server is not installed: see CONTRIBUTING.md")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [program, "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _make_bucket(f"http://127.0.0.1:{port}")
        keys = {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
        }
        yield {**keys, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}
    finally:
        server.kill()
        server.wait()


def _make_bucket(endpoint: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(
                urllib.request.Request(f"{endpoint}/{BUCKET}", method="PUT")
            ).close()
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail("moto_server does not answer")


@pytest.fixture(params=["ours", "moto"])
def objects(request: pytest.FixtureRequest) -> Bucket:
    """An empty prefix of a bucket, of each server."""
    prefix = f"t{os.getpid()}-{next(_numbers)}"
    if request.param == "moto":
        return Bucket(f"s3://{BUCKET}/{prefix}", request.getfixturevalue("moto"), patience=_SHORT)
    server: S3 = request.getfixturevalue("s3")
    return Bucket(server.url(prefix), server.environ, patience=_SHORT)
