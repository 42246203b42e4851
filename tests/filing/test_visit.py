"""Visit one source of the demo's web."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from syndicator.app.container import App, open_app
from syndicator.app.contexts import make_filing_context
from syndicator.articles import disk, snapshots
from syndicator.core.model import Outcome
from syndicator.filing import dedupe
from syndicator.filing import visit as pipeline_visit
from syndicator.filing import visit as visit_all
from syndicator.filing.visit import SIDE_BY_SIDE
from syndicator.runs import refresh
from syndicator.store import codec
from syndicator.upkeep import reconcile
from syndicator.visiting import cadence
from tests.faults.instance import NOT_SMALL, InProcess
from tests.world import World, patient_config, serve_world


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with serve_world(World(without=NOT_SMALL)) as started:
        yield started


@pytest.fixture
def app(tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    monkeypatch.setattr(refresh, "make_worker", lambda settings: InProcess())
    patient_config(tmp_path / "config", world, port=0)
    with open_app(tmp_path / "config", environ={}) as opened:
        yield opened


def visit_source(app: App, key: str, **wanted: Any) -> Outcome:
    report = asyncio.run(
        refresh.run(app, refresh.Wanted(keys=(key,), **wanted), stop=asyncio.Event())
    )
    (outcome,) = report.outcomes
    return outcome


def test_entries_just_announced_are_not_read_back_from_the_database(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A visit reads new entries from memory: no row of an entry is decoded from the database, which
    would cost time."""
    unpack = codec.unpack
    unpacked = Counter[str]()

    def count_and_unpack(cls: type[Any], document: str) -> Any:
        unpacked[cls.__name__] += 1
        return unpack(cls, document)

    monkeypatch.setattr(codec, "unpack", count_and_unpack)
    outcome = visit_source(app, "holt")

    assert len(outcome.added) > 1
    assert len(outcome.added) == outcome.announced
    assert unpacked["EntryRow"] == 0


def test_a_visit_tells_what_it_read_and_a_source_remembers_the_lengths_of_its_texts(
    app: App,
) -> None:
    """A visit reports its bytes, its seconds and why the next one is due. The source remembers the
    length of each text that was read; a second visit reads none and adds no length."""
    outcome = visit_source(app, "holt")
    state = app.archive.store.visits.states()["holt"]

    assert len(state.pages.bodies) == len(outcome.added)
    assert min(state.pages.bodies) > 1000
    assert outcome.bytes > 0
    assert outcome.seconds >= 0
    assert outcome.due_why == state.schedule.due_why
    assert outcome.due_why != ""

    again = visit_source(app, "holt")

    assert again.bytes in (0, outcome.bytes)  # 0 if the server answers that nothing changed
    assert app.archive.store.visits.states()["holt"].pages.bodies == state.pages.bodies


def test_what_a_limit_leaves_is_counted_and_taken_by_the_next_visit(app: App) -> None:
    """With `limit=1` a visit reads the newest entry, and the others are pending. The next visit
    reads those, and none twice."""
    first = visit_source(app, "holt", limit=1)

    assert len(first.added) == 1
    assert first.pending == first.announced - 1

    second = visit_source(app, "holt")  # the feed has not changed: only what waits is read

    assert len(second.added) == first.announced - 1
    assert second.pending == 0
    assert not {*first.added} & {*second.added}

    articles = app.archive.store.index.articles([*first.added, *second.added])

    newest_id = max(articles, key=lambda id: str(articles[id].published))

    assert first.added[0] == newest_id


def test_a_feed_whose_bytes_are_the_same_is_not_read_again(app: App) -> None:
    """An answer with the same bytes counts as unchanged, even if the server sends no 304."""
    assert visit_source(app, "holt").announced > 1

    state = app.archive.store.visits.states()["holt"]
    # without validators in the request the server answers with the whole feed, not with 304
    without_validators = replace(state.validators, etag=None, last_modified=None)
    app.archive.store.visits.save_states([replace(state, validators=without_validators)])
    second_visit = visit_source(app, "holt")

    assert second_visit.status == "unchanged"
    assert second_visit.announced == 0


def test_no_page_is_begun_once_a_run_is_told_to_stop(app: App) -> None:
    """A run that is told to stop at its first article finishes only the pages that are being
    read (`SIDE_BY_SIDE`)."""
    stop = asyncio.Event()
    watch = refresh.Watch(filed=lambda title: stop.set())  # at its first article
    report = asyncio.run(refresh.run(app, refresh.Wanted(keys=("holt",)), stop=stop, watch=watch))
    (outcome,) = report.outcomes

    assert len(outcome.added) == SIDE_BY_SIDE
    assert outcome.pending == outcome.announced - SIDE_BY_SIDE


def test_articles_of_a_first_visit_know_the_name_of_their_feed(app: App) -> None:
    """The feed's title is known before its first articles are stored, and each has it as origin."""
    outcome = visit_source(app, "holt")
    articles = app.archive.store.index.articles(outcome.added)
    assert {article.origin.title for article in articles.values()} == {"Maren Holt's notebook"}


def test_a_flood_waits_and_the_operator_is_told(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more entries than the daily limit (2), the others wait, the source has a warning, and
    the same day reads no more."""
    monkeypatch.setattr(cadence, "LEAST_DAILY_LIMIT", 2)
    # a source that has been followed since 2020: at a first visit there is no limit
    past = datetime(2020, 1, 1, tzinfo=UTC)
    holt = reconcile.update_source_states(app.archive, app.configuration)["holt"]
    app.archive.store.visits.save_states(
        [replace(holt, visits=replace(holt.visits, first_visit=past, last_success=past))]
    )
    outcome = visit_source(app, "holt")

    assert len(outcome.added) == 2
    assert outcome.pending > 0
    assert outcome.pending == outcome.announced - 2

    message = f"{outcome.pending} entries wait, 2 a day are read"

    assert app.archive.store.visits.states()["holt"].warning.startswith(message)

    second_outcome = visit_source(app, "holt")  # on the same day

    assert second_outcome.added == ()


def test_articles_share_the_commits_and_the_syncs_of_their_folder_and_files_come_first(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The articles of a visit share one database commit; just before it, each of their folders
    is synced to disk once."""
    steps: list[str] = []  # "begin" and "end" of the visit, commits, and folders that are synced
    sync_folder = disk.sync_folder

    def record_and_sync(path: Path) -> None:
        steps.append(path.name)
        sync_folder(path)

    monkeypatch.setattr(visit_all, "IDLE_SECONDS", 60)  # no commit within the visit
    monkeypatch.setattr(disk, "sync_folder", record_and_sync)

    # record the begin and the end of the visit, and each commit
    group = app.archive.store.visits._db
    shared = group.shared
    engine = group._db.engine
    event.listen(engine, "commit", lambda connection: steps.append("commit"))

    @contextmanager
    def record_and_share(first: Callable[[], object] = lambda: None) -> Iterator[None]:
        steps.append("begin")
        with shared(first):
            yield
        steps.append("end")

    monkeypatch.setattr(group, "shared", record_and_share)
    added = visit_source(app, "holt").added

    steps_of_visit = steps[steps.index("begin") : steps.index("end")]
    month_folders = {path.parent.name for path in app.archive.article_store.root.rglob("*-*.md")}

    assert len(added) > 1
    assert steps_of_visit.count("commit") == 1

    commit = steps_of_visit.index("commit")
    steps_just_before = steps_of_visit[commit - len(month_folders) : commit]

    assert set(steps_just_before) == month_folders, steps_of_visit


def test_a_commit_waits_until_nothing_was_written_for_a_while_or_many_writes_wait(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit is made when a second passes without writing, at `COMMIT_WRITES` writes, or after
    `COMMIT_SECONDS`. `count_waiting(1, 2, 0)` writes once in the first second, twice in the second
    one and not in the third, and returns how many writes wait after each."""
    visits = app.archive.store.visits
    original_sleep = asyncio.sleep

    async def count_waiting(*writes: int) -> list[int]:
        # a second passes when a tick is put
        ticks: asyncio.Queue[float] = asyncio.Queue()
        monkeypatch.setattr(visit_all.asyncio, "sleep", lambda pause: ticks.get())
        waiting = []
        async with visit_all.sharing_commits(
            make_filing_context(app.archive, app.configuration.sources)
        ):
            for count in writes:
                for number in range(count):
                    visits.set_note(f"note {number}", "text", app.archive.clock())
                await original_sleep(0)
                ticks.put_nowait(0)
                await original_sleep(0)
                waiting.append(visits.count_uncommitted())
        return waiting

    assert asyncio.run(count_waiting(1, 2, 0)) == [1, 3, 0]
    assert asyncio.run(count_waiting(1, visit_all.COMMIT_WRITES)) == [1, 0]

    one_write_each_second = [1] * visit_all.COMMIT_SECONDS
    waiting = asyncio.run(count_waiting(*one_write_each_second))

    assert waiting[-2:] == [visit_all.COMMIT_SECONDS - 1, 0]


def test_the_page_is_packed_and_its_text_sketched_where_it_is_read(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Packing pages and sketching texts, which take long, happen in the worker process only: calls
    of both from elsewhere are counted, and there are none."""
    reading = InProcess()
    here = Counter[str]()  # calls outside the worker, and how many calls the worker is in

    class Elsewhere:
        """A worker in another process, so that only calls of this process are counted."""

        async def call(self, function: Any, *args: Any, **kwargs: Any) -> Any:
            here["in the worker"] += 1
            try:
                return await reading.call(function, *args, **kwargs)
            finally:
                here["in the worker"] -= 1

        async def aclose(self) -> None:
            await reading.aclose()

    def counted(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            here[name] += not here["in the worker"]
            return real(*args, **kwargs)

        return call

    async def no_second_reading(*given: object) -> None:
        return None

    monkeypatch.setattr(pipeline_visit, "reprocess", no_second_reading)
    monkeypatch.setattr(refresh, "make_worker", lambda settings: Elsewhere())
    monkeypatch.setattr(snapshots, "pack_page", counted("packed", snapshots.pack_page))
    monkeypatch.setattr(dedupe, "make_sketch", counted("sketched", dedupe.make_sketch))
    dedupe._sketches.clear()  # no sketch of an earlier test
    added = visit_source(app, "holt").added

    assert len(added) > 1
    assert here["packed"] == 0
    assert here["sketched"] == 0
    assert all(app.archive.snapshots.get(article_id) for article_id in added)
