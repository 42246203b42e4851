"""Find how a source announces the address of an article, and whether it was filed."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from syndicator.app.archive import Archive
from syndicator.app.clients import open_worker
from syndicator.app.read_configuration import Configuration
from syndicator.articles.beside.tab_lists import PRUNED
from syndicator.core import urls
from syndicator.core.errors import NotAFeed, WorkerFailed
from syndicator.core.model import Entry, Fetched, ParsedFeed, Source, SourceState
from syndicator.core.ports import EntryRow, Fetcher
from syndicator.filing import ownership, worker_functions
from syndicator.filing.context import build_feed_request, find_missing_credentials
from syndicator.filing.visit import record_channel

_ANY_TIME: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """How the source that owns an address announces it. `entry`: the entry of the source's feed.
    `row`: this entry in the database, if it waits or was refused. `state`: of the source.
    `sentence`: the announcement in words for people."""

    source: Source | None = None
    entry: Entry | None = None
    row: EntryRow | None = None
    state: SourceState | None = None
    sentence: str = "no source of yours owns this address"


async def find_announcement(
    archive: Archive, configuration: Configuration, fetcher: Fetcher, url: str
) -> Announcement:
    """Return how the source that owns the address `url` announces it: the entry with this address
    in its feed. Return an empty announcement if no source owns the address.

    If a visit found the entry and did not file it, the entry is in the database. Otherwise the feed
    of the first owner is fetched and searched."""
    owners = [
        source for source in configuration.sources.values() if archive.rights_of(source).owns(url)
    ]
    if not owners:
        return Announcement()
    source, row = _find_stored_entry(archive, owners, url)
    # the state of a source, such as the name of its feed, is stored after each visit
    state = archive.store.visits.state(source.key) or SourceState(key=source.key, url=source.url)
    entry = row.entry if row else None
    sentence = f"announced by {source.key}"
    if entry is None:
        feed = await _fetch_feed(configuration, fetcher, source, state)
        entry = _find_entry(feed.entries, url) if feed else None
        if feed and entry:
            state = record_channel(state, feed)
        elif feed:
            sentence = f"the feed of {source.key} does not announce it (any more)"
        else:
            sentence = f"the feed of {source.key} cannot be read now"
    if entry is not None:
        # without what this source has no right to say about the address
        entry = ownership.limit_entry(entry, archive.rights_of(source), url)
    return Announcement(source=source, entry=entry, row=row, state=state, sentence=sentence)


def _find_stored_entry(
    archive: Archive, owners: Iterable[Source], url: str
) -> tuple[Source, EntryRow | None]:
    """Find the entry with the address `url` among the entries in the database that are not filed.
    Return its source and its row. If there is none, return the first of `owners` and None.
    `owners`: the sources that own the address."""
    alias = urls.alias(url)  # the same for all spellings of the address
    visits = archive.store.visits
    for owner in owners:
        pending = visits.pending(owner.key, _ANY_TIME)
        refused = visits.list_refused(owner.key)
        for row in (*pending, *refused):
            if urls.alias(row.url) == alias:
                return owner, row
    return next(iter(owners)), None


def _find_entry(entries: Iterable[Entry], url: str) -> Entry | None:
    """Return the entry with the address `url`, None if no entry has it."""
    alias = urls.alias(url)  # the same for all spellings of the address
    for entry in entries:
        if urls.alias(entry.url) == alias:
            return entry
    return None


async def _fetch_feed(
    configuration: Configuration, fetcher: Fetcher, source: Source, state: SourceState
) -> ParsedFeed | None:
    """Fetch and parse the feed of a source. Return None if it cannot be fetched or is no feed."""
    request = build_feed_request(
        source, state.asked_whole(), configuration.settings, configuration.environ
    )
    missing_credentials = find_missing_credentials(request, source, configuration.environ)
    result = missing_credentials or await fetcher.fetch(request)
    if not isinstance(result, Fetched):
        return None
    with suppress(NotAFeed, WorkerFailed), open_worker() as worker:
        return await worker.call(
            worker_functions.parse_feed, result.body, result.final_url, dict(result.headers)
        )
    return None


def describe_state(archive: Archive, url: str, announcement: Announcement) -> str:
    """Return in words why the article at `url` is not published: it was withdrawn (by the operator)
    or pruned (to save space), or its entry waits or was refused. `announcement`: how its source
    announces it."""
    record = archive.store.visits.look_up([urls.alias(url)])
    if record.withdrawn:
        return "withdrawn; `syndicator withdraw --undo` brings it back"
    if record.pruned:
        pruned_list = PRUNED.file(archive.article_store)
        return f"pruned; without its lines in {pruned_list} it is fetched again"
    row = announcement.row
    if row is None:
        return "not filed"
    state = str(row.status)
    why = ": ".join(part for part in (row.reason, row.detail) if part)
    if why:
        state += f" ({why})"
    if row.next_try:
        state += f"; next try {row.next_try.isoformat()}"
    return state
