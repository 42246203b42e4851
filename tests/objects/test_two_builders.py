"""Two builds write to one object store: the later writer of a file stops."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicator.articles.stores.bucket import Bucket
from syndicator.core.ports import Outlet
from syndicator.pictures import thumbnails
from syndicator.publishing.builder import build
from syndicator.publishing.kinds.site import Inputs
from syndicator.publishing.kinds.targets import Steps
from syndicator.publishing.output.outlets import ObjectOutlet
from syndicator.publishing.selection.feeds import plan_feeds
from syndicator.publishing.selection.published import find_changed_feeds
from syndicator.store.engine import Store, open_store
from tests.bench.bench_publishing import INSTANCE, SOURCES, settings
from tests.publishing.memory import MemoryOutlet, finish_build
from tests.store.conftest import record_article

EVERYTHING = settings(everything=True)
HOW = EVERYTHING.model_copy(
    update={"publish": EVERYTHING.publish.model_copy(update={"thumbnails": False})}
)


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[tuple[Store, Store]]:
    url = f"sqlite:///{tmp_path}/syndicator.db"
    with (
        open_store(url, articles_exist=False) as first_store,
        open_store(url, articles_exist=True) as other_store,
    ):
        yield first_store, other_store


def start_building(store: Store, outlet: Outlet, *, whole: bool = False) -> Steps:
    thumbnails.publish_thumbnails(store, HOW, outlet)
    marks = store.index.marks()
    rows = store.index.feeds()
    specs = plan_feeds(
        rows, settings=HOW, sources=list(SOURCES.values()), queries=(), categories={}
    )
    inputs = Inputs(
        specs=specs,
        rows=rows,
        marks=marks,
        index=store.index,
        outlet=outlet,
        settings=HOW,
        sources=SOURCES,
        instance=INSTANCE,
        planned=None if whole else find_changed_feeds(specs, rows),
        whole=whole,
    )
    return build(inputs)


@pytest.mark.parametrize("steps", [0, 1, 2, 4, 8, 12, 16, 24, 32])
def test_what_two_builds_leave_is_what_one_makes_of_all_articles(
    stores: tuple[Store, Store], bucket: Bucket, steps: int
) -> None:
    """A build that another one overtakes after `steps` steps fails or ends; either way, after one
    more build the files equal those of a single build of all articles. `slow` and `quick` are the
    same database, opened twice."""
    slow, quick = stores

    # all five articles are published
    for number in range(0, 2000, 400):
        record_article(slow, number)
    finish_build(start_building(slow, ObjectOutlet(bucket, whole=True)))

    # the slow build begins
    record_article(slow, 1)
    slow_build = start_building(slow, ObjectOutlet(bucket, whole=True))
    for _ in range(steps):
        next(slow_build, None)

    # the quick build begins after it and ends before it
    record_article(quick, 2, tags=("AI", "Rail"))
    finish_build(start_building(quick, ObjectOutlet(bucket, whole=True)))
    try:
        finish_build(slow_build)
    except OSError as error:
        assert error.errno == errno.EREMOTE

    finish_build(start_building(quick, ObjectOutlet(bucket, whole=True)))

    assert not quick.index.newest_mark()  # nothing is left to build

    # what a single build makes, in an empty outlet
    single_build = MemoryOutlet()
    finish_build(start_building(quick, single_build, whole=True))
    in_bucket = ObjectOutlet(bucket, gzip=False, whole=True)

    assert {name: in_bucket.get(name) for name in single_build.files} == single_build.files
    assert {file.key for file in bucket.walk() if not file.key.endswith(".gz")} == set(
        single_build.files
    )
