"""The state of a source from one visit to the next."""

from __future__ import annotations

import asyncio
import json
import socket
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicator.app.container import open_app
from syndicator.core.model import SourceState
from syndicator.runs.refresh import RunReport, Wanted, run
from tests.visiting.conftest import Reply, Seen, Web
from tests.visiting.operator import FEED, refresh_sources, run_checked_command, write_sources_config

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class Instance:
    """Runs of one source, "s", at times that the test sets."""

    def __init__(self, config: Path) -> None:
        self.config = config
        self.now = START

    def visit_source(self) -> RunReport:
        async def go() -> RunReport:
            with open_app(
                self.config, clock=lambda: self.now, jitter=lambda: 0.5, environ={}
            ) as app:
                return await run(app, Wanted(keys=("s",)), stop=asyncio.Event())

        return asyncio.run(go())

    def read_state(self) -> SourceState:
        with open_app(self.config, clock=lambda: self.now, environ={}) as app:
            return app.archive.store.visits.states()["s"]


@pytest.fixture
def instance(tmp_path: Path, web: Web) -> Iterator[Instance]:
    yield Instance(
        write_sources_config(tmp_path, {"s": f'url = "{web.url("/old")}"\nkind = "feed"'})
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("status", "adopted"), [(301, True), (308, True), (302, False), (307, False)]
)
def test_a_permanent_move_is_adopted_after_three_visits(
    instance: Instance, web: Web, status: int, adopted: bool
) -> None:
    """After three visits with a permanent redirect (301, 308) the new address is requested
    directly, and `sources --apply-moves` writes it; temporary ones change nothing."""
    web.routes = {"/old": Reply(status, {"Location": "/new"}), "/new": Reply(200, {}, FEED)}

    for visits_before in range(3):
        if visits_before > 0:
            assert instance.read_state().redirects.effective_url is None
        instance.visit_source()
        instance.now += timedelta(hours=1)
    web.seen.clear()
    instance.visit_source()

    paths_of_fourth_visit = [path for path in web.list_paths() if path != "/robots.txt"]
    if adopted:
        assert paths_of_fourth_visit == ["/new"]
    else:
        assert paths_of_fourth_visit == ["/old", "/new"]

    run_checked_command(instance.config, "sources", "--apply-moves")
    (written,) = tomllib.loads((instance.config / "sources.toml").read_text())["source"]

    assert written["url"] == web.url("/new" if adopted else "/old")


@pytest.mark.slow
def test_validators_count_only_after_a_good_parse_and_for_good(
    instance: Instance, web: Web
) -> None:
    """An ETag is sent back only once its body was parsed as a feed, and then without an end."""
    body = b"no feed at all"

    def answer_with_etag(seen: Seen) -> Reply:
        known = seen.headers.get("if-none-match") == '"1"'
        return Reply(304 if known else 200, {"ETag": '"1"'}, b"" if known else body)

    def list_conditional_requests() -> list[bool]:
        """Whether each request for the feed so far sent an ETag back."""
        return ["if-none-match" in seen.headers for seen in web.seen if seen.path == "/old"]

    # no feed: its ETag is not used
    web.routes = {"/old": answer_with_etag}
    instance.visit_source()
    instance.visit_source()

    assert list_conditional_requests() == [False, False]

    # a feed: its ETag is used from the next visit on
    body = FEED
    for day in (0, 1, 40, 41):
        instance.now = START + timedelta(days=day)
        instance.visit_source()

    assert list_conditional_requests()[2:] == [False, True, True, True]


@pytest.mark.slow
def test_a_part_of_a_feed_is_asked_for_with_validators_only(instance: Instance, web: Web) -> None:
    """`A-IM: feed`, which asks for new entries only (RFC 3229), is sent only with a stored ETag;
    the ETag of the partial answer is stored. Each of the two answers announces one entry."""
    whole_reply = Reply(200, {"ETag": '"1"'}, FEED)
    # with another entry
    part = FEED.replace(b"<title>A</title>", b"<title>B</title>").replace(b">1<", b">2<")
    part_reply = Reply(226, {"ETag": '"2"', "IM": "feed"}, part)

    def answer_part_if_asked(seen: Seen) -> Reply:
        return part_reply if "a-im" in seen.headers else whole_reply

    web.routes = {"/old": answer_part_if_asked}
    first = instance.visit_source()
    second = instance.visit_source()

    assert first.outcomes[0].announced == 1
    assert second.outcomes[0].announced == 1
    first_request, second_request = (seen for seen in web.seen if seen.path == "/old")
    assert "a-im" not in first_request.headers
    assert second_request.headers["a-im"] == "feed"
    assert instance.read_state().validators.etag == '"2"'


def test_all_sources_of_a_dead_server_cost_one_try(
    tmp_path: Path, web: Web, caplog: pytest.LogCaptureFixture
) -> None:
    """Five sources on one dead server cause one connection attempt, as the log says, and all are
    marked failed; another source ("well") is not."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.1:{closed.getsockname()[1]}"
        sources = {f"d{number}": f'url = "{dead}/{number}"' for number in range(5)}
        web.routes = {"/well": Reply(200, {}, FEED)}
        config = write_sources_config(tmp_path, sources | {"well": f'url = "{web.url("/well")}"'})
        done = run_checked_command(config, "--verbose", "refresh")

    # a line of the log is text or JSON
    asked = [line for line in done.stderr.splitlines() if '"asked"' in line or " asked " in line]
    failed_to_connect = [
        line for line in asked if "answer=connect" in line or '"answer": "connect"' in line
    ]
    assert len(failed_to_connect) == 1

    status = json.loads(run_checked_command(config, "status", "--json").stdout)

    assert {
        source["key"] for source in status["sources"] if source.get("reason") == "connect"
    } == set(sources)


def test_gone_three_times_over_two_days_disables(instance: Instance, web: Web) -> None:
    """A source that answers 410 for 48 hours is disabled and not requested any more; until then
    each visit fails."""
    web.routes = {"/old": Reply(410)}
    for hours in (0, 24, 47):
        instance.now = START + timedelta(hours=hours)
        assert instance.visit_source().outcomes[0].status == "failed"
    instance.now = START + timedelta(hours=48)

    assert instance.visit_source().outcomes[0].status == "disabled"

    web.seen.clear()
    instance.now += timedelta(days=30)
    run_checked_command(instance.config, "refresh")

    assert web.seen == []  # due no more


@pytest.mark.parametrize(
    ("setting", "reason", "fetched"), [("", "robots", False), ('robots = "ignore"', None, True)]
)
def test_robots_of_a_page_and_the_operators_word(
    tmp_path: Path, web: Web, setting: str, reason: str | None, fetched: bool
) -> None:
    """A page that robots.txt forbids is not fetched, unless the operator writes `robots = "ignore"`
    for the source."""
    html = (
        b"<title>T</title><article>"
        + b"<p>A sentence with words, and a comma, for all to read.</p>" * 12
    )
    web.routes = {
        "/robots.txt": Reply(200, {}, b"User-agent: *\nDisallow: /"),
        "/page": Reply(200, {"Content-Type": "text/html"}, html),
    }
    config = write_sources_config(
        tmp_path, {"p": f'url = "{web.url("/page")}"\nkind = "page"\n{setting}'}
    )

    assert refresh_sources(config, "p")["p"]["reason"] == reason
    assert ("/page" in web.list_paths()) == fetched
