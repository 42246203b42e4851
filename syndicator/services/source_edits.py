"""Edits of sources that show in what is published: the feeds that show articles of these sources are made again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from syndicator.axes import SOURCE
from syndicator.model import FeedKey
from syndicator.publishing.selection import fingerprint
from syndicator.services.container import App

_NOTE = "sources shown"  # a digest of the rest in the first line, and in the second the fingerprints by source
_DIGITS = 12  # of a fingerprint: one source is compared with itself alone


def follow(app: App) -> None:
    """Has those feeds made again, with their archives, that show articles of a source of which something else shows
    now than at the last build. One that is new, or gone, has changed as well: articles may be there from before."""
    now = {key: fingerprint.of_source(source)[:_DIGITS] for key, source in app.sources.items()}
    whole = hashlib.sha256(repr(sorted(now.items())).encode()).hexdigest()
    digest, _, kept = (app.store.visits.note(_NOTE) or "").partition("\n")
    if digest == whole:
        return
    if kept:
        changed = edited(json.loads(kept), now)
        _forget(app, {feed for key in changed for feed in app.store.index.beside(FeedKey(SOURCE, key))})
    app.store.visits.set_note(_NOTE, f"{whole}\n{json.dumps(now)}", app.clock())


def edited(before: Mapping[str, str], now: Mapping[str, str]) -> set[str]:
    """The keys whose fingerprint is another one than before, or was or is in one of the two alone. Pure."""
    return {key for key in before.keys() | now.keys() if before.get(key) != now.get(key)}


def _forget(app: App, keys: set[FeedKey]) -> None:
    """Forgets what the documents of these feeds were made of, so that the next build makes them."""
    for row in app.store.index.feeds():
        if row.key in keys and row.files:
            files = {name: value for name, value in row.files.items() if fingerprint.is_file(name)}
            app.store.index.mark_fresh(row.key, files | {fingerprint.FEED: ""}, seen=0)
            if row.held:
                app.store.index.keep_back(row.key, row.held)
