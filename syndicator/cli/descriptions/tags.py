"""The commands tags suggest, tags rename, tags merge."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from syndicator.cli.base import CONFIG, Config, Json, app
from syndicator.cli.changing import DryRun, build, opened_for_change, say_feeds
from syndicator.cli.help.completion import tag_names
from syndicator.cli.plural import counted

tags = typer.Typer(help="Propose, rename and merge tags.", no_args_is_help=True)
app.add_typer(tags, name="tags")

Old = Annotated[str, typer.Argument(metavar="A", autocompletion=tag_names, help="The tag's name now.")]


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
                printing.say(f"tags/{planned.old_feed.slug} redirects to tags/{planned.new_feed.slug}")
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
