"""Three workers together build a long feed no more often than one worker."""

from __future__ import annotations

import itertools
import time
from pathlib import Path

import pytest

from tests.fleet.fleet import Instance, run_instance
from tests.fleet.web import Web
from tests.postgres import Server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SETTLE = 10.0
LIMIT = 54  # entries of a feed: few more than those of a short one
REST = SETTLE * LIMIT / 50  # seconds between two builds of such a feed
WAVES = 3
BETWEEN = 6.0  # seconds between two waves of articles


def watch_writes(fleet: Instance, web: Web) -> list[float]:
    """When all.atom was written while waves of new articles came."""
    feed = fleet.folder / "feeds" / "public" / "all.atom"
    began = time.monotonic()
    waves = 0
    written: list[float] = []
    stamp = feed.stat().st_mtime_ns
    while time.monotonic() - began < BETWEEN * WAVES + 3 * REST:
        if waves < WAVES and time.monotonic() - began >= waves * BETWEEN:
            waves += 1
            web.entries += 1
            fleet.visit_again()
        if feed.stat().st_mtime_ns != stamp:
            stamp = feed.stat().st_mtime_ns
            written.append(time.monotonic() - began)
        time.sleep(0.1)
    return written


@pytest.mark.parametrize("workers", [1, 3])
def test_a_long_feed_rests_between_builds_of_any_worker(
    postgres: Server, tmp_path: Path, workers: int
) -> None:
    """With one or three workers, a long feed is written at most once per REST."""
    web = Web(hosts=8, entries=7, foreign=0)
    with web.serving(), run_instance(tmp_path, web, postgres.schema()) as fleet:
        settings = fleet.config / "syndicator.toml"
        changed = settings.read_text().replace(
            'settle = "1s"', f'settle = "{SETTLE:.0f}s"\nlimit = {LIMIT}\nwindow_hours = 0'
        )
        settings.write_text(changed)
        for _ in range(workers):
            fleet.start_worker()
        feed = tmp_path / "feeds" / "public" / "all.atom"

        def is_built() -> bool:
            return feed.exists() and feed.read_text().count("<entry") == LIMIT

        assert fleet.wait_until(lambda: is_built() and not fleet.has_stale_feed(), 240), (
            fleet.read_logs()
        )
        written = watch_writes(fleet, web)
        assert fleet.stop_workers() == [0] * workers, fleet.read_logs()
    pauses = [later - before for before, later in itertools.pairwise(written)]

    assert written and all(pause >= REST - 2 for pause in pauses), written
