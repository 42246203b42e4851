"""After an upgrade, changes that the older version made in the console can still be undone."""

from __future__ import annotations

import pytest

from syndicator.operations.changes.log import Log
from syndicator.operations.jobs.queue import Queue
from syndicator.operations.jobs.work import drain
from tests.aged.facts import Facts
from tests.aged.instance import Instance
from tests.aged.lives import SECOND

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("life", [SECOND], indirect=True)]


def undo_newest_change(old_instance: Instance, act: str) -> str:
    """The id or key that the newest change by `act` was about, after a job has taken the change
    back."""
    state = old_instance.folder / "feeds/state"
    change = next(change for change in Log(state).newest() if change.act == act)
    queue = Queue(state)
    job = queue.add(
        "undo", {"number": str(change.number)}, who="ben", requested="2026-06-01T12:00:00+00:00"
    )
    drain(old_instance.folder / "config", queue)
    done = queue.get(job.id)
    assert done is not None
    assert (done.status, change.number in Log(state).undone()) == ("done", True), done.said
    return change.subject


def test_changes_that_the_older_version_made_are_taken_back(
    old_instance: Instance, facts_before: Facts
) -> None:
    """Changes that the console of the older version made (hide an article, pause a source, rename a
    tag) can be undone by this version."""
    hidden = facts_before["articles"][undo_newest_change(old_instance, "hide")]

    assert undo_newest_change(old_instance, "rest") == "wire"

    undo_newest_change(old_instance, "retag")
    after = old_instance.read_facts()

    assert hidden["hold"] == "true"
    assert after["articles"][hidden["id"]].get("hold") is None
    assert hidden["urn"] in after["entries"]
    assert "enabled = false" not in (old_instance.folder / "config/sources.toml").read_text()
    assert after["moved"]["tags/crossings.atom"] == "tags/bridges.atom"
    assert (
        after["feeds"]["tags/bridges.atom"]["id"]
        == facts_before["feeds"]["tags/crossings.atom"]["id"]
    )
