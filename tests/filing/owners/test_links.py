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
    """Ingest an entry of `source` that links a page of the bank (FRONT) and has its whole text.
    Return the id of the article, or None if the source may not speak for the bank."""
    entry = Entry(id=f"{number}", url=f"{FRONT}{number}", title=f"Story {number}", content=CONTENT)
    return take_entry(app, entry, None, source).added


def test_a_front_page_is_asked_once_a_week_by_each_source(instance: Instance, web: Web) -> None:
    """The bank's front page links the feed of `burner`, so that its entries for the bank are taken;
    those of `planet` are not. Each source has the front page requested once. After 8 days it is
    requested again: it has no link any more, and burner's new entries are refused."""
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

        # what was filed stays as it is
        assert app.archive.rights_file.shown("burner") == ("bank.example",)
        assert not app.archive.store.visits.find(["bank.example/4"])


def test_a_front_page_that_is_away_for_weeks_ends_nothing(instance: Instance, web: Web) -> None:
    """The bank's front page linked the feed. 30 days later it answers 404, and the feed's entries
    are still taken; after 31 days more they are not."""
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
    """The front page linked the feed. When that is to be confirmed again, after 8 days, the host
    has just asked us to wait (429): the front page is not requested, and the link stays valid."""
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
        run_in_visit(app, BURNER, moved_to="", act=ask)

        assert owned == [True]
        assert list_linked_hosts(app, "burner") == ("bank.example",)
        assert web.asked.count(FRONT) == 1


def test_a_front_page_that_leads_to_another_site_says_nothing(instance: Instance, web: Web) -> None:
    """The bank's front page redirects to a page of another site that links the feed: that confirms
    nothing, and the feed's entry for the bank is refused."""
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
    """The bank's page 1 links the feed, so the article has the feed's title ("Story 1"). Page 2
    does not, so the article has the page's title ("Theirs"). Page 3 is not there, so its entry is
    refused. None of it makes the feed speak for the whole host."""
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

    url_by_title = {article.title: article.url for article in instance.load_articles()}

    assert url_by_title == {"Story 1": f"{FRONT}1", "Theirs": f"{FRONT}2"}


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
        run_in_visit(app, BURNER, moved_to="", act=ask)

    assert web.asked.count(FRONT) == 1


def test_a_feed_that_redirects_to_another_sites_wins_nothing_there(
    instance: Instance, web: Web
) -> None:
    """The bank's front page links the bank's own feed, to which evil's feed redirects. In a visit
    of evil an article of the bank is not confirmed as its own; in a visit of the bank it is."""
    feed = "http://bank.example/feed"
    evil = Source(key="evil", url="http://evil.example/feed")
    link = LINK.replace("http://burner.example/bank", feed)
    web.answers = {FRONT: Answer(body=f"<html><head>{link}</head><body>Bank</body></html>")}
    owned = []

    async def ask(visit: VisitContext) -> None:
        owned.append(await confirm_ownership(make_entry_context(visit, 1), f"{FRONT}1"))

    with instance.open_app() as app:
        run_in_visit(app, evil, moved_to=feed, act=ask)

        assert owned == [False]
        assert list_linked_hosts(app, "evil") == ()

        run_in_visit(app, Source(key="bank", url=feed), "", ask)

        assert owned == [False, True]


def run_in_visit(
    app: App, source: Source, moved_to: str, act: Callable[[VisitContext], Awaitable[None]]
) -> None:
    """`act` within a visit of `source`, whose feed redirects to `moved_to` ("" for nowhere)."""

    async def run() -> None:
        fetcher = make_fetcher(app.archive, app.configuration.settings)
        context = make_context(
            app.archive, app.configuration, app.jitter, fetcher, InProcess(), lambda title: None
        )
        await act(
            context.make_visit_context(
                source,
                SourceState(
                    key=source.key,
                    url=source.url,
                    redirects=Redirects(effective_url=moved_to or None),
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
