"""The command add: what is found at addresses is listed, chosen from, shown, and written once that is confirmed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from syndicator.cli.adding import output
from syndicator.cli.adding.folders import Folders, Meaning, is_answered, meaning, say_skipped
from syndicator.cli.base import CONFIG, Config, Json, app
from syndicator.cli.plural import counted

if TYPE_CHECKING:
    from syndicator.services.adding.found import Candidate, Found
    from syndicator.services.adding.writing import Wishes
    from syndicator.services.container import App


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """How the operator chooses. `ask`: somebody is there to answer."""

    pick: tuple[int, ...] = ()
    all: bool = False
    dry_run: bool = False
    json: bool = False
    ask: bool = False
    folders: Meaning | None = None


Addresses = Annotated[
    list[str],
    typer.Argument(
        metavar="URL...", help="Feeds, sites, sitemaps, single articles, OPML (also a file, or - for stdin)."
    ),
]
Pick = Annotated[list[int] | None, typer.Option(metavar="N", help="Take number N of what is found. Repeatable.")]
All = Annotated[bool, typer.Option("--all", help="Take every feed of articles that is found, once, and no comments.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask: take the best feed.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be added and its entries; add nothing.")]
Key = Annotated[str | None, typer.Option(help="Its key, of which the address of its feed is made.")]
Title = Annotated[str | None, typer.Option(help="Its name in our feeds.")]
Category = Annotated[str | None, typer.Option(help="For articles that fit no category of taxonomy.toml.")]
Tag = Annotated[list[str] | None, typer.Option(help="Put on each of its articles. Repeatable.")]
Every = Annotated[str | None, typer.Option(metavar="TIME", help="Visit it every 30m, 6h, 1d.")]
Content = Annotated[Literal["full", "excerpt", "link"] | None, typer.Option(help="How much of it is published.")]
Backfill = Annotated[int | None, typer.Option(min=0, max=1000, help="Entries that its first visit takes.")]
Allow = Annotated[
    list[str] | None, typer.Option(metavar="NETWORK", help="A private network it may be on: 127.0.0.1/32:8000.")
]
Select = Annotated[list[str] | None, typer.Option(metavar="CSS", help="Where the text is on its pages. Repeatable.")]


@app.command()
def add(
    url: Addresses,
    pick: Pick = None,
    all: All = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    key: Key = None,
    title: Title = None,
    category: Category = None,
    tag: Tag = None,
    every: Every = None,
    content: Content = None,
    backfill: Backfill = None,
    allow: Allow = None,
    select: Select = None,
    folders: Folders = None,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Add sources: feeds, sites, sitemaps, single articles or OPML documents. The feeds of a site are found."""
    from syndicator.services.adding.writing import Wishes
    from syndicator.services.container import open_app

    wishes = Wishes(
        key=key,
        title=title,
        category=category,
        tags=tuple(tag or ()),
        every=every,
        content=content,
        backfill=backfill,
        allow=tuple(allow or ()),
        select=tuple(select or ()),
    )
    ask = is_answered() and not (yes or json or dry_run)
    choice = Choice(pick=tuple(pick or ()), all=all, dry_run=dry_run, json=json, ask=ask, folders=folders)
    _one_way(choice, url, yes)
    with open_app(config) as opened:
        _need_contact(opened)
        done = asyncio.run(_add(opened, url, wishes, choice))
    output.report(done, json=json, asked=ask, dry_run=dry_run)


def _one_way(choice: Choice, addresses: Sequence[str], yes: bool) -> None:
    from syndicator.core.errors import UsageError

    if bool(choice.pick) + choice.all + yes > 1:
        raise UsageError("--pick, --all and --yes each say what to take; give one of them")
    if choice.pick and len(addresses) > 1:
        raise UsageError("--pick counts what one address has; give one address with it")


def _need_contact(opened: App) -> None:
    from syndicator.cli import printing

    if not opened.settings.site.contact:
        cure = f"set it in {opened.config}/syndicator.toml"
        printing.log("site.contact is not set: site owners cannot reach you", cure=cure)


async def _add(opened: App, addresses: Sequence[str], wishes: Wishes, choice: Choice) -> output.Added:
    """Looks, lists, asks, shows and writes. Raises the error of an address that is the only one."""
    from syndicator.services.adding import preview, search, writing
    from syndicator.services.adding.session import open_session

    async with open_session(opened, wishes.allow) as session:
        looked = await asyncio.gather(*(search.look(session, address) for address in addresses))
        found = [_read(opened, one, choice) for one in looked]
        failed = [(one.address, one.error) for one in found if one.error]
        if failed and len(found) == 1:
            raise failed[0][1]
        picked = [_pick(one, choice) for one in found]
        chosen = writing.named(opened, [one for some in picked for one in some], wishes)
        others = [
            (number, one)
            for all_of, taken in zip(found, picked, strict=True)
            for number, one in enumerate(all_of.candidates, 1)
            if one not in taken
        ]
        if choice.ask and chosen:
            typer.echo("reading the newest entries ...", err=True)
        shown = await asyncio.gather(*(preview.preview(session, one) for one in chosen))
        chosen = list(map(preview.speaking, chosen, shown))
        done = output.Added(chosen=list(zip(chosen, shown, strict=True)), others=others, failed=failed, written=False)
        new = [one for one in chosen if not one.known]
        if choice.dry_run or not new:
            return done
        if choice.ask:
            output.show(done, "would add", others=False)
            if not typer.confirm(f"Add {counted(len(new), 'source')}?", default=True, err=True):
                return done
        writing.write_sources(opened, chosen, session.known)
        return replace(done, written=True)


def _read(opened: App, found: Found, choice: Choice) -> Found:
    """A list as its folders are meant; anything else as it is."""
    from syndicator.services.adding import outlines

    if found.listed is None:
        return found
    means = meaning(found.listed, choice.folders, ask=choice.ask)
    again = outlines.as_found(opened, found.address, found.listed, means)
    if not choice.json:
        say_skipped(again.address, again.skipped)
    return again


def _pick(found: Found, choice: Choice) -> tuple[Candidate, ...]:
    """What is taken of what was found at one address. Raises UsageError."""
    from syndicator.core.errors import UsageError
    from syndicator.services.adding.found import best, every

    total = len(found.candidates)
    if total > 1 and not found.whole and not choice.json:
        output.list_candidates(found)
    if choice.pick:
        wrong = [number for number in choice.pick if not 1 <= number <= total]
        if wrong:
            raise UsageError(f"--pick {wrong[0]}: {found.address} has {total}; count from 1")
        return tuple(found.candidates[number - 1] for number in dict.fromkeys(choice.pick))
    if choice.all:
        return every(found)
    return _asked(found) if choice.ask and total > 1 and not found.whole else best(found)


def _asked(found: Found) -> tuple[Candidate, ...]:
    """What the operator answers."""
    from syndicator.services.adding.found import every

    total = len(found.candidates)
    while True:
        answer = typer.prompt("Which one? Numbers such as 1 or 1,3, or all, or none", default="1", err=True).strip()
        if answer in ("all", "none"):
            return every(found) if answer == "all" else ()
        numbers = [int(part) for part in answer.replace(",", " ").split() if part.isdecimal()]
        if numbers and all(1 <= number <= total for number in numbers):
            return tuple(found.candidates[number - 1] for number in dict.fromkeys(numbers))
