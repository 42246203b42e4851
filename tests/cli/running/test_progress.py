"""The progress line of a run: counts and the estimated remaining time."""

from __future__ import annotations

import pytest

from syndicator.cli import progress as progress_module
from syndicator.cli import reports
from syndicator.cli.progress import Count, describe_left, estimate_seconds
from tests.cli.conftest import Instance


@pytest.mark.parametrize(
    ("count", "elapsed", "left"),
    [
        (Count(sources=51), 5.0, None),
        (Count(sources=2, visited=1, pages=3, read=3), 8.0, 8.0),  # the other has three, too
        (Count(sources=2, visited=2, pages=8, read=3), 5.0, 5.0),
        (Count(sources=1, visited=0, pages=19, read=10), 10.0, 10.0),
        (Count(sources=1, visited=1, pages=4, read=4), 10.0, 0.0),
    ],
)
def test_the_time_left_follows_from_sources_and_pages(
    count: Count, elapsed: float, left: float | None
) -> None:
    """The time left assumes that unvisited sources have as many pages as the visited ones, and that
    a visit takes as long as a page."""
    assert estimate_seconds(count, elapsed) == left


def test_a_time_is_said_in_words() -> None:
    """The time left is shown as seconds, from a minute on as minutes, and as `?` if unknown."""
    assert [describe_left(seconds) for seconds in (None, 0.4, 59.0, 170.0)] == [
        "?",
        "0 s",
        "59 s",
        "3 min",
    ]


def test_a_log_has_lines_of_progress_with_the_pages(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a terminal, `refresh` logs its progress: pages read, pages expected, and the time
    left."""
    monkeypatch.setattr(progress_module, "LINE_SECONDS", 0.0)
    logged_fields: list[dict[str, object]] = []
    monkeypatch.setattr(
        reports, "log", lambda event, *level, **fields: logged_fields.append(fields)
    )
    key = instance.world.sources[0].key
    instance.run_command("refresh", "--source", key, "--limit", "2")
    lines = [fields for fields in logged_fields if "pages" in fields and "sources" in fields]

    assert lines[0]["pages"] == "0 of 2 pages, ? left"
    assert str(lines[-1]["pages"]).startswith("2 of 2 pages, ")
