"""Commands for curating: learn, describe, split, tags suggest, tags rename, tags merge."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from syndicator.cli.base import CONFIG, Config, Json, app

if TYPE_CHECKING:
    from syndicator.pipeline.descriptions.feed_changes import FeedChange
    from syndicator.services.container import App

tags = typer.Typer(help="Propose, rename and merge tags.", no_args_is_help=True)
app.add_typer(tags, name="tags")

DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")]
Old = Annotated[str, typer.Argument(metavar="A", help="The tag as it is called.")]


@contextmanager
def _opened(config: Path) -> Iterator[App]:
    from syndicator.services.container import locked, need_folder, open_app
    from syndicator.settings import load

    need_folder(config)
    with locked(load(config), wait=True), open_app(config) as opened:
        yield opened


@app.command()
def learn(json: Json = False, config: Config = CONFIG) -> None:
    """Learn tags from the confirmed past: those an operator wrote, and publishers' own that the taxonomy knows."""
    from syndicator.cli import printing
    from syndicator.services import reconcile, redescribe

    with _opened(config) as opened:
        problems = reconcile.files(opened)
        done = redescribe.learn(opened)
    if json:
        printing.as_json(done)
    elif done.tags:
        printing.say(f"learnt {done.tags} tags from {done.articles} articles")
    else:
        printing.say(
            f"no tags were learnt: {done.articles} articles have confirmed tags, and {redescribe.LEAST} are needed"
        )
    printing.problems(problems)


@app.command()
def describe(
    all: Annotated[bool, typer.Option("--all", help="Every article in the article store.")] = False,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Only articles added since that day.")
    ] = None,
    llm: Annotated[
        bool, typer.Option("--llm", help="Ask the language model of [describe.llm] about those it has not described.")
    ] = False,
    dry_run: DryRun = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Apply an edited taxonomy, and what was learnt, to the store. Nothing is fetched; what a hand edited stays."""
    from datetime import UTC

    from syndicator.cli import printing
    from syndicator.errors import UsageError
    from syndicator.services import redescribe

    if not all and since is None:
        raise UsageError("say which articles: --all, or --since 2026-11-24")
    day = since.replace(tzinfo=UTC) if since else None
    if llm:
        _ask(day, dry_run, json, config)
        return
    with _opened(config) as opened:
        with printing.counting("described") as count:
            planned = redescribe.plan(opened, since=day, progress=count)
        if not json:
            _list(planned)
        written: tuple[str, ...] = ()
        if not dry_run and planned.articles:
            with printing.counting("written") as count:
                redescribe.apply(opened, planned, count)
            written = _build(opened)
    if json:
        printing.as_json({**printing.plain(planned), "applied": not dry_run, "written": written})
    elif planned.articles:
        printing.say("nothing was changed (--dry-run)" if dry_run else f"{len(written)} files written")
    printing.problems(planned.problems)


def _ask(since: datetime | None, dry_run: bool, json: bool, config: Path) -> None:
    import sys

    from syndicator.cli import printing
    from syndicator.cli.stopping import stopping
    from syndicator.errors import ConfigError, MissingError
    from syndicator.services import enrich, reconcile

    def told(title: str) -> None:
        if not json:
            printing.say(f"described: {title}")

    async def go(opened: App) -> enrich.EnrichReport:
        stop = asyncio.Event()
        with stopping(stop):
            return await enrich.enrich(opened, stop=stop, scope=scope, filed=told)

    scope = enrich.Scope(since=since or enrich.ALWAYS, again=True)
    written: tuple[str, ...] = ()
    report = enrich.EnrichReport()
    with _opened(config) as opened:
        enrich.need_llm(opened)
        problems = reconcile.files(opened)
        waiting = enrich.unasked(opened, scope)
        if not dry_run:
            report = asyncio.run(go(opened))
            written = _build(opened) if report.changed else ()
    if json:
        printing.as_json({"waiting": waiting, "llm": report, "applied": not dry_run, "written": written})
    elif dry_run:
        printing.say(f"{waiting} articles would be looked at; nothing was asked (--dry-run)")
    else:
        printing.enriched(report)
        printing.say(f"{len(written)} files written")
    printing.problems(problems)
    if report.wrong:
        sys.exit(ConfigError.exit_code)
    if report.hindrance and report.hindrance.reason == "resting":
        sys.exit(MissingError.exit_code)


def _list(planned: object) -> None:
    from syndicator.cli import printing
    from syndicator.services.redescribe import Plan

    assert isinstance(planned, Plan)
    printing.say(f"{len(planned.articles)} of {planned.looked} articles are described differently")
    rows = [(item.title, line) for item in planned.articles for line in item.told.why]
    if rows:
        printing.table("Articles", ("article", "what changes, and why"), rows)
    _feeds(planned.feeds)


def _feeds(feeds: tuple[FeedChange, ...]) -> None:
    from syndicator.cli import printing

    if feeds:
        rows = [(feed.feed, feed.joins, feed.leaves, feed.changes) for feed in feeds]
        printing.table("Feeds", ("feed", "articles that join", "that leave", "that stay, changed"), rows)


def _build(opened: App) -> tuple[str, ...]:
    from syndicator.services.build import build_feeds

    return asyncio.run(build_feeds(opened)).written


@app.command()
def split(
    what: Annotated[str, typer.Argument(metavar="URL|ID", help="A copy's address or id, or its original's.")],
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Undo the merging of two articles that were taken for one story. They are never merged again."""
    from syndicator.cli import printing
    from syndicator.services import maintain

    with _opened(config) as opened:
        apart = maintain.split(opened, what)
        written = _build(opened)
    if json:
        printing.as_json({"split": [{"id": one.id, "url": one.url} for one in apart], "written": written})
        return
    for one in apart:
        printing.say(f"stands for itself again: {one.title} ({one.url})")
    printing.say(f"{len(written)} files written")


@tags.command()
def suggest(json: Json = False, config: Config = CONFIG) -> None:
    """Names that at least three articles speak of and taxonomy.toml lacks. Nothing is written."""
    from syndicator.cli import printing
    from syndicator.services import redescribe
    from syndicator.services.container import need_folder, open_app

    need_folder(config)
    with open_app(config) as opened:
        found = redescribe.suggest(opened)
    if json:
        printing.as_json([one._asdict() for one in found])
    elif found:
        rows = [(one.name, one.support, one.why, ", ".join(one.aliases)) for one in found]
        printing.table("Tags to consider", ("tag", "articles", "from", "other names"), rows)
    else:
        printing.say("nothing new: no name that the taxonomy lacks stands in three articles")


@tags.command()
def rename(
    old: Old,
    new: Annotated[str, typer.Argument(metavar="B", help="What it is to be called.")],
    dry_run: DryRun = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Call tag A B, in taxonomy.toml and in every article. Its feed keeps its id, and its old address answers."""
    _retag("rename", old, new, dry_run, json, config)


@tags.command()
def merge(
    old: Old,
    new: Annotated[str, typer.Argument(metavar="B", help="The tag that it becomes part of.")],
    dry_run: DryRun = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Make tag A part of B, as an alias in taxonomy.toml; the address of A's feed answers with B's."""
    _retag("merge", old, new, dry_run, json, config)


def _retag(kind: Literal["rename", "merge"], old: str, new: str, dry_run: bool, json: bool, config: Path) -> None:
    from syndicator.cli import printing
    from syndicator.services import rename_tags

    with _opened(config) as opened:
        planned = rename_tags.plan(opened, kind, old, new)
        if not json:
            printing.say(f"{planned.old} -> {planned.new}: {len(planned.articles)} articles")
            if planned.old_feed != planned.new_feed:
                printing.say(f"tags/{planned.old_feed.slug} answers with tags/{planned.new_feed.slug} from now on")
            _feeds(planned.feeds)
        written: tuple[str, ...] = ()
        if not dry_run:
            with printing.counting("written") as count:
                rename_tags.act(opened, planned, count)
            written = _build(opened)
    if json:
        printing.as_json({**printing.plain(planned), "applied": not dry_run, "written": written})
        return
    printing.say("nothing was changed (--dry-run)" if dry_run else f"{len(written)} files written")
    for note in planned.notes:
        printing.say(f"note: {note}")
