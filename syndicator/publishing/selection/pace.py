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


def compute_wait_factor(built: Iterable[Built]) -> float:
    """Return the factor by which long feeds wait longer for their next build: 1 for up to six long
    feeds, 2 for twelve, so that many cost no more than six. A feed is long if it has more than 50
    entries. `built`: the last build of each feed."""
    long_feeds = sum(last_build.entries > LONG for last_build in built)
    return max(1.0, long_feeds / FEW)


def may_build_again(
    built: Built | None,
    settle: float,
    now: float,
    count_articles: Callable[[], int],
    crowd: float = 1.0,
) -> bool:
    """Return True if a feed with changes may be written again now. A feed of at most 50 entries
    always may. A longer one must wait `settle` seconds for each 50 entries that it has, or until it
    has half as many new articles as entries. `built`: its last build, None if it was never built;
    `now`: in seconds, as `built.at`; `count_articles`: returns the number of articles that the feed
    has now; `crowd`: the factor of `compute_wait_factor`, lengthens the wait, up to an hour."""
    if built is None or built.entries <= LONG:
        return True
    shortest_wait = settle * built.entries / LONG
    wait = min(shortest_wait * crowd, max(shortest_wait, HOUR))
    seconds_since_build = now - built.at
    if seconds_since_build >= wait:
        return True
    new_articles = count_articles() - built.articles
    return new_articles >= built.entries / 2


def find_next_build_time(waiting: Waiting, settle: float) -> float | None:
    """Return the Unix time at which feeds must be built, None if nothing changed since the last
    build. `waiting`: the changes since then. The time is `settle` seconds after the first change;
    if a change is urgent or 25 articles wait, it is the time of the first change, that is, now."""
    if waiting.since is None:
        return None
    if waiting.urgent or waiting.articles >= MANY:
        return waiting.since
    return waiting.since + settle
