"""Readiness, metrics and health feed of a server. Each probe opens the database read-only and may run in a thread."""

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
    """Return why the instance is not ready, in words safe for strangers, or "". `writes`: must it be able to write?"""
    try:
        with _store(settings):
            pass
    except (SyndicatorError, OSError):
        return "database"
    places = {"articles": settings.articles_at, "public": settings.public_at, "state": str(settings.state_dir)}
    folders = {name: Path(place) for name, place in places.items() if not is_bucket(place)}
    usable = os.R_OK | os.X_OK | (os.W_OK if writes else 0)
    wrong = [name for name, folder in folders.items() if not folder.is_dir() or not os.access(folder, usable)]
    if wrong:
        return f"folders: {', '.join(wrong)}"
    built = settings.public_dir is None or has_feeds(settings, {})  # an object store would take a request
    return "" if built else "no feed was built yet"


def measured(settings: Settings) -> bytes:
    """Return the metrics. Raises StoreError, and MissingError before the first run."""
    with _store(settings) as store:
        hosts = None if store.single else store.hosts(lease_seconds(settings)).counts()
        return metrics.page(metrics.of(store, settings, hosts))


def health_feed(settings: Settings, token: str) -> bytes:
    """Return the health feed; without entries before the first run. Raises StoreError."""
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
