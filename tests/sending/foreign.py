"""Two hubs that are not ours: flask-websub and Webubbub, where they are installed (CONTRIBUTING.md
says how)."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# As in its README, and no worker runs: nothing is fetched. It takes notices over HTTP with
# PUBLISH_SUPPORTED alone.
FLASK_HUB = """
import sys
from celery import Celery
from flask import Flask
from flask_websub.hub import Hub, SQLite3HubStorage

app = Flask(__name__)
app.config["PUBLISH_SUPPORTED"] = sys.argv[2] == "public"
hub = Hub(SQLite3HubStorage("hub.sqlite3"), Celery("hub", broker="memory://"))
app.register_blueprint(hub.build_blueprint(url_prefix="/hub"))
app.run(port=int(sys.argv[1]))
"""
# its framework is older than PHP 8.4
PHP = ("php", "-d", "display_errors=0", "-d", "error_reporting=8191")


@dataclass(frozen=True)
class ForeignHub:
    """A running hub. `folder`: where it keeps its log and its database."""

    url: str
    folder: Path
    name: str

    def count_taken(self) -> int:
        """Return how many notices it took."""
        if self.name == "flask-websub":
            return (self.folder / "log").read_text().count('" 202')
        return len(self.list_topics())

    def list_topics(self) -> list[str]:
        """Return the addresses that Webubbub will fetch."""
        with closing(sqlite3.connect(self.folder / "webubbub/data/db.sqlite")) as connection:
            return [url for (url,) in connection.execute("SELECT url FROM contents ORDER BY url")]


@contextmanager
def running_flask_websub(folder: Path, *, mode: str = "public") -> Iterator[ForeignHub]:
    """`mode`: "public", or "private" for one that takes no notices."""
    python = ROOT / ".venv-hubs/bin/python"
    if not python.exists():
        pytest.skip("flask-websub is not installed in .venv-hubs: see CONTRIBUTING.md")
    (folder / "hub.py").write_text(FLASK_HUB)
    port = find_free_port()
    with _serving([str(python), "hub.py", str(port), mode], folder, folder, port):
        yield ForeignHub(f"http://127.0.0.1:{port}/hub", folder, "flask-websub")


@contextmanager
def running_webubbub(folder: Path) -> Iterator[ForeignHub]:
    unpacked = Path(os.environ.get("WEBUBBUB") or ROOT / ".webubbub")
    if not (unpacked / "cli").exists() or not shutil.which("php"):
        pytest.skip("Webubbub or php is not installed: see CONTRIBUTING.md")
    copy = folder / "webubbub"
    shutil.copytree(unpacked, copy)
    shutil.copy(copy / "env.sample", copy / ".env")
    subprocess.run(
        [*PHP, "cli", "migrations", "setup"], cwd=copy, check=True, capture_output=True, timeout=60
    )
    port = find_free_port()
    with _serving(
        [*PHP, "-S", f"127.0.0.1:{port}", "-t", "public", "public/index.php"], copy, folder, port
    ):
        yield ForeignHub(f"http://127.0.0.1:{port}/", folder, "Webubbub")


def find_free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextmanager
def _serving(command: Sequence[str], at: Path, folder: Path, port: int) -> Iterator[None]:
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, cwd=at, stdout=log, stderr=log)
        try:
            _wait_for(port)
            yield
        finally:
            server.kill()
            server.wait()


def _wait_for(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the hub does not listen")
