"""When to visit a source next, and how much of a flood of entries waits. Pure: values and `now` in, values out."""

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
from syndicator.core.model import Failed, Fetched, FetchResult, NotModified, ParsedFeed, Source, SourceState
from syndicator.core.ports import EntryRow
from syndicator.core.reasons import EntryReason, FetchReason
from syndicator.visiting.fetch.decompress import fresh_seconds
from syndicator.visiting.websub import backup

# All of these are our choices, but for those with a source.
_HOUR, _DAY = 3600.0, 86400.0
LONGEST_WISH = 30 * _DAY  # of a server or feed that is granted: a month of silence is not a source that is followed
_TIMES_FOR_RHYTHM = 2  # publication times without which there is no gap to measure
_FIRST_GUESS = _HOUR  # between visits while the rhythm of a source is unknown
_SILENT = 100  # a source that is silent for long is asked again after this part of its silence, whatever every_max says
# What scores of feed readers ask for (rachelbythebay.com/fs/help.html, "feed reader behavior"): a conditional request
# once an hour, an unconditional one once a day; and hours, not minutes, after a 429.
_CONDITIONAL, _UNCONDITIONAL = _HOUR, _DAY
_BARE: Mapping[int, float] = {  # seconds after these without a Retry-After, doubled with each more in a row
    HTTPStatus.TOO_MANY_REQUESTS: 4 * _HOUR,
    HTTPStatus.SERVICE_UNAVAILABLE: _HOUR,
}
_SLACK = 300.0  # seconds by which a cron may come early: one of every hour is not put off by its visit's own length
_SKIP_HOURS = 8 * 24  # looked ahead: a week has every hour of every day
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Next(NamedTuple):
    """When a source is visited next, aware UTC, and why then, in one line."""

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
    """When to visit next. `state`: from `after`. `floor`, `ceiling`: seconds between visits, if nobody says otherwise.
    `jitter`: in [0, 1). `cron_next`: the next time of a cron expression. `asked`: by a person. `trust`: the share of
    new entries that a hub brings (`websub.trust`). The first of these decides: Retry-After, back-off after a failure,
    cron or `every`, the source's rhythm; never more often than feed, headers and manners allow, unless `force` is
    set."""
    if isinstance(result, Failed):
        due = _after_failure(source, state, result, now, floor, ceiling, jitter, cron_next)
        return _no_later(state, result, due, now) if asked else due
    least, least_why = (0.0, "") if source.force else _least(state, feed, result, now)
    if source.cron:
        first, at = (cron_next(source.cron, now + timedelta(seconds=wait)) for wait in (0, max(least - _SLACK, 0)))
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
    if trust:  # what the hub misses must not pass by unseen either
        pushed = backup(chosen, trust, min(most, state.span_seconds / 2) if state.span_seconds else most)
        why = f"{why}; its hub pushes" if pushed > chosen else why
        chosen = pushed
    at = now + timedelta(seconds=_spread(chosen, low, most, jitter))
    hours, days = (state.skip_hours, state.skip_days) if feed is None else (feed.skip_hours, feed.skip_days)
    return _skip(Next(at, f"{why}; every {_span(chosen)}"), hours, days)


def only_waiting(state: SourceState, now: datetime) -> bool:
    """True when the source is visited for the entries that wait and its feed is not to be asked yet. Pure."""
    return state.feed_due is not None and now < state.feed_due


def planned(state: SourceState, left: int, now: datetime) -> SourceState:
    """`state` after a visit that left `left` entries to the next run: due at once until none waits, while its feed
    keeps its own time. `state.next_due` is that of the feed, unless `state.feed_due` is. Pure."""
    feed_due = state.feed_due or state.next_due
    if not (left or state.feed_due or state.waiting):
        return state
    if not left:
        return replace(state, next_due=feed_due, feed_due=None, waiting=0)
    return replace(state, next_due=now, feed_due=feed_due, waiting=left)


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
    if result.reason == FetchReason.UNSET_VARIABLE:  # asks nobody, and goes on soon after the operator has set it
        return Next(now + timedelta(seconds=floor), "waits for an environment variable")
    base = float(seconds(source.every)) if source.every else min(_rhythm(state, now)[0], ceiling)
    base = max(base, _BARE.get(result.status or 0, 0.0), min(result.fresh_seconds, LONGEST_WISH))
    times = max(1, state.failures)
    most = max(ceiling, base)
    wait = min(max(base, floor) * 2.0 ** min(times - 1, 12), most)
    at = now + timedelta(seconds=_spread(wait, floor, most, jitter))
    why = f"failed {times} {'time' if times == 1 else 'times'} in a row ({result.reason})"
    if result.retry_after is not None and result.retry_after > now:
        at, why = max(result.retry_after, now + timedelta(seconds=floor)), f"the server asked to wait ({result.reason})"
    if source.cron:
        at, why = cron_next(source.cron, at if result.retry_after else now), f"{why}; cron {source.cron}"
    return Next(at, why)


def _no_later(state: SourceState, result: Failed, due: Next, now: datetime) -> Next:
    """`due`, but no later than planned before a person asked, unless the server says when to come."""
    planned = state.next_due
    if result.retry_after is not None or planned is None or not now < planned < due.at:
        return due
    return Next(planned, due.why)


def _rhythm(state: SourceState, now: datetime) -> tuple[float, str]:
    """Seconds between visits, from the publication times: half the median gap, less for slow sources and more when
    nothing has come for long; and why, in a few words."""
    past = sorted((at for at in state.recent if at <= now), reverse=True)
    silent = _silence(state, now)
    if len(past) < _TIMES_FOR_RHYTHM:
        return max(_FIRST_GUESS, silent / 8), "rhythm not known yet"
    gap = median((newer - older).total_seconds() for newer, older in pairwise(past))
    return _interval(gap, silent), f"publishes about every {_span(gap)}"


def _interval(gap: float, silent: float) -> float:
    """Seconds between visits to a source that publishes every `gap` seconds and has not for `silent`. With r articles a
    time and a visit every t, r t / 2 wait; a given number of visits keeps fewest waiting if t goes as the root of 1 /
    r."""
    usual = min(max(gap / 2, silent / 8), math.sqrt(max(gap, silent) * _HOUR))
    return max(usual, silent / _SILENT)


def _silence(state: SourceState, now: datetime) -> float:
    """Seconds since the newest publication time that has passed; without one, since the feed last was another."""
    past = [at for at in state.recent if at <= now]
    since = max(past) if past else state.validators_at
    return max((now - since).total_seconds(), 0.0) if since else 0.0


def _least(state: SourceState, feed: ParsedFeed | None, result: FetchResult, now: datetime) -> tuple[float, str]:
    """The fewest seconds until the next visit that feed, headers and manners allow, and which of them."""
    wish, why = _asked(state, feed, result, now)
    if state.etag or state.last_modified:
        return (wish, why) if wish else (_CONDITIONAL, "asked at most hourly")
    half = state.span_seconds / 2  # the entries of a feed that moves fast must not pass by unseen
    whole = min(_UNCONDITIONAL, half) if half else _UNCONDITIONAL
    return max((wish, why), (whole, "its server has no validators, all of it is sent each time"))


def _asked(state: SourceState, feed: ParsedFeed | None, result: FetchResult, now: datetime) -> tuple[float, str]:
    """The longest interval, in seconds and at most a month, that feed or headers ask for, and which of them."""
    feed_asks = state.asked_seconds if feed is None else feed_interval(feed)
    intervals: list[tuple[float, str]] = [(float(feed_asks), "the feed's ttl or updatePeriod")]
    if isinstance(result, Fetched | NotModified):
        fresh = fresh_seconds(dict(result.headers), now)
        if fresh:
            intervals.append((float(fresh), "the server's cache headers"))
    longest, who = max(intervals)
    return min(longest, LONGEST_WISH), who


def feed_interval(feed: ParsedFeed) -> int:
    """Seconds between visits that the feed asks for, 0 when it does not say."""
    return max((feed.ttl_minutes or 0) * 60, feed.update_seconds or 0)


def _spread(chosen: float, low: float, ceiling: float, jitter: float) -> float:
    """`chosen` seconds, longer by at most a tenth; at the ceiling shorter by at most a tenth, but not below `low`."""
    if chosen * 1.1 <= ceiling:
        return chosen * (1 + 0.1 * jitter)
    start = max(low, ceiling * 0.9, min(chosen, ceiling * 0.9))
    return start + (ceiling - start) * jitter


def _skip(planned: Next, hours: tuple[int, ...], days: tuple[str, ...]) -> Next:
    """The first time from `planned` on outside the hours and days (UTC) to skip; ignored if those are all."""
    if not (hours or days):
        return planned
    at = planned.at.astimezone(UTC)
    for _ in range(_SKIP_HOURS):
        if at.hour not in hours and _DAYS[at.weekday()] not in days:
            return planned if at == planned.at else Next(at, f"{planned.why}; after the hours the feed asks to skip")
        at = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return planned


def _span(value: float) -> str:
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if value >= size:
            return f"{value / size:.3g}{unit}"
    return f"{value:.0f}s"


DAY = timedelta(days=1)
WEEKS = timedelta(days=21)  # of which the usual day is taken
ANY = 50  # entries a day of any source: what one visit takes of it
WAIT = timedelta(hours=6)  # longer than any page that failed waits for its next try
TIMES = 10  # a usual day: a big day is a few times as much


Seen = Sequence[tuple[datetime, datetime | None]]  # `VisitStore.seen_since` of the last weeks


def daily(seen: Seen, first_visit: datetime | None, now: datetime) -> int:
    """How many new entries of a source are read in a day. The median of the days before today counts, so that one flood
    makes no habit; what its first visit found does not count."""
    began = max(first_visit or now, now - WEEKS)
    days = (now - began) // DAY
    count = Counter((now - at) // DAY for at, _ in seen if at > began)
    usual = median(count[day] for day in range(1, days)) if days > 1 else 0
    return max(ANY, int(TIMES * usual))


def slowed(rows: Sequence[EntryRow], seen: Seen, first_visit: datetime | None, now: datetime) -> tuple[EntryRow, ...]:
    """`rows` as `select` made them, newest first, with a later try for those new ones that are more than a day's: so
    many a day, after those that wait already, the oldest last. What came late (see `select`) is not counted."""
    most = daily(seen, first_visit, now)
    waiting = sum(later is not None and later > now for _, later in seen)
    began = max(first_visit or now, now - DAY)
    room = max(0, most - sum(at > began and (later is None or later <= now) for at, later in seen))
    new = [row.entry_id for row in rows if row.status == "pending" and row.first_seen == now and row.reason is None]
    later = {id: (waiting + place) // most + 1 for place, id in enumerate(new[room:])}
    return tuple(
        replace(row, next_try=now + later[row.entry_id] * DAY, reason=EntryReason.FLOOD)
        if row.entry_id in later
        else row
        for row in rows
    )


def told(seen: Seen, first_visit: datetime | None, now: datetime) -> str:
    """What the operator is told of those that wait, "" where none waits for a day."""
    count = sum(later is not None and later > now + WAIT for _, later in seen)
    most = daily(seen, first_visit, now)
    return f"{count} entries wait, {most} a day are read: over ten times as many as usual came at once" if count else ""
