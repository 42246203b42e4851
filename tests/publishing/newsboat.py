"""Newsboat, a feed reader of other people's making, as a subscriber: it polls, its database is
read, its user reads everything at once."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

_STORY = re.compile(r"\bStory (\d+)\b")


def need_newsboat() -> str:
    """Return the path of newsboat; skip the test if it is missing."""
    result = shutil.which("newsboat")
    if result is None:
        pytest.skip("newsboat is not installed (Debian: apt-get install newsboat)")
    return result


class Newsboat:
    """A reader subscribed to one feed: one with several keeps an entry that stands in more than one
    of them only once, by its id. `titles`: of the entries that turned up as unread, in that order;
    one that is there twice was shown twice."""

    def __init__(self, folder: Path, feed: str) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.titles = list[str]()
        (folder / "urls").write_text(f"{feed}\n")
        (folder / "config").write_text("cleanup-on-quit no\nkeep-articles-days 0\n")

    @property
    def shown(self) -> list[int]:
        """The numbers of the stories ("Story 7 ...") in `titles`."""
        return [get_story_number(title) for title in self.titles]

    def poll(self) -> None:
        """One reload; then every article is marked as read."""
        files = ["--url-file=urls", "--config-file=config", "--cache-file=cache.db"]
        done = subprocess.run(
            [need_newsboat(), *files, "--execute=reload"],
            cwd=self.folder,
            env={"HOME": str(self.folder), "LC_ALL": "C.UTF-8"},
            capture_output=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        with closing(sqlite3.connect(self.folder / "cache.db")) as cache, cache:
            rows = cache.execute("SELECT title FROM rss_item WHERE unread = 1 ORDER BY id")
            self.titles += [title for (title,) in rows.fetchall()]
            cache.execute("UPDATE rss_item SET unread = 0")


def get_story_number(title: str) -> int:
    """The number of the story of this title."""
    result = _STORY.search(title)
    assert result, title
    return int(result[1])
