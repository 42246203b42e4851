"""What commands that change articles have in common: they wait for a run that is under way, may only show what would
change, and build the feeds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from syndicator.core.model import FeedKey
    from syndicator.pipeline.descriptions.feed_changes import FeedChange
    from syndicator.services.container import App

DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")]
Since = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Articles added on or after this day (UTC)."),
]


@contextmanager
def opened_for_change(config: Path, *, create: bool = False) -> Iterator[App]:
    """The app, once no other run is under way. `create`: also where the database is lost."""
    from syndicator.configuration.settings import load
    from syndicator.services.container import locked, need_folder, open_app

    need_folder(config)
    with locked(load(config), wait=True), open_app(config, create=create) as opened:
        yield opened


def say_feeds(feeds: tuple[FeedChange, ...]) -> None:
    from syndicator.cli import printing

    if feeds:
        rows = [(feed.feed, feed.joins, feed.leaves, feed.changes) for feed in feeds]
        printing.table("Feeds", ("feed", "articles added", "removed", "changed"), rows)


def build(opened: App) -> tuple[str, ...]:
    """Builds the feeds that changed. Returns the files that were written."""
    return build_among(opened, None)[0]


def build_among(opened: App, feeds: Callable[[FeedKey], bool] | None) -> tuple[tuple[str, ...], int]:
    """The same for those of which `feeds` is true, None for all; how many others are stale, too."""
    from syndicator.services.build import build_feeds

    built = asyncio.run(build_feeds(opened, among=feeds))
    return built.written, built.left
