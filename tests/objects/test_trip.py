"""Run an instance with all its files in a bucket: the same bytes as in folders."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicator.app.container import App, open_app
from syndicator.runs.build import build_feeds
from syndicator.runs.refresh import RunReport, Wanted, Watch, run
from syndicator.upkeep import reindex
from syndicator.upkeep.tags import learning
from tests.objects.s3_server import S3
from tests.world import World, patient_config

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("kept_workers")]
_PATHS = """
[paths]
articles = "s3://tests/i/articles"
public = "s3://tests/i/public"
pages = "s3://tests/i/pages"
"""


class FollowingInstance:
    """A configuration with its own state. `create`: begins a database although the instance has
    been minted."""

    def __init__(self, folder: Path, world: World, environ: dict[str, str] | None = None) -> None:
        # One source after the other: which of two stories that come at once names the other is a
        # matter of luck.
        self.environ = {**(environ or {}), "SYNDICATOR_FETCH__CONCURRENCY": "1"}
        self.folder = folder
        self.now = datetime(2026, 1, 10, 12, tzinfo=UTC)
        self.create = environ is not None
        patient_config(folder / "config", world)
        if environ is not None:
            with (folder / "config/syndicator.toml").open("a") as file:
                file.write(_PATHS)

    def open_app(self) -> AbstractContextManager[App]:
        create = self.create
        self.create = False
        return open_app(
            self.folder / "config",
            clock=lambda: self.now,
            jitter=lambda: 0.5,
            environ=self.environ,
            create=create,
        )

    async def run_refresh(self) -> RunReport:
        with self.open_app() as app:
            return await run(app, Wanted(all=True), stop=asyncio.Event(), watch=Watch())

    async def build(self) -> None:
        with self.open_app() as app:
            await build_feeds(app, include_all=True)

    def lose_the_database(self) -> None:
        (self.folder / "feeds/state/syndicator.db").unlink()
        self.create = True

    def bytes_of(self, part: str) -> dict[str, bytes]:
        root = self.folder / "feeds" / part
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in root.rglob("*")
            if path.is_file()
        }


@pytest.fixture
async def instances(
    s3: S3, tmp_path: Path
) -> AsyncIterator[tuple[FollowingInstance, FollowingInstance, World]]:
    """The same world followed into folders, and into a bucket by an instance of the same id."""
    world = World(without={"slow"})
    await world.start()
    s3.page = 100
    folder = FollowingInstance(tmp_path / "folder", world)
    bucket = FollowingInstance(tmp_path / "bucket", world, s3.environ)
    await folder.run_refresh()
    s3.put(
        "i/articles/instance.toml", (folder.folder / "feeds/articles/instance.toml").read_bytes()
    )
    yield folder, bucket, world
    await world.aclose()


# nobody answers questions beside a bucket
_SAY_WHO_ANSWERS = ("combine.html", "search.html", "q/answers.js")


def assert_same_files(folder: FollowingInstance, s3: S3) -> None:
    for part in ("articles", "public"):
        ours = s3.list_objects(f"i/{part}")
        theirs = folder.bytes_of(part)
        other_names = {
            name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)
        }
        assert {
            name for name in other_names if name.removesuffix(".gz") not in _SAY_WHO_ANSWERS
        } == set()


@pytest.mark.slow
async def test_a_bucket_has_the_same_bytes_as_a_folder_after_each_run(
    instances: tuple[FollowingInstance, FollowingInstance, World], s3: S3
) -> None:
    """After visits, edits, a lost database and a reindex, an instance in a bucket has the same
    files as one in a folder; a run without news writes nothing."""
    folder, bucket, world = instances  # `folder` has run once
    report = await bucket.run_refresh()

    assert not report.problems
    assert_same_files(folder, s3)
    # one object more: the day of the last pruning
    assert len(s3.list_objects("i/pages")) == len(folder.bytes_of("state/pages")) + 1
    assert not any((bucket.folder / "feeds").glob("articles"))
    assert not any((bucket.folder / "feeds").glob("public"))

    _have_the_types_that_our_server_sends(s3)

    # a run without news
    before = s3.requests.copy()
    await bucket.run_refresh()
    asked = s3.requests - before

    assert asked["put"] == asked["delete"] == 0  # nothing new, nothing written

    # a run with a changed story
    story = next(story for story in world.stories if story.truth and "launchbeat" in story.key)
    world.change_story(story.key, title="Quite another title than before")
    for place in (folder, bucket):
        place.now += timedelta(days=1)
        await place.run_refresh()

    assert_same_files(folder, s3)
    assert b"Quite another title than before" in s3.list_objects("i/public")["all.atom"]

    with bucket.open_app() as app:  # the worker that reads all articles has no credentials
        assert learning.learn(app.archive, app.configuration, minimum=1).tags
        assert learning.suggest(app.archive, app.configuration) is not None

    # a lost database
    before_reindex = feeds_of(s3)
    bucket.lose_the_database()
    with bucket.open_app() as app:
        done = reindex.reindex(app.archive, app.configuration)

        assert done.articles == len(list(app.archive.article_store.walk()))
        assert done.problems == ()
    await bucket.build()

    assert feeds_of(s3) == before_reindex


def feeds_of(s3: S3) -> dict[str, bytes]:
    return {
        name: data
        for name, data in s3.list_objects("i/public").items()
        if name.endswith((".atom", ".rss", ".json"))
    }


def _have_the_types_that_our_server_sends(s3: S3) -> None:
    kept_headers = s3.objects["i/public/all.atom"].headers
    assert kept_headers == {
        "Content-Type": "application/atom+xml; charset=utf-8",
        "Cache-Control": "no-cache",
    }
    assert s3.objects["i/public/all.atom.gz"].headers == {
        **kept_headers,
        "Content-Encoding": "gzip",
    }
    assert s3.objects["i/public/index.html"].headers["Content-Type"] == "text/html; charset=utf-8"
    assert (
        s3.objects["i/public/maps/nginx.conf"].headers["Content-Type"] == "application/octet-stream"
    )
    assert "i/public/archive/all/2026-01.atom.gz" not in s3.objects


@pytest.mark.slow
async def test_a_run_that_loses_the_network_anywhere_is_made_good_by_the_next(
    instances: tuple[FollowingInstance, FollowingInstance, World],
    s3: S3,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Runs that lose the object store after 10, 40 and 120 requests fail; the next run completes
    them, with the same article files as a folder."""
    folder, bucket, _ = instances
    monkeypatch.setattr("syndicator.articles.stores.bucket._PATIENCE", timedelta(milliseconds=50))

    for requests in (10, 40, 120):
        answered = iter(range(requests))
        s3.before = lambda kind, key, left=answered: None if next(left, None) is not None else 503  # type: ignore[misc]
        with pytest.raises((OSError, BaseExceptionGroup)):
            await bucket.run_refresh()

    # the store is back; after 20 minutes the reservations of the failed runs are over
    s3.before = lambda kind, key: None
    bucket.now += timedelta(minutes=20)
    await bucket.run_refresh()
    bucket.now -= timedelta(minutes=20)
    await bucket.build()
    bucket_files = s3.list_objects("i/articles")
    folder_files = folder.bytes_of("articles")

    assert bucket_files.keys() == folder_files.keys()
