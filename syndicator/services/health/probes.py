"""Readiness, metrics and health feed of a server. Each probe opens the database read-only, for use in a thread."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from syndicator.configuration.settings import Settings, is_bucket
from syndicator.core.errors import MissingError, SyndicatorError
from syndicator.services.container import lease_seconds
from syndicator.services.health import metrics
from syndicator.services.health.episodes import Event, read_memory
from syndicator.services.health.feed import document
from syndicator.services.places import has_feeds
from syndicator.store.engine import Store, look_into


def unready(settings: Settings, *, writes: bool) -> str:
    """Why the instance is not ready, in words safe for strangers, or "". `writes`: it must do more than serve."""
    try:
        with _store(settings):
            pass
    except (SyndicatorError, OSError):
        return "database"
    places = {"articles": settings.articles_at, "public": settings.public_at, "state": str(settings.state_dir)}
    wrong = [name for name, place in places.items() if not _is_usable(place, writes=writes)]
    if wrong:
        return f"folders: {', '.join(wrong)}"
    built = settings.public_dir is None or has_feeds(settings, {})  # an object store would have to be asked
    return "" if built else "no feed was built yet"


def measured(settings: Settings) -> bytes:
    """The metrics. Raises StoreError, and MissingError where nothing was run yet."""
    with _store(settings) as store:
        hosts = None if store.single else store.hosts(lease_seconds(settings)).counts()
        return metrics.page(metrics.of(store, settings, hosts))


def health_feed(settings: Settings, token: str) -> bytes:
    """The health feed; without entries where nothing is known yet. Raises StoreError."""
    events: tuple[Event, ...] = ()
    if (store := look_into(settings.store_url, articles_exist=False)) is not None:
        with store:
            events = read_memory(store).events
    return document(events, settings, token)


@contextmanager
def _store(settings: Settings) -> Iterator[Store]:
    if (store := look_into(settings.store_url, articles_exist=True)) is None:
        raise MissingError("there is no database yet")
    with store:
        yield store


def _is_usable(place: str, *, writes: bool) -> bool:
    folder = Path(place)
    usable = os.R_OK | os.X_OK | (os.W_OK if writes else 0)
    return is_bucket(place) or (folder.is_dir() and os.access(folder, usable))
