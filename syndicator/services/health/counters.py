"""Counters that outlive processes, so that runs of cron count like those of `up`. Pure but for load and save."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from syndicator.core.model import Outcome
from syndicator.publishing.selection.staleness import BuildReport
from syndicator.store.engine import Store

# Name of a counter -> what it is divided by ("" where by nothing) -> the count. Reasons are those of `reasons`.
Counters = Mapping[str, Mapping[str, float]]

_NOTE = "counters"


def read(store: Store) -> Counters:
    """What was counted up to the last run."""
    found: Counters = json.loads(store.visits.note(_NOTE) or "{}")
    return found


def write(store: Store, counters: Counters, now: datetime) -> None:
    store.visits.set_note(_NOTE, json.dumps(counters, sort_keys=True), now)


def counted(
    before: Counters, outcomes: Sequence[Outcome], built: BuildReport, *, seconds: float, now: datetime, down: bool
) -> dict[str, dict[str, float]]:
    """`before` plus a run that ended `now` after `seconds`; `down`: no source was reachable. Times are Unix seconds."""
    after = {name: dict(values) for name, values in before.items()}

    def add(name: str, value: float = 1, by: str = "") -> None:
        values = after.setdefault(name, {})
        values[by] = round(values.get(by, 0) + value, 3)

    add("runs", by="no-network" if down else "ok")
    add("run_seconds", seconds)
    add("builds", built.builds)
    add("build_seconds", built.seconds)
    add("files", len(built.written))
    for outcome in outcomes:
        add("visits", by=outcome.status)
        add("filed", len(outcome.added))
        add("changed", len(outcome.changed))
        if outcome.reason:
            add("failures", by=outcome.reason)
        for problem in outcome.skipped:
            add("not_filed", by=problem.reason)
    times = after.setdefault("times", {})
    times["run"] = now.timestamp()
    if any(outcome.status in ("new", "unchanged") for outcome in outcomes):
        times["success"] = now.timestamp()
    if built.builds:
        times["build"] = now.timestamp()
    return after
