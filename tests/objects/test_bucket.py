"""The interface Objects, on each available server, and faults of the network."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest

from syndicator.articles.stores.bucket import Bucket
from syndicator.core.errors import OURS, MissingError
from syndicator.core.ports.articles import ABSENT
from tests.objects.s3_server import S3


def test_what_is_put_is_there_and_its_etag_changes_with_its_bytes(objects: Bucket) -> None:
    """Objects can be put, read, examined and deleted, also with a space and an umlaut in the key;
    other bytes give another ETag."""
    assert objects.get("a/ä b.md") is None
    assert objects.head("a/ä b.md") is None

    first = objects.put("a/ä b.md", b"one")

    assert objects.get("a/ä b.md") == (b"one", first)

    # `put` returns the ETag
    second = objects.put("a/ä b.md", b"three")

    assert second not in (None, first)

    stamp = objects.head("a/ä b.md")

    assert stamp is not None
    assert stamp.key == "a/ä b.md"
    assert stamp.etag == second
    assert stamp.size == len(b"three")

    # two objects at once; then one that is not there any more, and none
    objects.put("b", b"")
    objects.delete("a/ä b.md", "b")
    objects.delete("a/ä b.md")
    objects.delete()

    assert objects.get("a/ä b.md") is None
    assert objects.get("b") is None


def test_of_two_writers_the_second_learns_of_the_first(objects: Bucket) -> None:
    """A conditional write (`over`: the version to replace, or ABSENT) returns its version, or None
    if somebody else wrote first, unless they wrote the same bytes."""
    first = objects.put("x", b"one", over=ABSENT)

    assert first is not None
    assert objects.put("x", b"two", over=ABSENT) is None
    assert objects.put("x", b"one", over=ABSENT) == first  # the very bytes: as good as written

    second = objects.put("x", b"two", over=first)

    assert second is not None
    assert objects.put("x", b"three", over=first) is None  # the second version is there now
    assert objects.get("x") == (b"two", second)
    assert objects.put("gone", b"three", over=first) is None  # there is nothing to replace


def test_a_listing_has_all_in_order_and_one_folder_alone_where_that_is_asked(
    objects: Bucket,
) -> None:
    """`walk` lists all keys in order, those with a prefix, or with `deep=False` those directly in
    the root. `folders` lists the folders there."""
    names = [
        "2026/11/a.md",
        "2026/11/b.md",
        "2026/12/c.md",
        "2026/12/d.md",
        "b.md",
        "feeds.toml",
        "z.toml",
        "zz/x",
    ]
    for name in reversed(names):
        objects.put(name, name.encode())

    assert [file.key for file in objects.walk()] == names
    assert [file.key for file in objects.walk("2026/")] == [
        "2026/11/a.md",
        "2026/11/b.md",
        "2026/12/c.md",
        "2026/12/d.md",
    ]
    assert [(file.key, file.size) for file in objects.walk(deep=False)] == [
        ("b.md", 4),
        ("feeds.toml", 10),
        ("z.toml", 6),
    ]
    assert objects.folders() == ["2026/", "zz/"]
    assert list(objects.walk("none/")) == []


def test_a_lost_answer_is_no_other_writer(s3: S3, bucket: Bucket) -> None:
    """If the answer to a conditional write is lost, the retry finds its own bytes and succeeds,
    instead of reporting another writer."""
    lost_answers: list[str] = []

    def lose_first_answer(kind: str, key: str) -> str | None:
        if kind == "put" and not lost_answers:
            lost_answers.append(key)
            return "lose"  # the server writes the object, and sends no answer
        return None

    s3.before = lose_first_answer
    etag = bucket.put("x", b"one", over=ABSENT)

    assert etag is not None
    assert lost_answers
    assert s3.requests["put"] == 2
    assert bucket.get("x") == (b"one", etag)


@pytest.mark.parametrize("fault", ["drop", 503, 500])
def test_a_store_that_comes_back_was_never_away(s3: S3, bucket: Bucket, fault: str | int) -> None:
    """Two failures in a row, a dropped connection or a server error, are retried without an
    error."""
    faults = [fault, fault]
    s3.before = lambda kind, key: faults.pop() if faults else None  # of the next two requests

    assert bucket.put("x", b"one") is not None
    assert bucket.get("x") is not None


@pytest.mark.parametrize(
    "act",
    [
        lambda bucket: bucket.get("x"),
        lambda bucket: bucket.head("x"),
        lambda bucket: bucket.put("x", b""),
        lambda bucket: bucket.put("x", b"", over=ABSENT),
        lambda bucket: bucket.delete("x"),
        lambda bucket: list(bucket.walk()),
        lambda bucket: bucket.folders(),
    ],
)
def test_a_network_that_is_lost_is_named_as_an_error_of_the_system(
    s3: S3, act: Callable[[Bucket], object]
) -> None:
    """If the object store cannot be reached, every operation raises OSError with EREMOTE and the
    address, in one line."""
    bucket = Bucket(s3.url("i"), s3.environ, patience=timedelta(milliseconds=100))
    s3.before = lambda kind, key: "drop"  # every connection

    with pytest.raises(OSError) as raised:
        act(bucket)
    assert raised.value.errno == errno.EREMOTE
    assert errno.EREMOTE in OURS  # the errors that are the system's, not a source's
    assert str(raised.value.filename).startswith("s3://tests/i")
    assert "\n" not in str(raised.value)


def test_what_is_refused_is_a_matter_of_rights(s3: S3, bucket: Bucket) -> None:
    """If the object store answers 403, the error is a PermissionError that says that the store
    refuses."""
    s3.before = lambda kind, key: 403
    with pytest.raises(PermissionError, match="the object store refuses"):
        bucket.get("x")


def test_a_bucket_that_is_not_there_takes_nothing(s3: S3) -> None:
    """Writing into a bucket that does not exist is an error that says so."""
    with pytest.raises(OSError, match="NoSuchBucket"):
        Bucket("s3://others/i", s3.environ).put("x", b"")


def test_without_the_package_its_name_and_how_to_get_it_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """If the package obstore is not installed, the error names it and the command that installs
    it."""
    monkeypatch.setitem(sys.modules, "obstore", None)  # importing it fails
    with pytest.raises(MissingError, match=r"obstore.*uv pip install"):
        Bucket("s3://tests/i", {})
