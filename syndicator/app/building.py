"""From the shelf to feeds/public."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from syndicator.app.wiring import App
from syndicator.describing.vocabulary import load as load_vocabulary
from syndicator.model import FeedSpec
from syndicator.publishing.html import render_markdown
from syndicator.publishing.outlet import FileOutlet
from syndicator.publishing.plan import plan
from syndicator.publishing.press import PressReport, press, stale
from syndicator.worker import Worker


async def press_feeds(app: App, *, all: bool = False, progress: Callable[[str], None] | None = None) -> PressReport:
    """Presses the stale feeds, or all of them, and tells the hubs of those that changed."""
    specs = feed_specs(app)
    only = None if all else stale(specs, app.store.index)
    await _render_missing(app)
    return press(
        specs,
        index=app.store.index,
        outlet=FileOutlet(app.settings.public_dir, gzip=app.settings.publish.gzip),
        settings=app.settings,
        sources=app.sources,
        instance=app.instance,
        only=only,
        progress=progress,
    )


def feed_specs(app: App) -> list[FeedSpec]:
    """Every feed there is to be."""
    return plan(
        app.store.index.feeds(),
        settings=app.settings,
        sources=list(app.sources.values()),
        queries=app.queries,
        categories=_categories(app.config / "taxonomy.toml"),
    )


def _categories(path: Path) -> dict[str, str]:
    return {one.name: one.description for one in load_vocabulary(path).category} if path.exists() else {}


async def _render_missing(app: App) -> None:
    """HTML of articles that are published whole, where a rebuilt database has none. In the worker: it is CPU work on
    other people's text."""
    whole = {key for key, source in app.sources.items() if source.content == "full"}
    if not whole:
        return
    wanted = [article.id for article in app.store.index.each() if article.source_key in whole]
    have = app.store.index.html(wanted)
    missing = [id for id in wanted if id not in have]
    if not missing:
        return
    limits = app.settings.fetch
    worker = Worker(seconds=limits.worker_seconds, megabytes=limits.worker_megabytes)
    try:
        for id in missing:
            path = app.store.index.path(id)
            article = app.shelf.get(path) if path else None
            if article:
                app.store.index.save_html(id, await worker.call(render_markdown, article.body, article.url))
    finally:
        await worker.aclose()
