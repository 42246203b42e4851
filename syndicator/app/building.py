"""From the shelf to feeds/public."""

from __future__ import annotations

from collections.abc import Callable, Collection

from syndicator.app.wiring import App
from syndicator.describing.taxonomy import categories_of
from syndicator.model import FeedKey, FeedSpec
from syndicator.publishing.html import render_markdown
from syndicator.publishing.outlet import FileOutlet
from syndicator.publishing.plan import plan
from syndicator.publishing.press import PressReport, press
from syndicator.worker import Worker


async def press_feeds(app: App, *, all: bool = False, progress: Callable[[str], None] | None = None) -> PressReport:
    """Presses the stale feeds, or all of them, and tells the hubs of those that changed."""
    rows = app.store.index.feeds()
    stale = {row.key for row in rows if row.stale}
    specs = feed_specs(app)
    only: Collection[FeedKey] | None = None if all else stale | _never_pressed(app, specs)
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
        categories=categories_of(app.config / "taxonomy.toml"),
    )


def _never_pressed(app: App, specs: list[FeedSpec]) -> set[FeedKey]:
    files = {row.key: row.files for row in app.store.index.feeds()}
    return {spec.key for spec in specs if not files.get(spec.key)}


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
