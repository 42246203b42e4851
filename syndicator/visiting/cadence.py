"""Plan when a source is visited next, and delay entries of a source that floods. Pure."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from syndicator.configuration.settings import seconds
from syndicator.core.model import (
    Failed,
    Fetched,
    FetchResult,
    NotModified,
    ParsedFeed,
    Source,
    SourceState,
)
from syndicator.core.ports import EntryRow
from syndicator.core.reasons import EntryReason, FetchReason
from syndicator.visiting.fetch.responses import fresh_seconds
from syndicator.visiting.websub import backup

# Our choices, unless a source is named.
_HOUR = 3600.0
_DAY = 86400.0
LONGEST_WISH = 30 * _DAY  # the longest interval that a server or feed may request
_TIMES_FOR_RHYTHM = 2  # publication times needed to measure a gap
_FIRST_GUESS = _HOUR  # between visits while the rhythm of a source is unknown
_SILENT = 100  # the interval is at least this fraction of the silence, even above every_max
# rachelbythebay.com/fs/help.html: a conditional request hourly, an unconditional one daily; hours
# after a 429.
_CONDITIONAL = _HOUR
_UNCONDITIONAL = _DAY
# seconds to wait without a Retry-After, doubled for each further one
_BARE: Mapping[int, float] = {
    HTTPStatus.TOO_MANY_REQUESTS: 4 * _HOUR,
    HTTPStatus.SERVICE_UNAVAILABLE: _HOUR,
}
_SLACK = 300.0  # seconds that cron may be early: the length of a visit must not skip the next hour
_SKIP_HOURS = 8 * 24  # hours to look ahead: more than a week
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY = timedelta(days=1)
WEEKS = timedelta(days=21)  # used to find the usual day
ANY = 50  # entries a day for any source: the pages of one visit
WAIT = timedelta(hours=6)  # longer than the longest pause between tries of a page
TIMES = 10  # times the usual day; busy days are a few times as big


class Next(NamedTuple):
    """The time of the next visit (aware UTC) and its reason in one line."""

    at: datetime
    why: str


def next_visit(
    source: Source,
    state: SourceState,
    feed: ParsedFeed | None,
    result: FetchResult,
    *,
    now: datetime,
    floor: int,
    ceiling: int,
    jitter: float,
    cron_next: Callable[[str, datetime], datetime],
    asked: bool = False,
    trust: float = 0.0,
) -> Next:
    """Return the next visit. The first of these decides: Retry-After, back-off, cron, `every`, the
    source's rhythm; unless `force` is set, never sooner than feed, headers and courtesy allow.
    `floor`, `ceiling`: seconds; `jitter`: in [0, 1); `cron_next`: next time of a cron expression;
    `asked`: by a person; `trust`: of `websub.trust`."""
    if isinstance(result, Failed):
        due = _after_failure(source, state, result, now, floor, ceiling, jitter, cron_next)
        return _no_later(state, result, due, now) if asked else due
    least, least_why = (0.0, "") if source.force else _least(state, feed, result, now)
    if source.cron:
        first, at = (
            cron_next(source.cron, now + timedelta(seconds=wait))
            for wait in (0, max(least - _SLACK, 0))
        )
        return Next(at, f"cron {source.cron}" + (f"; {least_why}" if at > first else ""))
    if source.every:
        wanted = float(seconds(source.every))
        why = f"every {source.every}" if wanted >= least else f"{least_why}; every {_span(least)}"
        return Next(now + timedelta(seconds=max(wanted, least) * (1 + 0.05 * jitter)), why)
    interval, why = _rhythm(state, now)
    low = max(float(floor), least)
    if least > interval and least > floor:
        why = least_why
    most = max(float(ceiling), low, min(_silence(state, now) / _SILENT, LONGEST_WISH))
    chosen = min(max(interval, low), most)
    if trust:  # polls must still find what the hub misses
        half = state.cadence.span_seconds / 2
        pushed = backup(chosen, trust, min(most, half) if half else most)
        why = f"{why}; its hub pushes" if pushed > chosen else why
        chosen = pushed
    at = now + timedelta(seconds=_spread(chosen, low, most, jitter))
    skips = state.cadence if feed is None else feed
    next_visit = Next(at, f"{why}; every {_span(chosen)}")
    return _skip(next_visit, skips.skip_hours, skips.skip_days)


def only_waiting(state: SourceState, now: datetime) -> bool:
    """Return True if the source is due only for waiting entries, not for its feed."""
    return state.schedule.feed_due is not None and now < state.schedule.feed_due


def planned(state: SourceState, left: int, now: datetime) -> SourceState:
    """Return the state after a visit that left `left` entries: due now if there are any, its feed
    at `feed_due`."""
    feed_due = state.schedule.feed_due or state.schedule.next_due
    if not (left or state.schedule.feed_due or state.schedule.waiting):
        return state
    if left:
        schedule = replace(state.schedule, next_due=now, feed_due=feed_due, waiting=left)
    else:
        schedule = replace(state.schedule, next_due=feed_due, feed_due=None, waiting=0)
    return replace(state, schedule=schedule)


def _after_failure(
    source: Source,
    state: SourceState,
    result: Failed,
    now: datetime,
    floor: int,
    ceiling: int,
    jitter: float,
    cron_next: Callable[[str, datetime], datetime],
) -> Next:
    # costs no request; retry soon, as the operator may set it
    if result.reason == FetchReason.UNSET_VARIABLE:
        return Next(now + timedelta(seconds=floor), "waits for an environment variable")
    if result.reason == FetchReason.NO_BROWSER:
        return Next(now + timedelta(seconds=floor), "waits for a browser")
    base = float(seconds(source.every)) if source.every else min(_rhythm(state, now)[0], ceiling)
    base = max(base, _BARE.get(result.status or 0, 0.0), min(result.fresh_seconds, LONGEST_WISH))
    times = max(1, state.backoff.failures)
    most = max(ceiling, base)
    wait = min(max(base, floor) * 2.0 ** min(times - 1, 12), most)
    at = now + timedelta(seconds=_spread(wait, floor, most, jitter))
    why = f"failed {times} {'time' if times == 1 else 'times'} in a row ({result.reason})"
    if result.retry_after is not None and result.retry_after > now:
        at = max(result.retry_after, now + timedelta(seconds=floor))
        why = f"the server asked to wait ({result.reason})"
    if source.cron:
        at = cron_next(source.cron, at if result.retry_after else now)
        why = f"{why}; cron {source.cron}"
    return Next(at, why)


def _no_later(state: SourceState, result: Failed, due: Next, now: datetime) -> Next:
    planned = state.schedule.next_due
    if result.retry_after is not None or planned is None or not now < planned < due.at:
        return due
    return Next(planned, due.why)


def _rhythm(state: SourceState, now: datetime) -> tuple[float, str]:
    """Return seconds between visits (half the median gap of publications, more after long silence)
    and the reason."""
    past = sorted((at for at in state.cadence.recent if at <= now), reverse=True)
    silent = _silence(state, now)
    if len(past) < _TIMES_FOR_RHYTHM:
        return max(_FIRST_GUESS, silent / 8), "rhythm not known yet"
    gap = median((newer - older).total_seconds() for newer, older in pairwise(past))
    return _interval(gap, silent), f"publishes about every {_span(gap)}"


def _interval(gap: float, silent: float) -> float:
    """Return seconds between visits: articles wait least if intervals grow as the root of the
    gap."""
    usual = min(max(gap / 2, silent / 8), math.sqrt(max(gap, silent) * _HOUR))
    return max(usual, silent / _SILENT)


def _silence(state: SourceState, now: datetime) -> float:
    past = [at for at in state.cadence.recent if at <= now]
    since = max(past) if past else state.validators.validators_at
    return max((now - since).total_seconds(), 0.0) if since else 0.0


def _least(
    state: SourceState, feed: ParsedFeed | None, result: FetchResult, now: datetime
) -> tuple[float, str]:
    wish, why = _asked(state, feed, result, now)
    if state.validators.etag or state.validators.last_modified:
        return (wish, why) if wish else (_CONDITIONAL, "asked at most hourly")
    half = state.cadence.span_seconds / 2  # visit before entries drop out of a fast feed
    whole = min(_UNCONDITIONAL, half) if half else _UNCONDITIONAL
    return max((wish, why), (whole, "its server has no validators, all of it is sent each time"))


def _asked(
    state: SourceState, feed: ParsedFeed | None, result: FetchResult, now: datetime
) -> tuple[float, str]:
    feed_asks = state.cadence.asked_seconds if feed is None else feed_interval(feed)
    intervals: list[tuple[float, str]] = [(float(feed_asks), "the feed's ttl or updatePeriod")]
    if isinstance(result, Fetched | NotModified):
        fresh = fresh_seconds(dict(result.headers), now)
        if fresh:
            intervals.append((float(fresh), "the server's cache headers"))
    longest, who = max(intervals)
    return min(longest, LONGEST_WISH), who


def feed_interval(feed: ParsedFeed) -> int:
    """Return the seconds between visits that the feed requests, or 0."""
    return max((feed.ttl_minutes or 0) * 60, feed.update_seconds or 0)


def _spread(chosen: float, low: float, ceiling: float, jitter: float) -> float:
    """Return `chosen` seconds plus up to a tenth (at the ceiling, minus), but not below `low`."""
    if chosen * 1.1 <= ceiling:
        return chosen * (1 + 0.1 * jitter)
    start = max(low, ceiling * 0.9, min(chosen, ceiling * 0.9))
    return start + (ceiling - start) * jitter


def _skip(planned: Next, hours: tuple[int, ...], days: tuple[str, ...]) -> Next:
    """Return the first time from `planned` on outside `hours` and `days` (UTC). Ignore them if they
    cover the week."""
    if not (hours or days):
        return planned
    at = planned.at.astimezone(UTC)
    for _ in range(_SKIP_HOURS):
        if at.hour not in hours and _DAYS[at.weekday()] not in days:
            return (
                planned
                if at == planned.at
                else Next(at, f"{planned.why}; after the hours the feed asks to skip")
            )
        at = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return planned


def _span(value: float) -> str:
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if value >= size:
            return f"{value / size:.3g}{unit}"
    return f"{value:.0f}s"


Seen = Sequence[tuple[datetime, datetime | None]]  # `Visits.seen_since` of the last weeks


def daily(seen: Seen, first_visit: datetime | None, now: datetime) -> int:
    """Return how many new entries to read per day: a multiple of the median day, which single
    floods do not change."""
    began = max(first_visit or now, now - WEEKS)
    days = (now - began) // DAY
    count = Counter((now - at) // DAY for at, _ in seen if at > began)
    usual = median(count[day] for day in range(1, days)) if days > 1 else 0
    return max(ANY, int(TIMES * usual))


def slowed(
    rows: Sequence[EntryRow], seen: Seen, first_visit: datetime | None, now: datetime
) -> tuple[EntryRow, ...]:
    """Return `rows`; new entries above the daily number are tried later, after the entries that
    already wait."""
    most = daily(seen, first_visit, now)
    waiting = sum(later is not None and later > now for _, later in seen)
    began = max(first_visit or now, now - DAY)
    room = max(0, most - sum(at > began and (later is None or later <= now) for at, later in seen))
    new = [
        row.entry_id
        for row in rows
        if row.status == "pending" and row.first_seen == now and row.reason is None
    ]
    later = {entry_id: (waiting + place) // most + 1 for place, entry_id in enumerate(new[room:])}
    return tuple(
        replace(row, next_try=now + later[row.entry_id] * DAY, reason=EntryReason.FLOOD)
        if row.entry_id in later
        else row
        for row in rows
    )


def told(seen: Seen, first_visit: datetime | None, now: datetime) -> str:
    """Return a message for the operator on delayed entries, or ""."""
    count = sum(later is not None and later > now + WAIT for _, later in seen)
    most = daily(seen, first_visit, now)
    return (
        f"{count} entries wait, {most} a day are read: over ten times as many as usual came at once"
        if count
        else ""
    )
