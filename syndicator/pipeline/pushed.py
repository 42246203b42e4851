"""What may be made of what a hub pushed. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from syndicator.core.model import Source, SourceState
from syndicator.core.urls import private

_LEAST = timedelta(minutes=5)  # between two polls that a hub has us make: our choice


def is_signal(source: Source, state: SourceState, hub: str) -> bool:
    """True where a push says only that there is something new, and the source is to be asked for it. Of a page no feed
    is pushed. What has not been read once from its own address has nothing that a push could add to. And what comes
    by a hub without TLS, which others may overhear and forge, says less than the source itself says over TLS."""
    if source.kind in ("page", "list") or source.rules.links or state.last_success is None:
        return True
    return _scheme(source.url) == "https" and _scheme(hub) != "https" and not private(hub)


def signalled(state: SourceState, now: datetime) -> SourceState:
    """`state` of a source that is to be asked soon: at once, or five minutes after it was asked last. A server that
    fails or wants to be left alone is asked when it was to be asked anyway."""
    if state.failures or state.next_due is None:
        return state
    soon = max(now, (state.last_visit or now - _LEAST) + _LEAST)
    if state.feed_due is not None:  # it is due for entries that wait, and its feed later
        return replace(state, feed_due=min(state.feed_due, soon))
    return replace(state, next_due=min(state.next_due, soon), due_why="its hub says that it has changed")


def _scheme(url: str) -> str:
    return urlsplit(url).scheme.lower()
