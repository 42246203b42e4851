"""Update the state of a source after a visit. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from syndicator.core import secrets
from syndicator.core.model import (
    Failed,
    Fetched,
    FetchResult,
    NotModified,
    ParsedFeed,
    Source,
    SourceState,
)
from syndicator.core.reasons import NOT_A_FEED
from syndicator.visiting.cadence import feed_interval
from syndicator.visiting.fetch.decompress import DELTA

# All of these are our choices.
# visits in a row with the same permanent redirect, after which the new address is used
MOVE_VISITS = 3
# Failures of a new address after which we return to the one in sources.toml.
_MOVE_BROKEN = ("dns", "connect", "tls", "http-404", "gone", "blocked-address")
# 410 answers in a row, over this time, disable a source
GONE_TIMES, GONE_SPAN = 3, timedelta(days=2)
RECENT = 30  # publication times remembered
STUCK = timedelta(hours=1)  # after a push: a cache may still answer "not modified"


def after(
    source: Source,
    state: SourceState,
    result: FetchResult,
    feed: ParsedFeed | None,
    now: datetime,
    *,
    asked: bool = False,
) -> SourceState:
    """Return the state after a visit. `result`: Failed for an unparsable answer; `feed`: None
    without; `asked`: by a person."""
    if state.url != source.url:
        state = SourceState(
            key=state.key, url=source.url, first_visit=state.first_visit, recent=state.recent
        )
    state = replace(state, first_visit=state.first_visit or now, last_visit=now)
    if isinstance(result, Failed):
        failed = _failed(state, result, now)
        return (
            replace(failed, failures=min(failed.failures, max(state.failures, 1)))
            if asked
            else failed
        )
    state = replace(
        state,
        last_success=now,
        forgotten=False,
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
        return _freshened(state, result, now)
    state = replace(state, warning=result.warning, pushed_newer=None)
    part = result.status == DELTA  # of the feed: it need not contain all entries
    return _with_feed(_with_validators(source, state, result, feed, now), feed, now, part=part)


def _failed(state: SourceState, result: Failed, now: datetime) -> SourceState:
    state = replace(
        state, failing_since=state.failing_since or (now if state.reason is None else None)
    )
    if result.unasked:
        return replace(state, reason=result.reason, detail=result.detail)
    state = replace(state, failures=state.failures + 1, reason=result.reason, detail=result.detail)
    # a feed that was found and is a page now is looked for again, too
    is_page_now = state.found == "feed" and result.reason.startswith(NOT_A_FEED)
    is_broken = result.reason in _MOVE_BROKEN or is_page_now
    if state.effective_url and state.failures >= MOVE_VISITS and is_broken:
        return _return_home(state)
    if result.reason != "gone":
        return replace(state, gone_times=0, gone_since=None)
    since = state.gone_since or now
    state = replace(state, gone_times=state.gone_times + 1, gone_since=since)
    if state.gone_times >= GONE_TIMES and now - since >= GONE_SPAN:
        return replace(state, disabled="gone")
    return state


def _return_home(state: SourceState) -> SourceState:
    """Return to the address in sources.toml, as the one in use fails. A feed that was found there
    is looked for again."""
    state = replace(state, effective_url=None, moved_at=None, gone_times=0, gone_since=None)
    if state.found == "feed":
        state = replace(state, found="", forgotten=True, body_digest=None)
    return replace(state, etag=None, last_modified=None)


def _moved(state: SourceState, target: str | None, now: datetime) -> SourceState:
    if target is None and not state.moved_times:
        return state
    if target is None or secrets.names_more(target, state.url):
        return replace(state, moved_to=None, moved_times=0)
    times = state.moved_times + 1 if target == state.moved_to else 1
    if times >= MOVE_VISITS:
        return replace(state, effective_url=target, moved_at=now, moved_to=None, moved_times=0)
    return replace(state, moved_to=target, moved_times=times)


def pushed(state: SourceState, feed: ParsedFeed, new: int, now: datetime) -> SourceState:
    """Return the state after a push of `feed`, not all of it, with `new` entries. Validators and
    visit times stay."""
    newer = (state.pushed_newer or now) if new else state.pushed_newer
    times = {
        at
        for entry in feed.entries
        if (at := entry.published or entry.updated) is not None and at <= now
    }
    recent = tuple(sorted(times | set(state.recent), reverse=True)[:RECENT])
    return replace(state, recent=recent, pushed_newer=newer)


def _freshened(state: SourceState, result: NotModified, now: datetime) -> SourceState:
    """Update validators from a 304 (RFC 9111 4.3.4); drop them if a push long ago was newer than
    the feed."""
    if state.pushed_newer is not None and now - state.pushed_newer >= STUCK:
        return replace(state, etag=None, last_modified=None, pushed_newer=None)
    etag = result.headers.get("etag") or state.etag
    modified = result.headers.get("last-modified") or state.last_modified
    if (etag, modified) == (state.etag, state.last_modified):
        return state
    return replace(state, etag=etag, last_modified=modified)


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


def _with_feed(
    state: SourceState, feed: ParsedFeed | None, now: datetime, *, part: bool
) -> SourceState:
    if feed is None:
        return state
    times = {entry.published or entry.updated for entry in feed.entries}
    # future times do not count until they have passed
    shown = {at for at in times if at is not None and at <= now}
    span = int((max(shown) - min(shown)).total_seconds()) if shown else 0
    all_times = shown | set(state.recent)
    return replace(
        state,
        asked_seconds=feed_interval(feed),
        span_seconds=state.span_seconds if part else span,
        skip_hours=feed.skip_hours,
        skip_days=feed.skip_days,
        recent=tuple(sorted(all_times, reverse=True)[:RECENT]),
        feed_title=feed.title or state.feed_title,
        site_url=feed.site_url or state.site_url,
        feed_id=feed.id or state.feed_id,
        feed_language=feed.language or state.feed_language,
        listing=feed.listing or state.listing,
    )
