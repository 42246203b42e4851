"""The interface Outlet: the same tests for the folder and the object store."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from syndicator.articles.stores.bucket import Bucket
from syndicator.core.errors import UsageError
from syndicator.core.ports import Outlet
from syndicator.publishing.output.outlets import FileOutlet, ObjectOutlet
from tests.objects.s3_server import S3
from tests.publishing.written import publish_file, unpublish_file

Make = Callable[..., Outlet]


@pytest.fixture(params=["folder", "bucket", "whole bucket"])
def make_outlet(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """An outlet as each build opens one."""
    if request.param == "folder":
        return lambda gzip=True: FileOutlet(tmp_path, gzip)
    bucket: Bucket = request.getfixturevalue("bucket")
    return lambda gzip=True: ObjectOutlet(bucket, gzip, whole=request.param == "whole bucket")


def test_what_is_put_is_there_and_written_only_where_it_differs(make_outlet: Make) -> None:
    """`put` writes a file only if its bytes differ, and returns whether it did."""
    outlet = make_outlet()

    assert outlet.get("tags/ai.atom") is None
    assert outlet.written("tags/ai.atom") is None
    assert outlet.put("tags/ai.atom", b"one")
    assert not outlet.put("tags/ai.atom", b"one")

    outlet.commit()
    second_outlet = make_outlet()  # as the next build opens it

    assert second_outlet.get("tags/ai.atom") == b"one"
    assert second_outlet.written("tags/ai.atom") is not None
    assert not second_outlet.put("tags/ai.atom", b"one", heir_of=["tags/ml.atom"])
    assert publish_file(second_outlet, "tags/ai.atom", b"two")
    assert second_outlet.get("tags/ai.atom") == make_outlet().get("tags/ai.atom") == b"two"
    assert second_outlet.sweep() == 0


def test_names_are_those_of_a_folder_with_its_folders(make_outlet: Make) -> None:
    """`names` lists the files directly in a folder and its subfolders by name, before and after a
    build opens it anew."""
    outlet = make_outlet()
    for name in ("all.html", "pictures/a.webp", "pictures/b.webp", "pictures/deep/c.webp"):
        publish_file(outlet, name, name.encode())
    reopened_outlet = make_outlet()
    for either in (outlet, reopened_outlet):
        assert either.names("pictures/") == {"pictures/a.webp", "pictures/b.webp", "pictures/deep"}
        assert either.names("none/") == set()


def test_a_gz_is_beside_what_is_asked_for_often_and_goes_with_it(make_outlet: Make) -> None:
    """Feeds that are requested often get a .gz beside them, which is deleted with the feed or if
    compression is switched off; pages and archives have none. `publish_file` returns whether the
    file changed, `unpublish_file` whether it was there."""
    outlet = make_outlet()
    for name in ("all.atom", "tags/ai.html", "archive/all/2026-11.atom"):
        publish_file(outlet, name, b"<feed/>" * 50)
    packed = outlet.get("all.atom.gz")

    assert packed is not None
    assert gzip.decompress(packed) == b"<feed/>" * 50
    assert outlet.get("tags/ai.html.gz") is None
    assert outlet.get("archive/all/2026-11.atom.gz") is None

    # compression is switched off
    without_gzip = make_outlet(gzip=False)

    assert not publish_file(without_gzip, "all.atom", b"<feed/>" * 50)
    assert make_outlet().get("all.atom.gz") is None

    # the feed is deleted
    with_gzip = make_outlet()
    publish_file(with_gzip, "all.atom", b"<feed/>")

    assert unpublish_file(with_gzip, "all.atom")
    assert not unpublish_file(with_gzip, "all.atom")
    assert with_gzip.get("all.atom") is None
    assert make_outlet().get("all.atom.gz") is None


def test_a_deletion_waits_for_the_commit_and_is_seen_at_once(make_outlet: Make) -> None:
    """Within a build a deleted file is gone at once, but it stays published until `commit`. Putting
    it again or `discard` cancels the deletion. `make_outlet()` shows what is published."""
    for name in ("health/a.atom", "health/b.atom", "health/c.atom"):
        publish_file(make_outlet(), name, b"1")
    outlet = make_outlet()
    for name in ("health/a.atom", "health/b.atom"):
        assert outlet.delete(name)
        assert not outlet.delete(name)

    assert outlet.get("health/a.atom") is None
    assert outlet.written("health/a.atom") is None

    # b is put again, with the bytes that are published
    assert not outlet.put("health/b.atom", b"1")
    assert outlet.names("health/") == {"health/b.atom", "health/c.atom"}
    assert make_outlet().get("health/a.atom") == b"1"

    outlet.commit()

    assert make_outlet().names("health/") == {"health/b.atom", "health/c.atom"}

    outlet.delete("health/b.atom")
    outlet.discard()
    outlet.commit()

    assert outlet.get("health/b.atom") == make_outlet().get("health/b.atom") == b"1"


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../x", "a//b", "a/./b", "a\\b", "a\0b"])
def test_a_name_that_leaves_the_root_is_refused(make_outlet: Make, name: str) -> None:
    """Names of published files that leave the web root, or are not in normal form, are refused."""
    outlet = make_outlet()
    for act in (outlet.get, outlet.delete, lambda name: outlet.put(name, b"")):
        with pytest.raises(UsageError):
            act(name)


@pytest.mark.parametrize("whole", [True, False])
def test_of_two_builds_the_one_that_comes_second_to_a_file_ends(
    bucket: Bucket, whole: bool
) -> None:
    """If another build has changed a file since this one read it, this one fails instead of
    overwriting it; equal bytes are no conflict. It is the same if a build lists all files at first
    (`whole`) or asks for each."""
    ObjectOutlet(bucket).put("all.atom", b"before")
    first = ObjectOutlet(bucket, whole=whole)
    second = ObjectOutlet(bucket, whole=whole)

    # both builds read the files before one of them writes
    for build in (first, second):
        assert build.get("all.atom") == b"before"
        assert build.get("new.atom") is None

    assert first.put("all.atom", b"of the first")
    assert first.put("new.atom", b"of the first")

    for act in (
        lambda: second.put("all.atom", b"of the second"),
        lambda: second.put("new.atom", b"of the second"),
        lambda: second.get("all.atom"),
        lambda: unpublish_file(second, "all.atom"),
    ):
        with pytest.raises(OSError, match="another build"):
            act()

    assert ObjectOutlet(bucket).get("all.atom") == b"of the first"
    assert ObjectOutlet(bucket).get("new.atom") == b"of the first"

    second.put("new.atom", b"of the first")  # equal bytes: no error


def test_a_build_lists_once_and_asks_for_nothing_that_it_need_not_compare(
    s3: S3, bucket: Bucket
) -> None:
    """A build lists the bucket once and compares by size and ETag: unchanged files cost no request,
    changed ones one put each."""
    s3.page = 1000  # keys in an answer to a list request
    names = [f"tags/{number}.html" for number in range(30)]
    first_build = ObjectOutlet(bucket, whole=True)
    for name in names:
        first_build.put(name, name.encode())
    s3.requests.clear()

    # the same bytes, then other ones for all 30 files
    second_build = ObjectOutlet(bucket, whole=True)
    for name in names:
        second_build.put(name, name.encode())
    second_build.put(names[0], b"another")
    for name in names[1:]:
        # as long as before: the store's etags tell that it is not the same
        second_build.put(name, name.upper().encode())

    assert dict(s3.requests) == {"list": 1, "put": 30}


def test_an_etag_that_is_no_digest_has_the_bytes_compared(
    s3: S3, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If ETags are no digests, as for objects encrypted with an own key, a file is compared by its
    bytes."""
    etag_without_digest = property(lambda kept: f'"{len(kept.data)}-{hash(kept.data)}"')
    monkeypatch.setattr("tests.objects.s3_server.Kept.etag", etag_without_digest)
    ObjectOutlet(bucket).put("all.html", b"one")

    assert not ObjectOutlet(bucket).put("all.html", b"one")
    assert ObjectOutlet(bucket).put("all.html", b"two")


def test_a_gz_that_a_killed_build_did_not_reach_is_made_again(s3: S3, bucket: Bucket) -> None:
    """If a build was killed between a feed and its .gz, the next build writes the .gz although the
    feed is unchanged."""
    # as the killed build left it: the new feed beside the old .gz
    ObjectOutlet(bucket).put("all.atom", b"old" * 100)
    old_gz = s3.objects["i/all.atom.gz"]
    ObjectOutlet(bucket).put("all.atom", b"new" * 100)
    s3.objects["i/all.atom.gz"] = old_gz

    assert not ObjectOutlet(bucket).put("all.atom", b"new" * 100)
    assert gzip.decompress(s3.objects["i/all.atom.gz"].data) == b"new" * 100
