"""Miniflux, a feed reader of other people's making, with a PostgreSQL of its own in a folder, as a
subscriber: it polls, its entries are read, its user reads everything at once."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest

_USER = "reader"
_PASSWORD = "a long password"
_POSTGRES = Path("/usr/lib/postgresql")


def need_miniflux() -> Path:
    """Return the folder with the programs of PostgreSQL; skip the test if they or miniflux are
    missing."""
    results = sorted(_POSTGRES.glob("*/bin/initdb"))
    if not results or shutil.which("miniflux") is None:
        pytest.skip(
            "miniflux or PostgreSQL is not installed (Debian: apt-get install miniflux postgresql)"
        )
    return results[-1].parent


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def run_miniflux(folder: Path) -> Iterator[httpx.Client]:
    """Miniflux and its database, until the block ends; a client of its API."""
    programs = need_miniflux()
    with _postgres(programs, folder / "postgres") as database:
        address = f"127.0.0.1:{free_port()}"
        environ = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": database,
            "RUN_MIGRATIONS": "1",
            "CREATE_ADMIN": "1",
            "ADMIN_USERNAME": _USER,
            "ADMIN_PASSWORD": _PASSWORD,
            "LISTEN_ADDR": address,
            "DISABLE_SCHEDULER_SERVICE": "1",  # it polls when the test says so
        }
        with (folder / "miniflux.log").open("w") as log:
            process = subprocess.Popen(
                ["miniflux"], env=environ, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            with httpx.Client(
                base_url=f"http://{address}", auth=(_USER, _PASSWORD), timeout=100
            ) as client:
                _until_up(client, process, folder / "miniflux.log")
                yield client
        finally:
            process.terminate()
            process.wait(20)


@contextmanager
def _postgres(programs: Path, folder: Path) -> Iterator[str]:
    """A PostgreSQL of its own in `folder` that listens on a socket alone; its address. It refuses
    to run as root."""
    owner: dict[str, Any] = {"user": "postgres"} if os.geteuid() == 0 else {}
    folder.mkdir(parents=True)
    if owner:
        shutil.chown(folder, "postgres")
        for parent in folder.parents:  # pytest's folders are for their owner alone
            if parent == Path(parent.anchor):
                break
            parent.chmod(parent.stat().st_mode | 0o011)
    data = folder / "data"
    quiet: dict[str, Any] = {
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
        "cwd": "/",
        **owner,
    }
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", "reader", "-A", "trust", "--no-sync"],
        check=True,
        **quiet,
    )
    # the path of a socket has 107 bytes at most, pytest's are longer
    with TemporaryDirectory(prefix="pg-") as sockets:
        if owner:
            shutil.chown(sockets, "postgres")
        words = ["-D", data, "-k", sockets, "-c", "listen_addresses=", "-c", "fsync=off"]
        server = subprocess.Popen([programs / "postgres", *words], **quiet)
        try:
            end = time.monotonic() + 60
            while subprocess.run(
                [programs / "pg_isready", "-q", "-h", sockets], check=False, **quiet
            ).returncode:
                assert time.monotonic() < end and server.poll() is None, (
                    "PostgreSQL did not come up"
                )
                time.sleep(0.1)
            yield f"host={sockets} user=reader dbname=postgres sslmode=disable"
        finally:
            server.terminate()
            server.wait(30)


def _until_up(client: httpx.Client, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        try:
            if client.get("/v1/me").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"miniflux did not come up: {log.read_text()[-2000:]}")


class Miniflux:
    """A subscriber of one feed. `titles`: of the entries that turned up as unread, in that order;
    one that is there twice was shown twice."""

    def __init__(self, client: httpx.Client, feed: str) -> None:
        self._client = client
        self.titles = list[str]()
        answer = client.post("/v1/feeds", json={"feed_url": feed, "category_id": 1})
        assert answer.status_code == 201, answer.text
        self._feed = answer.json()["feed_id"]

    def poll(self) -> None:
        """One refresh; then every entry is marked as read."""
        answer = self._client.put(f"/v1/feeds/{self._feed}/refresh")
        assert answer.status_code == 204, answer.text
        query = {"status": "unread", "limit": 10_000, "order": "id"}
        entries = (
            self._client.get(f"/v1/feeds/{self._feed}/entries", params=query).json()["entries"]
            or []
        )
        self.titles += [entry["title"] for entry in entries]
        ids = [entry["id"] for entry in entries]
        if ids:
            answer = self._client.put("/v1/entries", json={"entry_ids": ids, "status": "read"})
            assert answer.status_code == 204, answer.text
