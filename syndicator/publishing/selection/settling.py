"""When to build while articles come. Pure.

A build writes every feed that an article is in, whole: so each article that waits for the next one costs next to
nothing (tests/bench/day.py)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LONG: Final = 50  # entries: a feed with more waits longer. What readers are used to, and `publish.limit` by default
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
    had been filed in all by then."""

    at: float
    entries: int
    articles: int


def is_rested(built: Built | None, settle: float, now: float, articles: int) -> bool:
    """True when a stale feed may be written again. A long one (of 200 entries) costs what several short ones do, and is
    one in which much comes: it is written once in `settle` seconds for each 50 entries, and sooner only where half of
    what it shows may be pushed out, with `articles` filed in all by now. Short ones are written with every build."""
    if built is None or built.entries <= LONG:
        return True
    return now - built.at >= settle * built.entries / LONG or 2 * (articles - built.articles) >= built.entries


def is_due(waiting: Waiting, settle: float, now: float) -> bool:
    """True when what waits is to be built: it is urgent, or many, or the oldest has waited `settle` seconds."""
    if waiting.since is None:
        return False
    return waiting.urgent or waiting.articles >= MANY or now - waiting.since >= settle
