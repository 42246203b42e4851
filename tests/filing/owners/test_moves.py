"""A site's move to another host counts only if both hosts confirm it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicator.app.clients import make_fetcher
from syndicator.app.contexts import make_context
from syndicator.core.model import Entry, Fetched, ParsedFeed, Source, SourceState, VisitTimes
from syndicator.filing.granted_rights import follow_move, pair_articles
from tests.aged.web import Answer, Web, serve_web
from tests.faults.instance import InProcess
from tests.instances import Instance, store_articles

OLD = "http://bank.example"
NEW = "http://bank-2.example"
BANK = Source(key="bank", url=f"{OLD}/feed")
HEIR_ON_NEW = '[[source]]\nkey = "heir"\nurl = "http://bank-2.example/feed"\n'
NUMBERS = range(4)


@pytest.fixture
def web() -> Iterator[Web]:
    with serve_web() as started:
        yield started


def make_entry(number: int, host: str = NEW, title: str = "") -> Entry:
    return Entry(id=f"{number}", url=f"{host}/{number}", title=title or f"Story {number}")


def list_confirmed_hosts(
    folder: Path,
    web: Web,
    *,
    source: Source = BANK,
    filed_by: str = "bank",
    page_status: int = 301,
    entries: tuple[Entry, ...] = (),
    sources: str = "",
    feed_moved_to: str = NEW,
) -> list[str]:
    """Visit `source` (on OLD) once; return the hosts that its site moved to. Its feed is answered
    from NEW, by a permanent redirect unless `feed_moved_to` is empty; its articles, filed by
    `filed_by`, are redirected to NEW with `page_status`."""
    folder.mkdir(exist_ok=True)
    instance = Instance(folder, settings=f'[fetch]\npause = 0\nproxy = "{web.proxy}"\n')
    (instance.config / "sources.toml").write_text(
        f'[[source]]\nkey = "bank"\nurl = "{source.url}"\n{sources}'
    )
    web.answers = {f"{NEW}/{n}": Answer(body="<title>Here</title>") for n in NUMBERS}
    web.answers |= {
        f"{OLD}/{n}": Answer(status=page_status, headers={"Location": f"{NEW}/{n}"})
        for n in NUMBERS
    }
    feed = ParsedFeed(format="atom", entries=entries or tuple(map(make_entry, NUMBERS)))
    to = f"{feed_moved_to}/feed" if feed_moved_to else None
    answer = Fetched(
        url=source.url, final_url=f"{NEW}/feed", status=200, headers={}, body=b"", moved_to=to
    )
    with instance.open_app() as app:
        for number in NUMBERS:
            article = store_articles(
                app, f"Story {number}", "A text.", source_key=filed_by, url=f"{OLD}/{number}"
            )
            app.archive.store.visits.add_carriers([(article.id, "bank")], {})

        async def run() -> None:
            fetcher = make_fetcher(app.archive, app.configuration.settings)
            context = make_context(
                app.archive, app.configuration, app.jitter, fetcher, InProcess(), lambda title: None
            )
            state = SourceState(
                key="bank", url=source.url, visits=VisitTimes(last_success=app.archive.clock())
            )
            await follow_move(context.make_visit_context(source, state), answer, feed)
            await fetcher.aclose()

        asyncio.run(run())
        return list(app.archive.rights_file.moved("bank"))


def test_a_move_that_both_hosts_confirm_is_followed(tmp_path: Path, web: Web) -> None:
    """If feed and pages of the old host redirect permanently to the new one, the site has moved."""
    assert list_confirmed_hosts(tmp_path, web) == ["bank-2.example"]


def test_pages_that_are_redirected_for_now_do_not_move(tmp_path: Path, web: Web) -> None:
    """Temporary redirects (302) of the pages confirm no move, although the feed's is permanent."""
    assert list_confirmed_hosts(tmp_path, web, page_status=302) == []


def test_a_feed_that_is_redirected_for_now_does_not_move(tmp_path: Path, web: Web) -> None:
    """If the redirect of the feed is not permanent, there is no move, although those of the pages
    are."""
    assert list_confirmed_hosts(tmp_path, web, feed_moved_to="") == []


def test_a_feed_of_other_articles_is_another_feed(tmp_path: Path, web: Web) -> None:
    """If most entries of the new feed are other articles, it is another feed and no move."""
    known_entries = (make_entry(0), make_entry(1))
    six_others = tuple(make_entry(number, title=f"Another {number}") for number in range(10, 16))

    assert list_confirmed_hosts(tmp_path, web, entries=(*six_others, *known_entries)) == []


def test_nobody_moves_to_a_host_that_somebody_else_owns(tmp_path: Path, web: Web) -> None:
    """A move to a host is refused if another source (`heir`) is followed there."""
    assert list_confirmed_hosts(tmp_path, web, sources=HEIR_ON_NEW) == []


def test_articles_of_other_sources_do_not_confirm_a_move(tmp_path: Path, web: Web) -> None:
    """Redirects of articles that another source filed do not prove that this source's site has
    moved."""
    assert list_confirmed_hosts(tmp_path, web, filed_by="other") == []


AGENT = Source(key="bank", url="http://agent.example/feed")
FORMER_ON_OLD = f'[[source]]\nkey = "former"\nurl = "{OLD}/feed"\n'


def test_nobody_moves_from_a_host_that_somebody_else_owns(tmp_path: Path, web: Web) -> None:
    """A source whose feed is on a third host (`AGENT`) may move its articles away from the old
    host, unless another source (`former`) is followed on that host."""
    if_nobody_owns_it = list_confirmed_hosts(tmp_path / "free", web, source=AGENT)

    assert if_nobody_owns_it == ["bank-2.example"]

    if_former_owns_it = list_confirmed_hosts(
        tmp_path / "owned", web, source=AGENT, sources=FORMER_ON_OLD
    )

    assert if_former_owns_it == []


EDITED = Source(key="bank", url=f"{NEW}/feed")  # the operator wrote the new host


def test_an_address_that_the_operator_edited_needs_no_redirect_of_the_feed(
    tmp_path: Path, web: Web
) -> None:
    """If the operator wrote the new host into sources.toml, permanent redirects of the pages are
    enough; temporary ones are not."""
    permanently = list_confirmed_hosts(
        tmp_path / "moved", web, source=EDITED, feed_moved_to="", page_status=301
    )

    assert permanently == ["bank-2.example"]

    for_now = list_confirmed_hosts(
        tmp_path / "for now", web, source=EDITED, feed_moved_to="", page_status=302
    )

    assert for_now == []


def test_articles_of_two_old_hosts_are_no_move_of_one() -> None:
    """Of stories 1 and 2 the known articles are on two different hosts. Of three entries on the new
    host only one then matches an article of the old host, too few for a move; of two it is half,
    which is enough."""
    listed = [(f"{OLD}/1", "Story 1"), ("http://third.example/2", "Story 2")]
    three_entries = [make_entry(1), make_entry(2), make_entry(3)]
    two_entries = [make_entry(1), make_entry(2)]

    assert pair_articles(three_entries, listed, "bank-2.example") == []
    assert pair_articles(two_entries, listed, "bank-2.example") == [(f"{OLD}/1", f"{NEW}/1")]


def test_articles_are_the_same_by_path_or_title() -> None:
    """Articles of old and new host are paired by path (1) or by title (2); an entry on the old
    host (3) pairs with nothing."""
    listed = [(f"{OLD}/1", "Story 1"), (f"{OLD}/2/", "Story 2"), (f"{OLD}/3", "Story 3")]
    entries = [
        make_entry(1, title="Renamed"),
        Entry(id="b", url=f"{NEW}/blog/2", title="story 2!"),
        make_entry(9),  # of no known article
        make_entry(3, host=OLD),
    ]

    assert pair_articles(entries, listed, "bank-2.example") == [
        (f"{OLD}/1", f"{NEW}/1"),
        (f"{OLD}/2/", f"{NEW}/blog/2"),
    ]

    story_3_alone = [(f"{OLD}/3", "Story 3")]

    assert pair_articles(entries, story_3_alone, "bank-2.example") == []
