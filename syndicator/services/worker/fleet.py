"""Commands on a shared database: create its tables, move it, push sources to workers, show its state."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from syndicator.articles.article_store import open_articles
from syndicator.configuration.settings import Settings, load
from syndicator.core.errors import MissingError, UsageError
from syndicator.services import reconcile
from syndicator.services.container import App, Configuration, lease_seconds, locked, valid_queries
from syndicator.services.places import begun
from syndicator.store.codec import micros
from syndicator.store.engine import open_store
from syndicator.store.fleet.followed import Pushed
from syndicator.store.fleet.hosts import HostCounts
from syndicator.store.fleet.moving import copy


def need_server(settings: Settings) -> None:
    """Raise UsageError if the database is a file, which only one machine can use."""
    if settings.store_url.startswith("sqlite"):
        cure = "set store.url to postgresql://user@host/database. On one machine `syndicator up` does all of it"
        raise UsageError(f"workers share a database server: {cure}")


def pushed(config: Path, settings: Settings) -> Configuration:
    """Return a worker's configuration: pushed sources, own folder. Raises MissingError, ConfigError, StoreError."""
    with open_store(settings.store_url, articles_exist=True, create=True) as store:
        stamp, sources = store.fleet.stamp(), store.fleet.sources()
    if not stamp:
        raise MissingError("this database has no pushed sources: run `syndicator sources push` where sources.toml is")
    queries, faults = valid_queries(config, settings, remember=True)
    return Configuration(settings=settings, sources=sources, queries=queries, sources_stamp=stamp, faults=faults)


def push(app: App, *, dry_run: bool = False) -> Pushed:
    """Publish the present sources of `app` to all workers. Returns the changes. Raises StoreError."""
    if not dry_run:
        reconcile.sources(app)
    change = app.store.fleet.push(list(app.sources.values()), micros(app.clock()), dry_run=dry_run)
    if not (dry_run or app.store.single):
        shards = app.store.shards(lease_seconds(app.settings))
        shards.install()
        shards.fill()
    return change


def look(config: Path, *, requeue: bool = False) -> HostCounts:
    """Return the state of the fleet. `requeue`: retry paused hosts now. Raises ConfigError, UsageError, StoreError."""
    settings = load(config)
    need_server(settings)
    lease = lease_seconds(settings)
    with open_store(settings.store_url, articles_exist=True, create=True) as store:
        hosts, shards = store.hosts(lease), store.shards(lease)
        freed = hosts.free_poison() if requeue else 0
        if freed:
            shards.install()
            shards.fill()
        return replace(hosts.counts(), freed=freed)


def migrate(config: Path) -> str:
    """Create or upgrade all tables. Returns the database's name. Raises ConfigError, StoreError."""
    settings = load(config)
    exist = begun(open_articles(settings.articles_at, os.environ), settings, os.environ)
    with open_store(settings.store_url, articles_exist=exist) as store:
        if not store.single:
            store.shards(lease_seconds(settings)).install()
        return store.name


def move_to(config: Path, target: str) -> Mapping[str, int]:
    """Copy the database to `target` while no run is under way. Returns the rows by table. Raises ConfigError,
    UsageError, LockedError, StoreError."""
    settings = load(config)
    if target == settings.store_url:
        raise UsageError("this is the present database; name another address")
    with locked(settings):
        return move(settings.store_url, target)


def move(origin: str, target: str) -> Mapping[str, int]:
    """Upgrade or create the tables of both databases, then call `store.fleet.moving.copy`."""
    open_store(origin, articles_exist=True).close()
    open_store(target, articles_exist=False).close()
    return copy(origin, target)
