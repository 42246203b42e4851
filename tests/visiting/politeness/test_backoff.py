"""Who asked to be left alone is left alone, by the next process too."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from syndicator.store.engine import open_store
from syndicator.visiting.politeness.backoff import NOTE, Backoff
from tests.visiting.conftest import NOW, Reply, Web
from tests.visiting.operator import FEED, configure, refresh


class Desk:
    """Holds over notes that outlive them, at a time that can be set."""

    def __init__(self) -> None:
        self.notes: dict[str, str | None] = {}
        self.now = NOW

    def backoff(self) -> Backoff:
        return Backoff(self.notes.get, lambda key, value, at: self.notes.update({key: value}), lambda: self.now)


def test_the_next_process_knows() -> None:
    desk = Desk()
    first, other = desk.backoff(), desk.backoff()
    first.hold("a.test", NOW + timedelta(hours=1))
    other.hold("https://b.test/x", NOW + timedelta(hours=2))
    first.hold("a.test", NOW + timedelta(minutes=1))  # the later end stays
    third = desk.backoff()
    assert third.until("a.test") == NOW + timedelta(hours=1)
    assert third.until("https://b.test/x") == NOW + timedelta(hours=2)
    assert third.until("c.test") is None
    desk.now += timedelta(hours=1)
    assert third.until("a.test") is None


def test_ended_holds_are_forgotten_and_their_number_is_bounded() -> None:
    desk = Desk()
    backoff = desk.backoff()
    backoff.hold("old", NOW + timedelta(seconds=1))
    desk.now += timedelta(minutes=1)
    for number in range(1100):
        backoff.hold(str(number), desk.now + timedelta(seconds=60 + number))
    kept = json.loads(desk.notes[NOTE] or "")
    assert len(kept) == 1000
    assert "old" not in kept
    assert backoff.until("1099") is not None


def test_a_hold_is_a_week_at_most() -> None:
    desk = Desk()
    desk.backoff().hold("a.test", NOW + timedelta(days=400))
    assert desk.backoff().until("a.test") == NOW + timedelta(days=7)


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=3650)])
def test_holds_of_a_clock_that_was_ahead_are_not_believed(back: timedelta) -> None:
    desk = Desk()
    desk.backoff().hold("a.test", NOW + timedelta(hours=3))
    desk.now -= timedelta(minutes=1)
    assert desk.backoff().until("a.test") == NOW + timedelta(hours=3)
    desk.now -= back
    assert desk.backoff().until("a.test") is None
    desk.backoff().hold("a.test", desk.now + timedelta(minutes=5))
    assert desk.backoff().until("a.test") == desk.now + timedelta(minutes=5)


@pytest.mark.parametrize(
    "note",
    ["", "x", "[]", "3", "null", '{"a": 3}', '{"a": []}', '{"a": ["2026-11-24T00:00:00", "2026-11-25T00:00:00"]}'],
)
def test_a_broken_note_holds_nobody(note: str) -> None:
    desk = Desk()
    desk.notes[NOTE] = note
    assert desk.backoff().until("a") is None
    desk.backoff().hold("b", NOW + timedelta(hours=1))
    assert desk.backoff().until("b") == NOW + timedelta(hours=1)


def test_holds_over_two_processes(tmp_path: Path, web: Web) -> None:
    hosts = {"a": "127.0.0.1", "b": "127.0.0.1", "c": "localhost", "d": "localhost"}
    config = configure(tmp_path, {key: f'url = "{web.url("/" + key, host)}"' for key, host in hosts.items()})
    later = format_datetime(datetime.now(UTC) + timedelta(hours=5), usegmt=True)
    web.routes = {
        "/a": Reply(429, {"Retry-After": "18000"}),
        "/b": Reply(200, {}, FEED),
        "/c": Reply(503, {"Retry-After": later}),
        "/d": Reply(200, {}, FEED),
    }
    assert {key: one["reason"] for key, one in refresh(config, "a", "c").items()} == {
        "a": "rate-limited", "c": "http-503",
    }  # fmt: skip
    web.seen.clear()
    found = refresh(config, "a", "b", "c", "d")
    assert web.paths() == ["/d", "/robots.txt"]
    assert {key: one["reason"] for key, one in found.items()} == {
        "a": "rate-limited", "b": "rate-limited", "c": "rate-limited", "d": None,
    }  # fmt: skip
    until = {key: datetime.fromisoformat(found[key]["next_due"]) - datetime.now(UTC) for key in "abc"}
    assert until["b"] <= timedelta(minutes=15, seconds=1)  # the floor between two visits is as long as a hold of a host
    assert until["a"] > timedelta(hours=4)
    assert until["c"] > timedelta(hours=4)


def test_a_page_of_a_held_host_waits_and_loses_no_try(tmp_path: Path, web: Web) -> None:
    config = configure(tmp_path, {"a": f'url = "{web.url("/a", "localhost")}"', "b": f'url = "{web.url("/b")}"'})
    link = web.url("/page", "localhost")
    entry = f"<item><title>A</title><link>{link}</link></item>"
    feed = f'<rss version="2.0"><channel><title>T</title>{entry}</channel></rss>'.encode()
    web.routes = {"/a": Reply(429, {"Retry-After": "3600"}), "/b": Reply(200, {}, feed)}
    refresh(config, "a")
    for _ in range(2):
        assert refresh(config, "b")["b"]["pending"] == 1
    assert "/page" not in web.paths()
    with open_store(f"sqlite:///{tmp_path}/feeds/state/syndicator.db", articles_exist=False) as store:
        row = store.visits.pending("b", datetime(9999, 1, 1, tzinfo=UTC))[0]
    assert (row.tries, row.reason) == (0, "rate-limited")
    assert row.next_try is not None
    assert row.next_try <= datetime.now(UTC) + timedelta(minutes=15)
