"""Faults of disk, clock, feeds and files, within one process."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicator.app import clients
from syndicator.articles import disk
from syndicator.core.errors import MissingError, NetworkDown, SyndicatorError
from syndicator.core.model import Failed, Fetched, FetchResult, Request
from syndicator.publishing.output import outlets
from syndicator.runs import daemon, refresh
from syndicator.runs.schedule import Scheduler
from syndicator.upkeep import editorial, reindex
from tests.faults.instance import InProcess, Instance
from tests.faults.table import mark_fault


def make_failing_call(
    call: Callable[..., Any], at: int, number: int
) -> tuple[Callable[..., Any], list[int]]:
    """`call` that fails with errno `number` from its `at`th time on, and how often it was
    called."""
    calls = [0]

    def instead(*args: Any, **kwargs: Any) -> Any:
        calls[0] += 1
        if calls[0] >= at:
            raise OSError(number, os.strerror(number), "feeds/somewhere")
        return call(*args, **kwargs)

    return instead, calls


@mark_fault(
    "the disk is full at the nth write",
    how="fsync fails with ENOSPC from its nth call on, in articles and in feeds",
    holds=(
        "the run says so, or holds the feed; nothing torn, nothing left; the next run does it all"
    ),
)
@pytest.mark.parametrize(
    "failing_call",
    [
        3,
        41,
        *(pytest.param(failing_call, marks=pytest.mark.slow) for failing_call in range(2, 46, 4)),
    ],
)
def test_the_disk_is_full(small_instance: Instance, failing_call: int) -> None:
    """If the disk is full from the nth write on, all files stay whole, and the next run with room
    completes everything."""
    fsync_without_space, calls = make_failing_call(os.fsync, failing_call, errno.ENOSPC)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            disk.os, "fsync", fsync_without_space
        )  # one module: `os` is the same everywhere
        try:
            small_instance.run_refresh()
        except (OSError, SyndicatorError) as error:
            assert "space" in str(error) or "full" in str(error)
        assert calls[0] >= failing_call
    small_instance.load_articles()
    small_instance.count_well_formed_files()
    small_instance.now += timedelta(hours=3)
    small_instance.run_refresh()

    small_instance.assert_consistent(wanted=small_instance.list_titles())


def test_the_outlet_writes_with_fsync() -> None:
    """Published files are flushed to disk by the same `fsync` that the fault tests replace."""
    assert outlets.os.fsync is disk.os.fsync


@mark_fault(
    "too many open files",
    how="the fetcher answers as it does for EMFILE",
    holds="not held against any source, and no network trouble: the source stays due",
)
def test_too_many_open_files(small_instance: Instance) -> None:
    """A failure for want of open files on this machine leaves the state of the source as it was."""
    small_instance.run_refresh("holt")
    with small_instance.open_app() as app:
        before = app.archive.store.visits.state("holt")
    small_instance.now += timedelta(hours=3)
    answer = Failed(
        url="x", reason="system", detail="this machine is short of something: Too many open files"
    )
    report = with_answers(small_instance, lambda request: answer)

    assert report.outcomes[0].reason == "system"

    with small_instance.open_app() as app:
        assert app.archive.store.visits.state("holt") == before


class Canned:
    """A Fetcher of answers made by the test."""

    def __init__(self, inner: Any, answer: Callable[[Request], FetchResult | None]) -> None:
        self.inner = inner
        self.answer = answer

    async def fetch(self, request: Request) -> FetchResult:
        return self.answer(request) or await self.inner.fetch(request)

    async def aclose(self) -> None:
        await self.inner.aclose()


def with_answers(
    instance: Instance, answer: Callable[[Request], FetchResult | None], *keys: str
) -> refresh.RunReport:
    make = clients.make_fetcher
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clients, "make_fetcher", lambda *parts: Canned(make(*parts), answer))
        return instance.run_refresh(*(keys or ("holt",)))


FEEDS: dict[str, Callable[[Instance], None]] = {
    "guids": lambda instance: instance.world.renumber_entries("parallel"),
    "html": lambda instance: instance.world.html_feed("parallel"),
    "cut": lambda instance: instance.world.break_feed("parallel"),
    "empty": lambda instance: instance.world.fail_site("parallel", 200, body=b" "),
    "one item": lambda instance: instance.world.shrink_feed("parallel", 1),
    "unavailable": lambda instance: instance.world.fail_site("parallel", 503),
    "gone": lambda instance: instance.world.fail_site("parallel", 410),
}


@mark_fault(
    "a feed whose GUIDs all change, that is HTML, cut, empty, shrunk, unavailable, gone",
    how="the site is told to",
    holds="0 articles new, 0 lost, no published byte changes, and the same when it is well again",
)
@pytest.mark.parametrize(
    "harm",
    [
        "guids",
        "cut",
        "gone",
        *(
            pytest.param(harm, marks=pytest.mark.slow)
            for harm in ("html", "empty", "one item", "unavailable")
        ),
    ],
)
def test_a_feed_goes_wrong(small_instance: Instance, harm: str) -> None:
    """A feed that is damaged, emptied, gone or renumbered changes no article and no published file,
    and neither does its recovery."""
    small_instance.run_refresh("parallel")
    before = small_instance.read_digests("articles"), small_instance.read_digests("public")
    FEEDS[harm](small_instance)
    for _ in range(2):
        small_instance.now += timedelta(hours=3)
        assert small_instance.run_refresh("parallel").outcomes[0].added == ()
        assert (
            small_instance.read_digests("articles"),
            small_instance.read_digests("public"),
        ) == before
        small_instance.world.heal_site("parallel")


@mark_fault(
    "http becomes https in every link of a feed",
    how="the feed's bytes changed on the way",
    holds="0 new articles: both spellings are aliases",
)
def test_links_become_https(small_instance: Instance) -> None:
    """A feed that changes http to https and its guids has no new articles."""
    small_instance.run_refresh("holt")
    count = len(small_instance.load_articles())
    url = small_instance.world.feed_url("holt")
    with small_instance.open_app() as app:
        body = asyncio.run(fetch_feed(app, url))
    small_instance.now += timedelta(hours=3)
    changed = (
        body.replace(b"http://", b"https://")
        .replace(b"<guid", b"<guid isnew='1'")
        .replace(b"tag:", b"tag:new-")
    )

    def answer(request: Request) -> FetchResult | None:
        if request.url != url:
            return None
        return Fetched(url=url, final_url=url, status=200, headers={}, body=changed)

    assert changed != body
    assert with_answers(small_instance, answer).outcomes[0].added == ()
    assert len(small_instance.load_articles()) == count


async def fetch_feed(app: Any, url: str) -> bytes:
    fetcher = clients.make_fetcher(app.archive, app.configuration.settings)
    try:
        result = await fetcher.fetch(Request(url=url, kind="feed"))
        assert isinstance(result, Fetched)
        return result.body
    finally:
        await fetcher.aclose()


@pytest.mark.slow
@mark_fault(
    "the clock goes back an hour, forward five, back ten years",
    how="the injected clock is set",
    holds="0 new, 0 lost; every source is due again when it should be, not in ten years",
)
@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(hours=5), timedelta(days=-3650)])
def test_the_clock_jumps(small_instance: Instance, jump: timedelta) -> None:
    """A jump of the clock adds no articles, changes none and postpones no visit for long."""
    small_instance.run_refresh()
    before = small_instance.read_digests("articles")
    small_instance.now += jump
    report = small_instance.run_refresh(all=True)

    assert sum(len(outcome.added) for outcome in report.outcomes) == 0
    assert small_instance.read_digests("articles") == before

    with small_instance.open_app() as app:
        for state in app.archive.store.visits.states().values():
            due = state.schedule.next_due
            assert due is not None and due <= small_instance.now + timedelta(days=1, hours=3), state
    small_instance.count_well_formed_files()


@pytest.mark.slow
@mark_fault(
    "a source that was visited in the future",
    how="a visit with the clock ten years ahead; the clock is set right",
    holds="it is due at once, not in ten years",
)
def test_a_clock_that_was_ahead(small_instance: Instance) -> None:
    """A source visited ten years ahead, by a wrong clock, is due at once."""
    right = small_instance.now
    small_instance.now += timedelta(days=3650)
    small_instance.run_refresh("holt")
    small_instance.now = right + timedelta(minutes=1)

    assert "holt" in {outcome.key for outcome in small_instance.run_refresh(all=False).outcomes}


@pytest.mark.slow
@mark_fault(
    "an entry dated ten years ahead",
    how="the site dates a story so",
    holds="no date after now is believed, so it does not stay on top",
)
def test_an_entry_of_the_future(small_instance: Instance) -> None:
    """A date in the future is not taken over from the feed."""
    story = next(story for story in small_instance.world.stories if story.site == "holt")
    small_instance.world.future_date(story.key)
    small_instance.run_refresh("holt")
    dates = [article.published for article in small_instance.load_articles()]

    assert dates
    assert all(date is None or date <= small_instance.now for date in dates)


@pytest.mark.slow
@mark_fault(
    "no network at all, in this process",
    how="no name resolves after a first run",
    holds="one NetworkDown that names demo, nothing counted, what is published stays",
)
def test_no_network(small_instance: Instance) -> None:
    """Without a network nothing changes and no failure is counted."""
    small_instance.run_refresh()
    before = small_instance.read_digests("public")
    small_instance.now += timedelta(hours=3)

    with pytest.raises(NetworkDown, match="demo"):
        with_answers(
            small_instance,
            lambda request: Failed(url=request.url, reason="dns"),
            "holt",
            "parallel",
        )
    assert small_instance.read_digests("public") == before

    with small_instance.open_app() as app:
        assert app.archive.store.visits.states()["holt"].backoff.failures == 0


def pick_article_file(instance: Instance) -> Path:
    return next(iter(sorted((instance.feeds / "articles").rglob("*.md"))))


HARMS: dict[str, Callable[[Path], object]] = {
    "binary": lambda path: path.write_bytes(bytes(range(256)) * 20),
    "broken YAML": lambda path: path.write_text(path.read_text().replace("title: ", "title: '", 1)),
    "empty": lambda path: path.write_text(""),
}


@pytest.mark.slow
@mark_fault(
    "an article file that is binary, empty or no YAML",
    how="written over by hand, between two runs; then mended",
    holds=(
        "named with its reason, the others go on, no second file for the article, and the mended"
        " one counts"
    ),
)
@pytest.mark.parametrize("harm", HARMS)
def test_a_broken_article_file(small_instance: Instance, harm: str) -> None:
    """A harmed article file is reported and left alone, and mending it ends the report."""
    small_instance.run_refresh("holt")
    path = pick_article_file(small_instance)
    files = small_instance.read_digests("articles")
    whole = path.read_bytes()
    HARMS[harm](path)
    small_instance.now += timedelta(days=1, hours=3)
    for story in [story for story in small_instance.world.stories if story.site == "holt"]:
        small_instance.world.change_story(story.key, title=story.title + ", corrected")
    report = small_instance.run_refresh("holt")

    assert [problem.reason for problem in report.problems] == ["bad-article-file"]
    assert small_instance.read_digests("articles").keys() == files.keys()

    path.write_bytes(whole)
    small_instance.now += timedelta(hours=3)

    assert small_instance.run_refresh("holt").problems == ()
    small_instance.assert_consistent()


@mark_fault(
    "an article file that was deleted, or copied",
    how="by hand, between two runs",
    holds=(
        "deleted: off the feeds, not fetched again; copied: the copy is named, the article"
        " stays one"
    ),
)
def test_a_deleted_and_a_copied_file(small_instance: Instance) -> None:
    """A copied article file is reported at each run; a deleted one is not written again."""
    small_instance.run_refresh("holt")
    path = pick_article_file(small_instance)
    copy = path.with_name("copy-" + path.name)
    copy.write_bytes(path.read_bytes())
    small_instance.now += timedelta(hours=3)

    assert [problem.reason for problem in small_instance.run_refresh("holt").problems] == [
        "duplicate-article"
    ]
    assert [problem.reason for problem in small_instance.run_refresh("holt").problems] == [
        "duplicate-article"
    ]

    copy.unlink()
    path.unlink()
    small_instance.run_refresh("holt")

    assert not path.exists()
    small_instance.assert_consistent()


@mark_fault(
    "the article store's disk is not mounted",
    how="feeds/articles renamed away",
    holds="refused with the cure; no new instance, no row forgotten; all is well when it is back",
)
def test_the_shelf_is_not_there(small_instance: Instance) -> None:
    """Without the articles' folder a run stops, so that no feed loses its entries."""
    small_instance.run_refresh("holt")
    article_store = small_instance.feeds / "articles"
    aside = small_instance.feeds / "aside"
    article_store.rename(aside)

    with pytest.raises(MissingError, match="mount"):
        small_instance.run_refresh("holt")

    if article_store.exists():
        article_store.rmdir()
    aside.rename(article_store)
    before = small_instance.read_digests("public")
    small_instance.run_refresh("holt")

    assert small_instance.read_digests("public") == before


@mark_fault(
    "a withdrawal, then a lost database",
    how="`withdraw`, state deleted, `reindex`, a run",
    holds="the article does not come back",
)
def test_a_withdrawal_outlives_the_database(small_instance: Instance) -> None:
    """A withdrawn article is not filed again after a rebuild of the database."""
    import shutil

    small_instance.run_refresh("holt")
    gone_article = small_instance.load_articles()[0]
    with small_instance.open_app() as app:
        editorial.withdraw(app.archive, app.configuration, gone_article.url)
    shutil.rmtree(small_instance.feeds / "state")
    with small_instance.open_app(create=True) as app:
        reindex.reindex(app.archive, app.configuration)
    small_instance.now += timedelta(hours=3)
    small_instance.run_refresh("holt")
    assert gone_article.id not in {article.id for article in small_instance.load_articles()}


@mark_fault(
    "a bug of ours on one page",
    how="reading one page raises TypeError",
    holds="that page is named and tried again, all others are filed",
)
def test_a_bug_costs_one_page(small_instance: Instance) -> None:
    """An exception while reading one page affects only that page."""
    original_call = InProcess.call
    titles = small_instance.list_titles()

    async def call(self: InProcess, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if "rust-port" in str(args[1]):
            raise TypeError("what is this?")
        return await original_call(self, function, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(InProcess, "call", call)
        report = small_instance.run_refresh()
    assert {problem.reason for outcome in report.outcomes for problem in outcome.skipped} >= {"bug"}
    assert len(titles - {article.title for article in small_instance.load_articles()}) == 1
    small_instance.now += timedelta(hours=3)
    small_instance.run_refresh()
    small_instance.assert_consistent(wanted=titles)


@pytest.mark.slow
@mark_fault(
    "a build that dies between two feeds",
    how="the nth feed's rendering raises",
    holds="the next run publishes all, index page and OPML too, byte for byte",
)
@pytest.mark.parametrize("failing_feed", [1, 3])
def test_a_build_dies(small_instance: Instance, failing_feed: int) -> None:
    """The next run completes a build that died at its first or third feed."""
    from syndicator.publishing.kinds import feeds
    from syndicator.publishing.kinds.site import Site
    from syndicator.publishing.kinds.targets import File

    make_head = feeds._make_head
    calls = [0]

    def fail_at_feed(site: Site, feed: feeds.Feed) -> Iterator[File]:
        calls[0] += 1
        if calls[0] == failing_feed:
            raise KeyboardInterrupt
        yield from make_head(site, feed)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feeds, "_make_head", fail_at_feed)
        with pytest.raises(KeyboardInterrupt):
            small_instance.run_refresh()
    small_instance.run_refresh("holt")
    small_instance.assert_consistent()


@mark_fault(
    "a run hangs",
    how="a scheduled run that never ends, on a clock of the test",
    holds="reported once after five minutes without progress, not before",
)
@pytest.mark.anyio
async def test_the_watchdog() -> None:
    """A job without progress for more than 300 seconds is reported once, although other jobs
    go on."""
    reported: list[tuple[str, float]] = []
    steady = [0.0]
    hang = asyncio.Event()

    async def run(name: str) -> None:
        if name != "health":
            await hang.wait()

    def report(name: str, seconds: float) -> None:
        reported.append((name, seconds))

    jobs = {"visits": 0.05, "health": 0.05, "build": 0.05}
    scheduler = Scheduler(jobs, run, steady=lambda: steady[0], on_stopped=report)
    scheduler.start()
    await asyncio.sleep(0.2)
    for _ in range(3):
        steady[0] += 200
        scheduler.note_progress("visits")
        scheduler.note_progress("build")
        await asyncio.sleep(0.1)
    assert reported == []
    steady[0] += 301
    scheduler.note_progress("build")
    await asyncio.sleep(0.3)
    assert reported == [("visits", 301)]  # although other jobs go on
    assert scheduler.silent_seconds() == 301  # what /healthz and the watchdog of systemd are told
    scheduler.note_progress("visits")
    assert scheduler.silent_seconds() == 0
    await scheduler.stop(0.05)


@pytest.mark.slow
@mark_fault(
    "a configuration broken at some runs",
    how=(
        "sources.toml is no TOML at the first scheduled run, good at the second, broken again at"
        " the third"
    ),
    holds=(
        "one line in the log each time; a run works as soon as there is a configuration, with the"
        " last good one"
    ),
)
def test_a_run_with_a_broken_configuration(small_instance: Instance) -> None:
    """Scheduled runs go on with the last valid sources while sources.toml is broken; each new fault
    is reported once. Each case: the file, the lines of trouble, the runs so far."""
    path = small_instance.config / "sources.toml"
    whole_text = path.read_text()
    trouble: list[str] = []
    done: list[refresh.RunReport] = []
    jobs = daemon.Jobs(
        small_instance.config, stop=asyncio.Event(), report_visits=done.append, warn=trouble.append
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(refresh, "make_worker", lambda settings: InProcess())
        for text, lines, runs in (("[[source", 1, 1), (whole_text, 1, 2), ("[[source", 2, 3)):
            path.write_text(text)
            asyncio.run(jobs.run(daemon.VISITS))
            assert len(trouble) == lines
            assert len(done) == runs

    assert all("sources.toml" in line for line in trouble)
    assert len(small_instance.load_articles()) == len(small_instance.list_titles())

    path.write_text(whole_text)
    with small_instance.open_app() as app:
        # none was dropped
        assert app.archive.store.visits.states().keys() == app.configuration.sources.keys()
