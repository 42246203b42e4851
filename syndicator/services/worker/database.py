"""Moving the database: to this version's tables, or to another place."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from syndicator.articles.article_store import open_articles
from syndicator.configuration.settings import Settings, load
from syndicator.core.errors import UsageError
from syndicator.services.container import lease_seconds, locked
from syndicator.services.places.opening import begun
from syndicator.store.engine import open_store
from syndicator.store.fleet.moving import copy
from syndicator.store.fleet.queue import open_queue


def migrate(config: Path) -> str:
    """Brings the database to this version's tables, or makes it; what every command does when it opens it. On a server
    the queue's, too, which workers do at their start, and had better not behind a pooler that hands connections around.
    Returns its name. Raises ConfigError, StoreError."""
    settings = load(config)
    with open_store(settings.store_url, articles_exist=_begun(settings)) as store:
        if not store.single:
            asyncio.run(_install_queue(store.fleet.address, lease_seconds(settings)))
        return store.name


async def _install_queue(address: str, lease: float) -> None:
    async with open_queue(address, lease):
        pass


def move_to(config: Path, target: str, told: Callable[[str, int], object]) -> Mapping[str, int]:
    """Copies the database to `target` once no run is under way; the rows by table. The old one stays, for store.url to
    name again. Raises ConfigError, UsageError, LockedError, StoreError."""
    settings = load(config)
    if target == settings.store_url:
        raise UsageError("the database is there already: name where it is to go")
    with locked(settings):
        return move(settings.store_url, target, told)


def move(origin: str, target: str, told: Callable[[str, int], object] = lambda table, count: None) -> Mapping[str, int]:
    """As `store.fleet.moving.copy`, with both databases brought to this version's tables first, or made."""
    open_store(origin, articles_exist=True).close()
    open_store(target, articles_exist=False).close()
    return copy(origin, target, told)


def _begun(settings: Settings) -> bool:
    return begun(open_articles(settings.articles_at, os.environ), settings, os.environ)
