"""A copy of an aged instance, and the commands run on it: each in a process of its own, as an
operator runs them."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from tests import commands
from tests.aged import facts
from tests.aged.facts import Facts
from tests.aged.lives import HERE, Life
from tests.postgres import Server, get_driver_url

ROOT = HERE.parent.parent
KEPT = "instance"
EXPECTED = "expected.json"
DUMP = "postgres.sql"
SCHEMA = "aged"  # of a dump
DATABASE = "feeds/state/syndicator.db"


def read_expected_facts(life: Life) -> Facts:
    """What the old version said of the instance."""
    document: Facts = json.loads((life.folder / EXPECTED).read_text(encoding="utf-8"))
    return document


def restore_database(life: Life, server: Server) -> str:
    """The address of the life's database on a server."""
    return server.restored((life.folder / DUMP).read_text(encoding="utf-8"), SCHEMA)


class Instance:
    """The instance of a life in `folder`, where it is copied first. `proxy`: through which its
    sources are reached; nobody listens at the address that stands in when there is none. `store`:
    the address of its database if that is on a server."""

    def __init__(
        self, life: Life, folder: Path, proxy: str = "http://127.0.0.1:9", store: str = ""
    ) -> None:
        shutil.copytree(life.folder / KEPT, folder)
        self.life = life
        self.folder = folder
        self.proxy = proxy
        self.store = store
        self.public = folder / "feeds/public"
        self.articles = folder / "feeds/articles"
        self._restore_times()

    def _restore_times(self) -> None:
        """The database knows the article files by their times, which a version control system does
        not keep."""
        for path, mtime in self._stamps():
            os.utime(self.articles / path, ns=(mtime, mtime))

    def _stamps(self) -> list[Any]:
        query = "SELECT path, mtime_ns FROM articles"
        if self.store:
            import psycopg

            (self.folder / DATABASE).unlink()
            with psycopg.connect(get_driver_url(self.store)) as connection:
                return connection.execute(query).fetchall()
        with closing(
            sqlite3.connect(f"file:{self.folder / DATABASE}?mode=ro&immutable=1", uri=True)
        ) as database:
            return database.execute(query).fetchall()

    def _environ(self, settings: Mapping[str, str]) -> dict[str, str]:
        known = {
            name: value
            for name, value in os.environ.items()
            if not name.upper().startswith("SYNDICATOR_")
        }
        ours = {"FETCH__PROXY": self.proxy, "STORE__URL": self.store, **self.life.settings}
        given = {f"SYNDICATOR_{name}": value for name, value in {**ours, **settings}.items()}
        return {**known, **given}

    def start_command(self, *words: str, **settings: str) -> subprocess.Popen[str]:
        """A command. `settings`: SITE__TITLE="..." for the variable SYNDICATOR_SITE__TITLE."""
        return subprocess.Popen(
            [sys.executable, "-m", "syndicator", *words, "--config", str(self.folder / "config")],
            cwd=ROOT,
            env=self._environ(settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run_command(self, *words: str, leaves: tuple[int, ...] = (0,), **settings: str) -> str:
        """A command to its end, which has to leave with one of `leaves`; what it printed."""
        done = commands.run_syndicator(
            *words, "--config", str(self.folder / "config"), environ=self._environ(settings)
        )
        said = f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        assert done.returncode in leaves, f"{words} left with {done.returncode}\n{said}"
        return done.stdout

    def run_json(self, *words: str) -> Any:
        """What a command printed with --json."""
        return json.loads(self.run_command(*words, "--json"))

    def kill_command(self, happened: Callable[[], object], *words: str, **settings: str) -> bool:
        """SIGKILL to a command as soon as `happened`; False when it had ended before."""
        with self.start_command(*words, **settings) as process:
            end = time.monotonic() + 100
            while process.poll() is None and not happened():
                assert time.monotonic() < end, f"{words}: the moment to kill it did not come"
                time.sleep(0.01)
            process.kill()
            process.communicate()
        return process.returncode < 0

    @contextmanager
    def serve(self) -> Iterator[str]:
        """`serve` on a free port; its address, with a last slash."""
        with self.start_command("serve", "--port", "0") as process:
            try:
                assert process.stderr is not None
                line = next((line for line in process.stderr if "serving http" in line), "")
                assert line, "serve ended before it listened"
                yield "http://" + line.split("http://", 1)[1].split()[0].rstrip("/") + "/"
            finally:
                process.terminate()
                process.communicate(timeout=20)

    def read_facts(self, *, status: bool = False) -> Facts:
        """What it tells now; with `status`, what `status` says, too, which takes half a second."""
        output = facts.select_status(self.run_json("status")) if status else {}
        return {**facts.read_facts(self.folder), "status": output}

    def read_published(self) -> dict[str, bytes]:
        """Everything published, byte for byte."""
        paths = (path for path in self.public.rglob("*") if path.is_file())
        return {str(path.relative_to(self.public)): path.read_bytes() for path in paths}
