"""Edits of sources and of taxonomy.toml that show in what is published: those feeds are made again that show articles
of these sources, or with these tags."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Final

from syndicator.core.axes import SOURCE, TAG
from syndicator.core.model import FeedKey
from syndicator.publishing import paths
from syndicator.publishing.render.head import links
from syndicator.publishing.selection import staleness
from syndicator.services.container import App

_SOURCES: Final = "sources shown"  # a digest of the rest in the first line, in the second the fingerprints by source
_STAMP: Final = "sources shown as of"  # `App.sources_stamp`
_TAGS: Final = "tags linked"  # their slugs
_DIGITS: Final = 12  # of a fingerprint: one source is compared with itself alone


def follow(app: App, tags: Iterable[str]) -> None:
    """Has those feeds made again, with their archives, that show articles of a source of which something else shows
    now than at the last build, or with a tag that is linked now and was not, or the other way round. A source that is
    new, or gone, has changed as well: articles may be there from before. `tags`: those of taxonomy.toml."""
    for note, (changed, now) in ((_SOURCES, _sources(app)), (_TAGS, _tags(app, tags))):
        _forget(app, changed, kept=staleness.SEARCH if note == _TAGS else None)
        if now is not None:
            app.store.visits.set_note(note, now, app.clock())


def edited(before: Mapping[str, str], now: Mapping[str, str]) -> set[str]:
    """The keys whose fingerprint is another one than before, or was or is in one of the two alone. Pure."""
    return {key for key in before.keys() | now.keys() if before.get(key) != now.get(key)}


def _sources(app: App) -> tuple[list[FeedKey], str | None]:
    """The feeds of the sources of which something else shows now, and the note of that, None where nothing does."""
    visits, stamp = app.store.visits, app.sources_stamp
    if stamp and visits.note(_STAMP) == stamp:
        return [], None
    visits.set_note(_STAMP, stamp or None, app.clock())
    now = {key: staleness.of_source(source)[:_DIGITS] for key, source in app.sources.items()}
    whole = hashlib.sha256(repr(sorted(now.items())).encode()).hexdigest()
    digest, _, kept = (visits.note(_SOURCES) or "").partition("\n")
    if digest == whole:
        return [], None
    changed = edited(json.loads(kept), now) if kept else ()
    return [FeedKey(SOURCE, key) for key in changed], f"{whole}\n{json.dumps(now)}"


def _tags(app: App, tags: Iterable[str]) -> tuple[list[FeedKey], str | None]:
    """The feeds of the tags that are linked now and were not, or the other way round, and the note of that."""
    now, kept = sorted(links(app.settings, tags).tags or ()), app.store.visits.note(_TAGS)
    if kept == json.dumps(now):
        return [], None
    changed = set(json.loads(kept)) ^ set(now) if kept else ()
    return [FeedKey(TAG, slug) for slug in changed], json.dumps(now)


def _forget(app: App, changed: Iterable[FeedKey], kept: str | None) -> None:
    """Forgets what the documents were made of of all feeds that share an article with one of these, so that the next
    build makes them. `kept`: the beginning of names of what stays: the search links no tag."""
    keys = {feed for key in changed for feed in app.store.index.beside(key)}
    forgotten: dict[FeedKey, dict[str, str]] = {}
    for row in app.store.index.feeds() if keys else ():
        if row.key in keys and row.files:
            stay = (name for name in row.files if staleness.is_file(name) or (kept and name.startswith(kept)))
            files = {name: "" if paths.is_calendar(name) else row.files[name] for name in stay}
            forgotten[row.key] = files | {staleness.FEED: ""}
    app.store.index.set_files(forgotten)
