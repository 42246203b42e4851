"""Commands about filed articles and tags: learn, describe, split, tags suggest, tags rename, tags merge."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from syndicator.cli.base import CONFIG, Config, Json, app
from syndicator.cli.help.completion import source_keys, tag_names
from syndicator.cli.plural import counted

if TYPE_CHECKING:
    from syndicator.pipeline.descriptions.feed_changes import FeedChange
    from syndicator.services.container import App

tags = typer.Typer(help="Propose, rename and merge tags.", no_args_is_help=True)
app.add_typer(tags, name="tags")

DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")]
Since = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Articles added on or after this day (UTC)."),
]
Old = Annotated[str, typer.Argument(metavar="A", autocompletion=tag_names, help="The tag's name now.")]


@contextmanager
def opened_for_change(config: Path) -> Iterator[App]:
    from syndicator.services.container import locked, need_folder, open_app
    from syndicator.settings import load

    need_folder(config)
    with locked(load(config), wait=True), open_app(config) as opened:
        yield opened


@app.command()
def learn(json: Json = False, config: Config = CONFIG) -> None:
    """Learn tags from articles tagged by an operator, or by their publisher with tags of taxonomy.toml."""
    from syndicator.cli import printing
    from syndicator.services import reconcile
    from syndicator.services.descriptions import redescribe

    with opened_for_change(config) as opened:
        problems = reconcile.files(opened)
        done = redescribe.learn(opened)
    if json:
        printing.as_json(done)
    elif done.tags:
        printing.say(f"learnt {counted(done.tags, 'tag')} from {counted(done.articles, 'article')}")
    else:
        printing.say(
            f"no tags were learnt: {counted(done.articles, 'article')} with confirmed tags, "
            f"{redescribe.LEAST} are needed"
        )
    printing.log_problems(problems)


@app.command()
def describe(
    all: Annotated[bool, typer.Option("--all", help="Every article.")] = False,
    since: Since = None,
    llm: Annotated[
        bool,
        typer.Option(
            "--llm", help="Have the language model of [describe.llm] describe those it has not described yet."
        ),
    ] = False,
    dry_run: DryRun = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Describe articles again after taxonomy.toml was edited or tags were learnt. Fetches nothing, keeps hand edits."""
    from datetime import UTC

    from syndicator.cli import printing
    from syndicator.errors import UsageError
    from syndicator.services.descriptions import redescribe

    if not all and since is None:
        raise UsageError("say which articles: --all, or --since with a day, such as --since 2026-11-24")
    day = since.replace(tzinfo=UTC) if since else None
    if llm:
        _ask(day, dry_run, json, config)
        return
    with opened_for_change(config) as opened:
        with printing.counting("described") as count:
            planned = redescribe.plan(opened, since=day, progress=count)
        if not json:
            _list(planned)
        written: tuple[str, ...] = ()
        if not dry_run and planned.articles:
            with printing.counting("written") as count:
                redescribe.apply(opened, planned, count)
            written = build(opened)
    if json:
        printing.as_json({**printing.plain(planned), "applied": not dry_run, "written": written})
    elif planned.articles:
        printing.say("nothing was changed (--dry-run)" if dry_run else f"{counted(len(written), 'file')} written")
    printing.log_problems(planned.problems)


def _ask(since: datetime | None, dry_run: bool, json: bool, config: Path) -> None:
    import sys

    from syndicator.cli import printing
    from syndicator.cli.stopping import stopping
    from syndicator.errors import ConfigError, MissingError
    from syndicator.services import reconcile
    from syndicator.services.descriptions import enrich

    def show(title: str) -> None:
        if not json:
            printing.say(f"described: {title}")

    async def go(opened: App) -> enrich.EnrichReport:
        stop = asyncio.Event()
        with stopping(stop):
            return await enrich.enrich(opened, stop=stop, scope=scope, filed=show)

    scope = enrich.Scope(since=since or enrich.ALWAYS, again=True)
    written: tuple[str, ...] = ()
    report = enrich.EnrichReport()
    with opened_for_change(config) as opened:
        enrich.need_llm(opened)
        problems = reconcile.files(opened)
        waiting = enrich.unasked(opened, scope)
        if not dry_run:
            report = asyncio.run(go(opened))
            written = build(opened) if report.changed else ()
    if json:
        printing.as_json({"waiting": waiting, "llm": report, "applied": not dry_run, "written": written})
    elif dry_run:
        printing.say(f"the language model would be asked about up to {counted(waiting, 'article')} (--dry-run)")
    else:
        printing.enriched(report)
        printing.say(f"{counted(len(written), 'file')} written")
    printing.log_problems(problems)
    if report.wrong:
        sys.exit(ConfigError.exit_code)
    if report.hindrance and report.hindrance.reason == "resting":
        sys.exit(MissingError.exit_code)


def _list(planned: object) -> None:
    from syndicator.cli import printing
    from syndicator.services.descriptions.redescribe import Plan

    assert isinstance(planned, Plan)
    printing.say(f"{len(planned.articles)} of {counted(planned.looked, 'article')} change")
    rows = [(item.title, line) for item in planned.articles for line in item.told.why]
    if rows:
        printing.table("Articles", ("article", "change and reason"), rows)
    say_feeds(planned.feeds)


def say_feeds(feeds: tuple[FeedChange, ...]) -> None:
    from syndicator.cli import printing

    if feeds:
        rows = [(feed.feed, feed.joins, feed.leaves, feed.changes) for feed in feeds]
        printing.table("Feeds", ("feed", "articles added", "removed", "changed"), rows)


def build(opened: App) -> tuple[str, ...]:
    from syndicator.services.build import build_feeds

    return asyncio.run(build_feeds(opened)).written


@app.command()
def release(
    named: Annotated[
        list[str] | None, typer.Argument(metavar="ID|FILE|URL...", help="Articles that are on hold.")
    ] = None,
    source: Annotated[
        str, typer.Option("--source", metavar="KEY", autocompletion=source_keys, help="All of one source.")
    ] = "",
    all: Annotated[bool, typer.Option("--all", help="All that are on hold.")] = False,
    dry_run: DryRun = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Publish articles that are on hold, and build their feeds. `status` lists them."""
    from syndicator.cli import printing
    from syndicator.errors import UsageError
    from syndicator.services.editorial import release as releasing

    if bool(named) + bool(source) + all != 1:
        raise UsageError("say which articles: their ids, files or addresses, or --source KEY, or --all")
    with opened_for_change(config) as opened:
        done = releasing.release(opened, named or (), source=source, all=all, dry_run=dry_run)
        written = build(opened) if done.articles and not dry_run else ()
    if json:
        shown = {name: [one.id for one in getattr(done, name)] for name in ("articles", "known")}
        printing.as_json({**shown, "problems": done.problems, "applied": not dry_run, "written": written})
    else:
        for article in done.articles:
            printing.say(f"{'would be published' if dry_run else 'published'}: {article.title} ({article.url})")
        for article in done.known:
            printing.say(f"not on hold: {article.title} ({article.url})")
        printing.say(f"{counted(len(done.articles), 'article')}, {counted(len(written), 'file')} written")
    printing.log_problems(done.problems)


@app.command()
def split(
    what: Annotated[str, typer.Argument(metavar="URL|FILE|ID", help="The copy, or its original.")],
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Separate articles that were merged as copies of one. They are never merged again."""
    from syndicator.cli import printing
    from syndicator.services import maintain

    with opened_for_change(config) as opened:
        apart = maintain.split(opened, what)
        written = build(opened)
    if json:
        printing.as_json({"split": [{"id": one.id, "url": one.url} for one in apart], "written": written})
        return
    for one in apart:
        printing.say(f"published by itself again: {one.title} ({one.url})")
    printing.say(f"{counted(len(written), 'file')} written")


@tags.command()
def suggest(json: Json = False, config: Config = CONFIG) -> None:
    """List names to consider as tags. Three or more articles mention them, taxonomy.toml does not. Changes nothing."""
    from syndicator.cli import printing
    from syndicator.services.container import need_folder, open_app
    from syndicator.services.descriptions import redescribe

    need_folder(config)
    with open_app(config) as opened:
        found = redescribe.suggest(opened)
    if json:
        printing.as_json([one._asdict() for one in found])
    elif found:
        rows = [(one.name, one.support, one.why, ", ".join(one.aliases)) for one in found]
        printing.table("Tags to consider", ("tag", "articles", "from", "other names"), rows)
    else:
        printing.say("nothing new: no name outside of taxonomy.toml is in three articles")


@tags.command()
def rename(
    old: Old,
    new: Annotated[str, typer.Argument(metavar="B", help="The tag's new name.")],
    dry_run: DryRun = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Rename tag A to B. Changes taxonomy.toml and articles; the feed keeps its id, and its old address still works."""
    _retag("rename", old, new, dry_run, json, config)


@tags.command()
def merge(
    old: Old,
    new: Annotated[str, typer.Argument(metavar="B", help="The tag to merge it into.")],
    dry_run: DryRun = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Merge tag A into B. A becomes an alias in taxonomy.toml, and the address of A's feed serves B's feed."""
    _retag("merge", old, new, dry_run, json, config)


def _retag(kind: Literal["rename", "merge"], old: str, new: str, dry_run: bool, json: bool, config: Path) -> None:
    from syndicator.cli import printing
    from syndicator.services.descriptions import rename_tags

    with opened_for_change(config) as opened:
        planned = rename_tags.plan(opened, kind, old, new)
        if not json:
            printing.say(f"{planned.old} -> {planned.new}: {counted(len(planned.articles), 'article')}")
            if planned.old_feed != planned.new_feed:
                printing.say(f"tags/{planned.old_feed.slug} now serves the feed of tags/{planned.new_feed.slug}")
            say_feeds(planned.feeds)
        written: tuple[str, ...] = ()
        if not dry_run:
            with printing.counting("written") as count:
                rename_tags.act(opened, planned, count)
            written = build(opened)
    if json:
        printing.as_json({**printing.plain(planned), "applied": not dry_run, "written": written})
        return
    printing.say("nothing was changed (--dry-run)" if dry_run else f"{counted(len(written), 'file')} written")
    for note in planned.notes:
        printing.say(f"note: {note}")
