"""The command add: what is found at addresses is listed, chosen from, shown, and written once that is confirmed."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from syndicator.cli.base import CONFIG, Config, Json, app
from syndicator.cli.folders import Folders, Meaning, is_answered, meaning, say_skipped
from syndicator.cli.plural import counted

if TYPE_CHECKING:
    from syndicator.errors import SyndicatorError
    from syndicator.services.adding.found import Candidate, Found
    from syndicator.services.adding.preview import Preview, ShownArticle
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What was chosen, as it is written, and what at the same addresses was not."""

    chosen: Sequence[tuple[Candidate, Preview]]
    others: Sequence[tuple[int, Candidate]]  # with their numbers
    failed: Sequence[tuple[str, SyndicatorError]]
    written: bool


@app.command(
    epilog="Examples:  syndicator add example.org  |  syndicator add https://example.org/ --pick 2 --category AI "
    "--tag LLM  |  syndicator add --dry-run https://example.org/blog/"
)
def add(
    url: Annotated[
        list[str],
        typer.Argument(metavar="URL...", help="Feeds, sites, sitemaps, single articles or OPML documents."),
    ],
    pick: Annotated[
        list[int] | None, typer.Option("--pick", metavar="N", help="Take number N of what is found. Repeatable.")
    ] = None,
    all: Annotated[
        bool, typer.Option("--all", help="Take every feed of articles that is found, once, and no comments.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask: take the best feed.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be added and its entries; add nothing.")
    ] = False,
    key: Annotated[str | None, typer.Option("--key", help="Its key, of which the address of its feed is made.")] = None,
    title: Annotated[str | None, typer.Option("--title", help="Its name in our feeds.")] = None,
    category: Annotated[
        str | None, typer.Option("--category", help="For articles that fit no category of taxonomy.toml.")
    ] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", help="Put on each of its articles. Repeatable.")] = None,
    every: Annotated[str | None, typer.Option("--every", metavar="TIME", help="Visit it every 30m, 6h, 1d.")] = None,
    content: Annotated[
        Literal["full", "excerpt", "link"] | None, typer.Option("--content", help="How much of it is published.")
    ] = None,
    backfill: Annotated[
        int | None, typer.Option("--backfill", min=0, max=1000, help="Entries that its first visit takes.")
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option("--allow", metavar="NETWORK", help="A private network it may be on: 127.0.0.1/32:8000."),
    ] = None,
    select: Annotated[
        list[str] | None, typer.Option("--select", metavar="CSS", help="Where the text is on its pages. Repeatable.")
    ] = None,
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
    _report(done, choice)


def _one_way(choice: Choice, addresses: Sequence[str], yes: bool) -> None:
    from syndicator.errors import UsageError

    if bool(choice.pick) + choice.all + yes > 1:
        raise UsageError("--pick, --all and --yes each say what to take; give one of them")
    if choice.pick and len(addresses) > 1:
        raise UsageError("--pick counts what one address has; give one address with it")


def _need_contact(opened: App) -> None:
    from syndicator.cli import printing

    if not opened.settings.site.contact:
        cure = f"set it in {opened.config}/syndicator.toml"
        printing.log("site.contact is not set: site owners cannot reach you", cure=cure)


async def _add(opened: App, addresses: Sequence[str], wishes: Wishes, choice: Choice) -> Added:
    """Looks, lists, asks, shows and writes. Raises the error of an address that is the only one."""
    from syndicator.services.adding import preview, search, writing

    async with search.open_tools(opened, wishes.allow) as tools:
        looked = await asyncio.gather(*(search.look(tools, address) for address in addresses))
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
        shown = [(one, await preview.preview(tools, one)) for one in chosen]
        done = Added(chosen=shown, others=others, failed=failed, written=False)
        new = [one for one in chosen if not one.known]
        if choice.dry_run or not new:
            return done
        if choice.ask:
            _show(done, "would add")
            if not typer.confirm(f"Add {counted(len(new), 'source')}?", default=True, err=True):
                return done
        writing.write(opened, chosen)
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
    from syndicator.errors import UsageError
    from syndicator.services.adding.found import best, every

    total = len(found.candidates)
    if total > 1 and not found.whole and not choice.json:
        _list(found)
    if choice.pick:
        if max(choice.pick) > total or min(choice.pick) < 1:
            raise UsageError(f"--pick {max(choice.pick)}: {found.address} has {total}; count from 1")
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


def _list(found: Found) -> None:
    from syndicator.cli import printing

    printing.say(f"{found.address} has {len(found.candidates)}:")
    for number, one in enumerate(found.candidates, 1):
        same = next((n for n, other in enumerate(found.candidates, 1) if other.source.url == one.same_as), None)
        notes = [f"last {one.latest:%Y-%m-%d}"] if one.latest else []
        notes += [f"the same entries as {same}"] if same else []
        notes += ["known already"] if one.known else []
        told = f"{one.what}{''.join(f', {note}' for note in notes)}"
        printing.say(f"  {number}  {one.source.title or one.source.key or 'no title'}: {told}")
        printing.say(f"     {one.source.url}")
    if found.untried:
        printing.say(f"  and {found.untried} more that were not looked at; give the address of the one you want")


def _report(done: Added, choice: Choice) -> None:
    """Prints what was done, and ends with the code of what failed."""
    from syndicator.cli import printing

    if choice.json:
        printing.as_json([*(_plain(*one, done) for one in done.chosen), *(_failure(*one) for one in done.failed)])
    elif choice.ask:
        _say_written(done)
    else:
        _show(done, "would add" if choice.dry_run else "added")
    for _, error in done.failed:
        printing.complain(error, as_json=False)
    if done.failed:
        sys.exit(done.failed[0][1].exit_code)


def _say_written(done: Added) -> None:
    from syndicator.cli import printing

    keys = [one.source.key for one, _ in done.chosen if not one.known]
    if done.written:
        printing.say(f"added: {', '.join(keys)}")
    elif keys or not done.chosen:
        printing.say("nothing was added")
    for one, _ in done.chosen:
        if one.known:
            printing.say(f"already known: {one.source.key}: {one.source.url}")


def _show(done: Added, verb: str) -> None:
    from syndicator.cli import printing

    for one, preview in done.chosen:
        printing.say(f"{'already known' if one.known else verb}: {one.source.key}: {one.source.url} ({one.what})")
        if one.warning:
            printing.log("warning", source=one.source.key, what=one.warning)
        for article in preview.articles:
            _show_article(article)
        for problem in preview.problems:
            printing.say(f"    not published: {problem.what}: {problem.reason} {problem.detail}".rstrip())
    for number, one in done.others:
        printing.say(f"not chosen: {number}: {one.source.url} ({one.what})")
    if done.others:
        printing.say("--pick N takes another, --all every feed of articles")


def _show_article(article: ShownArticle) -> None:
    """As its entry will read, and where its fields come from."""
    from syndicator.cli import printing

    facts = (article.date, article.author or "no author", article.category, ", ".join(article.tags) or "no tags")
    printing.say(f"    {article.title}")
    printing.say(f"        {' | '.join(str(fact) for fact in facts if fact)}")
    printing.say(f"        {article.excerpt or 'no excerpt'}")
    printing.say(f"        {article.url}" + (f" (known already as {article.known})" if article.known else ""))
    printing.say(f"        cover: {article.cover or 'none'}")
    printing.say(f"        from: {', '.join(f'{name} {origin}' for name, origin in article.origins.items())}")


def _plain(one: Candidate, preview: Preview, done: Added) -> dict[str, Any]:
    others = [
        {"number": number, "url": other.source.url, "title": other.source.title, "what": other.what}
        for number, other in done.others
    ]
    return {
        "source": one.source,
        "what": one.what,
        "entries": one.entries,
        "known": one.known,
        "warning": one.warning,
        "latest": one.latest,
        "articles": preview.articles,
        "problems": preview.problems,
        "not_chosen": others,
    }


def _failure(address: str, error: SyndicatorError) -> dict[str, Any]:
    return {"address": address, "error": str(error), "reason": error.reason, "exit_code": error.exit_code}
