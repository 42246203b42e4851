"""When to visit a source next, and what to remember of a visit. Pure: values and `now` in, values out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from syndicator.model import Failed, Fetched, FetchResult, NotModified, ParsedFeed, Source, SourceState
from syndicator.reasons import FetchReason
from syndicator.settings import seconds
from syndicator.urls import secrets
from syndicator.visiting.fetch.headers import fresh_seconds

# All of these are our choices.
VALIDATOR_LIFE = timedelta(days=8)  # a server that is stuck on 304 is asked for the whole feed once in that time
MOVE_VISITS = 3  # visits in a row with the same permanent redirect, after which the new address is used
# Failures that say that the new address is not the feed's: back to the one in sources.toml.
_MOVE_BROKEN = ("dns", "connect", "tls", "http-404", "gone", "blocked-address")
GONE_TIMES, GONE_SPAN = 3, timedelta(days=2)  # so many 410 in a row, over so long, disable a source
RECENT = 30  # publication times remembered
_TIMES_FOR_RHYTHM = 2  # publication times without which there is no gap to measure
_FIRST_GUESS = 3600.0  # seconds between visits while the rhythm of a source is unknown
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
) -> Next:
    """When to come back. `state` is what `after` returned for this visit, `feed` what was parsed, None for nothing.

    floor, ceiling: seconds, the least and the most between two visits. jitter: 0 <= jitter < 1, so that sources do not
    all fall on the same second. cron_next: the first time after another at which a cron expression fires. asked: a
    person asked for this visit. What decides, the first that applies: a server's Retry-After, the operator's cron,
    back-off after a failure, the operator's `every`, the source's own rhythm, but not more often than the feed and the
    headers ask for.
    """
    if isinstance(result, Failed):
        due = _after_failure(source, state, result, now, floor, ceiling, jitter, cron_next)
        return _no_later(state, result, due, now) if asked else due
    if source.cron:
        return Next(cron_next(source.cron, now), f"cron {source.cron}")
    if source.every:
        return Next(now + timedelta(seconds=seconds(source.every) * (1 + 0.05 * jitter)), f"every {source.every}")
    interval, why = _rhythm(state, now)
    least, asked_by = _asked(state, feed, result, now)
    low = min(max(floor, least), ceiling)
    if least > interval and least > floor:
        why = asked_by
    chosen = min(max(interval, low), ceiling)
    at = now + timedelta(seconds=_spread(chosen, low, ceiling, jitter))
    hours, days = (state.skip_hours, state.skip_days) if feed is None else (feed.skip_hours, feed.skip_days)
    return _skip(Next(at, f"{why}; every {_span(chosen)}"), hours, days)


def after(
    source: Source,
    state: SourceState,
    result: FetchResult,
    feed: ParsedFeed | None,
    now: datetime,
    *,
    asked: bool = False,
) -> SourceState:
    """What is remembered of the source after this visit. asked: a person asked for it, so that its failure is not one
    more in a row.

    feed: the parsed feed of a Fetched, None when nothing was parsed (the bytes are those of the last visit, or a page).
    The caller passes a Failed for a Fetched that could not be parsed, so that its validators are not stored.
    """
    state = _reset_if_edited(source, state)
    state = replace(state, first_visit=state.first_visit or now, last_visit=now)
    if isinstance(result, Failed):
        failed = _failed(state, result, now)
        return replace(failed, failures=min(failed.failures, max(state.failures, 1))) if asked else failed
    state = replace(
        state,
        last_success=now,
        failures=0,
        failing_since=None,
        reason=None,
        detail="",
        gone_times=0,
        gone_since=None,
        disabled=None,
    )
    state = _moved(state, result.moved_to, now)
    if isinstance(result, NotModified):
        return _aged(state, now)
    state = replace(state, warning=result.warning)
    return _with_feed(_with_validators(source, state, result, feed, now), feed, now)


def only_waiting(state: SourceState, now: datetime) -> bool:
    """True when the source is visited for the entries that wait and its feed is not to be asked yet. Pure."""
    return state.feed_due is not None and now < state.feed_due


def planned(state: SourceState, left: int, now: datetime) -> SourceState:
    """`state` after a visit that left `left` entries to the next run: due at once until none waits, while its feed
    keeps its own time. `state.next_due` is that of the feed, unless `state.feed_due` is. Pure."""
    feed_due = state.feed_due or state.next_due
    if not left:
        return replace(state, next_due=feed_due, feed_due=None, waiting=0)
    return replace(state, next_due=now, feed_due=feed_due, waiting=left)


def _reset_if_edited(source: Source, state: SourceState) -> SourceState:
    if state.url == source.url:
        return state
    return SourceState(key=state.key, url=source.url, first_visit=state.first_visit, recent=state.recent)


def _failed(state: SourceState, result: Failed, now: datetime) -> SourceState:
    state = replace(state, failing_since=state.failing_since or (now if state.reason is None else None))
    if result.unasked:
        return replace(state, reason=result.reason, detail=result.detail)  # nobody was asked
    state = replace(state, failures=state.failures + 1, reason=result.reason, detail=result.detail)
    if state.effective_url and state.failures >= MOVE_VISITS and result.reason in _MOVE_BROKEN:
        # the new address is dead: back to the one in sources.toml
        state = replace(state, effective_url=None, moved_at=None)
        return replace(state, etag=None, last_modified=None, gone_times=0, gone_since=None)
    if result.reason != "gone":
        return replace(state, gone_times=0, gone_since=None)
    since = state.gone_since or now
    state = replace(state, gone_times=state.gone_times + 1, gone_since=since)
    if state.gone_times >= GONE_TIMES and now - since >= GONE_SPAN:
        return replace(state, disabled="gone")
    return state


def _moved(state: SourceState, target: str | None, now: datetime) -> SourceState:
    if target is None or secrets.names_more(target, state.url):
        return replace(state, moved_to=None, moved_times=0)
    times = state.moved_times + 1 if target == state.moved_to else 1
    if times >= MOVE_VISITS:
        return replace(state, effective_url=target, moved_at=now, moved_to=None, moved_times=0)
    return replace(state, moved_to=target, moved_times=times)


def _aged(state: SourceState, now: datetime) -> SourceState:
    if state.validators_at is not None and now - state.validators_at >= VALIDATOR_LIFE:
        return replace(state, etag=None, last_modified=None, validators_at=None)
    return state


def _with_validators(
    source: Source, state: SourceState, result: Fetched, feed: ParsedFeed | None, now: datetime
) -> SourceState:
    digest = result.digest
    if feed is None and digest != state.body_digest and source.kind == "feed":
        return replace(state, etag=None, last_modified=None, validators_at=None)
    return replace(
        state,
        etag=result.headers.get("etag") or None,
        last_modified=result.headers.get("last-modified") or None,
        validators_at=now,
        body_digest=digest,
    )


def _with_feed(state: SourceState, feed: ParsedFeed | None, now: datetime) -> SourceState:
    if feed is None:
        return state
    times = {entry.published or entry.updated for entry in feed.entries}
    # a time in the future says nothing about the rhythm; it counts once it has passed
    known = {at for at in times if at is not None and at <= now} | set(state.recent)
    return replace(
        state,
        asked_seconds=_feed_interval(feed),
        skip_hours=feed.skip_hours,
        skip_days=feed.skip_days,
        recent=tuple(sorted(known, reverse=True)[:RECENT]),
        feed_title=feed.title or state.feed_title,
        site_url=feed.site_url or state.site_url,
        feed_id=feed.id or state.feed_id,
        feed_language=feed.language or state.feed_language,
    )


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
    """`due`, but no later than planned before: who tries again by hand does not make us wait longer. When the server
    says to come again stands."""
    planned = state.next_due
    if result.retry_after is not None or planned is None or not now < planned < due.at:
        return due
    return Next(planned, due.why)


def _rhythm(state: SourceState, now: datetime) -> tuple[float, str]:
    """Seconds between visits, from the publication times: half the median gap, more when nothing has come for long;
    and why, in a few words."""
    past = sorted((at for at in state.recent if at <= now), reverse=True)
    if len(past) < _TIMES_FOR_RHYTHM:
        return _FIRST_GUESS, "rhythm not known yet"
    gaps = [(newer - older).total_seconds() for newer, older in pairwise(past)]
    gap = median(gaps)
    silence = (now - past[0]).total_seconds()
    return max(gap / 2, silence / 8), f"publishes about every {_span(gap)}"


def _asked(state: SourceState, feed: ParsedFeed | None, result: FetchResult, now: datetime) -> tuple[float, str]:
    """The longest interval that the feed (as last parsed) or the headers ask for, in seconds, and which of them."""
    feed_asks = state.asked_seconds if feed is None else _feed_interval(feed)
    intervals: list[tuple[float, str]] = [(float(feed_asks), "the feed's ttl or updatePeriod")]
    if isinstance(result, Fetched | NotModified):
        fresh = fresh_seconds(dict(result.headers), now)
        if fresh:
            intervals.append((float(fresh), "the server's cache headers"))
    return max(intervals)


def _feed_interval(feed: ParsedFeed) -> int:
    """Seconds between visits that the feed asks for, 0 when it does not say."""
    return max((feed.ttl_minutes or 0) * 60, feed.update_seconds or 0)


def _spread(chosen: float, low: float, ceiling: float, jitter: float) -> float:
    """`chosen` seconds, longer by at most a tenth; at the ceiling shorter by at most a tenth, but not below `low`."""
    if chosen * 1.1 <= ceiling:
        return chosen * (1 + 0.1 * jitter)
    start = max(low, ceiling * 0.9, min(chosen, ceiling * 0.9))
    return start + (ceiling - start) * jitter


def _skip(planned: Next, hours: tuple[int, ...], days: tuple[str, ...]) -> Next:
    """The first time from `planned` on that is not in the hours and days (UTC) that the feed asks to skip; a feed that
    skips all of them is ignored."""
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
