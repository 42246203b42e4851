"""The commands tags suggest, tags confirm, tags reject, tags rename, tags merge."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from syndicator.cli import printing
from syndicator.cli.base import CONFIG, Config, DryRun, Json, app, build, build_among, opened_for_change, say_feeds
from syndicator.cli.help import tag_names
from syndicator.cli.printing import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from syndicator.core.model import Article
    from syndicator.describing.groups import Group
    from syndicator.describing.taxonomy.suggest import Proposal
    from syndicator.pipeline.descriptions.confirm import Decision, Names

tags = typer.Typer(help="Propose, confirm, rename and merge tags.", no_args_is_help=True)
app.add_typer(tags, name="tags")

Named = Annotated[str, typer.Argument(metavar="ID|FILE|URL", help="An article: its id, file or address.")]
Old = Annotated[str, typer.Argument(metavar="A", autocompletion=tag_names, help="The tag's name now.")]


@tags.command()
def suggest(
    categories: Annotated[
        bool, typer.Option("--categories", help="Groups of articles that could be categories.")
    ] = False,
    choose: Annotated[bool, typer.Option("--choose", help="Take, rename or drop each with one key.")] = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """List what to consider as tags, or as categories, from what articles speak of. Changes nothing without --choose,
    which adds to taxonomy.toml what you take."""
    from syndicator.cli.articles.choosing import Offer, choose_among
    from syndicator.services.container import need_folder, open_app
    from syndicator.services.descriptions import redescribe

    need_folder(config)
    proposals: Sequence[Proposal | Group]
    with open_app(config) as opened:
        if categories:
            proposals = found = redescribe.suggest_groups(opened)
            offers = list(map(Offer.category, found))
        else:
            proposals = listed = redescribe.suggest(opened)
            offers = list(map(Offer.tag, listed))
    if json:
        printing.as_json([one._asdict() for one in proposals])
    elif not offers and categories:
        printing.say(f"no groups: they are looked for from {redescribe.LEAST_GROUPED} articles on")
    elif not offers:
        printing.say("nothing new: outside of taxonomy.toml, no phrase is in two titles and three texts")
    elif choose:
        choose_among(offers, config)
    else:
        title = "Categories to consider" if categories else "Tags to consider"
        rows = [(one.name, one.support, one.about, "; ".join(one.examples)) for one in offers]
        printing.table(title, ("name", "articles", "words" if categories else "other names", "such as"), rows)


@tags.command()
def confirm(
    what: Named,
    named: Annotated[
        list[str] | None,
        typer.Argument(metavar="TAG...", autocompletion=tag_names, help="Tags that it lacks. None: they are right."),
    ] = None,
    category: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Its category. Where no TAG is named, nothing is said of its tags then."),
    ] = None,
    dry_run: DryRun = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Say that the tags of an article are right, or which it lacks. They stay, and `learn` learns from them."""
    from dataclasses import replace

    from syndicator.pipeline.descriptions.confirm import Decision, with_tags

    def decide(article: Article, names: Names) -> Decision:
        said = with_tags(article, names, named or ()) if named or category is None else Decision()
        return replace(said, category=names.category(category)) if category is not None else said

    _decide(what, decide, dry_run, json, config)


@tags.command()
def reject(
    what: Named,
    named: Annotated[
        list[str], typer.Argument(metavar="TAG...", autocompletion=tag_names, help="Tags that it should not have.")
    ],
    dry_run: DryRun = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Take wrong tags off an article, for good. The others are confirmed by that, and `learn` learns from them."""
    from syndicator.pipeline.descriptions.confirm import without_tags

    _decide(what, lambda article, names: without_tags(article, names, named), dry_run, json, config)


def _decide(what: str, decide: Callable[[Article, Names], Decision], dry_run: bool, json: bool, config: Path) -> None:
    from syndicator.services.descriptions import confirm

    written: tuple[str, ...] = ()
    with opened_for_change(config) as opened:
        planned = confirm.plan(opened, what, decide)
        if planned.changed and not dry_run:
            confirm.write(opened, planned.path, planned.before, planned.after)
            written = build(opened)
    article = planned.after
    if json:
        told = {"id": article.id, "path": planned.path, "tags": article.tags, "category": article.category}
        printing.as_json({**told, "feeds": planned.feeds, "applied": not dry_run, "written": written})
    else:
        printing.say(f"{article.title}: {', '.join(article.tags) or 'no tags'}; category {article.category or 'none'}")
        say_feeds(planned.feeds)
        told_of = f"{counted(len(written), 'file')} written" if planned.changed else "it says so already"
        printing.say("nothing was changed (--dry-run)" if dry_run else told_of)
    printing.log_problems(planned.problems)


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
    from syndicator.services.descriptions import rename_tags

    with opened_for_change(config) as opened:
        planned = rename_tags.plan(opened, kind, old, new)
        if not json:
            printing.say(f"{planned.old} -> {planned.new}: {counted(len(planned.articles), 'article')}")
            if planned.old_feed != planned.new_feed:
                printing.say(f"tags/{planned.old_feed.slug} redirects to tags/{planned.new_feed.slug}")
            say_feeds(planned.feeds)
        written: tuple[str, ...] = ()
        left = 0
        if not dry_run:
            with printing.counting("written") as count:
                rename_tags.act(opened, planned, count)
            written, left = build_among(opened, rename_tags.built_first(opened, planned))
    if json:
        printing.as_json({**printing.plain(planned), "applied": not dry_run, "written": written, "left": left})
        return
    printing.say("nothing was changed (--dry-run)" if dry_run else f"{counted(len(written), 'file')} written")
    if left:
        feeds = counted(left, "more feed")
        printing.say(f"{feeds} show the tag with articles; the next `refresh`, `up` or `build` writes them")
    for note in planned.notes:
        printing.say(f"note: {note}")
