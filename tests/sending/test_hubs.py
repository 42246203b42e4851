"""A hub that did not accept a notification is retried, and the operator is told."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from syndicator.core.model import Problem
from syndicator.core.reasons import ConditionReason
from syndicator.health.check.installation import check
from syndicator.health.conditions import Condition, Observed, find_conditions
from syndicator.health.episodes import Memory, render_health_feed, update_episodes
from syndicator.health.observing import open_read_only
from syndicator.health.summary import read_health
from syndicator.runs.build import build_feeds
from syndicator.sending.hubs import FailingHub
from tests.instances import NOW, Instance, store_articles

SITE = "https://feeds.example/"
INSTANCE = uuid.UUID(int=1)


@dataclass
class OwnHub:
    """A hub on loopback. `status`: of its next answers; `refuses`: an address that it refuses
    always."""

    url: str = ""
    status: int = 202
    refuses: str = ""
    topics: list[str] = field(default_factory=list)

    def answer(self, form: dict[str, list[str]]) -> int:
        self.topics += form["hub.topic"]
        return 403 if form["hub.topic"] == [self.refuses] else self.status


@contextmanager
def serve_hub() -> Iterator[OwnHub]:
    hub = OwnHub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
            assert form["hub.mode"] == ["publish"]  # nothing subscribes to a hub of our own feeds
            self.send_response(hub.answer(form))
            self.end_headers()

        def log_message(self, *words: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        hub.url = f"http://127.0.0.1:{server.server_port}/"
        yield hub
        server.shutdown()


@pytest.fixture
def hub() -> Iterator[OwnHub]:
    with serve_hub() as started:
        yield started


@pytest.fixture
def instance(tmp_path: Path, hub: OwnHub) -> Instance:
    instance = Instance(tmp_path, settings="")
    set_hubs(instance, hub.url)
    add_article(instance, "A story", "one")
    return instance


def set_hubs(instance: Instance, *hubs: str) -> None:
    listed = ", ".join(f'"{hub}"' for hub in hubs)
    (instance.config / "syndicator.toml").write_text(
        f'[site]\nurl = "{SITE}"\n[publish]\nformats = ["atom"]\nhubs = [{listed}]\n'
    )


def add_article(instance: Instance, title: str, source: str) -> None:
    with instance.open_app() as app:
        store_articles(app, title, f"A text about {title} that says something.", source=source)


def build_and_notify(instance: Instance) -> tuple[Problem, ...]:
    with instance.open_app() as app:
        return asyncio.run(build_feeds(app)).hubs


def find_failing(instance: Instance) -> list[Condition]:
    with open_read_only(instance.config, now=lambda: instance.now, environ={}) as looked:
        return [item for item in read_health(looked).conditions if item.kind == ConditionReason.HUB]


def test_a_refusal_is_a_condition_with_its_cure(instance: Instance, hub: OwnHub) -> None:
    """A hub that answers 400 is a condition that needs the operator, with the number of feeds it
    missed and the setting to change."""
    hub.status = 400
    (problem,) = build_and_notify(instance)

    assert problem.what == hub.url
    assert problem.reason == "http-400"

    (condition,) = find_failing(instance)

    assert condition.subject == hub.url
    assert condition.code == "http-400"
    assert condition.since == NOW
    assert condition.needs_you is True
    assert "http-400" in condition.detail
    assert "was not told of: 2" in condition.detail
    assert "publish.hubs" in condition.cure


def test_it_is_remembered_until_a_notice_is_taken(instance: Instance, hub: OwnHub) -> None:
    """A hub that refused a notice gets it again at each run until it accepts it; then it is no
    longer reported."""
    hub.status = 400
    build_and_notify(instance)
    instance.now += timedelta(hours=1)
    build_and_notify(instance)  # nothing changed, and the hub is told all the same

    assert [item.since for item in find_failing(instance)] == [NOW]

    hub.status = 202
    hub.topics.clear()

    assert build_and_notify(instance) == ()
    assert sorted(hub.topics) == [f"{SITE}all.atom", f"{SITE}sources/one.atom"]
    assert find_failing(instance) == []

    hub.topics.clear()
    build_and_notify(instance)

    assert hub.topics == []


def test_later_changes_do_not_hide_what_it_was_not_told_of(instance: Instance, hub: OwnHub) -> None:
    """A notice that a hub refused is repeated together with later ones."""
    hub.refuses = f"{SITE}sources/one.atom"
    build_and_notify(instance)
    add_article(instance, "Another", "two")
    hub.topics.clear()
    build_and_notify(instance)

    assert sorted(hub.topics) == [
        f"{SITE}{name}.atom" for name in ("all", "sources/one", "sources/two")
    ]
    assert "was not told of: 1" in find_failing(instance)[0].detail


def test_it_is_forgotten_when_the_hub_is_removed(instance: Instance, hub: OwnHub) -> None:
    """A refusing hub is no longer reported once it is removed from the settings, nor when it
    returns."""
    hub.status = 400
    build_and_notify(instance)
    with serve_hub() as other_hub:
        set_hubs(instance, other_hub.url)

        assert find_failing(instance) == []

        build_and_notify(instance)
        set_hubs(instance, hub.url, other_hub.url)

        assert find_failing(instance) == []


def test_one_hub_does_not_stop_another(instance: Instance, hub: OwnHub) -> None:
    """A failing hub does not keep another one from being notified."""
    hub.status = 400
    with serve_hub() as other_hub:
        set_hubs(instance, hub.url, other_hub.url)
        build_and_notify(instance)

        assert len(other_hub.topics) == 2
        assert [item.subject for item in find_failing(instance)] == [hub.url]


@pytest.mark.parametrize(
    ("reason", "age", "needs_you"),
    [
        ("http-400", timedelta(), True),
        ("http-404", timedelta(), True),
        ("connect", timedelta(), False),
        ("http-503", timedelta(hours=23), False),
        ("connect", timedelta(days=1), True),
    ],
)
def test_the_health_feed_tells_refusals_at_once_and_outages_that_last(
    instance: Instance, reason: str, age: timedelta, needs_you: bool
) -> None:
    """A refusal by a hub needs the operator at once, an outage only after a day."""
    failing = FailingHub(
        hub="https://hub.example/", since=NOW - age, reason=reason, untold=("all.atom",)
    )
    (condition,) = find_conditions(Observed(hubs=[failing]), NOW)

    assert condition.needs_you == needs_you

    _, events = update_episodes(Memory(), [condition], NOW, INSTANCE)

    assert len(events) == needs_you

    with instance.open_app() as app:
        document = render_health_feed(events, app.configuration.settings, "key").decode()

    assert ("https://hub.example/: a hub takes no notice" in document) == needs_you


@pytest.mark.parametrize("status", [202, 204, 400, 503])
def test_check_tells_the_hub_and_subscribes_to_nothing(
    instance: Instance, hub: OwnHub, status: int
) -> None:
    """`check` sends each hub one notice about all.atom and reports a hub that answers with an
    error."""
    hub.status = status
    findings = [
        checked
        for checked in check(instance.config, environ={}, clock=lambda: NOW)
        if checked.reason == "hub-refuses"
    ]

    assert set(hub.topics) == {f"{SITE}all.atom"}
    assert [finding.what for finding in findings] == ([hub.url] if status >= 400 else [])
    assert all(f"http-{status}" in finding.detail for finding in findings)
