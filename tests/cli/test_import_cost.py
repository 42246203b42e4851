"""The CPU time of importing a long subscription list."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from syndicator.configuration.sources.registry import load_sources

MOST_SECONDS = 2.0  # of the processor, for the whole process; it takes 0.8


@pytest.mark.slow
def test_300_feeds_are_imported_in_two_seconds_of_the_processor(tmp_path: Path) -> None:
    """Importing a list of 300 feeds takes less than MOST_SECONDS of CPU time."""
    config = tmp_path / "config"
    config.mkdir()
    for name in ("syndicator", "sources", "taxonomy"):
        (config / f"{name}.toml").write_text("")
    outlines = "".join(
        f'<outline text="S{n}" xmlUrl="https://s{n}.example/feed"/>' for n in range(300)
    )
    (tmp_path / "list.opml").write_text(
        f'<opml version="2.0"><body><outline text="F">{outlines}</outline></body></opml>'
    )
    words = [
        sys.executable,
        "-m",
        "syndicator",
        "import",
        "--no-refresh",
        str(tmp_path / "list.opml"),
        "--config",
        str(config),
    ]
    process = subprocess.Popen([*words, "--config", str(config)], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)

    assert process.returncode == 0
    assert len(load_sources(config / "sources.toml")) == 300
    assert usage.ru_utime + usage.ru_stime < MOST_SECONDS
