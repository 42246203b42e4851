"""What a source announced of an address that is no article yet."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from syndicator.core import urls
from syndicator.core.errors import NotAFeed, WorkerFailed
from syndicator.core.model import Entry, Fetched, ParsedFeed, Source, SourceState
from syndicator.core.ports import EntryRow, Fetcher
from syndicator.pipeline import jobs, ownership
from syndicator.pipeline.requests import feed_request, without_credentials
from syndicator.pipeline.visit import introduced
from syndicator.services.container import App, open_worker

_ANY_TIME = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """The source that owns an address, if one is followed, and what its feed says of it. `entry` is None where it says
    nothing; `told` has that in words, `row` what became of it until now, `state` what is known of the source."""

    source: Source | None = None
    entry: Entry | None = None
    row: EntryRow | None = None
    state: SourceState | None = None
    told: str = "no source of yours owns this address"


async def announced(app: App, fetcher: Fetcher, url: str) -> Announced:
    """As a visit would know it: from what was announced and waits, else from the feed as it is now, which is fetched.
    Changes nothing."""
    owners = [source for source in app.sources.values() if app.rights_of(source).owns(url)]
    if not owners:
        return Announced()
    found = next((one for source in owners if (one := _remembered(app, source, url)) is not None), None)
    if found is not None and found.entry is not None:
        return found
    source = found.source if found and found.source else owners[0]
    asked = await _in_feed(app, fetcher, source, url)
    return replace(asked, row=found.row if found else None)


def _remembered(app: App, source: Source, url: str) -> Announced | None:
    rows = [*app.store.visits.pending(source.key, _ANY_TIME), *app.store.visits.refused(source.key)]
    row = next((row for row in rows if urls.alias(row.url) == urls.alias(url)), None)
    if row is None:
        return None
    entry = ownership.heard(row.entry, app.rights_of(source), url) if row.entry else None
    told = f"announced by {source.key}"
    return Announced(source=source, entry=entry, row=row, state=app.store.visits.state(source.key), told=told)


async def _in_feed(app: App, fetcher: Fetcher, source: Source, url: str) -> Announced:
    state = app.store.visits.state(source.key) or SourceState(key=source.key, url=source.url)
    request = feed_request(source, state.asked_whole(), app.settings, app.environ)
    result = without_credentials(request, source, app.environ) or await fetcher.fetch(request)
    feed = await _parsed(app, result) if isinstance(result, Fetched) else None
    nothing = Announced(source=source, state=state, told=f"the feed of {source.key} cannot be read now")
    if feed is None:
        return nothing
    entry = next((one for one in feed.entries if urls.alias(one.url) == urls.alias(url)), None)
    if entry is None:
        return replace(nothing, told=f"the feed of {source.key} does not announce it (any more)")
    return Announced(
        source=source,
        entry=ownership.heard(entry, app.rights_of(source), url),
        state=introduced(state, feed),
        told=f"announced by {source.key}",
    )


async def _parsed(app: App, result: Fetched) -> ParsedFeed | None:
    with suppress(NotAFeed, WorkerFailed), open_worker(app) as worker:
        return await worker.call(jobs.parse_feed, result.body, result.final_url, dict(result.headers))
    return None
