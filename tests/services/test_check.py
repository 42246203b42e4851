"""What `check` finds wrong with an installation."""

from __future__ import annotations

from syndicator.services.check import check
from tests.services.places import Place


def reasons(place: Place) -> dict[str, str]:
    return {problem.reason: problem.what for problem in check(place.config)}


def test_a_folder_that_cannot_be_written_is_named(place: Place) -> None:
    assert "not-writable" not in reasons(place)
    public = place.folder / "feeds/public"
    (public / ".check").mkdir(parents=True)  # as good as no right to write: root is let in everywhere
    assert reasons(place)["not-writable"] == str(public)


def test_no_trace_of_the_check_is_left(place: Place) -> None:
    reasons(place)
    assert list(place.folder.rglob(".check")) == []
