"""A site whose own pages link a feed lets that feed speak for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from syndicator.app.clients import make_fetcher
from syndicator.app.container import App
from syndicator.app.contexts import make_context
from syndicator.core.model import Entry, Redirects, Source, SourceState
from syndicator.core.ports import EntryRow
from syndicator.filing.context import EntryContext, VisitContext
from syndicator.filing.granted_rights import confirm_ownership, get_front_page
from tests.aged.web import Answer, Web, serve_web
from tests.faults.instance import InProcess
from tests.filing.entry.test_ingest import take_entry
from tests.instances import NOW, Instance

BURNER = Source(key="burner", url="http://burner.example/bank")
CONTENT = "<p>" + "The council counted the bridges again. " * 30 + "</p>"
LINK = '<link rel="alternate" type="application/rss+xml" href="http://burner.example/bank">'
FRONT = "http://bank.example/"


@pytest.fixture
def web() -> Iterator[Web]:
    with serve_web() as started:
        yield started


@pytest.fixture
def instance(tmp_path: Path, web: Web) -> Instance:
    return Instance(tmp_path, settings=f'[fetch]\npause = 0\nproxy = "{web.proxy}"\n')


def take_story(app: App, number: int, source: Source = BURNER) -> str | None:
    entry = Entry(id=f"{number}", url=f"{FRONT}{number}", title=f"Story {number}", content=CONTENT)
    return take_entry(app, entry, None, source).added


def test_a_front_page_is_asked_once_a_week_by_each_source(instance: Instance, web: Web) -> None:
    """A front page's link to a feed counts for a week; then it is requested again, and without
    the link new entries are refused."""
    web.answers = {FRONT: Answer(body=f"<html><head>{LINK}</head><body>Bank</body></html>")}
    with instance.open_app() as app:
        assert take_story(app, 1)
        assert take_story(app, 2)
        assert web.asked.count(FRONT) == 1

        planet = Source(key="planet", url="http://planet.example/feed")

        assert take_story(app, 3, planet) is None
        assert take_story(app, 5, planet) is None
        assert web.asked.count(FRONT) == 2
        assert list_linked_hosts(app, "burner") == ("bank.example",)

        instance.now += timedelta(days=8)
        web.answers = {FRONT: Answer(body="<html><head></head><body>Bank</body></html>")}

        assert take_story(app, 4) is None  # the address of the feed may have changed hands
        assert web.asked.count(FRONT) == 3
        assert list_linked_hosts(app, "burner") == ()
        assert app.archive.rights_file.shown("burner") == (
            "bank.example",
        )  # what was filed stays as it is
        assert not app.archive.store.visits.find(["bank.example/4"])


def test_a_front_page_that_is_away_for_weeks_ends_nothing(instance: Instance, web: Web) -> None:
    """A confirmed link of the front page stays valid while it fails for a month, and ends after
    that."""
    web.answers = {FRONT: Answer(body=f"<html><head>{LINK}</head><body>Bank</body></html>")}
    with instance.open_app() as app:
        assert take_story(app, 1)

        instance.now += timedelta(days=30)
        web.answers = {FRONT: Answer(status=404)}

        assert take_story(app, 2)
        assert web.asked.count(FRONT) == 2

        instance.now += timedelta(days=31)

        assert take_story(app, 3) is None


def test_a_front_page_that_may_not_be_asked_now_ends_nothing(instance: Instance, web: Web) -> None:
    """If the host asked us to wait (429), its front page is not requested, and the confirmed
    link stays valid."""
    busy = f"{FRONT}busy"
    web.answers = {
        FRONT: Answer(body=f"<html><head>{LINK}</head><body>Bank</body></html>"),
        busy: Answer(status=429, headers={"Retry-After": "3600"}),
    }
    owned = []

    async def ask(visit: VisitContext) -> None:
        await visit.fetch_page(busy)
        owned.append(await confirm_ownership(make_entry_context(visit, 1), f"{FRONT}1"))

    with instance.open_app() as app:
        assert take_story(app, 1)

        instance.now += timedelta(days=8)
        run_in_visit(app, BURNER, "", ask)

        assert owned == [True]
        assert list_linked_hosts(app, "burner") == ("bank.example",)
        assert web.asked.count(FRONT) == 1


def test_a_front_page_that_leads_to_another_site_says_nothing(instance: Instance, web: Web) -> None:
    """A front page that redirects to another site confirms nothing, although that page links the
    feed."""
    web.answers = {
        FRONT: Answer(status=302, headers={"Location": "http://evil.example/"}),
        "http://evil.example/": Answer(body=f"<html><head>{LINK}</head></html>"),
    }
    with instance.open_app() as app:
        assert take_story(app, 1) is None
        assert list_linked_hosts(app, "burner") == ()


def list_linked_hosts(app: App, key: str) -> tuple[str, ...]:
    return app.archive.rights_file.linked(key, app.archive.clock().date())


def test_a_page_that_links_the_feed_speaks_for_itself_alone(instance: Instance, web: Web) -> None:
    """Page 1 links the feed, so the feed's text for it counts; page 2 does not, so its own title
    counts; page 3 is not there."""
    text = "".join(
        f"<p>The council counted {number} bridges in its report.</p>" for number in range(30)
    )
    body = f"<html><head><title>Theirs</title>{LINK}</head><body><article><h1>Theirs</h1>{text}</article></body></html>"  # noqa: E501
    web.answers = {f"{FRONT}1": Answer(body=body), f"{FRONT}2": Answer(body=body.replace(LINK, ""))}
    with instance.open_app() as app:
        assert take_story(app, 1)
        assert take_story(app, 2)
        assert take_story(app, 3) is None
        assert web.asked.count(FRONT) == 1
        assert list_linked_hosts(app, "burner") == ()

    assert {article.title: article.url for article in instance.load_articles()} == {
        "Story 1": f"{FRONT}1",
        "Theirs": f"{FRONT}2",
    }


@pytest.mark.parametrize(
    ("url", "front"),
    [
        ("http://bank.example/a/b?c=d", "http://bank.example/"),
        ("https://www.bank.example:8443/a", "https://www.bank.example:8443/"),
        ("https://uni.example/~alice/blog/1", "https://uni.example/~alice/"),
        ("https://github.com/alice/x", "https://github.com/alice/"),
        ("https://medium.com/@alice/1", "https://alice.medium.com/"),
    ],
)
def test_front_pages(url: str, front: str) -> None:
    """The front page of an address is the root of its site, which may be a user's folder."""
    assert get_front_page(url) == front


def test_entries_side_by_side_ask_the_front_page_once(instance: Instance, web: Web) -> None:
    """Four entries of a host that are ingested at once share one request for its front page."""

    async def ask(visit: VisitContext) -> None:
        await asyncio.gather(
            *(confirm_ownership(make_entry_context(visit, n), f"{FRONT}{n}") for n in range(4))
        )

    with instance.open_app() as app:
        run_in_visit(app, BURNER, "", ask)
    assert web.asked.count(FRONT) == 1


def test_a_feed_that_redirects_to_another_sites_wins_nothing_there(
    instance: Instance, web: Web
) -> None:
    """A feed (evil's) that redirects to the bank's feed gets no rights there; otherwise articles
    that it announced would count as the bank's."""
    feed = "http://bank.example/feed"
    evil = Source(key="evil", url="http://evil.example/feed")
    link = LINK.replace("http://burner.example/bank", feed)
    web.answers = {FRONT: Answer(body=f"<html><head>{link}</head><body>Bank</body></html>")}
    owned = []

    async def ask(visit: VisitContext) -> None:
        owned.append(await confirm_ownership(make_entry_context(visit, 1), f"{FRONT}1"))

    with instance.open_app() as app:
        run_in_visit(app, evil, feed, ask)

        assert owned == [False]
        assert list_linked_hosts(app, "evil") == ()

        run_in_visit(app, Source(key="bank", url=feed), "", ask)

        assert owned == [False, True]


def run_in_visit(
    app: App, source: Source, moved: str, act: Callable[[VisitContext], Awaitable[None]]
) -> None:
    """`act` within a visit of `source`, whose feed has moved to `moved`."""

    async def run() -> None:
        fetcher = make_fetcher(app.archive, app.configuration.settings)
        context = make_context(
            app.archive, app.configuration, app.jitter, fetcher, InProcess(), lambda title: None
        )
        await act(
            context.make_visit_context(
                source,
                SourceState(
                    key=source.key, url=source.url, redirects=Redirects(effective_url=moved or None)
                ),
            )
        )
        await fetcher.aclose()

    asyncio.run(run())


def make_entry_context(visit: VisitContext, number: int) -> EntryContext:
    row = EntryRow(
        source_key="", entry_id=f"{number}", url="", digest="", status="pending", first_seen=NOW
    )
    return visit.make_entry_context(row)
