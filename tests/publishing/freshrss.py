"""FreshRSS, a feed reader written in PHP, as a subscriber: it polls, its database is read, its user
reads everything at once."""

from __future__ import annotations

import html
import os
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

_USER = "reader"
_OPML = '<opml version="2.0"><body><outline type="rss" text="feed" xmlUrl="{}"/></body></opml>'
_PAUSE = 7200  # seconds, more than FreshRSS waits before it asks again
_EXPIRY = re.compile(rb'(?<="cache_expiration_time";i:)\d+')


def need_freshrss() -> Path:
    """The folder with the programs of FreshRSS; skips the test if they or php are missing."""
    programs = Path(os.environ.get("FRESHRSS") or "/nonexistent") / "cli"
    if not programs.is_dir() or shutil.which("php") is None:
        pytest.skip(
            "FRESHRSS names no folder with FreshRSS, or php is not installed: see CONTRIBUTING.md"
        )
    return programs


class FreshRSS:
    """A subscriber of one feed, with default settings. `titles`: of the entries that turned up as
    unread, in that order; one that is there twice was shown twice."""

    def __init__(self, folder: Path, feed: str) -> None:
        self.data = folder
        self.titles = list[str]()
        folder.mkdir(parents=True)
        self._run("prepare.php")
        self._run(
            "do-install.php", "--default-user", _USER, "--db-type", "sqlite", "--auth-type", "none"
        )
        # the feeds of every new user
        (folder / "opml.xml").write_text(_OPML.format(html.escape(feed)))
        self._run("create-user.php", "--user", _USER)

    def poll(self) -> None:
        """One refresh, as if the last one were long ago; then every entry is marked as read."""
        self._wait()
        self._run("actualize-user.php", "--user", _USER)
        with closing(self._database()) as database, database:
            rows = database.execute("SELECT title FROM entry WHERE NOT is_read ORDER BY id")
            self.titles += [html.unescape(title) for (title,) in rows.fetchall()]
            database.execute("UPDATE entry SET is_read = 1")

    def _wait(self) -> None:
        """Let the pause between refreshes pass: the next one asks the server, conditionally if it
        can."""
        with closing(self._database()) as database, database:
            database.execute(
                "UPDATE feed SET lastUpdate = lastUpdate - ? WHERE lastUpdate > 0", [_PAUSE]
            )
        for cached in (self.data / "cache").glob("*.spc"):
            # 1.24 and older go by it, later ones by the expiry in the file
            changed = cached.stat().st_mtime - _PAUSE
            cached.write_bytes(_EXPIRY.sub(b"1", cached.read_bytes()))
            os.utime(cached, (changed, changed))

    def _database(self) -> sqlite3.Connection:
        return sqlite3.connect(self.data / "users" / _USER / "db.sqlite")

    def _run(self, program: str, *words: str) -> None:
        environ = {
            "PATH": os.environ["PATH"],
            "DATA_PATH": str(self.data),
            "TMPDIR": str(self.data),
        }
        command = ["php", str(need_freshrss() / program), *words]
        done = subprocess.run(
            command, env=environ, capture_output=True, text=True, timeout=100, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
