"""The sources of the machine that has sources.toml, for all workers."""

from __future__ import annotations

from syndicator.services import reconcile
from syndicator.services.container import App, lease_seconds
from syndicator.store.codec import micros
from syndicator.store.fleet.followed import Pushed


def push(app: App, *, dry_run: bool = False) -> Pushed:
    """Has workers follow the sources of `app` as they are now, within seconds. Returns what that changes; with
    `dry_run` nothing is. Raises StoreError."""
    fleet, sources = app.store.fleet, list(app.sources.values())
    if dry_run:
        return fleet.difference(sources)
    reconcile.sources(app)
    change = fleet.push(sources, micros(app.clock()))
    app.store.hosts(lease_seconds(app.settings)).fill()
    return change
