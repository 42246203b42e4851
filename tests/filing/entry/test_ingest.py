"""Ingest one announced entry, from its page to the stored article."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from syndicator.app.clients import make_fetcher
from syndicator.app.container import App
from syndicator.app.contexts import make_context
from syndicator.articles.beside.tab_lists import CARRIED
from syndicator.core import urls
from syndicator.core.errors import WorkerFailed
from syndicator.core.model import Entry, Failed, Rules, Source, SourceState
from syndicator.core.ports import EntryRow
from syndicator.core.reasons import FetchReason
from syndicator.filing.context import EntryContext, Page
from syndicator.filing.entry import carry_out as carrying_out
from syndicator.filing.entry import ingest as trip
from syndicator.filing.entry.carry_out import carry_out
from syndicator.filing.entry.endings import Decision, EntryResult
from syndicator.filing.entry.ingest import ingest
from syndicator.filing.save_article import write_article
from syndicator.processes.worker import Worker
from syndicator.upkeep import editorial
from tests.faults.instance import InProcess
from tests.instances import NOW, Instance, store_articles

STORY = " ".join(
    f"The council counted {number} bridges in its report of the year." for number in range(40)
)
NOWHERE = "http://127.0.0.1:9/story"  # a request to it fails
SOURCE = Source(key="one", url="https://one.example/feed")
SOURCE_ON_THIS_MACHINE = replace(SOURCE, url="http://127.0.0.1:9/feed")  # the operator's own
FEED_ONLY = replace(SOURCE, rules=Rules(content="feed"))


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path)


def make_page(url: str, canonical: str = "") -> Page:
    link = f'<link rel="canonical" href="{canonical}">' if canonical else ""
    html = f"<title>Bridges</title>{link}<article><h1>Bridges</h1><p>{STORY}</p></article>"
    return Page(html=html.encode(), url=url, headers={"content-type": "text/html"})


class FailingWorker(InProcess):
    """A worker of a busy machine: it fails for `reason`."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    async def call(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        raise WorkerFailed(self.reason, "as told")


def ingest_entry(
    app: App, url: str, page: Page | None, content: str = "", source: Source = SOURCE
) -> EntryResult:
    """Ingest an entry with this address and content. `page`: its page, if the page need not be
    fetched."""
    entry = Entry(id=f"guid of {url}", url=url, title="Bridges", content=content)
    return take_entry(app, entry, page, source)


def take_entry(
    app: App,
    entry: Entry,
    page: Page | None,
    source: Source = SOURCE,
    worker: InProcess | None = None,
) -> EntryResult:
    """Ingests an entry as the next visit of its source does."""
    known = app.archive.store.visits.entries(source.key, [entry.id]).get(entry.id)
    row = EntryRow(
        source_key=source.key,
        entry_id=entry.id,
        url=entry.url,
        digest="",
        status="pending",
        first_seen=NOW,
        entry=entry,
        article_id=known.article_id if known else None,
        tries=known.tries if known else 0,
    )

    async def run() -> EntryResult:
        fetcher = make_fetcher(app.archive, app.configuration.settings)
        context = make_context(
            app.archive,
            app.configuration,
            app.jitter,
            fetcher,
            cast(Worker, worker or InProcess()),
            lambda title: None,
        )
        try:
            return await ingest(
                context.make_visit_context(
                    source, SourceState(key=source.key, url=source.url)
                ).make_entry_context(row, page)
            )
        finally:
            await fetcher.aclose()

    return asyncio.run(run())


def get_problem_reason(result: EntryResult) -> str | None:
    return result.problem.reason if result.problem else None


def test_a_page_becomes_an_article(instance: Instance) -> None:
    """The page of a new entry is stored as an article with its text."""
    with instance.open_app() as app:
        result = ingest_entry(app, "https://one.example/a", make_page("https://one.example/a"))

        assert result.problem is None
        assert result.added
        assert instance.load_article("Bridges").body.startswith("The council counted 0 bridges")


def test_a_copy_is_decided_before_anything_is_written_and_what_it_joins_is_written_first(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Just before the decision on a copy is carried out (in `check_and_carry_out`), nothing of it
    is written. Then the original, which names the copy's address (`also`), is written before the
    copy."""
    url = "https://two.example/a"
    other_source = Source(key="two", url="https://two.example/feed")
    written_ids = []
    with instance.open_app() as app:
        original_id = ingest_entry(
            app, "https://one.example/a", make_page("https://one.example/a")
        ).added

        def check_and_carry_out(context: EntryContext, decision: Decision) -> EntryResult:
            # the decision: the original gets the address of the copy
            ((original_after, original_before),) = decision.others
            assert original_before.id == original_id
            assert original_before.also == ()
            assert original_after.also == (url,)

            assert instance.load_article("Bridges").also == ()
            assert len([*app.archive.article_store.walk()]) == 1
            return carry_out(context, decision)

        def record_and_write(*arguments: Any, **keywords: Any) -> Any:
            article = arguments[2]
            written_ids.append(article.id)
            return write_article(*arguments, **keywords)

        monkeypatch.setattr(trip, "carry_out", check_and_carry_out)
        monkeypatch.setattr(carrying_out, "write_article", record_and_write)
        copy_id = ingest_entry(app, url, make_page(url), source=other_source).added
        assert written_ids == [original_id, copy_id]


def test_a_page_that_lacks_a_header_of_the_operators_is_not_asked_and_loses_no_try(
    instance: Instance,
) -> None:
    """If the variable of a configured header is unset, no request is sent, and the entry waits
    without losing a try."""
    source = replace(SOURCE, headers_env={"Authorization": "NOT_SET_HERE"})
    with instance.open_app() as app:
        page_to_fetch = None
        result = ingest_entry(app, "https://one.example/a", page_to_fetch, source=source)

        assert get_problem_reason(result) == "unset-variable"

        (row,) = app.archive.store.visits.entries(
            source.key, ["guid of https://one.example/a"]
        ).values()

        assert row.status == "pending"
        assert row.tries == 0


@pytest.mark.parametrize("reason", ["hung", "memory", "crashed"])
def test_a_page_that_the_worker_fails_at_is_tried_again_before_it_is_refused(
    instance: Instance, reason: str
) -> None:
    """If the worker fails at a page (`FailingWorker`), it is tried again after longer and longer
    waits, and refused at the fifth failure."""
    entry = Entry(id="guid", url="https://one.example/a", title="Bridges")
    waits = []
    with instance.open_app() as app:
        worker = FailingWorker(reason)
        for failure in (1, 2, 3, 4):
            result = take_entry(app, entry, make_page(entry.url), worker=worker)
            (row,) = app.archive.store.visits.entries(SOURCE.key, [entry.id]).values()
            assert get_problem_reason(result) == reason
            assert row.status == "pending"
            assert row.tries == failure
            assert row.next_try is not None
            waits.append(row.next_try - instance.now)

        fifth_result = take_entry(app, entry, make_page(entry.url), worker=worker)
        (row,) = app.archive.store.visits.entries(SOURCE.key, [entry.id]).values()

        assert get_problem_reason(fifth_result) == reason
        assert row.status == "refused"
        assert row.tries == 4

    assert waits == sorted(set(waits)), "each wait is longer than the one before"


def test_a_page_that_hung_once_becomes_an_article(instance: Instance) -> None:
    """A page at which the worker hung once is stored when it is ingested again."""
    entry = Entry(id="guid", url="https://one.example/a", title="Bridges")
    with instance.open_app() as app:
        take_entry(app, entry, make_page(entry.url), worker=FailingWorker("hung"))
        assert take_entry(app, entry, make_page(entry.url)).added


def test_an_undated_page_has_the_time_of_its_server_while_our_clock_is_behind(
    instance: Instance,
) -> None:
    """An article that was added 12 hours from now shows that our clock is behind. So an undated
    page gets the date of its server's Date header (11:30 hours from now), and the article counts as
    added a second after the newest one."""
    undated = make_page("https://one.example/a")
    dated = replace(undated, headers={**undated.headers, "date": "Tue, 10 Mar 2026 23:30:00 GMT"})
    with instance.open_app() as app:
        store_articles(app, "Newest", "Text.", added=NOW + timedelta(hours=12))
        assert ingest_entry(app, "https://one.example/a", dated).added
    article = instance.load_article("Bridges")

    assert article.published == NOW + timedelta(hours=11, minutes=30)
    assert article.added == NOW + timedelta(hours=12, seconds=1)


def test_the_page_of_a_withdrawn_entry_is_not_even_fetched(instance: Instance) -> None:
    """The entry's article is withdrawn: the entry ends as withdrawn without a request. A request
    would fail at this address (NOWHERE) and give another reason."""
    with instance.open_app() as app:
        article = store_articles(app, "Bridges", "Text.", url=NOWHERE)
        editorial.withdraw(app.archive, app.configuration, article.id)
        result = ingest_entry(app, NOWHERE, page=None)

        assert get_problem_reason(result) == "withdrawn"


def test_what_is_withdrawn_does_not_come_back_under_another_address(instance: Instance) -> None:
    """Pages of two hosts name a withdrawn article as their canonical address: both end as
    withdrawn."""
    with instance.open_app() as app:
        article = store_articles(app, "Bridges", "Text.")
        editorial.withdraw(app.archive, app.configuration, article.id)
        other = "https://one.example/amp/bridges"

        amp_result = ingest_entry(app, other, make_page(other, canonical=article.url))

        assert get_problem_reason(amp_result) == "withdrawn"

        copy = "https://two.example/bridges"

        copy_result = ingest_entry(app, copy, make_page(copy, canonical=article.url))

        assert get_problem_reason(copy_result) == "withdrawn"
        assert list(app.archive.article_store.walk()) == []


def test_the_feeds_own_content_stands_in_for_a_page_that_cannot_be_had(instance: Instance) -> None:
    """If the page cannot be fetched (NOWHERE), the feed's text makes the article if it is long
    enough; with few words the entry fails for the reason of the page."""
    with instance.open_app() as app:
        few_words = ingest_entry(
            app,
            NOWHERE,
            page=None,
            content="Too little to read.",
            source=SOURCE_ON_THIS_MACHINE,
        )

        assert get_problem_reason(few_words) == "blocked-address"

        whole_text = ingest_entry(
            app,
            f"{NOWHERE}/whole",
            page=None,
            content=f"<p>{STORY}</p>",
            source=SOURCE_ON_THIS_MACHINE,
        )

        assert whole_text.added
    assert instance.load_article("Bridges").url == f"{NOWHERE}/whole"


def test_a_dead_link_with_few_words_in_the_feed_is_named_as_one(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the page answers 404 and the feed has few words (markup does not count), the entry
    fails as `http-404`; a whole text makes an article."""
    dead = Failed(url="https://one.example/a", reason=FetchReason.NOT_FOUND, detail="answered 404")

    async def answer_404(context: EntryContext, url: str, source: Source) -> Failed:
        return dead

    monkeypatch.setattr(EntryContext, "fetch_page", answer_404)
    few_words = f"<p>{'<b></b>' * 200}Too little to read.</p>"
    with instance.open_app() as app:
        result = ingest_entry(app, dead.url, page=None, content=few_words)

        assert result.problem is not None
        assert result.problem.reason == "http-404"
        assert result.problem.detail == "answered 404"

        whole_text = ingest_entry(app, f"{dead.url}/whole", page=None, content=f"<p>{STORY}</p>")

        assert whole_text.added


@pytest.mark.parametrize(
    "url", [NOWHERE, "http://intranet/a", "http://0x7f.1/a", "https://me:secret@one.example/a"]
)
def test_a_private_address_makes_no_article_whatever_the_feed_has_to_say(
    instance: Instance, url: str
) -> None:
    """An entry with a private address, or with a password in it, is refused although the feed has
    its whole text, also from a source of which no pages are fetched (FEED_ONLY). The message does
    not show the password."""
    with instance.open_app() as app:
        result = ingest_entry(app, url, page=None, content=f"<p>{STORY}</p>")

        assert get_problem_reason(result) == "blocked-address"
        assert result.problem is not None
        assert "secret" not in result.problem.detail

        feed_only_result = ingest_entry(
            app, url, page=None, content=f"<p>{STORY}</p>", source=FEED_ONLY
        )

        assert get_problem_reason(feed_only_result) == "blocked-address"
        assert list(app.archive.article_store.walk()) == []


def test_a_name_that_resolves_to_a_private_address_makes_no_article(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The feed's content makes no article if the name in the entry's address resolves into a
    private network, unless the operator allows the source any private network."""
    # every name resolves to 10.0.0.1
    addresses = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: addresses)
    with instance.open_app() as app:
        result = ingest_entry(app, "http://one.example/a", page=None, content=f"<p>{STORY}</p>")

        assert get_problem_reason(result) == "blocked-address"
        assert list(app.archive.article_store.walk()) == []

        # the operator lets this source into a private network, even if it is another one
        allowed = replace(SOURCE, allow=("192.168.0.0/16",))

        allowed_result = ingest_entry(
            app,
            "http://one.example/b",
            page=None,
            content=f"<p>{STORY}</p>",
            source=allowed,
        )

        assert allowed_result.added


def test_the_feeds_own_content_stands_in_for_a_page_that_is_no_article(instance: Instance) -> None:
    """If the address is a PDF, the feed's text makes the article; without it the entry is
    refused."""
    with instance.open_app() as app:
        pdf = Page(html=b"%PDF-1.7 ...", url="https://one.example/a.pdf", headers={})
        without_text = ingest_entry(app, pdf.url, pdf, content="")

        assert get_problem_reason(without_text) == "not-html"

        other_pdf = replace(pdf, url="https://one.example/b.pdf")
        with_text = ingest_entry(app, other_pdf.url, other_pdf, content=f"<p>{STORY}</p>")

        assert get_problem_reason(with_text) is None

    assert instance.load_article("Bridges").url == other_pdf.url


def test_a_source_that_announces_a_known_article_carries_it(instance: Instance) -> None:
    """Source one announces an article of source two, twice: it is recorded once as a carrier of
    it. Of its own article it is no carrier."""
    with instance.open_app() as app:
        article = store_articles(app, "Story", STORY, source="two")
        own = store_articles(app, "Mine", STORY, source="one")
        ingest_entry(app, article.url, page=None, source=SOURCE)
        ingest_entry(app, own.url, page=None, source=SOURCE)
        ingest_entry(app, article.url, page=None, source=SOURCE)

        assert CARRIED.read(app.archive.article_store) == [(article.id, "one")]
        assert app.archive.store.visits.carriers(article.id) == ["one"]
        assert app.archive.store.visits.carriers(own.id) == []


FOOTER = (
    "Write to the editor of these pages if you have seen one more bridge than we did, or one fewer"
    " than that."
)


def make_text_with_footer(number: int) -> str:
    words = " ".join(
        f"Bridge {number} of the {mile}th mile is {mile * number} feet long." for mile in range(30)
    )
    return f"<p>{words}</p><p>{FOOTER}</p>"


def ingest_footed_articles(instance: Instance, urls_of: str, *, fetched: bool) -> frozenset[str]:
    """Ingest three articles at addresses like this, read from pages or from the feed; return the
    repeated blocks of their host."""
    with instance.open_app() as app:
        for number in range(1, 4):
            url = urls_of.format(number)
            text = make_text_with_footer(number)
            html = f"<title>No {number}</title><article><h1>No {number}</h1>{text}</article>"
            page = Page(html=html.encode() if fetched else b"", url=url, headers={})
            assert ingest_entry(app, url, page, text).added
        return app.archive.store.visits.find_boilerplate(urls.own_host(urls_of))


def test_pages_of_a_host_teach_what_repeats_there(instance: Instance) -> None:
    """Three pages of a host with the same footer teach one repeated block of that host."""
    repeated_blocks = ingest_footed_articles(instance, "https://one.example/{}", fetched=True)

    assert len(repeated_blocks) == 1


def test_what_a_feed_says_teaches_nothing_of_the_host_it_names(instance: Instance) -> None:
    """The same three texts with a footer, taken from a feed without pages, teach no repeated block
    of the host of their addresses."""
    repeated_blocks = ingest_footed_articles(instance, "https://one.example/{}", fetched=False)

    assert repeated_blocks == frozenset()


def test_one_user_of_a_shared_host_teaches_nothing_of_another(instance: Instance) -> None:
    """A footer that repeats on one user's pages of medium.com is learnt for that user and not
    for another one."""
    blocks_of_evil = ingest_footed_articles(instance, "https://medium.com/@evil/{}", fetched=True)

    assert len(blocks_of_evil) == 1

    with instance.open_app() as app:
        host_of_bank = urls.own_host("https://medium.com/@bank/1")

        assert app.archive.store.visits.find_boilerplate(host_of_bank) == frozenset()


def test_what_repeats_on_a_users_pages_is_cut_from_the_next_of_them_alone(
    instance: Instance,
) -> None:
    """Three pages of one user (@evil) teach a footer. It is cut from the user's fourth page, and
    stays on the page of another user (@bank) of the same host."""
    ingest_footed_articles(instance, "https://medium.com/@evil/{}", fetched=True)
    with instance.open_app() as app:
        for url, number in (("https://medium.com/@evil/4", 4), ("https://medium.com/@bank/1", 5)):
            text = make_text_with_footer(number)
            html = f"<title>At {url}</title><article><h1>At {url}</h1>{text}</article>"
            assert ingest_entry(app, url, Page(html=html.encode(), url=url, headers={})).added

    assert FOOTER not in instance.load_article("At https://medium.com/@evil/4").body
    assert FOOTER in instance.load_article("At https://medium.com/@bank/1").body


def test_one_page_under_three_addresses_teaches_nothing(instance: Instance) -> None:
    """The same page under three addresses counts once, so its text is not taken for boilerplate."""
    with instance.open_app() as app:
        for number in range(3):
            url = f"https://one.example/a?n={number}"
            ingest_entry(app, url, make_page(url))
        assert app.archive.store.visits.find_boilerplate("one.example") == frozenset()


def test_what_ends_as_no_article_counts_as_a_text_of_no_length(instance: Instance) -> None:
    """For statistics a refused page counts as 0 characters, a page that was not reached as None,
    and an article as its length."""
    url = "https://one.example/a"
    with instance.open_app() as app:
        pdf = Page(html=b"%PDF-1.7 ...", url=url, headers={})
        refused = ingest_entry(app, url, pdf)

        assert refused.refused is True
        assert refused.characters == 0

        unreached = ingest_entry(app, NOWHERE, page=None)

        assert unreached.refused is True
        assert unreached.characters is None

        article = ingest_entry(app, f"{url}/b", make_page(f"{url}/b"))

        assert article.characters
        assert not article.refused
