"""The feed reader library `reader` (PyPI), in an environment of its own, as a subscriber: it polls,
its entries are read, its user reads everything at once."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

# Run by the environment that has the library: refresh, print the titles of unread entries, mark
# them as read.
_POLL = """
import json, sys
from reader import make_reader

reader = make_reader("reader.sqlite")
reader.add_feed(sys.argv[1], exist_ok=True)
reader.update_feed(sys.argv[1])
unread = list(reader.get_entries(read=False))
print(json.dumps([entry.title for entry in unread]))
for entry in unread:
    reader.mark_entry_as_read(entry)
"""


def need_reader() -> str:
    """The Python that has the library; skips the test if there is none."""
    beside = Path(__file__).resolve().parents[2] / ".venv-reader/bin/python"
    program = os.environ.get("READER_PYTHON", "") or (str(beside) if beside.exists() else "")
    if not program:
        pytest.skip("reader is not installed: see CONTRIBUTING.md")
    return program


class Reader:
    """A subscriber of one feed. `titles`: of the entries that turned up as unread, in that order;
    one that is there twice was shown twice."""

    def __init__(self, folder: Path, feed: str) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.feed = feed
        self.titles = list[str]()

    def poll(self) -> None:
        """One refresh; then every entry is marked as read."""
        words = [need_reader(), "-c", _POLL, self.feed]
        done = subprocess.run(
            words, cwd=self.folder, capture_output=True, text=True, timeout=100, check=False
        )
        assert done.returncode == 0, done.stderr
        self.titles += json.loads(done.stdout)
