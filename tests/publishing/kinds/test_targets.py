"""Which targets a build makes, and in which order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syndicator.core.model import FeedKey
from syndicator.publishing.kinds.targets import Target, Urgency, compare_targets

AI = FeedKey("tag", "ai")


def target(id: str, made_of: str = "now", **more: Any) -> Target:
    given = {"urgency": Urgency.HEAD, "owner": AI, "make": lambda: ()} | more
    return Target(id=id, made_of=made_of, **given)


def due(*targets: Target, known: Mapping[str, str], whole: bool = False) -> list[str]:
    return [one.id for one in compare_targets(targets, known, whole=whole).due]


def test_what_is_made_of_the_same_is_not_made_again() -> None:
    known = {"same": "now", "other": "before", "late": ""}
    all = [target("same"), target("other"), target("new"), target("late")]
    assert due(*all, known=known) == ["other", "new", "late"]
    assert due(*all, known=known, whole=True) == ["same", "other", "new", "late"]
    assert due(target("same", changed=True), known=known) == ["same"]


def test_the_urgent_are_made_first_and_older_ones_by_month() -> None:
    given = [
        target("b", urgency=Urgency.OLDER, order="2026-02"),
        target("a", urgency=Urgency.OLDER, order="2026-01"),
        target("front", urgency=Urgency.SHARED),
        target("head"),
        target("linked", urgency=Urgency.LINKED),
    ]
    assert due(*given, known={}) == ["linked", "head", "front", "a", "b"]


def test_what_waits_is_noted_once_as_out_of_date() -> None:
    one = target("list", waits=True)
    for known, late in (({}, ["list"]), ({"list": "before"}, ["list"]), ({"list": ""}, [])):
        found = compare_targets([one], known)
        assert ([each.id for each in found.late], found.due) == (late, [])


def test_what_is_no_target_any_more_is_gone() -> None:
    found = compare_targets([target("here")], {"here": "now", "there": "now", "old": ""})
    assert found.gone == {"there", "old"}
