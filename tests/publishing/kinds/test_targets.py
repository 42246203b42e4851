"""Which targets a build makes, and in which order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syndicator.core.model import FeedKey
from syndicator.publishing.kinds.targets import Target, Urgency, compare_targets

AI = FeedKey("tag", "ai")


def make_target(id: str, made_of: str = "now", **more: Any) -> Target:
    given = {"urgency": Urgency.HEAD, "owner": AI, "make": lambda: ()} | more
    return Target(id=id, made_of=made_of, **given)


def list_due(*targets: Target, known: Mapping[str, str], whole: bool = False) -> list[str]:
    return [target.id for target in compare_targets(targets, known, whole=whole).due]


def test_targets_with_equal_fingerprints_are_not_made_again() -> None:
    """A build makes targets that are new, flagged as changed, or whose published fingerprint
    differs from "now"; `whole` makes all. An empty fingerprint means out of date."""
    known = {"same": "now", "other": "before", "late": ""}
    everything = [
        make_target("same"),
        make_target("other"),
        make_target("new"),
        make_target("late"),
    ]

    assert list_due(*everything, known=known) == ["other", "new", "late"]
    assert list_due(*everything, known=known, whole=True) == ["same", "other", "new", "late"]
    assert list_due(make_target("same", changed=True), known=known) == ["same"]


def test_the_urgent_are_made_first_and_older_ones_by_month() -> None:
    """Targets are made in the order of `Urgency`: LINKED, HEAD (the default), SHARED, OLDER; older
    ones by their `order`, the oldest month first."""
    given = [
        make_target("b", urgency=Urgency.OLDER, order="2026-02"),
        make_target("a", urgency=Urgency.OLDER, order="2026-01"),
        make_target("front", urgency=Urgency.SHARED),
        make_target("head"),
        make_target("linked", urgency=Urgency.LINKED),
    ]
    assert list_due(*given, known={}) == ["linked", "head", "front", "a", "b"]


def test_a_waiting_target_is_recorded_once_as_out_of_date() -> None:
    """A changed target that waits for a later build is not made, only listed as late, unless its
    empty fingerprint already says that it is out of date."""
    target = make_target("list", waits=True)
    new = compare_targets([target], {})
    changed = compare_targets([target], {"list": "before"})
    recorded_as_late = compare_targets([target], {"list": ""})

    assert new.late == [target]
    assert changed.late == [target]
    assert recorded_as_late.late == []
    assert new.due == changed.due == recorded_as_late.due == []


def test_published_targets_that_no_longer_exist_are_gone() -> None:
    """Targets that are published ("here", "there", "old") but no longer planned are listed as gone,
    so that their files are deleted."""
    published = {"here": "now", "there": "now", "old": ""}
    result = compare_targets([make_target("here")], published)

    assert result.gone == {"there", "old"}
