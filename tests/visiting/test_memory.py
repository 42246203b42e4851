"""What a source's visits remember from one to the next, over the loopback web."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicator.model import SourceState
from syndicator.services.container import open_app
from syndicator.services.refresh import RunReport, Wanted, run
from tests.visiting.conftest import Reply, Seen, Web
from tests.visiting.operator import FEED, command, configure, refresh

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class Instance:
    """Runs of one source, "s", at times that the test sets."""

    def __init__(self, config: Path) -> None:
        self.config = config
        self.now = START

    def visit(self) -> RunReport:
        async def go() -> RunReport:
            with open_app(self.config, clock=lambda: self.now, jitter=lambda: 0.5, environ={}) as app:
                return await run(app, Wanted(keys=("s",)), stop=asyncio.Event())

        return asyncio.run(go())

    def state(self) -> SourceState:
        with open_app(self.config, clock=lambda: self.now, environ={}) as app:
            return app.store.visits.states()["s"]


@pytest.fixture
def instance(tmp_path: Path, web: Web) -> Iterator[Instance]:
    yield Instance(configure(tmp_path, {"s": f'url = "{web.url("/old")}"\nkind = "feed"'}))


@pytest.mark.parametrize(("status", "adopted"), [(301, True), (308, True), (302, False), (307, False)])
def test_a_permanent_move_is_adopted_after_three_visits(
    instance: Instance, web: Web, status: int, adopted: bool
) -> None:
    web.routes = {"/old": Reply(status, {"Location": "/new"}), "/new": Reply(200, {}, FEED)}
    for _ in range(3):
        assert web.seen == [] or instance.state().effective_url is None
        instance.visit()
        instance.now += timedelta(hours=1)
    web.seen.clear()
    instance.visit()
    feeds = [path for path in web.paths() if path != "/robots.txt"]
    assert feeds == (["/new"] if adopted else ["/old", "/new"])
    command(instance.config, "sources", "--apply-moves")
    written = tomllib.loads((instance.config / "sources.toml").read_text())["source"][0]["url"]
    assert written == web.url("/new" if adopted else "/old")


def test_validators_count_only_after_a_good_parse_and_for_eight_days(instance: Instance, web: Web) -> None:
    body = b"no feed at all"

    def answer(seen: Seen) -> Reply:
        known = seen.headers.get("if-none-match") == '"1"'
        return Reply(304 if known else 200, {"ETag": '"1"'}, b"" if known else body)

    def conditional() -> list[bool]:
        return ["if-none-match" in seen.headers for seen in web.seen if seen.path == "/old"]

    web.routes = {"/old": answer}
    instance.visit()
    instance.visit()
    assert conditional() == [False, False]
    body = FEED
    for day in (0, 1, 7, 8, 8):
        instance.now = START + timedelta(days=day)
        instance.visit()
    # of the last two, the first is answered with 304 and drops the validators, the second asks for the whole feed
    assert conditional()[2:] == [False, True, True, True, False]


def test_gone_three_times_over_two_days_disables(instance: Instance, web: Web) -> None:
    web.routes = {"/old": Reply(410)}
    for hours in (0, 24, 47):
        instance.now = START + timedelta(hours=hours)
        assert instance.visit().outcomes[0].status == "failed"
    instance.now = START + timedelta(hours=48)
    assert instance.visit().outcomes[0].status == "disabled"
    web.seen.clear()
    instance.now += timedelta(days=30)
    command(instance.config, "refresh")
    assert web.seen == []  # due no more


@pytest.mark.parametrize(("more", "reason"), [("", "robots"), ('robots = "ignore"', None)])
def test_robots_of_a_page_and_the_operators_word(tmp_path: Path, web: Web, more: str, reason: str | None) -> None:
    html = b"<title>T</title><article>" + b"<p>A sentence with words, and a comma, for all to read.</p>" * 12
    web.routes = {
        "/robots.txt": Reply(200, {}, b"User-agent: *\nDisallow: /"),
        "/page": Reply(200, {"Content-Type": "text/html"}, html),
    }
    config = configure(tmp_path, {"p": f'url = "{web.url("/page")}"\nkind = "page"\n{more}'})
    assert refresh(config, "p")["p"]["reason"] == reason
    assert ("/page" in web.paths()) == (reason is None)
