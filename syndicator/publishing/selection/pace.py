"""Decide when feeds are built: new articles wait shortly, long feeds longer. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from syndicator.core.ports import Built

LONG: Final = 50  # entries, the default of `publish.limit`: a feed with more waits longer
# long feeds without extra waits. A choice, which halves the cost of a busy day (tests/bench/day.py)
FEW: Final = 6
HOUR: Final = 3600.0  # seconds: how often most readers poll
MANY: Final = 25  # waiting articles: half of a head feed, so that readers miss none. A choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Changes that are not built yet. `articles`: number of articles filed since the last build;
    `since`: time of the first change in seconds, None without changes; `urgent`: build
    now."""

    articles: int = 0
    since: float | None = None
    urgent: bool = False


def measure_crowd(built: Iterable[Built]) -> float:
    """Return the factor, from 1, by which long feeds wait longer if there are many, so that all of
    them together cost no more than `FEW`. `built`: the last build of each feed."""
    long_feeds = sum(last.entries > LONG for last in built)
    return max(1.0, long_feeds / FEW)


def may_build_again(
    built: Built | None,
    settle: float,
    now: float,
    count_articles: Callable[[], int],
    crowd: float = 1.0,
) -> bool:
    """Return True if a stale feed may be written again: a short one always, a long one after
    `settle` seconds for each 50 entries (`LONG`), or as soon as half of its entries may be out of
    date. `crowd`: the result of the function of this name; it lengthens the wait, to an hour at
    most. `count_articles`: returns the number of articles in the feed now."""
    if built is None or built.entries <= LONG:
        return True
    shortest_wait = settle * built.entries / LONG
    wait = min(shortest_wait * crowd, max(shortest_wait, HOUR))
    if now - built.at >= wait:
        return True
    new_articles = count_articles() - built.articles
    return new_articles >= built.entries / 2


def next_build_at(waiting: Waiting, settle: float) -> float | None:
    """Return when waiting changes must be built, None if there are none: urgent or many ones at
    once, others `settle` seconds after the first."""
    if waiting.since is None:
        return None
    if waiting.urgent or waiting.articles >= MANY:
        return waiting.since
    return waiting.since + settle
