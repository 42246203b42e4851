"""Hosts and URLs that asked us to wait are not requested earlier, also by later processes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from syndicator.store.engine import open_store
from syndicator.visiting.politeness.throttle import NOTE, Backoff
from tests.visiting.conftest import NOW, Reply, Web
from tests.visiting.operator import FEED, refresh_sources, write_sources_config


class StoredNotes:
    """Back-offs over notes that outlive them, at a time that can be set."""

    def __init__(self) -> None:
        self.values: dict[str, str | None] = {}
        self.now = NOW

    def backoff(self) -> Backoff:
        return Backoff(
            self.values.get,
            lambda key, value, at: self.values.update({key: value}),
            lambda: self.now,
        )


def test_the_next_process_knows() -> None:
    """A wait is stored, so that other processes know it until it ends; a shorter one for the same
    host does not replace it."""
    notes = StoredNotes()
    process = notes.backoff()
    other_process = notes.backoff()
    process.add("a.test", NOW + timedelta(hours=1))
    other_process.add("https://b.test/x", NOW + timedelta(hours=2))
    process.add("a.test", NOW + timedelta(minutes=1))  # the later end stays

    next_process = notes.backoff()

    assert next_process.until("a.test") == NOW + timedelta(hours=1)
    assert next_process.until("https://b.test/x") == NOW + timedelta(hours=2)
    assert next_process.until("c.test") is None

    notes.now += timedelta(hours=1)

    assert next_process.until("a.test") is None


def test_waits_that_ended_are_forgotten_and_their_number_is_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ended waits are deleted, and of more than _MOST_WAITS (20 here) those that end last are
    kept."""
    # instead of a thousand, which take seconds
    monkeypatch.setattr("syndicator.visiting.politeness.throttle._MOST_WAITS", 20)
    notes = StoredNotes()
    backoff = notes.backoff()
    backoff.add("old", NOW + timedelta(seconds=1))
    notes.now += timedelta(minutes=1)

    for number in range(30):
        backoff.add(f"host{number}", notes.now + timedelta(seconds=60 + number))

    stored_waits = json.loads(notes.values[NOTE] or "")
    assert len(stored_waits) == 20
    assert "old" not in stored_waits
    assert backoff.until("host29") is not None  # the last to end


def test_a_wait_is_a_week_at_most() -> None:
    """A wait that a host demands is limited to seven days, also in the stored note."""
    notes = StoredNotes()
    notes.backoff().add("a.test", NOW + timedelta(days=400))
    assert notes.backoff().until("a.test") == NOW + timedelta(days=7)


@pytest.mark.parametrize("set_back_by", [timedelta(hours=1), timedelta(days=3650)])
def test_waits_written_by_a_clock_that_was_ahead_do_not_count(set_back_by: timedelta) -> None:
    """After the clock is set back by an hour or more, but not by a minute, waits that were stored
    before are ignored; new ones count."""
    notes = StoredNotes()
    notes.backoff().add("a.test", NOW + timedelta(hours=3))

    notes.now -= timedelta(minutes=1)

    assert notes.backoff().until("a.test") == NOW + timedelta(hours=3)

    notes.now -= set_back_by

    assert notes.backoff().until("a.test") is None

    notes.backoff().add("a.test", notes.now + timedelta(minutes=5))

    assert notes.backoff().until("a.test") == notes.now + timedelta(minutes=5)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "x",
        "[]",
        "3",
        "null",
        '{"a": 3}',
        '{"a": []}',
        '{"a": ["2026-11-24T00:00:00", "2026-11-25T00:00:00"]}',
    ],
)
def test_a_note_that_cannot_be_read_stops_nobody(note: str) -> None:
    """A damaged note of waits counts as empty and is replaced by the next wait."""
    notes = StoredNotes()
    notes.values[NOTE] = note

    assert notes.backoff().until("a") is None

    notes.backoff().add("b", NOW + timedelta(hours=1))

    assert notes.backoff().until("b") == NOW + timedelta(hours=1)


@pytest.mark.slow
def test_waits_over_two_processes(tmp_path: Path, web: Web) -> None:
    """After 429 a later process leaves the whole host alone for 15 minutes, after 503 only the
    address; both addresses wait for their Retry-After of five hours."""
    # two hosts; a and b are on the first, c and d on the second
    hosts = {"a": "127.0.0.1", "b": "127.0.0.1", "c": "localhost", "d": "localhost"}
    config = write_sources_config(
        tmp_path, {key: f'url = "{web.url("/" + key, host)}"' for key, host in hosts.items()}
    )
    in_five_hours = format_datetime(datetime.now(UTC) + timedelta(hours=5), usegmt=True)
    web.routes = {
        "/a": Reply(429, {"Retry-After": "18000"}),
        "/b": Reply(200, {}, FEED),
        "/c": Reply(503, {"Retry-After": in_five_hours}),
        "/d": Reply(200, {}, FEED),
    }

    first = refresh_sources(config, "a", "c")

    assert first["a"]["reason"] == "rate-limited"
    assert first["c"]["reason"] == "http-503"

    # the next process requests only d: a and b are on a host that is left alone, c has to wait
    web.seen.clear()
    second = refresh_sources(config, "a", "b", "c", "d")

    assert web.list_paths() == ["/d", "/robots.txt"]
    assert {key: outcome["reason"] for key, outcome in second.items()} == {
        "a": "rate-limited",
        "b": "rate-limited",
        "c": "rate-limited",
        "d": None,
    }

    def time_until_visit(key: str) -> timedelta:
        return datetime.fromisoformat(second[key]["next_due"]) - datetime.now(UTC)

    assert time_until_visit("a") > timedelta(hours=4)
    # as long as a whole host backs off
    assert time_until_visit("b") <= timedelta(minutes=15, seconds=1)
    assert time_until_visit("c") > timedelta(hours=4)


@pytest.mark.slow
def test_a_page_of_a_host_that_backs_off_waits_and_loses_no_try(tmp_path: Path, web: Web) -> None:
    """A page on a host that asked us to wait is not requested, is due again after 15 minutes at
    most, and keeps its tries."""
    # the feed b, on another host, announces a page on the host of a
    config = write_sources_config(
        tmp_path, {"a": f'url = "{web.url("/a", "localhost")}"', "b": f'url = "{web.url("/b")}"'}
    )
    link = web.url("/page", "localhost")
    entry = f"<item><title>A</title><link>{link}</link></item>"
    feed = f'<rss version="2.0"><channel><title>T</title>{entry}</channel></rss>'.encode()
    web.routes = {"/a": Reply(429, {"Retry-After": "3600"}), "/b": Reply(200, {}, feed)}
    refresh_sources(config, "a")

    for _ in range(2):
        assert refresh_sources(config, "b")["b"]["pending"] == 1

    assert "/page" not in web.list_paths()

    with open_store(
        f"sqlite:///{tmp_path}/feeds/state/syndicator.db", articles_exist=False
    ) as store:
        row = store.visits.pending("b", datetime(9999, 1, 1, tzinfo=UTC))[0]

    assert row.tries == 0
    assert row.reason == "rate-limited"
    assert row.next_try is not None
    assert row.next_try <= datetime.now(UTC) + timedelta(minutes=15)
