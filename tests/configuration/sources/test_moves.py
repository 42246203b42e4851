"""Sources whose feed moved for good, and the sources that the move affects."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from syndicator.configuration.sources.identity import list_moves
from syndicator.core.model import SourceState
from tests.states import change_state

NOW = datetime(2026, 11, 3, tzinfo=UTC)


def make_state(key: str, **more: Any) -> SourceState:
    return change_state(SourceState(key=key, url=f"https://{key}.example/feed"), **more)


def test_a_move_within_a_site_is_told_without_a_warning() -> None:
    """A permanent redirect to another host of the same site is listed without a warning; `b` did
    not move."""
    (move,) = list_moves(
        [make_state("a", effective_url="https://www.a.example/new", moved_at=NOW), make_state("b")]
    )

    assert move.source == "a"
    assert move.url == "https://a.example/feed"
    assert move.moved_to == "https://www.a.example/new"
    assert move.since == NOW
    assert move.warning == ""


def test_a_move_to_another_site_warns() -> None:
    """A permanent redirect to another site carries a warning, as somebody else may own it."""
    (move,) = list_moves([make_state("a", effective_url="https://bank.example/feed", moved_at=NOW)])
    assert move.warning.startswith("another site: ")


def test_a_move_to_the_feed_of_another_source_names_that_source() -> None:
    """If a source redirects to another source's feed, the warning names that source."""
    bank = make_state("bank", effective_url="https://news.bank.example/atom")
    for target in ("http://www.bank.example/feed/", "https://news.bank.example/atom"):
        moved = list_moves([bank, make_state("evil", effective_url=target, moved_at=NOW)])[1]
        assert (
            moved.warning
            == "this is the feed of bank, which you follow too: remove evil if one is enough"
        )


def test_a_source_that_did_not_move_is_not_told() -> None:
    """Too few redirects, or the same address, are no move."""
    assert (
        list_moves(
            [make_state("a"), make_state("b", moved_to="https://b.example/x", moved_times=2)]
        )
        == ()
    )
    assert list_moves([make_state("a", effective_url="https://a.example/feed")]) == ()
