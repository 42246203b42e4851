"""Plan when a source is visited next; spread a sudden flood of its entries over days.

Every function is pure: it gets the time and the state as arguments and returns new values."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from syndicator.configuration.settings import parse_duration
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
from syndicator.visiting.fetch.responses import find_fresh_seconds
from syndicator.visiting.websub import space_backup_polls

# Our choices, unless a source is named.
_HOUR = 3600.0  # seconds, as all constants up to DAY
_DAY = 86400.0
LONGEST_WISH = 30 * _DAY  # the longest interval that a server or feed may request
_TIMES_FOR_RHYTHM = 2  # publication times needed to measure a gap
_FIRST_GUESS = _HOUR  # between visits while the rhythm of a source is unknown
_LONG_SILENCE_SHARE = (
    100  # the interval is at least this fraction of the silence, even above every_max
)
# rachelbythebay.com/fs/help.html: a conditional request hourly, an unconditional one daily; hours
# after a 429.
_CONDITIONAL = _HOUR
_UNCONDITIONAL = _DAY
# seconds to wait after an answer without Retry-After, doubled for each further one
_WAIT_BY_STATUS: Mapping[int, float] = {
    HTTPStatus.TOO_MANY_REQUESTS: 4 * _HOUR,
    HTTPStatus.SERVICE_UNAVAILABLE: _HOUR,
}
_CRON_SLACK = (
    300.0  # seconds that cron may be early: the length of a visit must not skip the next hour
)
_SKIP_HOURS = 8 * 24  # hours to look ahead: more than a week
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY = timedelta(days=1)
FLOOD_HISTORY = timedelta(days=21)  # the median day of this time is the usual day
LEAST_DAILY_LIMIT = 50  # entries a day that every source may bring: the pages of one visit
LONGEST_RETRY = timedelta(hours=6)  # longer than the longest pause between tries of a page
FLOOD_FACTOR = 10  # the daily limit, in usual days; busy days are only a few times as big


_EVERY_JITTER = 0.05  # share of the interval `every` by which visits are spread
_RHYTHM_JITTER = 0.1  # the same of other intervals
_SILENCE_SHARE = 8  # the interval is at least this fraction of the silence, if that is long
_MOST_DOUBLINGS = 12  # of the wait after failures


class Next(NamedTuple):
    """The time of the next visit, in UTC, and the reason for this time in one line."""

    at: datetime
    why: str


class _Interval(NamedTuple):
    """An interval between visits in seconds, and the reason for it in a few words. `max` of two
    intervals gives the longer one."""

    seconds: float
    why: str


_NO_INTERVAL = _Interval(0.0, "")


def plan_next_visit(
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
    asked_by_person: bool = False,
    trust: float = 0.0,
) -> Next:
    """Return the time of the next visit of `source`, and the reason for this time. The last visit
    just ended with `result`.

    After a failed visit, the server's Retry-After decides, or else a wait that grows with each
    failure. After a successful visit, the first of these that is set decides: the source's `cron`,
    its `every`, and else how often it publishes. The visit also comes no sooner than the feed and
    the headers of the answer ask for, and no sooner than is polite. The setting `force` of a source
    lifts these limits.

    `feed`: None if the answer had none, as after "not modified". `floor`, `ceiling`: the shortest
    and the longest interval, in seconds. `jitter`: a random number in [0, 1) that spreads visits.
    `cron_next(expression, time)`: returns the first time of a cron expression after `time`.
    `asked_by_person`: True if a person started the visit. If it failed, it does not delay the visit
    that was planned before. `trust`: the share of new entries that the source's WebSub hub pushes
    to us, from 0 to 1; 0 without a hub."""
    if isinstance(result, Failed):
        due = _plan_after_failure(source, state, result, now, floor, ceiling, jitter, cron_next)
        if asked_by_person:
            return _choose_earlier_visit(state, result, due, now)
        return due
    if source.force:
        least_interval = _NO_INTERVAL
    else:
        least_interval = _find_least_interval(state, feed, result, now)
    if source.cron:
        # the slack allows for the length of this visit, so that an hourly cron skips no hour
        not_before = now + timedelta(seconds=max(least_interval.seconds - _CRON_SLACK, 0))
        time = cron_next(source.cron, not_before)
        why = f"cron {source.cron}"
        # the interval ruled out an earlier time of the expression
        if time > cron_next(source.cron, now):
            why = f"{why}; {least_interval.why}"
        return Next(time, why)
    if source.every:
        return _plan_every(source.every, least_interval, now, jitter)
    due = _plan_by_rhythm(state, least_interval, now, floor, ceiling, jitter, trust)
    # an answer without a feed, such as "not modified": what the feed said before still counts
    skip_rules = state.cadence if feed is None else feed
    return _avoid_skipped_hours(due, skip_rules.skip_hours, skip_rules.skip_days)


def _plan_every(every: str, least_interval: _Interval, now: datetime, jitter: float) -> Next:
    """Return the next visit of a source that has the setting `every`, such as "2h". If
    `least_interval`, the shortest polite interval, is longer, it is used instead. `jitter`: a
    number in [0, 1); it adds up to a twentieth of the interval."""
    configured = float(parse_duration(every))
    if configured >= least_interval.seconds:
        why = f"every {every}"
    else:
        why = f"{least_interval.why}; every {_format_span(least_interval.seconds)}"
    interval = max(configured, least_interval.seconds) * (1 + _EVERY_JITTER * jitter)
    return Next(now + timedelta(seconds=interval), why)


def _plan_by_rhythm(
    state: SourceState,
    least_interval: _Interval,
    now: datetime,
    floor: int,
    ceiling: int,
    jitter: float,
    trust: float,
) -> Next:
    """Return the next visit of a source by how often it publishes.

    The interval is at least `floor` seconds and at least `least_interval`, the shortest polite one.
    It is at most `ceiling` seconds, or longer if the source has published nothing for months.

    `trust`: the share of new entries that the source's WebSub hub pushes to us, from 0 to 1. The
    more it pushes, the rarer we visit. `jitter`: a number in [0, 1) that spreads visits."""
    rhythm = _measure_rhythm(state, now)
    why = rhythm.why
    if least_interval.seconds > rhythm.seconds and least_interval.seconds > floor:
        why = least_interval.why
    shortest = max(float(floor), least_interval.seconds)
    # a source that has been silent for months may be visited less often than `ceiling` says
    longest_silent = min(_measure_silence(state, now) / _LONG_SILENCE_SHARE, LONGEST_WISH)
    longest = max(float(ceiling), shortest, longest_silent)
    interval = min(max(rhythm.seconds, shortest), longest)
    if trust:
        # visits still have to find the entries that the hub misses, before they drop out of the
        # feed: at the latest after half the time that the entries of the feed span (0: unknown)
        half_span = state.cadence.span_seconds / 2
        longest_backup = min(longest, half_span) if half_span else longest
        with_hub = space_backup_polls(interval, trust, longest_backup)
        if with_hub > interval:
            why = f"{why}; its hub pushes"
        interval = with_hub
    time = now + timedelta(seconds=_spread_interval(interval, shortest, longest, jitter))
    return Next(time, f"{why}; every {_format_span(interval)}")


def is_due_for_waiting_entries(state: SourceState, now: datetime) -> bool:
    """Return True if the source is due only for entries that an earlier visit had no time to read.
    Its feed is not due yet."""
    return state.schedule.feed_due is not None and now < state.schedule.feed_due


def plan_waiting_entries(state: SourceState, entries_left: int, now: datetime) -> SourceState:
    """Return the state of a source after a visit that left `entries_left` entries of its feed
    unread.

    If any are left, the next visit is due at once (`now`) and only reads them. The time at which
    the feed itself is fetched again is kept as `feed_due`. If none are left, the next visit is due
    at that time again."""
    feed_due = state.schedule.feed_due or state.schedule.next_due
    if entries_left:
        schedule = replace(state.schedule, next_due=now, feed_due=feed_due, waiting=entries_left)
        return replace(state, schedule=schedule)
    had_entries_left = bool(state.schedule.feed_due or state.schedule.waiting)
    if not had_entries_left:
        return state
    schedule = replace(state.schedule, next_due=feed_due, feed_due=None, waiting=0)
    return replace(state, schedule=schedule)


def _plan_after_failure(
    source: Source,
    state: SourceState,
    result: Failed,
    now: datetime,
    floor: int,
    ceiling: int,
    jitter: float,
    cron_next: Callable[[str, datetime], datetime],
) -> Next:
    """Return the next visit of `source` after a visit that failed with `result`.

    If the server stated a time (Retry-After), the visit is at this time, but not in less than
    `floor` seconds. Otherwise it comes after the usual interval, which is doubled with each further
    failure in a row, up to `ceiling` seconds. With `cron`, it is at the first time of the
    expression after the server's time, or after `now` if there is none. If a variable or a browser
    is missing, no request was sent, and the visit is in `floor` seconds.

    `jitter`, `cron_next`: see `plan_next_visit`."""
    # the operator may mend these two failures at any time
    if result.reason == FetchReason.UNSET_VARIABLE:
        return Next(now + timedelta(seconds=floor), "waits for an environment variable")
    if result.reason == FetchReason.NO_BROWSER:
        return Next(now + timedelta(seconds=floor), "waits for a browser")
    failures = max(1, state.backoff.failures)
    if result.retry_after is not None and result.retry_after > now:
        time = max(result.retry_after, now + timedelta(seconds=floor))
        why = f"the server asked to wait ({result.reason})"
    else:
        back_off = _measure_back_off(source, state, result, now, floor, ceiling, jitter)
        time = now + timedelta(seconds=back_off)
        times = "time" if failures == 1 else "times"
        why = f"failed {failures} {times} in a row ({result.reason})"
    if not source.cron:
        return Next(time, why)
    # cron decides, not our back-off; but a time that the server stated counts
    not_before = time if result.retry_after else now
    return Next(cron_next(source.cron, not_before), f"{why}; cron {source.cron}")


def _measure_back_off(
    source: Source,
    state: SourceState,
    result: Failed,
    now: datetime,
    floor: int,
    ceiling: int,
    jitter: float,
) -> float:
    """Return the seconds to wait after a visit that failed with `result`.

    The first wait is the usual interval of the source. It is longer after the statuses 429 and 503,
    and if the headers of the answer ask for it. It is doubled with each further failure in a row,
    up to `ceiling` seconds. It is at least `floor` seconds. `jitter`: a number in [0, 1) that
    spreads visits."""
    if source.every:
        usual = float(parse_duration(source.every))
    else:
        usual = min(_measure_rhythm(state, now).seconds, ceiling)
    after_status = _WAIT_BY_STATUS.get(result.status or 0, 0.0)
    requested_by_headers = min(result.fresh_seconds, LONGEST_WISH)
    first_wait = max(usual, after_status, requested_by_headers)
    longest = max(ceiling, first_wait)
    doublings = min(max(1, state.backoff.failures) - 1, _MOST_DOUBLINGS)
    wait = min(max(first_wait, floor) * 2.0**doublings, longest)
    return _spread_interval(wait, floor, longest, jitter)


def _choose_earlier_visit(state: SourceState, result: Failed, due: Next, now: datetime) -> Next:
    """Return the earlier of two visits: the one that was planned before this failure, or `due`,
    which was planned after it. A visit that a person started must not delay the next one.

    If the server stated a Retry-After, return `due`, as it respects this time."""
    planned = state.schedule.next_due
    if result.retry_after is not None or planned is None:
        return due
    if now < planned < due.at:
        return Next(planned, due.why)
    return due


def _measure_rhythm(state: SourceState, now: datetime) -> _Interval:
    """Return the interval between visits that fits how often the source publishes. It is derived
    from the median gap between publication times, and is longer after a long silence. If fewer than
    two times are known, it is an hour or longer."""
    # the newest first; some feeds announce entries with a time in the future
    past_times = sorted((time for time in state.cadence.recent if time <= now), reverse=True)
    silence = _measure_silence(state, now)
    if len(past_times) < _TIMES_FOR_RHYTHM:
        guess = max(_FIRST_GUESS, silence / _SILENCE_SHARE)
        return _Interval(guess, "rhythm not known yet")
    gap = median((newer - older).total_seconds() for newer, older in pairwise(past_times))
    interval = _choose_interval(gap, silence)
    return _Interval(interval, f"publishes about every {_format_span(gap)}")


def _choose_interval(gap: float, silence: float) -> float:
    """Return the seconds between visits of a source. `gap`: the median seconds between its
    publications. `silence`: the seconds since the last one.

    With a given number of requests to all sources, articles wait least if the interval of a source
    is proportional to the square root of its gap."""
    # twice per gap, or an eighth of the silence, if that is longer
    by_gap = max(gap / 2, silence / _SILENCE_SHARE)
    # the root of the gap and an hour; it is shorter than `by_gap` for sources that publish rarely
    by_root = math.sqrt(max(gap, silence) * _HOUR)
    # after months without a publication, a hundredth of the silence
    return max(min(by_gap, by_root), silence / _LONG_SILENCE_SHARE)


def _measure_silence(state: SourceState, now: datetime) -> float:
    """Return the seconds since the last publication of a source. If no publication time is known,
    return the seconds since its feed last changed. If that is unknown, too, return 0."""
    past_times = [time for time in state.cadence.recent if time <= now]
    since = max(past_times) if past_times else state.validators.validators_at
    if since is None:
        return 0.0
    return max((now - since).total_seconds(), 0.0)


def _find_least_interval(
    state: SourceState, feed: ParsedFeed | None, result: FetchResult, now: datetime
) -> _Interval:
    """Return the shortest interval between visits that the feed, the headers of its answer and
    courtesy allow. Courtesy: a feed with ETag or Last-Modified may be visited hourly, as its server
    can answer "not modified". Another feed may be visited daily, as each visit transfers all of
    it."""
    requested = _find_requested_interval(state, feed, result, now)
    if state.validators.etag or state.validators.last_modified:
        if requested.seconds:
            return requested
        return _Interval(_CONDITIONAL, "asked at most hourly")
    # half the time that its entries cover, so that none drops out of a fast feed between two visits
    half_span = state.cadence.span_seconds / 2
    unconditional = min(_UNCONDITIONAL, half_span) if half_span else _UNCONDITIONAL
    courtesy = _Interval(unconditional, "its server has no validators, all of it is sent each time")
    return max(requested, courtesy)


def _find_requested_interval(
    state: SourceState, feed: ParsedFeed | None, result: FetchResult, now: datetime
) -> _Interval:
    """Return the interval that the source requests. The feed may state one, and the server's cache
    headers may say how long its answer can be reused; the longer one counts. It is 0 seconds if
    there is neither, and 30 days at most."""
    by_feed = state.cadence.asked_seconds if feed is None else find_requested_interval(feed)
    requested = _Interval(float(by_feed), "the feed's ttl or updatePeriod")
    if isinstance(result, Fetched | NotModified):
        fresh = find_fresh_seconds(dict(result.headers), now)
        if fresh:  # `max` compares the seconds first
            requested = max(requested, _Interval(float(fresh), "the server's cache headers"))
    return _Interval(min(requested.seconds, LONGEST_WISH), requested.why)


def find_requested_interval(feed: ParsedFeed) -> int:
    """Return the longer one of the feed's ttl and update period, in seconds; 0 if the feed states
    neither."""
    return max((feed.ttl_minutes or 0) * 60, feed.update_seconds or 0)


def _spread_interval(seconds: float, shortest: float, longest: float, jitter: float) -> float:
    """Return the interval `seconds`, made longer by a random part of up to a tenth, so that sources
    are not all visited at once. `jitter`: the random number, in [0, 1).

    If a tenth more would exceed `longest`, return a random interval in the last tenth below
    `longest` instead. The result is never below `shortest`."""
    if seconds * (1 + _RHYTHM_JITTER) <= longest:
        return seconds * (1 + _RHYTHM_JITTER * jitter)
    below_longest = longest * (1 - _RHYTHM_JITTER)
    start = max(shortest, below_longest)
    return start + (longest - start) * jitter


def _avoid_skipped_hours(planned: Next, hours: tuple[int, ...], days: tuple[str, ...]) -> Next:
    """Return the planned visit, moved out of the hours in which the feed asks not to be visited
    (skipHours and skipDays of RSS 2.0, in UTC). It moves to the begin of the next hour that is
    allowed.

    `hours`: the hours to skip, 0 to 23. `days`: the days to skip, "monday" to "sunday". If they
    cover the whole week, they are ignored."""
    if not (hours or days):
        return planned
    time = planned.at.astimezone(UTC)
    for _ in range(_SKIP_HOURS):
        if time.hour not in hours and _DAYS[time.weekday()] not in days:
            if time == planned.at:
                return planned
            return Next(time, f"{planned.why}; after the hours the feed asks to skip")
        time = time.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return planned


def _format_span(seconds: float) -> str:
    """Return a time span in one unit for people, such as "1.5h" or "40s"."""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= size:
            return f"{seconds / size:.3g}{unit}"
    return f"{seconds:.0f}s"


# The entries of a source that were first seen in the last FLOOD_HISTORY (`Visits.list_seen_since`).
# A pair for each entry: when it was first seen, and when its page is tried again (None: never).
Arrivals = Sequence[tuple[datetime, datetime | None]]


def compute_daily_limit(arrivals: Arrivals, first_visit: datetime | None, now: datetime) -> int:
    """Return how many new entries of a source may be read in a day.

    This is ten times the number on its median day of the last three weeks, and at least 50. A flood
    of entries on one earlier day does not change the median. The last 24 hours are left out, as
    they may be a flood.

    `arrivals`: a pair for each entry of these weeks: when it was first seen, and when it is tried
    again. `first_visit`: the time of the first visit of the source, None if there was none yet."""
    history_start = max(first_visit or now, now - FLOOD_HISTORY)
    whole_days = (now - history_start) // DAY
    # the number of entries by their age in days: 0 is the last 24 hours
    entries_by_age = Counter((now - seen) // DAY for seen, _ in arrivals if seen > history_start)
    usual: float = 0
    if whole_days > 1:
        usual = median(entries_by_age[age] for age in range(1, whole_days))
    return max(LEAST_DAILY_LIMIT, int(FLOOD_FACTOR * usual))


def delay_flood(
    rows: Sequence[EntryRow], arrivals: Arrivals, first_visit: datetime | None, now: datetime
) -> tuple[EntryRow, ...]:
    """Return `rows`, the rows of a source's entries. If too many of them are new, those that exceed
    the daily limit are delayed.

    The first new entries stay due now, as many as the limit leaves for today. Each further one
    waits for some whole days (`next_try`), so that no day gets more entries than the limit.

    `arrivals`: the entries of the last three weeks, see `compute_daily_limit`. `first_visit`: the
    time of the first visit of the source, None if there was none yet."""
    limit = compute_daily_limit(arrivals, first_visit, now)
    today_start = max(first_visit or now, now - DAY)
    waiting = 0  # entries that are read on later days
    read_today = 0
    for first_seen, next_try in arrivals:
        if next_try is not None and next_try > now:
            waiting += 1
        elif first_seen > today_start:
            read_today += 1
    left_today = max(0, limit - read_today)
    result = []
    for row in rows:
        # only entries that this visit has found can be delayed
        is_new = row.first_seen == now and row.reason is None
        may_be_delayed = is_new and row.status == "pending"
        if not may_be_delayed:
            result.append(row)
        elif left_today > 0:
            left_today -= 1
            result.append(row)
        else:
            # each of the next days takes `limit` of the waiting entries, in their order
            days = waiting // limit + 1
            waiting += 1
            result.append(replace(row, next_try=now + days * DAY, reason=EntryReason.FLOOD))
    return tuple(result)


def describe_delay(arrivals: Arrivals, first_visit: datetime | None, now: datetime) -> str:
    """Return a message for the operator that says how many entries of a source wait because too
    many came at once; "" if none waits. `arrivals`, `first_visit`: see `compute_daily_limit`."""
    waiting = 0
    for _, next_try in arrivals:
        # an entry that waits for an ordinary retry waits for a shorter time
        if next_try is not None and next_try > now + LONGEST_RETRY:
            waiting += 1
    if not waiting:
        return ""
    limit = compute_daily_limit(arrivals, first_visit, now)
    return (
        f"{waiting} entries wait, {limit} a day are read: over ten times as many as usual came at"
        " once"
    )
