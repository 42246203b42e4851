"""How fresh feeds are: the time from an article's publication to its feeds being on disk. Noted by each build, of the
last articles that were published while their source was followed already; what a first visit finds is older."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time

from syndicator.core.model import Article
from syndicator.store.engine import Store

KEPT = 200  # articles
_NOTE = "freshness"
_SHARE = 0.95
_MIDNIGHT = time()  # of a date without a time of day


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Seconds from publication to disk, newest article first; `until`: what was added later is not among them."""

    until: datetime | None = None
    seconds: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """The same in two numbers: half of the articles, and 19 of 20, were on disk within so many seconds."""

    articles: int
    median: int
    p95: int


def note(store: Store, began: datetime, now: datetime) -> None:
    """To be called when a build that `began` then has ended `now`."""
    before = read(store)
    if before.until is not None and before.until <= began:  # later: the clock was set back
        added = store.status.added_between(before.until, began, KEPT)
        states = filter(None, map(store.visits.state, {one.source_key for one in added}))
        firsts = {state.key: state.first_visit for state in states}
        before = replace(before, seconds=(*_seconds(added, firsts, now), *before.seconds)[:KEPT])
    kept = {"until": began.isoformat(), "seconds": before.seconds}
    store.visits.set_note(_NOTE, json.dumps(kept), now)


def read(store: Store) -> Samples:
    """What was noted."""
    kept = json.loads(store.visits.note(_NOTE) or "{}")
    until = kept.get("until")
    return Samples(until=datetime.fromisoformat(until) if until else None, seconds=tuple(kept.get("seconds", ())))


def of(samples: Samples) -> Freshness | None:
    """The two numbers, None where there is no article to take them of. Pure."""
    ordered = sorted(samples.seconds)
    if not ordered:
        return None
    middle, late = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(_SHARE * len(ordered)))]
    return Freshness(articles=len(ordered), median=middle, p95=late)


def _seconds(added: Iterable[Article], firsts: Mapping[str, datetime | None], now: datetime) -> Sequence[int]:
    """How long each took that was published while its source was followed, of those whose date has a time of day.
    `firsts`: first visits by source. Pure."""
    return [
        int((now - one.published).total_seconds())
        for one in added
        if one.published
        and one.published.time() != _MIDNIGHT
        and (first := firsts.get(one.source_key))
        and first <= one.published <= now
    ]
