"""Feeds are built while visits go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from syndicator.app.container import App, open_app
from syndicator.core.errors import StoreError, WorkerFailed
from syndicator.core.reasons import WorkerReason
from syndicator.publishing.kinds import feeds
from syndicator.publishing.output.outlets import FileOutlet
from syndicator.runs import build, refresh
from syndicator.runs.build import build_meanwhile
from syndicator.store.index import Index
from syndicator.upkeep import reconcile
from tests.faults.instance import NOT_SMALL, InProcess
from tests.instances import Instance, store_articles
from tests.world import World, patient_config, serve_world

SLOW = "parallel"


@pytest.fixture
def world() -> Iterator[World]:
    with serve_world(World(without=NOT_SMALL)) as started:
        yield started


@pytest.fixture
def app(tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    monkeypatch.setattr(refresh, "make_worker", lambda settings: InProcess())
    patient_config(tmp_path / "config", world, port=0)
    with open_app(tmp_path / "config", environ={}) as opened:
        yield opened


async def wait_until(happened: Callable[[], bool], task: asyncio.Task[object]) -> bool:
    """True once it happened, False when the task ended before."""
    while not happened():
        if task.done():
            return False
        await asyncio.sleep(0)  # after each step of a build
    return True


@asynccontextmanager
async def build_continuously(app: App) -> AsyncIterator[asyncio.Task[object]]:
    """Builds go on, without a pause between them."""
    over = asyncio.Event()
    task: asyncio.Task[object] = asyncio.create_task(build_meanwhile(app, over, 0.01))
    yield task
    over.set()
    await task


def test_an_article_does_not_wait_for_a_slow_source(app: App, world: World) -> None:
    """One source answers after a minute. The feed of another is published while that visit is
    under way."""
    world.delay_answers(SLOW, 60)
    public = app.configuration.settings.public_dir

    async def publish_during_visit() -> bool:
        options = refresh.Wanted(all=True, build_seconds=0.05)
        task: asyncio.Task[object] = asyncio.create_task(
            refresh.run(app, options, stop=asyncio.Event())
        )
        file = public / "sources/holt.atom"
        is_published = await wait_until(
            lambda: file.exists() and b"<entry" in file.read_bytes(), task
        )
        is_visiting = not task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return is_published and is_visiting

    assert asyncio.run(publish_during_visit())


def test_visits_have_their_turn_between_two_feeds(instance: Instance) -> None:
    """While feeds are built, other tasks run at least once for each feed."""
    with instance.open_app() as app:
        for number in range(3):
            store_articles(app, f"Story {number}", "Text.", tags=("LLM", "GPU"))

        async def count_turns() -> int:
            count = 0
            task = asyncio.create_task(build.build_feeds(app))
            while not task.done():
                await asyncio.sleep(0)
                count += 1
            return count

        assert asyncio.run(count_turns()) > len(app.archive.store.index.feeds())


def test_what_is_filed_while_feeds_are_built_is_published_by_the_next_build(
    instance: Instance,
) -> None:
    """An article filed in the middle of a build is published by the next one, together with the
    first."""
    with instance.open_app() as app:
        store_articles(app, "First", "Text.")

        async def go() -> None:
            async with build_continuously(app) as task:
                assert await wait_until(
                    lambda: (app.configuration.settings.public_dir / "sources").exists(), task
                )
                store_articles(app, "Second", "Text.")  # at a time when the feeds are half built
                assert await wait_until(lambda: app.archive.store.index.newest_mark() == 0, task)

        asyncio.run(go())

        assert all(
            f">{title}<" in instance.read_published("sources/one.atom")
            for title in ("First", "Second")
        )


def test_a_tag_added_to_the_taxonomy_has_its_feed_with_the_next_build(tmp_path: Path) -> None:
    """A tag listed in the taxonomy gets its feed at the next build, even with fewer than `tag_min`
    articles; the unlisted "Bees" gets none."""
    instance = Instance(tmp_path, settings="[publish]\ntag_min = 3\n")
    with instance.open_app(create=True) as app:
        store_articles(app, "First", "Text.", tags=("LLM", "Robots", "Bees"))
    instance.build()
    tags = instance.folder / "feeds/public/tags"

    assert {path.name for path in tags.glob("*.atom")} == {"llm.atom"}

    instance.write_taxonomy(instance.taxonomy + '\n[[tag]]\nname = "robots"\n')
    instance.build()

    assert {path.name for path in tags.glob("*.atom")} == {"llm.atom", "robots.atom"}
    assert "tags/robots.atom" in instance.read_published("feeds.opml")


def test_nothing_new_is_no_new_build(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """A feed that is held back for a fault stays stale, but does not make the continuous build
    run again until something changes."""
    with instance.open_app() as app:
        store_articles(app, "First", "Text.")
        build_feeds = build.build_feeds
        calls = []

        async def count_and_build(app: App, **options: Any) -> build.BuildReport:
            calls.append(app)
            return await build_feeds(app, **options)

        monkeypatch.setattr(build, "build_feeds", count_and_build)
        monkeypatch.setattr(feeds, "_find_fault", lambda *args: "not well-formed")

        async def build_for_a_moment() -> None:
            async with build_continuously(app):
                await asyncio.sleep(0.3)

        asyncio.run(build_for_a_moment())

        assert len(calls) == 1  # held feeds are tried again when something changes
        assert any(feed.stale for feed in app.archive.store.index.feeds())


def test_a_build_that_fails_ends_the_run_with_its_own_words(
    app: App, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If a build beside visits fails, the run ends with the build's error, without waiting for a
    slow source."""
    world.delay_answers(SLOW, 60)

    async def broken(app: App, **options: Any) -> build.BuildReport:
        raise StoreError("the disk is full")

    monkeypatch.setattr(build, "build_feeds", broken)
    monkeypatch.setattr(refresh, "build_feeds", broken)

    with pytest.raises(StoreError, match="the disk is full"):
        asyncio.run(
            refresh.run(app, refresh.Wanted(all=True, build_seconds=0.05), stop=asyncio.Event())
        )


class Dying:
    """A worker whose first calls fail for `reason`."""

    def __init__(self, fails: int, reason: WorkerReason) -> None:
        self.fails = fails
        self.reason = reason

    def call_sync(self, function: Callable[..., str], *args: str) -> str:
        self.fails -= 1
        if self.fails >= 0:
            raise WorkerFailed(self.reason)
        return function(*args)


@pytest.mark.parametrize(
    ("fails", "reason", "set_aside"),
    [
        (1, WorkerReason.CRASHED, []),
        (2, WorkerReason.CRASHED, ["html-missing"]),
        (1, WorkerReason.HUNG, []),
        (2, WorkerReason.HUNG, ["html-missing"]),
    ],
)
def test_a_text_is_rendered_once_more_where_the_process_was_gone(
    instance: Instance,
    monkeypatch: pytest.MonkeyPatch,
    fails: int,
    reason: WorkerReason,
    set_aside: list[str],
) -> None:
    """The rendering process crashes or hangs `fails` times. A text is rendered a second time;
    after two failures its HTML is missing, which is reported."""
    monkeypatch.setattr(build, "open_worker", lambda: nullcontext(Dying(fails, reason)))
    (instance.config / "sources.toml").write_text(
        '[[source]]\nkey = "one"\nurl = "https://one.example/feed"\ncontent = "full"\n'
    )
    with instance.open_app() as app:
        store_articles(app, "Chips", "A text.")

    assert [problem.reason for problem in instance.build().set_aside] == set_aside


def _unread(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The reads of all feeds from now on."""
    reads: list[str] = []
    for name in ("feeds", "plain_feeds"):
        real = getattr(Index, name)

        def counted(self: Index, among: object = None, real: Any = real, name: str = name) -> Any:
            reads.extend([name] if among is None else [])
            return real(self, among)

        monkeypatch.setattr(Index, name, counted)
    return reads


def test_without_a_change_no_row_of_all_feeds_is_read(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build with nothing to do reads no rows of feeds, but still repairs an overwritten feed and
    publishes a new stylesheet."""
    with instance.open_app() as app:
        store_articles(app, "First", "Text.")
        reconcile.update_from_files(app.archive, app.configuration)
    instance.build()
    reads = _unread(monkeypatch)
    with instance.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)

        assert asyncio.run(build.build_feeds(app)).builds == 0
        assert app.archive.store.index.newest_mark() == 0

    assert reads == []

    (instance.folder / "feeds/public/all.atom").write_text("an earlier day")

    assert "all.atom" in instance.build().written

    (instance.config / "site.css").write_text("a { color: red }")

    assert "site.css" in instance.build().written


def test_one_more_article_reads_all_feeds_once(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build with one new article reads the feed rows once."""
    with instance.open_app() as app:
        store_articles(app, "First", "Text.")
        reconcile.update_from_files(app.archive, app.configuration)
    instance.build()
    with instance.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)
        store_articles(app, "Second", "Text.")
        reads = _unread(monkeypatch)

        assert "all.atom" in asyncio.run(build.build_feeds(app)).written

    assert reads == ["plain_feeds"]


def test_a_feed_that_is_not_published_does_not_stay_stale(tmp_path: Path) -> None:
    """A build clears the stale marks of feeds that it does not publish, such as a tag with too few
    articles."""
    instance = Instance(tmp_path, settings="[publish]\ntag_min = 5\n")
    with instance.open_app(create=True) as app:
        store_articles(app, "First", "Text.", tags=("Sea",))
        assert {row.key.axis for row in app.archive.store.index.feeds() if row.stale} >= {
            "tag",
            "all",
        }
    instance.build()
    with instance.open_app() as app:
        assert not [row.key for row in app.archive.store.index.feeds() if row.stale]


def test_a_build_clears_up_after_one_that_did_not_end(instance: Instance) -> None:
    """Temporary files are deleted by the first build after an interrupted one, and not by others,
    as looking for them is slow."""

    def stop() -> None:
        raise KeyboardInterrupt

    temporary_file = instance.folder / "feeds/public/tags/.llm.atom.1.tmp"
    with instance.open_app() as app:
        store_articles(app, "First", "Text.")
        asyncio.run(build.build_feeds(app))
        temporary_file.parent.mkdir(exist_ok=True)
        temporary_file.write_text("half")
        store_articles(app, "Second", "Text.")
        asyncio.run(build.build_feeds(app))

        assert temporary_file.exists()

        store_articles(app, "Third", "Text.")

        with pytest.raises(KeyboardInterrupt):
            asyncio.run(build.build_feeds(app, turn=stop))

        asyncio.run(build.build_feeds(app))

        assert not temporary_file.exists()


def test_that_a_build_has_begun_is_known_before_its_first_file(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database notes that a build began before its first file is written, as a kill may come
    with that file; also within the shared transaction of visits."""
    notes: list[str | None] = []
    original_put = FileOutlet.put

    def put_with_note(outlet: FileOutlet, name: str, data: bytes, **options: Any) -> bool:
        with instance.open_app() as other_app:
            notes.append(other_app.archive.store.visits.note("build begun"))
        return original_put(outlet, name, data, **options)

    with instance.open_app() as app:
        store_articles(app, "First", "Text.")
        asyncio.run(build.build_feeds(app))
        store_articles(app, "Second", "Text.")
        monkeypatch.setattr(FileOutlet, "put", put_with_note)
        with app.archive.store.visits.shared():
            asyncio.run(build.build_feeds(app))

    assert notes[0] == "now"
