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
    """Measure how long the articles that were filed since the last build took until their feeds
    were written, and store this with the earlier samples. `began`: when this build began, and
    `now`: when its files were written.

    Before the first build, and if the clock was set back, no article is measured: only `began` is
    stored, from which the next build counts."""
    samples = read_freshness(store)
    seconds = samples.seconds
    last_build_began = samples.until
    # later than `began` if the clock was set back
    if last_build_began is not None and last_build_began <= began:
        added = store.status.added_between(last_build_began, began, KEPT)
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
    """Return the stored samples, for each of the last articles the seconds from its publication to
    the file of its feed; no samples before the first build."""
    note = json.loads(store.visits.note(_NOTE) or "{}")
    until_text = note.get("until")
    until = datetime.fromisoformat(until_text) if until_text else None
    return Samples(until=until, seconds=tuple(note.get("seconds", ())))


def measure_freshness(samples: Samples) -> Freshness | None:
    """Return the median and the 95th percentile of the samples; None if there are no samples."""
    seconds = sorted(samples.seconds)
    if not seconds:
        return None
    count = len(seconds)
    median_index = count // 2
    p95_index = min(count - 1, int(_SHARE * count))
    return Freshness(articles=count, median=seconds[median_index], p95=seconds[p95_index])


def _measure_delays(
    added: Iterable[Article], first_visits: Mapping[str, datetime | None], now: datetime
) -> Sequence[int]:
    """Return the seconds from publication to `now` of each new article whose time of publication is
    known to be exact: it has a time of day, is not in the future, and is not before the first visit
    of its source. `first_visits`: times of the first visits, by key of the source."""
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
