"""The server keeps response bodies in memory, up to a limit."""

from __future__ import annotations

from syndicator.publishing.server.files import BodyCache

OLD = (1, 1, 1)
NEW = (2, 1, 1)


def test_a_body_is_good_for_its_stamp() -> None:
    """A cached body is returned only for its key (name, compressed or not) and the file stamp it
    was read with (OLD); another stamp (NEW) drops it."""
    bodies = BodyCache()
    bodies.put(("a", False), OLD, b"old")

    assert bodies.get(("a", False), OLD) == b"old"
    assert bodies.get(("a", True), OLD) is None
    assert bodies.get(("a", False), NEW) is None
    assert bodies.get(("a", False), OLD) is None  # the request with NEW dropped it


def test_the_least_recently_requested_body_is_dropped() -> None:
    """A cache of 30 bytes holds three bodies of 10 bytes; the fourth, d, replaces b, since a was
    requested after it."""
    bodies = BodyCache(most=30, largest=10)
    for name in "abc":
        bodies.put((name, False), OLD, b"0123456789")

    assert bodies.get(("a", False), OLD)

    bodies.put(("d", False), OLD, b"0123456789")

    assert [name for name in "abcd" if bodies.get((name, False), OLD)] == ["a", "c", "d"]


def test_room_that_was_given_back_is_used() -> None:
    """The bytes of a dropped or replaced body are free again: after five rounds, a cache of 20
    bytes still holds two bodies of 10 bytes. A body is asked for by the stamp of its file: another
    stamp drops it, a new body of the same name replaces it."""
    bodies = BodyCache(most=20, largest=10)
    for number in range(5):
        stamp, next_stamp = (number, 1, 1), (number + 1, 1, 1)
        bodies.put(("a", False), stamp, b"0123456789")
        bodies.put(("b", False), stamp, b"0123456789")  # replaces that of the round before
        assert bodies.get(("a", False), next_stamp) is None  # drops it
    bodies.put(("a", False), OLD, b"0123456789")

    assert bodies.get(("a", False), OLD)
    assert bodies.get(("b", False), (4, 1, 1))  # of the last round


def test_a_large_one_pushes_none_out() -> None:
    """A body that is larger than `largest` (10 bytes) is not cached and evicts no other."""
    bodies = BodyCache(most=20, largest=10)
    bodies.put(("a", False), OLD, b"0123456789")
    bodies.put(("b", False), OLD, b"01234567890")

    assert bodies.get(("a", False), OLD)
    assert bodies.get(("b", False), OLD) is None
