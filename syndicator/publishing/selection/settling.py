"""When to build while articles come. Pure.

A build writes every feed that an article is in, whole: so each article that waits for the next one costs next to
nothing (tests/bench/day.py)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MANY: Final = 25  # articles that wait: half of a head feed, so that no reader misses what is pushed out. A choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What is not built yet. `articles`: those filed since the last build; `since`: when the first thing that waits was
    seen, in seconds of a steady clock, None where nothing waits; `urgent`: what is not to wait is there."""

    articles: int = 0
    since: float | None = None
    urgent: bool = False


def is_due(waiting: Waiting, settle: float, now: float) -> bool:
    """True when what waits is to be built: it is urgent, or many, or the oldest has waited `settle` seconds."""
    if waiting.since is None:
        return False
    return waiting.urgent or waiting.articles >= MANY or now - waiting.since >= settle
