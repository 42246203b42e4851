"""Measure how fresh feeds are: seconds from an article's publication to its feed's file."""

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
    """Seconds from publication to file for articles added before `until`."""

    until: datetime | None = None
    seconds: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """Seconds within which half, and 95 %, of the articles were written."""

    articles: int
    median: int
    p95: int


def add_samples(store: Store, began: datetime, now: datetime) -> None:
    """Add the articles since the last build to the samples."""
    before = read_freshness(store)
    if before.until is not None and before.until <= began:  # later: the clock was set back
        added = store.status.added_between(before.until, began, KEPT)
        states = filter(None, map(store.visits.state, {article.source_key for article in added}))
        firsts = {state.key: state.visits.first_visit for state in states}
        before = replace(before, seconds=(*_seconds(added, firsts, now), *before.seconds)[:KEPT])
    samples = {"until": began.isoformat(), "seconds": before.seconds}
    store.visits.set_note(_NOTE, json.dumps(samples), now)


def read_freshness(store: Store) -> Samples:
    samples = json.loads(store.visits.note(_NOTE) or "{}")
    until = samples.get("until")
    return Samples(
        until=datetime.fromisoformat(until) if until else None,
        seconds=tuple(samples.get("seconds", ())),
    )


def measure_freshness(samples: Samples) -> Freshness | None:
    """Return the freshness of the sampled articles; None without any."""
    ordered = sorted(samples.seconds)
    if not ordered:
        return None
    middle = len(ordered) // 2
    late = min(len(ordered) - 1, int(_SHARE * len(ordered)))
    return Freshness(articles=len(ordered), median=ordered[middle], p95=ordered[late])


def _seconds(
    added: Iterable[Article], firsts: Mapping[str, datetime | None], now: datetime
) -> Sequence[int]:
    """Return the seconds from publication to `now`, if after the first visit of the source."""
    return [
        int((now - article.published).total_seconds())
        for article in added
        if article.published
        and article.published.time() != _MIDNIGHT
        and (first := firsts.get(article.source_key))
        and first <= article.published <= now
    ]
