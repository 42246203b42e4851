"""Mistakes of the operator (settings, secrets) use up no retry and are reported with a cure."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicator.app.container import App, open_app
from syndicator.articles.article_store import FileArticleStore
from syndicator.core.model import Outcome, Rules
from syndicator.core.ports import EntryRow
from syndicator.filing.entry import endings
from syndicator.health.check.installation import check
from syndicator.publishing.output.outlets import FileOutlet
from syndicator.runs import refresh
from syndicator.runs.build import build_feeds
from syndicator.upkeep import reconcile
from syndicator.visiting.drawing import fetcher as drawing_fetcher
from tests.faults.instance import NOT_SMALL, InProcess
from tests.unstamped import read_unstamped_configuration
from tests.world import World, patient_config, serve_world

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def world() -> Iterator[World]:
    with serve_world(World(without=NOT_SMALL)) as started:
        yield started


class EditedInstance:
    """An application whose sources a test edits, with a clock and an environment."""

    def __init__(self, app: App, clock: list[datetime], environ: dict[str, str]) -> None:
        self.app = app
        self.clock = clock
        self.environ = environ

    def edit_source(self, **fields: Any) -> None:
        self.app.configuration.sources["parallel"] = replace(
            self.app.configuration.sources["parallel"], **fields
        )

    def run_refresh(self, *keys: str) -> Outcome:
        wanted = refresh.Wanted(keys=keys or ("parallel",))
        (outcome,) = asyncio.run(refresh.run(self.app, wanted, stop=asyncio.Event())).outcomes
        return outcome

    @property
    def waiting_entries(self) -> list[EntryRow]:
        return self.app.archive.store.visits.pending("parallel", NOW + 1000 * DAY)


@pytest.fixture
def instance(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> Iterator[EditedInstance]:
    monkeypatch.setattr(refresh, "make_worker", lambda settings: InProcess())
    patient_config(tmp_path / "config", world, port=0)
    clock = [NOW]
    environ = dict[str, str]()
    with open_app(
        tmp_path / "config",
        read=read_unstamped_configuration(tmp_path / "config"),
        clock=lambda: clock[0],
        jitter=lambda: 0.5,
        environ=environ,
    ) as app:
        yield EditedInstance(app, clock, environ)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rules", "error"),
    [
        (Rules(select=("div[[",)), "'div[[' is not a valid CSS selector"),
        (Rules(remove=("body",)), "rules.select and rules.remove leave no article"),
    ],
)
def test_selectors_that_are_wrong_use_up_no_try(
    instance: EditedInstance, rules: Rules, error: str
) -> None:
    """While the rules of a source have wrong selectors, its entries wait without losing tries, over
    more daily visits than an entry has tries, and the operator is told. Once the rules are mended,
    all are read at once."""
    instance.edit_source(rules=rules)
    for _ in range(endings.MOST_TRIES + 1):
        outcome = instance.run_refresh()
        assert outcome.added == ()
        assert outcome.pending == len(instance.waiting_entries)
        instance.clock[0] += DAY

    assert outcome.pending > 1

    problem = outcome.skipped[0]

    assert problem.reason == "bad-rules"
    assert error in problem.detail
    assert "'parallel'" in problem.detail
    assert {(row.status, row.tries) for row in instance.waiting_entries} == {("pending", 0)}

    reported = instance.app.archive.store.status.list_for_operator()

    assert {(each.reason, each.detail) for each in reported} == {(problem.reason, problem.detail)}

    instance.edit_source(rules=Rules())  # the operator mends them

    # they are read at once, not at the time of their next try
    assert len(instance.run_refresh().added) == outcome.pending
    assert instance.app.archive.store.status.list_for_operator() == ()


def test_a_page_that_waits_for_the_operator_is_asked_for_once_an_hour_at_most(
    instance: EditedInstance, world: World
) -> None:
    """While entries wait for mended rules, a visit within the hour requests only the feed; after an
    hour (`ASKED_WAIT`), a visit requests pages, too."""
    instance.edit_source(rules=Rules(remove=("body",)))  # leaves nothing of a page
    instance.run_refresh()
    request_count = len(world.requests)
    instance.clock[0] += endings.ASKED_WAIT - timedelta(seconds=1)
    instance.run_refresh()

    assert len(world.requests) == request_count + 1  # for the feed

    instance.clock[0] += timedelta(seconds=1)
    instance.run_refresh()

    assert len(world.requests) > request_count + 2  # for the feed again, and for pages


def test_a_page_that_is_no_article_with_or_without_selectors_is_refused(
    instance: EditedInstance, world: World
) -> None:
    """A page that is empty with the source's rules and without them is refused as empty: the rules
    are not to blame."""
    story = next(story for story in world.stories if story.site == "parallel")
    world.fail_site(
        "parallel",
        200,
        path="/" + world.url(story).split("/", 3)[3],
        body=b"<title>Empty</title><p>No.</p>",
    )
    instance.edit_source(rules=Rules(remove=("aside",)))
    skipped = instance.run_refresh().skipped
    reasons = [problem.reason for problem in skipped if problem.what == world.url(story)]
    world.heal_site("parallel")

    assert reasons == ["empty"]


def test_what_was_refused_is_asked_for_once_more_when_a_rule_changes(
    instance: EditedInstance, world: World
) -> None:
    """A page was refused as empty. It is requested once more after each change of its source's
    rules, and not after other edits (`every`) or if an earlier version stored no rules."""
    story = next(story for story in world.stories if story.site == "parallel")
    path = "/" + world.url(story).split("/", 3)[3]
    world.fail_site("parallel", 200, path=path, body=b"<title>Empty</title><p>No.</p>")
    instance.run_refresh()

    def count_requests_of_run() -> int:
        before = sum(request.path == path for request in world.requests)
        instance.run_refresh()
        return sum(request.path == path for request in world.requests) - before

    assert count_requests_of_run() == 0

    # an earlier version stored no rules with the state of a source
    state = instance.app.archive.store.visits.states()["parallel"]
    instance.app.archive.store.visits.save_states([replace(state, rules=None)])

    assert count_requests_of_run() == 0

    instance.edit_source(rules=Rules(remove=(".promo",)))

    assert count_requests_of_run() == 1
    assert count_requests_of_run() == 0

    instance.edit_source(rules=Rules(), every="2h")  # the rules of before

    assert count_requests_of_run() == 1

    instance.edit_source(every="3h")  # the same rules

    assert count_requests_of_run() == 0

    world.heal_site("parallel")


def test_without_the_value_of_a_header_nobody_is_asked(
    instance: EditedInstance, world: World
) -> None:
    """If the variable for a header is unset, the source sends no request, counts no failure, and
    tries again within 15 minutes."""
    instance.edit_source(headers_env={"Authorization": "SITE_TOKEN"})
    request_count = len(world.requests)
    outcome = instance.run_refresh()

    assert outcome.status == "failed"
    assert outcome.reason == "unset-variable"
    assert "SITE_TOKEN" in outcome.detail
    assert "Authorization" in outcome.detail

    state = instance.app.archive.store.visits.states()["parallel"]

    assert state.backoff.failures == 0
    assert state.backoff.reason == "unset-variable"
    assert state.schedule.next_due is not None
    assert state.schedule.next_due - NOW <= timedelta(minutes=15)
    assert len(world.requests) == request_count

    instance.environ["SITE_TOKEN"] = "secret"

    assert len(instance.run_refresh().added) > 1


def test_without_a_browser_nobody_is_asked(
    instance: EditedInstance, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If no browser is installed, a source that needs one sends no request, counts no failure,
    and tries again within 15 minutes."""
    monkeypatch.setattr(drawing_fetcher, "find_obstacle", lambda: "Chromium is missing")
    instance.edit_source(browser=True)
    request_count = len(world.requests)
    outcome = instance.run_refresh()

    assert outcome.status == "failed"
    assert outcome.reason == "no-browser"
    assert outcome.detail.startswith("Chromium is missing")

    state = instance.app.archive.store.visits.states()["parallel"]

    assert state.backoff.failures == 0
    assert state.schedule.due_why == "waits for a browser"
    assert state.schedule.next_due is not None
    assert state.schedule.next_due - NOW <= timedelta(minutes=15)
    assert len(world.requests) == request_count

    instance.edit_source(browser=False)

    assert len(instance.run_refresh().added) > 1


def test_pages_lose_no_try_when_a_header_loses_its_value(instance: EditedInstance) -> None:
    """Two pages wait, left over by a visit with a limit of 0. Then the variable of a header is
    unset: they keep their tries over more visits than an entry has tries."""
    instance.edit_source(headers_env={"Authorization": "SITE_TOKEN"}, backfill=2)
    instance.environ["SITE_TOKEN"] = "secret"
    asyncio.run(
        refresh.run(instance.app, refresh.Wanted(keys=("parallel",), limit=0), stop=asyncio.Event())
    )

    del instance.environ["SITE_TOKEN"]
    for _ in range(endings.MOST_TRIES + 1):
        assert instance.run_refresh().reason == "unset-variable"
        instance.clock[0] += DAY

    assert [(row.status, row.tries) for row in instance.waiting_entries] == [
        ("pending", 0),
        ("pending", 0),
    ]


@pytest.mark.slow
def test_an_article_file_that_a_hand_broke_uses_up_no_try(
    instance: EditedInstance, world: World
) -> None:
    """A hand breaks the file of an article, and then its page gets another title. The revision
    waits without losing tries; after the file is mended, it is made."""
    instance.run_refresh()
    story = next(story for story in world.stories if story.site == "parallel")
    path = next(
        path
        for path in instance.app.archive.article_store.root.rglob("*.md")
        if world.url(story) in path.read_text()
    )
    whole_text = path.read_text()
    path.write_text(whole_text.replace("\npublished:", "\npublished: never #", 1))  # no date
    world.change_story(story.key, title=f"{story.title}, corrected")
    for _ in range(endings.MOST_TRIES + 1):
        instance.clock[0] += timedelta(hours=25)
        instance.run_refresh()

    assert [(row.reason, row.tries) for row in instance.waiting_entries] == [
        ("bad-article-file", 0)
    ]
    assert str(path.name) in instance.waiting_entries[0].detail

    path.write_text(whole_text)
    instance.clock[0] += timedelta(hours=25)

    assert len(instance.run_refresh().changed) == 1


@pytest.mark.slow
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES])
def test_an_article_that_cannot_be_written_ends_the_run_and_no_page_loses_a_try(
    instance: EditedInstance, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If no article can be written, since the disk is full or read-only, the run ends with that
    error and no entry loses a try. The next run, which can write, reads them all."""

    def refuse_to_write(*args: Any, **kwargs: Any) -> Any:
        raise OSError(number, os.strerror(number), "feeds/articles/x.md")

    with monkeypatch.context() as patch:
        patch.setattr(FileArticleStore, "put", refuse_to_write)
        with pytest.raises(OSError, match=r"feeds/articles/x\.md"):
            instance.run_refresh()

    assert {(row.status, row.tries) for row in instance.waiting_entries} == {("pending", 0)}

    waiting_count = len(instance.waiting_entries)

    assert waiting_count > 1
    assert len(instance.run_refresh().added) == waiting_count


@pytest.mark.slow
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_a_disk_on_which_no_feed_can_be_written_ends_the_run_and_all_is_built_later(
    instance: EditedInstance, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the disk is full or read-only when feeds are written, the run ends with that error, and
    the next build writes all."""

    def refuse_to_write(*args: Any, **kwargs: Any) -> Any:
        raise OSError(number, os.strerror(number), "feeds/public/all.atom")

    with monkeypatch.context() as patch:
        patch.setattr(FileOutlet, "put", refuse_to_write)
        with pytest.raises(OSError, match=r"feeds/public/all\.atom"):
            instance.run_refresh()

    assert not any(instance.app.configuration.settings.public_dir.rglob("*.atom"))
    assert "sources/parallel.atom" in asyncio.run(build_feeds(instance.app)).written


@pytest.mark.slow
def test_a_file_that_may_not_be_written_holds_its_feed_alone_and_is_named(
    instance: EditedInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program may not write one file, sources/parallel.atom: the feed of that source is held
    and reported with a cure, and other feeds (all.atom) are written."""
    original_put = FileOutlet.put

    def put_other_files_only(outlet: FileOutlet, name: str, data: bytes, **more: Any) -> bool:
        if name == "sources/parallel.atom":
            raise PermissionError(errno.EACCES, "Permission denied", name)
        return original_put(outlet, name, data, **more)

    monkeypatch.setattr(FileOutlet, "put", put_other_files_only)
    instance.run_refresh()
    (held_invalid_feed,) = instance.app.archive.store.status.list_invalid_feeds()

    assert held_invalid_feed.what == "source/parallel"
    assert "sources/parallel.atom" in held_invalid_feed.detail
    assert "give this user the right" in held_invalid_feed.detail
    assert (instance.app.configuration.settings.public_dir / "all.atom").exists()


def test_check_names_headers_without_a_value(instance: EditedInstance) -> None:
    """`check` names the unset variable of a header and its source."""
    path = instance.app.configuration.folder / "sources.toml"
    text = path.read_text().replace(
        'key = "parallel"', 'key = "parallel"\nheaders_env = { Authorization = "SURELY_UNSET" }', 1
    )
    path.write_text(text)
    problems_by_reason = {
        problem.reason: problem for problem in check(instance.app.configuration.folder)
    }

    assert "SURELY_UNSET" in problems_by_reason["unset-variable"].detail
    assert "'parallel'" in problems_by_reason["unset-variable"].detail


@pytest.mark.slow
def test_pages_on_which_a_selector_matches_nothing_are_counted_until_the_rules_change(
    instance: EditedInstance,
) -> None:
    """Of two selectors one, "div.gone", matches nothing on any page: as many pages are counted for
    it as were read. A change of the rules resets the count."""
    instance.edit_source(rules=Rules(select=("body", "div.gone")))
    read_count = len(instance.run_refresh().added)

    assert read_count > 1
    assert instance.app.archive.store.visits.states()["parallel"].pages.unmatched == {
        'select "div.gone"': read_count
    }

    instance.edit_source(rules=Rules(select=("body",)))

    states = reconcile.update_source_states(instance.app.archive, instance.app.configuration)

    assert states["parallel"].pages.unmatched == {}
