"""Sources that are followed no more, or have moved, in sources.toml."""

from __future__ import annotations

from collections.abc import Iterable

from syndicator.configuration.sources import registry
from syndicator.services.container import App
from syndicator.services.naming import need_sources


def remove(app: App, keys: Iterable[str]) -> list[str]:
    """Takes sources out of sources.toml, all or, where one of them is not there, none. Their articles and feeds stay.
    Returns their keys. Raises UsageError."""
    known = list(dict.fromkeys(keys))
    need_sources(app, known)
    for key in known:
        registry.remove_source(app.config / "sources.toml", key)
    return known


def apply_moves(app: App, only: str = "") -> list[tuple[str, str, str]]:
    """Writes adopted permanent moves to sources.toml, of all sources or `only` one. Returns (key, old, new)."""
    moved = []
    for key, state in app.store.visits.states().items():
        if only not in ("", key):
            continue
        source = app.sources.get(key)
        if source and state.effective_url and state.effective_url != source.url:
            registry.update_url(app.config / "sources.toml", key, state.effective_url)
            moved.append((key, source.url, state.effective_url))
    return moved
