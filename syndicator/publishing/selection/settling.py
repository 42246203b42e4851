"""When to build while articles come. Pure.

A build writes every feed that an article is in, whole: so each article that waits for the next one costs next to
nothing (tests/bench/day.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

LONG: Final = 50  # entries: a feed with more waits longer. What readers are used to, and `publish.limit` by default
FEW: Final = 6  # long feeds, whose cost nobody notices. A choice, with which a busy day costs half (tests/bench/day.py)
HOUR: Final = 3600.0  # seconds: how often most readers ask
MANY: Final = 25  # articles that wait: half of a head feed, so that no reader misses what is pushed out. A choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What is not built yet. `articles`: those filed since the last build; `since`: when the first thing that waits was
    seen, in seconds of a steady clock, None where nothing waits; `urgent`: what is not to wait is there."""

    articles: int = 0
    since: float | None = None
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """The last build of a feed. `at`: seconds of a steady clock; `entries`: how many it showed; `articles`: how many
    were in the feed."""

    at: float
    entries: int
    articles: int


def crowd(built: Iterable[Built]) -> float:
    """By how much each long feed rests longer because there are many: so that all of them cost what a few would."""
    return max(1.0, sum(one.entries > LONG for one in built) / FEW)


def is_rested(built: Built | None, settle: float, now: float, articles: Callable[[], int], crowd: float = 1.0) -> bool:
    """True when a stale feed may be written again. A long one (of 200 entries) costs what several short ones do, and is
    one in which much comes: it is written once in `settle` seconds for each 50 entries, times the `crowd` and once an
    hour at least, and sooner only where half of what it shows may be pushed out, with `articles` in it by now. Short
    ones are written with every build."""
    if built is None or built.entries <= LONG:
        return True
    rest = settle * built.entries / LONG
    rest = min(rest * crowd, max(rest, HOUR))
    return now - built.at >= rest or 2 * (articles() - built.articles) >= built.entries


def is_due(waiting: Waiting, settle: float, now: float) -> bool:
    """True when what waits is to be built: it is urgent, or many, or the oldest has waited `settle` seconds."""
    if waiting.since is None:
        return False
    return waiting.urgent or waiting.articles >= MANY or now - waiting.since >= settle
