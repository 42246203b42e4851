"""The whole trip over our own small web, in a folder of its own."""

from __future__ import annotations

import asyncio
import resource
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from syndicator.articles.article_store import FileArticleStore
from syndicator.configuration.settings import load
from syndicator.core.errors import UsageError
from syndicator.core.ports import FeedRow
from syndicator.demo.sample_articles import generate
from syndicator.demo.settings import write_config
from syndicator.demo.world import World
from syndicator.services.build import build_feeds
from syndicator.services.container import App, locked, open_app
from syndicator.services.refresh import RunReport, Wanted, Watch, run


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What the demo made."""

    folder: Path
    config: Path
    report: RunReport
    feeds: tuple[FeedRow, ...]
    seconds: float
    build: str = ""  # what a build of the made-up article store cost


@asynccontextmanager
async def trip(
    folder: Path | None, *, articles: int | None, port: int, stop: asyncio.Event, watch: Watch
) -> AsyncIterator[Made]:
    """Starts the small web, visits all its sources, builds the feeds, and keeps the web up until the end. In `folder`,
    which must be empty or absent, or in a temporary one that goes away. Raises UsageError."""
    with own_folder(folder) as place:
        world = World()
        await world.start()
        try:
            yield await _take(world, place, articles, port, stop, watch)
        finally:
            await world.aclose()


@contextmanager
def own_folder(folder: Path | None) -> Iterator[Path]:
    """`folder`, made where it is absent, or a temporary one that goes away. Raises UsageError where it is not empty."""
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="syndicator-demo-") as temporary:
            yield Path(temporary)
        return
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty; the demo wants a folder of its own")
    folder.mkdir(parents=True, exist_ok=True)
    yield folder.resolve()


async def _take(world: World, place: Path, articles: int | None, port: int, stop: asyncio.Event, watch: Watch) -> Made:
    started = time.monotonic()
    config = place / "config"
    write_config(config, world, port=port)
    with locked(load(config)), open_app(config) as app:
        report = await run(app, Wanted(all=True), stop=stop, watch=watch)
        seconds = time.monotonic() - started
        build = await _fill(app, articles) if articles else ""
        return Made(
            folder=place,
            config=config,
            report=report,
            feeds=tuple(row for row in app.store.index.feeds() if row.files),
            seconds=seconds,
            build=build,
        )


async def _fill(app: App, count: int) -> str:
    """An article store of `count` made-up articles, and the CPU time of a build of it."""
    quick = FileArticleStore(Path(app.settings.articles_at), durable=False)
    filed = [(app.article_store.get(stamp.path), stamp) for stamp in app.article_store.walk()]
    filed += [quick.put(article)[:2] for article in generate(count, seed=1)]
    app.store.reindex(filed)
    before = _cpu()
    built = await build_feeds(app, all=True)
    whole = _cpu() - before
    before = _cpu()
    await build_feeds(app)
    return (
        f"{count} made-up articles: a full build took {whole:.1f} s of CPU and wrote {len(built.written)} files; "
        f"one with nothing new {_cpu() - before:.2f} s"
    )


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
