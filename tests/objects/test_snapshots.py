"""The interface Snapshots: the same tests for the folder and the object store."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicator.articles.snapshots import FileSnapshots
from syndicator.articles.stores.bucket import Bucket
from syndicator.articles.stores.object_articles import ObjectSnapshots
from syndicator.core.model import make_article_id
from syndicator.core.ports.articles import Snapshots
from tests.objects.s3_server import S3

ID = make_article_id("a")
OTHER = make_article_id("b")
Make = Callable[[int], Snapshots]


@pytest.fixture(params=["folder", "bucket"])
def make_snapshots(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    if request.param == "folder":
        return lambda version: FileSnapshots(tmp_path, version)
    bucket: Bucket = request.getfixturevalue("bucket")
    return lambda version: ObjectSnapshots(bucket, version)


def test_a_page_comes_back_byte_for_byte(make_snapshots: Make) -> None:
    """A stored page is read back with the same bytes and headers; an unknown id gives None, and
    forgetting a page twice is no error. The number is the version of the reader of pages."""
    html = bytes(range(256)) + b"\n\r\n" * 3
    make_snapshots(1).put(ID, html, {"content-type": "text/html", "x": "a\nb"})

    assert make_snapshots(1).get(ID) == (html, {"content-type": "text/html", "x": "a\nb"})
    assert make_snapshots(1).get(OTHER) is None

    make_snapshots(1).forget(ID)
    make_snapshots(1).forget(ID)

    assert make_snapshots(1).get(ID) is None


def test_it_is_known_which_version_read_a_page_and_there_is_one_of_it(make_snapshots: Make) -> None:
    """`outdated` lists stored pages that an older version of the reader of pages (the number) read;
    a page is stored once, whatever version stores it."""
    make_snapshots(0).put(ID, b"<p>", {})
    make_snapshots(2).put(OTHER, b"<p>", {})

    assert make_snapshots(0).outdated() == frozenset()
    assert make_snapshots(2).outdated() == {ID}
    assert make_snapshots(2).get(ID) == (b"<p>", {})

    # version 2 reads both pages, and one that is not stored
    make_snapshots(2).note_read(ID)
    make_snapshots(2).note_read(OTHER)
    make_snapshots(2).note_read(make_article_id("none"))

    assert make_snapshots(2).outdated() == frozenset()
    assert make_snapshots(3).outdated() == {ID, OTHER}

    # version 3 stores one page anew
    make_snapshots(3).put(ID, b"new", {})

    assert make_snapshots(1).get(ID) == make_snapshots(3).get(ID) == (b"new", {})

    make_snapshots(3).forget(ID)

    assert make_snapshots(2).get(ID) is None
    assert make_snapshots(3).outdated() == {OTHER}


def test_what_is_secret_goes(make_snapshots: Make) -> None:
    """`scrub` deletes stored pages that contain a secret, and leaves the others."""
    make_snapshots(1).put(ID, b"a token: abc", {})
    make_snapshots(1).put(OTHER, b"none", {"x": "none"})
    make_snapshots(1).scrub(lambda data: b"abc" in data)

    assert make_snapshots(1).get(ID) is None
    assert make_snapshots(1).get(OTHER) is not None


def test_what_is_no_id_is_refused(make_snapshots: Make) -> None:
    """A text that is no article id, such as a path, is refused, so that no other object can be
    read."""
    for article_id in ("../../etc/passwd", "", "ABCDEFGH", "a" * 40):
        with pytest.raises(ValueError, match="not an article id"):
            make_snapshots(1).get(article_id)


def test_old_pages_are_pruned_and_daily_once_for_each_day(s3: S3, bucket: Bucket) -> None:
    """`prune` deletes pages from before the limit, a dry run only counts them, and `daily` lists
    the bucket once per day, since listing is slow."""
    pages = ObjectSnapshots(bucket, 1)
    now = datetime.now(UTC)
    for article_id in (ID, OTHER):
        pages.put(article_id, b"<p>", {})

    # the page ID is 15 days old, one more than the limit
    key = next(key for key in s3.objects if ID in key)
    old = s3.objects[key]
    s3.objects[key] = type(old)(old.data, old.headers, now - timedelta(days=15))
    limit = now - timedelta(days=14)

    assert pages.prune(limit, dry_run=True) == 1
    assert pages.get(ID) is not None
    assert pages.prune(limit, daily=True) == 1
    assert pages.get(ID) is None

    s3.requests.clear()

    # the same day: the bucket is not listed
    assert pages.prune(limit, daily=True) == 0
    assert s3.requests["list"] == 0
    # the next day
    assert pages.prune(limit + timedelta(days=1), daily=True) == 0
    assert s3.requests["list"] == 1
    # the other page, which was stored now, is before a limit of tomorrow
    assert pages.prune(now + timedelta(days=1)) == 1


@pytest.mark.parametrize("data", [b"", b"no gzip", b"\x1f\x8b\x08\x00cut"])
def test_a_broken_page_counts_as_absent(
    s3: S3, bucket: Bucket, tmp_path: Path, data: bytes
) -> None:
    """A damaged page in the bucket is treated as missing, and no temporary file is left."""
    pages = ObjectSnapshots(bucket, 1)
    pages.put(ID, b"<p>", {})
    s3.put(next(iter(s3.objects)), data)

    assert pages.get(ID) is None
    assert os.listdir(tmp_path) == []  # noqa: PTH208
