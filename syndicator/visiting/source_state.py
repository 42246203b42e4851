"""Compute the state of a source after a visit or push: failures, redirects, cadence. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from syndicator.core import secrets
from syndicator.core.model import (
    BackOff,
    Cadence,
    Channel,
    Failed,
    Fetched,
    FetchResult,
    NotModified,
    ParsedFeed,
    Redirects,
    Source,
    SourceState,
    Validators,
    VisitTimes,
)
from syndicator.core.reasons import NOT_A_FEED
from syndicator.visiting.cadence import feed_interval
from syndicator.visiting.fetch.responses import DELTA

# All of these are our choices.
# visits in a row with the same permanent redirect, after which the new address is used
MOVE_VISITS = 3
# Failures of a new address after which we return to the one in sources.toml.
_MOVE_BROKEN = ("dns", "connect", "tls", "http-404", "gone", "blocked-address")
# 410 answers in a row, over this time, disable a source
GONE_TIMES = 3
GONE_SPAN = timedelta(days=2)
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
            key=state.key,
            url=source.url,
            visits=VisitTimes(first_visit=state.visits.first_visit),
            cadence=Cadence(recent=state.cadence.recent),
        )
    first_visit = state.visits.first_visit or now
    state = replace(state, visits=replace(state.visits, first_visit=first_visit, last_visit=now))
    if isinstance(result, Failed):
        failed = _failed(state, result, now)
        if not asked:
            return failed
        failures = min(failed.backoff.failures, max(state.backoff.failures, 1))
        return replace(failed, backoff=replace(failed.backoff, failures=failures))
    state = replace(
        state,
        visits=replace(state.visits, last_success=now),
        discovery=replace(state.discovery, forgotten=False),
        backoff=BackOff(),
        redirects=_moved(state, result.moved_to, now),
    )
    if isinstance(result, NotModified):
        return replace(state, validators=_freshened(state.validators, result, now))
    validators = _renewed(source, state.validators, result, feed, now)
    state = replace(state, warning=result.warning, validators=validators)
    part = result.status == DELTA  # of the feed: it need not contain all entries
    return _with_feed(state, feed, now, part=part)


def _failed(state: SourceState, result: Failed, now: datetime) -> SourceState:
    backoff = replace(state.backoff, reason=result.reason, detail=result.detail)
    if state.backoff.reason is None:
        backoff = replace(backoff, failing_since=backoff.failing_since or now)
    if result.unasked:
        return replace(state, backoff=backoff)
    backoff = replace(backoff, failures=backoff.failures + 1)
    # a feed that was found and is a page now is looked for again, too
    is_page_now = state.discovery.found == "feed" and result.reason.startswith(NOT_A_FEED)
    is_broken = result.reason in _MOVE_BROKEN or is_page_now
    if state.redirects.effective_url and backoff.failures >= MOVE_VISITS and is_broken:
        return _return_home(replace(state, backoff=replace(backoff, gone_times=0, gone_since=None)))
    if result.reason != "gone":
        return replace(state, backoff=replace(backoff, gone_times=0, gone_since=None))
    since = backoff.gone_since or now
    backoff = replace(backoff, gone_times=backoff.gone_times + 1, gone_since=since)
    if backoff.gone_times >= GONE_TIMES and now - since >= GONE_SPAN:
        backoff = replace(backoff, disabled="gone")
    return replace(state, backoff=backoff)


def _return_home(state: SourceState) -> SourceState:
    """Return to the address in sources.toml, as the one in use fails. A feed that was found there
    is looked for again."""
    redirects = replace(state.redirects, effective_url=None, moved_at=None)
    validators = replace(state.validators, etag=None, last_modified=None)
    discovery = state.discovery
    if discovery.found == "feed":
        discovery = replace(discovery, found="", forgotten=True)
        validators = replace(validators, body_digest=None)
    return replace(state, redirects=redirects, validators=validators, discovery=discovery)


def _moved(state: SourceState, target: str | None, now: datetime) -> Redirects:
    redirects = state.redirects
    if target is None and not redirects.moved_times:
        return redirects
    if target is None or secrets.names_more(target, state.url):
        return replace(redirects, moved_to=None, moved_times=0)
    times = redirects.moved_times + 1 if target == redirects.moved_to else 1
    if times >= MOVE_VISITS:
        return replace(redirects, effective_url=target, moved_at=now, moved_to=None, moved_times=0)
    return replace(redirects, moved_to=target, moved_times=times)


def pushed(state: SourceState, feed: ParsedFeed, new: int, now: datetime) -> SourceState:
    """Return the state after a push of `feed`, not all of it, with `new` entries. Validators and
    visit times stay."""
    newer = state.validators.pushed_newer
    if new:
        newer = newer or now
    times = {
        at
        for entry in feed.entries
        if (at := entry.published or entry.updated) is not None and at <= now
    }
    recent = tuple(sorted(times | set(state.cadence.recent), reverse=True)[:RECENT])
    return replace(
        state,
        cadence=replace(state.cadence, recent=recent),
        validators=replace(state.validators, pushed_newer=newer),
    )


def _freshened(validators: Validators, result: NotModified, now: datetime) -> Validators:
    """Update validators from a 304 (RFC 9111 4.3.4); drop them if a push long ago was newer than
    the feed."""
    if validators.pushed_newer is not None and now - validators.pushed_newer >= STUCK:
        return replace(validators, etag=None, last_modified=None, pushed_newer=None)
    etag = result.headers.get("etag") or validators.etag
    modified = result.headers.get("last-modified") or validators.last_modified
    return replace(validators, etag=etag, last_modified=modified)


def _renewed(
    source: Source,
    validators: Validators,
    result: Fetched,
    feed: ParsedFeed | None,
    now: datetime,
) -> Validators:
    """Return the validators of a new body; those of one that is no feed are not used."""
    if feed is None and result.digest != validators.body_digest and source.kind == "feed":
        return Validators(body_digest=validators.body_digest)
    return Validators(
        etag=result.headers.get("etag") or None,
        last_modified=result.headers.get("last-modified") or None,
        validators_at=now,
        body_digest=result.digest,
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
    all_times = shown | set(state.cadence.recent)
    return replace(
        state,
        cadence=Cadence(
            asked_seconds=feed_interval(feed),
            span_seconds=state.cadence.span_seconds if part else span,
            skip_hours=feed.skip_hours,
            skip_days=feed.skip_days,
            recent=tuple(sorted(all_times, reverse=True)[:RECENT]),
        ),
        channel=Channel(
            feed_title=feed.title or state.channel.feed_title,
            site_url=feed.site_url or state.channel.site_url,
            feed_id=feed.id or state.channel.feed_id,
            feed_language=feed.language or state.channel.feed_language,
            feed_icons=feed.icons or state.channel.feed_icons,
        ),
        discovery=replace(state.discovery, listing=feed.listing or state.discovery.listing),
    )
