"""PostgreSQL for tests: a server of our own from the system's packages, or what
`SYNDICATOR_TEST_POSTGRES` names.

Each test gets a schema of its own, which costs a hundredth of a database."""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from syndicator.core.program import describe_installation
from tests.relay import Relay

URL = "SYNDICATOR_TEST_POSTGRES"  # postgresql+psycopg://user@host:port/database
_FAST = (
    "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=32MB -c"
    " max_connections=100"
)
_number = itertools.count(1)


class Server:
    """A server and the schemas that tests made in it. `address`: user, host, port and database of a
    URL."""

    def __init__(self, base: str, folder: Path | None = None) -> None:
        self.base = base
        self.folder = folder

    def schema(self, name: str = "") -> str:
        """The URL of an empty schema, which is called `name` if that is given."""
        name = name or _new_name()
        with self.connect() as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        return self._url(name)

    def restored(self, dump: str, schema: str) -> str:
        """The URL of a new schema that holds a dump of `schema`."""
        name = _new_name()
        with self.connect() as connection:
            connection.execute(dump)
            connection.execute(f"ALTER SCHEMA {schema} RENAME TO {name}")
        return self._url(name)

    def _url(self, schema: str) -> str:
        return f"{self.base}{'&' if '?' in self.base else '?'}options=-csearch_path%3D{schema}"

    def connect(self) -> Any:
        import psycopg

        return psycopg.connect(get_driver_url(self.base), autocommit=True)

    def relayed(self, delay: float = 0.0) -> AbstractContextManager[Relay]:
        """A relay to the server of our own."""
        assert self.folder, f"{URL} names a server that is not ours"
        (socket_file,) = (path for path in self.folder.glob(".s.PGSQL.*") if path.is_socket())
        return Relay(str(socket_file), delay).serving()

    def through(self, relay: Relay, url: str) -> str:
        """`url` by way of the relay."""
        return url.replace(self.base.partition("?")[2], f"host=127.0.0.1&port={relay.port}")

    def control(self, *words: str) -> None:
        """What `pg_ctl` does to the server of our own: ("restart", "-m", "immediate")."""
        assert self.folder, f"{URL} names a server that is not ours"
        _as_owner(
            [
                _program("pg_ctl"),
                "-D",
                str(self.folder / "data"),
                "-l",
                str(self.folder / "log"),
                "-w",
                *words,
            ]
        )


def _new_name() -> str:
    return f"t{os.getpid()}_{next(_number)}"


def get_driver_url(url: str) -> str:
    """The URL as the driver itself reads it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


@contextmanager
def run_server() -> Iterator[Server]:
    """A server for a while. Skips, with the reason, where there is none to be had."""
    pytest.importorskip(
        "psycopg", reason=f"psycopg is not installed: {describe_installation('postgres')}"
    )
    if named := os.environ.get(URL):
        yield Server(named)
        return
    if not _program("initdb"):
        pytest.skip(f"no PostgreSQL: install the package postgresql, or set {URL}")
    shm = Path("/dev/shm")
    folder = Path(
        tempfile.mkdtemp(prefix="syndicator-pg-", dir=shm if os.access(shm, os.W_OK) else None)
    )
    try:
        folder.chmod(0o755)
        if os.getuid() == 0:
            shutil.chown(folder, "postgres")
        _as_owner(
            [
                _program("initdb"),
                "-D",
                str(folder / "data"),
                "-A",
                "trust",
                "-U",
                "postgres",
                "-E",
                "UTF8",
                "-N",
            ]
        )
        port = _free_port()
        server = Server(
            f"postgresql+psycopg://postgres@/postgres?host={folder}&port={port}", folder
        )
        options = f"-k {folder} -p {port} -c listen_addresses= {_FAST}"
        server.control("-o", options, "start")
        try:
            yield server
        finally:
            server.control("-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _program(name: str) -> str:
    """The path of a program of PostgreSQL, "" where it is not installed. Debian keeps them out of
    the PATH."""
    results = [
        str(path)
        for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    ]
    return shutil.which(name) or next(iter(results), "")


def _as_owner(words: list[str]) -> None:
    """Runs a program; as the user postgres where we are root, whom PostgreSQL refuses."""
    before = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    done = subprocess.run(
        [*before, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/"
    )
    assert done.returncode == 0, done.stdout


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
