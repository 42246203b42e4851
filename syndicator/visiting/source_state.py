"""Compute the state of a source after a visit or push: failures, redirects, cadence.

Every function is pure: it returns a new state and stores nothing."""

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
from syndicator.visiting.cadence import find_requested_interval
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
STUCK_CACHE_AFTER = timedelta(hours=1)  # after a push: a cache may still answer "not modified"


def update_after_visit(
    source: Source,
    state: SourceState,
    result: FetchResult,
    feed: ParsedFeed | None,
    now: datetime,
    *,
    asked_by_person: bool = False,
) -> SourceState:
    """Return the state of `source` after a visit at the time `now`.

    `state`: the state before. `result`: the server's answer, a Failed also if the answer could not
    be read. `feed`: the feed in the answer, None if it has none, as after "not modified".
    `asked_by_person`: True if a person started the visit; then its failure does not make the next
    waits longer.

    If the operator has changed the address of the source, the old state is dropped. Only the time
    of the first visit and the publication times are kept."""
    is_address_edited = state.url != source.url
    if is_address_edited:
        state = SourceState(
            key=state.key,
            url=source.url,
            visits=VisitTimes(first_visit=state.visits.first_visit),
            cadence=Cadence(recent=state.cadence.recent),
        )
    first_visit = state.visits.first_visit or now
    state = replace(state, visits=replace(state.visits, first_visit=first_visit, last_visit=now))
    if isinstance(result, Failed):
        failed_state = _count_failure(state, result, now)
        if not asked_by_person:
            return failed_state
        # the failure counts only if it is the first in a row, so that the source shows as failing
        most_failures = max(state.backoff.failures, 1)
        failures = min(failed_state.backoff.failures, most_failures)
        return replace(failed_state, backoff=replace(failed_state.backoff, failures=failures))
    state = replace(
        state,
        visits=replace(state.visits, last_success=now),
        discovery=replace(state.discovery, forgotten=False),
        backoff=BackOff(),
        redirects=_count_redirect(state, result.moved_to, now),
    )
    if isinstance(result, NotModified):
        return replace(state, validators=_confirm_validators(state.validators, result, now))
    validators = _replace_validators(source, state.validators, result, feed, now)
    state = replace(state, warning=result.warning, validators=validators)
    if feed is None:
        return state
    is_part = result.status == DELTA  # only the new entries of the feed (RFC 3229)
    return _record_feed(state, feed, now, is_part=is_part)


def _count_failure(state: SourceState, result: Failed, now: datetime) -> SourceState:
    """Return the state after a failed visit. The failure counts as one more in a row, unless no
    request was sent (`unasked`).

    A redirect may have led to an address other than the configured one. After three failures, the
    configured address is used again if the other one is broken. If the server has answered 410
    (Gone) at least three times in a row, over at least two days, the source is disabled."""
    noted = replace(state.backoff, reason=result.reason, detail=result.detail)
    is_first_failure = state.backoff.reason is None  # none is stored after a success
    if is_first_failure:
        noted = replace(noted, failing_since=noted.failing_since or now)
    if result.unasked:
        return replace(state, backoff=noted)
    counted = replace(noted, failures=noted.failures + 1)

    # the address at which the program found the feed shows a page now
    is_page_now = state.discovery.found == "feed" and result.reason.startswith(NOT_A_FEED)
    is_broken = result.reason in _MOVE_BROKEN or is_page_now
    # any other failure ends a series of 410 answers
    not_gone = replace(counted, gone_times=0, gone_since=None)
    has_failed_often = counted.failures >= MOVE_VISITS
    if state.redirects.effective_url and has_failed_often and is_broken:
        return _return_to_configured_address(replace(state, backoff=not_gone))
    if result.reason != "gone":
        return replace(state, backoff=not_gone)

    # the server answered 410 (Gone)
    since = counted.gone_since or now
    gone = replace(counted, gone_times=counted.gone_times + 1, gone_since=since)
    if gone.gone_times >= GONE_TIMES and now - since >= GONE_SPAN:
        return replace(state, backoff=replace(gone, disabled="gone"))
    return replace(state, backoff=gone)


def _return_to_configured_address(state: SourceState) -> SourceState:
    """Return the state with which a source uses its address in sources.toml again. If there is a
    page at this address, by which the program found the feed, the next visit looks for the feed
    again."""
    redirects = replace(state.redirects, effective_url=None, moved_at=None)
    validators = replace(state.validators, etag=None, last_modified=None)
    discovery = state.discovery
    if discovery.found == "feed":
        discovery = replace(discovery, found="", forgotten=True)
        validators = replace(validators, body_digest=None)
    return replace(state, redirects=redirects, validators=validators, discovery=discovery)


def _count_redirect(state: SourceState, target: str | None, now: datetime) -> Redirects:
    """Return the redirects of a source after a visit. `target`: the address to which the server
    redirected the visit permanently, None if it did not.

    After three visits in a row with the same target, the target becomes the address in use. It
    never does if it names an environment variable ("${TOKEN}") that the configured address does not
    name, as a server must not choose which secrets it gets."""
    redirects = state.redirects
    if target is None and not redirects.moved_times:
        return redirects
    if target is None or secrets.names_more(target, state.url):
        return replace(redirects, moved_to=None, moved_times=0)
    # visits in a row with this target
    times = redirects.moved_times + 1 if target == redirects.moved_to else 1
    if times >= MOVE_VISITS:
        return replace(redirects, effective_url=target, moved_at=now, moved_to=None, moved_times=0)
    return replace(redirects, moved_to=target, moved_times=times)


def update_after_push(
    state: SourceState, feed: ParsedFeed, new_entries: int, now: datetime
) -> SourceState:
    """Return the state of a source after its WebSub hub pushed `feed`, which may have only some of
    the source's entries. `new_entries`: how many of them were not known before.

    The publication times are added to the stored ones. If entries are new, `pushed_newer` becomes
    `now`, unless an earlier push has set it. Everything else stays."""
    pushed_newer = state.validators.pushed_newer
    if new_entries and pushed_newer is None:
        pushed_newer = now
    times = _list_past_times(feed, now) | set(state.cadence.recent)
    return replace(
        state,
        cadence=replace(state.cadence, recent=_keep_latest(times)),
        validators=replace(state.validators, pushed_newer=pushed_newer),
    )


def _list_past_times(feed: ParsedFeed, now: datetime) -> set[datetime]:
    """Return the publication times of the feed's entries. Times after `now` are left out until they
    have passed."""
    times = {entry.published or entry.updated for entry in feed.entries}
    return {time for time in times if time is not None and time <= now}


def _keep_latest(times: set[datetime]) -> tuple[datetime, ...]:
    """Return the latest 30 of the times (RECENT), the newest first."""
    return tuple(sorted(times, reverse=True)[:RECENT])


def _confirm_validators(validators: Validators, result: NotModified, now: datetime) -> Validators:
    """Return the validators (ETag and Last-Modified) of a feed after the answer "304 Not Modified".
    Those in the answer's headers replace the stored ones (RFC 9111 section 4.3.4).

    If a hub pushed newer entries more than an hour ago, this answer comes from an outdated cache.
    Then the validators are dropped, so that the next visit fetches the whole feed."""
    if validators.pushed_newer is not None and now - validators.pushed_newer >= STUCK_CACHE_AFTER:
        return replace(validators, etag=None, last_modified=None, pushed_newer=None)
    etag = result.headers.get("etag") or validators.etag
    modified = result.headers.get("last-modified") or validators.last_modified
    return replace(validators, etag=etag, last_modified=modified)


def _replace_validators(
    source: Source,
    validators: Validators,
    result: Fetched,
    feed: ParsedFeed | None,
    now: datetime,
) -> Validators:
    """Return the validators (ETag and Last-Modified) to store after the answer `result`.
    `validators`: the stored ones. `feed`: the feed in the answer, None if it has none.

    A source of kind "feed" may answer with something else, such as an error page. If this answer is
    not the same as the last one, its ETag and Last-Modified are not stored, so that the next visit
    fetches the whole feed."""
    lacks_its_feed = feed is None and source.kind == "feed"
    has_new_body = result.digest != validators.body_digest
    if lacks_its_feed and has_new_body:
        return Validators(body_digest=validators.body_digest)
    return Validators(
        etag=result.headers.get("etag") or None,
        last_modified=result.headers.get("last-modified") or None,
        validators_at=now,
        body_digest=result.digest,
    )


def _record_feed(
    state: SourceState, feed: ParsedFeed, now: datetime, *, is_part: bool
) -> SourceState:
    """Return the state of a source with the facts that the fetched `feed` states: its publication
    times, the interval that it asks for, and its title, site, id, language and icons. If it does
    not state one of these, the stored one stays.

    `is_part`: True if the server sent only the new entries. Their times do not show how much time
    the whole feed spans, so that the stored span stays."""
    stored = state.channel
    channel = Channel(
        feed_title=feed.title or stored.feed_title,
        site_url=feed.site_url or stored.site_url,
        feed_id=feed.id or stored.feed_id,
        feed_language=feed.language or stored.feed_language,
        feed_icons=feed.icons or stored.feed_icons,
    )
    times = _list_past_times(feed, now)
    if is_part:
        span_seconds = state.cadence.span_seconds
    elif times:
        span_seconds = int((max(times) - min(times)).total_seconds())
    else:
        span_seconds = 0
    cadence = Cadence(
        asked_seconds=find_requested_interval(feed),
        span_seconds=span_seconds,
        skip_hours=feed.skip_hours,
        skip_days=feed.skip_days,
        recent=_keep_latest(times | set(state.cadence.recent)),
    )
    discovery = state.discovery
    if feed.listing:
        discovery = replace(discovery, listing=feed.listing)
    return replace(state, cadence=cadence, channel=channel, discovery=discovery)
