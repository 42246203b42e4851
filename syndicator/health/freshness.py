"""Measure how fresh feeds are: seconds from an article's publication to its feed's file."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from syndicator.core.model import Article
from syndicator.store.engine import Store

KEPT = 200  # articles that are samples
_NOTE = "freshness"  # name of the note in the database
_SHARE = 0.95  # the share of articles that `Freshness.p95` is about
_MIDNIGHT = time()  # what a date without a time of day is read as


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """For each of the last articles, the seconds from its publication to the file of its feed.
    `until`: when the last build began, which took samples; None before the first build."""

    until: datetime | None = None
    seconds: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How many seconds after its publication an article was in its feed's file: `median` for half
    of the last articles, `p95` for 95 % of them. `articles`: number of these articles."""

    articles: int
    median: int
    p95: int


def add_samples(store: Store, began: datetime, now: datetime) -> None:
    """Add the articles that were filed since the last build to the samples. `began`: when this
    build began. If the clock was set back since, no sample is added, and only the time is noted."""
    samples = read_freshness(store)
    seconds = samples.seconds
    is_clock_set_back = samples.until is not None and samples.until > began
    if samples.until is not None and not is_clock_set_back:
        added = store.status.added_between(samples.until, began, KEPT)
        first_visits: dict[str, datetime | None] = {}
        for key in {article.source_key for article in added}:
            state = store.visits.state(key)
            if state is not None:
                first_visits[key] = state.visits.first_visit
        new_seconds = _measure_delays(added, first_visits, now)
        seconds = (*new_seconds, *seconds)[:KEPT]
    note = {"until": began.isoformat(), "seconds": seconds}
    store.visits.set_note(_NOTE, json.dumps(note), now)


def read_freshness(store: Store) -> Samples:
    """Return the samples of the builds so far; none before the first build."""
    note = json.loads(store.visits.note(_NOTE) or "{}")
    until_text = note.get("until")
    until = datetime.fromisoformat(until_text) if until_text else None
    return Samples(until=until, seconds=tuple(note.get("seconds", ())))


def measure_freshness(samples: Samples) -> Freshness | None:
    """Return the freshness of the sampled articles; None if there are no samples."""
    ordered = sorted(samples.seconds)
    if not ordered:
        return None
    middle = len(ordered) // 2
    late = min(len(ordered) - 1, int(_SHARE * len(ordered)))
    return Freshness(articles=len(ordered), median=ordered[middle], p95=ordered[late])


def _measure_delays(
    added: Iterable[Article], first_visits: Mapping[str, datetime | None], now: datetime
) -> Sequence[int]:
    """Return for each new article the seconds from its publication to `now`. Articles are left out
    if they are older than the first visit of their source, if their date is in the future, or if it
    has no time of day. `first_visits`: by key of the source."""
    delays: list[int] = []
    for article in added:
        published = article.published
        first_visit = first_visits.get(article.source_key)
        if published is None or first_visit is None:
            continue
        has_no_time_of_day = published.time() == _MIDNIGHT
        if has_no_time_of_day:
            continue
        if first_visit <= published <= now:
            delays.append(int((now - published).total_seconds()))
    return delays
