"""Decide when feeds are built: after a new article soon, but long feeds less often. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from syndicator.core.ports import Built

# A feed with more entries than this is long, and waits between two builds: the default of
# `publish.limit`.
LONG: Final = 50
# If there are more long feeds than this, they wait longer. A choice, which halves the cost of a
# busy day (tests/bench/day.py).
FEW: Final = 6
HOUR: Final = 3600.0  # seconds; most feed readers poll once an hour
# So many waiting articles are built at once: half of a head feed, so that readers miss none. A
# choice.
MANY: Final = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Changes that are not built yet. `articles`: number of articles filed since the last build;
    `since`: Unix time of the first change, None if nothing changed; `urgent`: build now."""

    articles: int = 0
    since: float | None = None
    urgent: bool = False


def measure_crowd(built: Iterable[Built]) -> float:
    """Return the factor, at least 1, by which long feeds wait longer if there are many of them: all
    together they are then built as often as six long feeds (`FEW`) would be. `built`: the last
    build of each feed."""
    long_feeds = sum(last.entries > LONG for last in built)
    return max(1.0, long_feeds / FEW)


def may_build_again(
    built: Built | None,
    settle: float,
    now: float,
    count_articles: Callable[[], int],
    crowd: float = 1.0,
) -> bool:
    """Return True if a stale feed may be written again. A short feed always may; a long one after
    `settle` seconds for each 50 entries that it has, or as soon as half of its entries are new.
    `built`: its last build, None if it was never built; `now`: in seconds, as `built.at`; `crowd`:
    from `measure_crowd`, lengthens the wait, but not beyond an hour; `count_articles`: returns the
    number of articles that the feed has now."""
    if built is None or built.entries <= LONG:
        return True
    shortest_wait = settle * built.entries / LONG
    wait = min(shortest_wait * crowd, max(shortest_wait, HOUR))
    if now - built.at >= wait:
        return True
    new_articles = count_articles() - built.articles
    return new_articles >= built.entries / 2


def next_build_at(waiting: Waiting, settle: float) -> float | None:
    """Return the time at which waiting changes must be built, None if nothing changed. If they are
    urgent, or there are many articles, that is at once (the time of the first change); else it is
    `settle` seconds after the first change."""
    if waiting.since is None:
        return None
    if waiting.urgent or waiting.articles >= MANY:
        return waiting.since
    return waiting.since + settle
