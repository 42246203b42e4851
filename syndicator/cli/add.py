"""Command add: find feeds at addresses, let the operator choose, preview, write sources.

Also the folders of OPML lists."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

import typer

from syndicator.cli import printing
from syndicator.cli.base import CONFIG, Config, Json, command, opened_to_look
from syndicator.cli.logs import one_line
from syndicator.cli.operations import apply
from syndicator.cli.printing import counted
from syndicator.core.errors import UsageError
from syndicator.operations.adding import addition
from syndicator.operations.operation import Argument, need

if TYPE_CHECKING:
    from syndicator.adding.new_sources import Candidate, Found, Wishes
    from syndicator.adding.preview import Preview, ShownArticle
    from syndicator.app.container import App
    from syndicator.configuration.sources.opml import Skipped, SubscriptionList
    from syndicator.core.errors import SyndicatorError


_ITEMS = 10  # items of a list to show; a choice
_SHOWN = 8  # folders that a question names


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """The chosen candidates, `written` or not, and the `others` at the same addresses, by
    number."""

    chosen: Sequence[tuple[Candidate, Preview]]
    others: Sequence[tuple[int, Candidate]]  # with their numbers
    failed: Sequence[tuple[str, SyndicatorError]]
    written: bool


def list_candidates(result: Found) -> None:
    printing.say(f"{result.address} has {len(result.candidates)}:")
    for number, candidate in enumerate(result.candidates, 1):
        same = next(
            (
                n
                for n, other in enumerate(result.candidates, 1)
                if other.source.url == candidate.same_as
            ),
            None,
        )
        notes = [f"last {candidate.latest:%Y-%m-%d}"] if candidate.latest else []
        notes += [f"the same entries as {same}"] if same else []
        notes += ["known already"] if candidate.known else []
        line = f"{candidate.what}{''.join(f', {note}' for note in notes)}"
        printing.say(
            f"  {number}  {candidate.source.title or candidate.source.key or 'no title'}: {line}"
        )
        printing.say(f"     {candidate.source.url}")
    if result.untried:
        printing.say(
            f"  and {result.untried} more that were not looked at; give the address of the one you"
            " want"
        )


def report(done: Added, *, json: bool, asked: bool, dry_run: bool, brief: bool) -> None:
    """Print the result; exit with the code of the first failure."""
    if json:
        failed = [
            {
                "address": address,
                "error": str(error),
                "reason": error.reason,
                "exit_code": error.exit_code,
            }
            for address, error in done.failed
        ]
        printing.as_json([*(_plain(*candidate, done) for candidate in done.chosen), *failed])
    elif asked:
        _say_written(done)
    elif brief and not dry_run:
        _show_briefly(done)
    else:
        show(done, "would add" if dry_run else "added")
    if done.written and not json and not printing.quiet():
        printing.say(
            "next: `syndicator refresh` fetches and publishes its articles; `syndicator up` goes on"
            " with that"
        )
    for _, error in done.failed:
        printing.complain(error, as_json=False)
    if done.failed:
        sys.exit(done.failed[0][1].exit_code)


def _say_written(done: Added) -> None:
    keys = [candidate.source.key for candidate, _ in done.chosen if not candidate.known]
    if done.written:
        printing.say(f"added: {', '.join(keys)}")
    elif keys or not done.chosen:
        printing.say("nothing was added")
    for candidate, _ in done.chosen:
        if candidate.known:
            printing.say(f"already known: {candidate.source.key}: {candidate.source.url}")


def _head(candidate: Candidate, verb: str) -> str:
    state = "already known" if candidate.known else verb
    return f"{state}: {candidate.source.key}: {candidate.source.url} ({candidate.what})"


def _show_briefly(done: Added) -> None:
    for candidate, preview in done.chosen:
        printing.say(_head(candidate, "added"))
        if candidate.known or candidate.kind == "opml":
            continue
        titles = (f"{article.date or 'no date'}  {article.title}" for article in preview.articles)
        printing.say(f"    newest: {one_line(next(titles, 'none could be read'))}")
        notes = [candidate.warning, *_hosts(candidate, preview)]
        notes += [
            f"not published: {problem.reason}: {problem.what}" for problem in preview.problems[:1]
        ]
        printing.say(f"    to know: {one_line('; '.join(filter(None, notes)) or 'nothing')}")
    if done.others:
        printing.say(
            f"not chosen: {len(done.others)} more; --dry-run lists them, --pick N takes one"
        )


def show(done: Added, verb: str) -> None:
    """Print the chosen sources as they would be published, and the candidates not chosen."""
    for candidate, preview in done.chosen:
        printing.say(_head(candidate, verb))
        if candidate.warning:
            printing.log("warning", source=candidate.source.key, what=candidate.warning)
        for line in _hosts(candidate, preview):
            printing.say(f"    {line}")
        if candidate.kind == "list" and not candidate.known:
            _show_items(candidate)
        for article in preview.articles:
            _show_article(article)
        if (
            candidate.kind in ("feed", "sitemap")
            and not candidate.known
            and not candidate.announced
        ):
            printing.say("    nothing to show: it announces no entry")
        for problem in preview.problems:
            printing.say(
                f"    not published: {problem.what}: {problem.reason} {problem.detail}".rstrip()
            )
    for number, candidate in done.others:
        printing.say(f"not chosen: {number}: {candidate.source.url} ({candidate.what})")
    if done.others:
        printing.say("--pick N takes another, --all every feed of articles")


def _hosts(candidate: Candidate, preview: Preview) -> list[str]:
    """Return lines on hosts in `speaks_for`, and on hosts missing there."""
    from syndicator.upkeep.ownership import line

    lines = []
    if preview.speaks_for:
        why = "its articles are there, under the titles that the feed gives them"
        lines.append(f"{line(candidate.source, ())}: {why}")
    if preview.elsewhere:
        why = (
            "what the feed says of its articles there does not count without that line in"
            " sources.toml"
        )
        lines.append(f"not written: {line(candidate.source, preview.elsewhere)}: {why}")
    return lines


def _show_items(candidate: Candidate) -> None:
    printing.say("    it lists:")
    for entry in candidate.entries[:_ITEMS]:
        day = f"{entry.published:%Y-%m-%d}" if entry.published else "no date   "
        printing.say(f"      {day}  {entry.title or 'no title'}")
        printing.say(
            f"                  {entry.url}" + (f"  picture: {entry.image}" if entry.image else "")
        )
    if candidate.announced > _ITEMS:
        printing.say(f"      and {candidate.announced - _ITEMS} more; --json has them all")
    printing.say("    its newest would be published as:")


def _show_article(article: ShownArticle) -> None:
    facts = (
        article.date,
        article.author or "no author",
        article.category,
        ", ".join(article.tags) or "no tags",
    )
    printing.say(f"    {article.title or 'no title'}")
    printing.say(f"        {' | '.join(str(fact) for fact in facts if fact)}")
    printing.say(f"        {article.excerpt or 'no excerpt'}")
    printing.say(
        f"        {article.url}" + (f" (known already as {article.known})" if article.known else "")
    )
    printing.say(f"        cover: {article.cover or 'none'}")
    printing.say(
        f"        from: {', '.join(f'{name} {origin}' for name, origin in article.origins.items())}"
    )


def _plain(candidate: Candidate, preview: Preview, done: Added) -> dict[str, Any]:
    others = [
        {"number": number, "url": other.source.url, "title": other.source.title, "what": other.what}
        for number, other in done.others
    ]
    names = ("source", "what", "entries", "known", "warning", "latest")
    shown = {"articles": preview.articles, "problems": preview.problems, "not_chosen": others}
    return {name: getattr(candidate, name) for name in names} | {
        "proposed_speaks_for": preview.elsewhere,
        **shown,
    }


Meaning = Literal["category", "tag", "ignore"]
Folders = Annotated[
    Meaning | None,
    Argument("Meaning of the folders of an OPML list. Asked on a terminal, else category."),
]


def is_answered() -> bool:
    return sys.stdin.isatty()


def meaning(listed: SubscriptionList, option: Meaning | None, *, ask: bool) -> Meaning:
    """Return the meaning of the folders of a list: `option`, else the answer, else "category"."""
    if option or not ask or not listed.folders:
        return option or "category"
    names = one_line(", ".join(listed.folders[:_SHOWN])) + (
        " ..." if len(listed.folders) > _SHOWN else ""
    )
    question = (
        f"The list has {counted(len(listed.folders), 'folder')} ({names}). What do they become?"
    )
    answers: dict[str, Meaning] = {name: name for name in get_args(Meaning)}
    while (
        answer := typer.prompt(f"{question} {', '.join(answers)}", default="category", err=True)
    ) not in answers:
        pass
    return answers[answer]


def say_skipped(where: str, skipped: Iterable[Skipped]) -> None:
    for entry in skipped:
        printing.say(f"skipped: {where} line {entry.line}: {entry.name or 'no name'}: {entry.why}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Options of the operator. `ask`: somebody can answer questions."""

    pick: tuple[int, ...] = ()
    all: bool = False
    dry_run: bool = False
    json: bool = False
    ask: bool = False
    brief: bool = False  # take the best, print three lines
    folders: Meaning | None = None


Addresses = Annotated[
    list[str],
    Argument(
        "Feeds, sites, sitemaps, single articles, OPML (also a file, or - for stdin).",
        "URL...",
        positional=True,
    ),
]
Content = Annotated[
    Literal["full", "excerpt", "link"] | None, Argument("How much of a text to publish.")
]
Backfill = Annotated[
    int | None, typer.Option(min=0, max=1000, help="Entries to take at the first visit.")
]
Networks = Annotated[
    list[str] | None, Argument("Its private network, such as 127.0.0.1/32:8000.", "NETWORK")
]
Selectors = Annotated[
    list[str] | None, Argument("Selector of the text on its pages. Repeatable.", "CSS")
]


@command()
def add(
    url: Addresses,
    pick: Annotated[
        list[int] | None, Argument("Take number N of what is found. Repeatable.", "N")
    ] = None,
    all: Annotated[
        bool, Argument("Take every feed of articles found, and no feed of comments.")
    ] = False,
    yes: Annotated[bool, Argument("Do not ask: take the best feed.")] = False,
    dry_run: Annotated[
        bool, Argument("Show what would be added and its entries; add nothing.")
    ] = False,
    key: Annotated[str | None, Argument("Its key, which is part of its feed's address.")] = None,
    title: Annotated[str | None, Argument("Its name in our feeds.")] = None,
    category: Annotated[
        str | None, Argument("Category of articles that fit none of taxonomy.toml.")
    ] = None,
    tag: Annotated[list[str] | None, Argument("Tag for each of its articles. Repeatable.")] = None,
    every: Annotated[str | None, Argument("Visit it every 30m, 6h, 1d.", "TIME")] = None,
    content: Content = None,
    backfill: Backfill = None,
    allow: Networks = None,
    select: Selectors = None,
    browser: Annotated[
        bool, Argument("Have a browser draw its pages, which scripts fill.")
    ] = False,
    folders: Folders = None,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Add sources: feeds, sites, sitemaps, single articles or OPML documents. The feeds of a site
    are found."""
    from syndicator.adding.new_sources import Wishes

    options: dict[str, Any] = {
        "key": key,
        "title": title,
        "category": category,
        "every": every,
        "content": content,
    }
    options |= {"backfill": backfill, "tags": tuple(tag or ()), "allow": tuple(allow or ())}
    wishes = Wishes(**options, select=tuple(select or ()), browser=browser)
    ask = is_answered() and not (yes or json or dry_run)
    choice = Choice(
        pick=tuple(pick or ()),
        all=all,
        dry_run=dry_run,
        json=json,
        ask=ask,
        brief=yes,
        folders=folders,
    )
    _refuse_contradictions(url, pick or (), all=all, yes=yes)
    with opened_to_look(config) as opened:
        if not opened.configuration.settings.site.contact:
            cure = f"set it in {opened.configuration.folder}/syndicator.toml"
            printing.log("site.contact is not set: site owners cannot reach you", cure=cure)
        done = asyncio.run(_add(opened, url, wishes, choice))
    report(done, json=json, asked=ask, dry_run=dry_run, brief=yes)


def _refuse_contradictions(
    url: Sequence[str], pick: Sequence[int], *, all: bool, yes: bool
) -> None:
    """Raise UsageError if options say different things of what to take."""
    if bool(pick) + all + yes > 1:
        raise UsageError("--pick, --all and --yes each say what to take; give one of them")
    if pick and len(url) > 1:
        raise UsageError("--pick takes a number of one address; give one address with it")


async def _add(opened: App, addresses: Sequence[str], wishes: Wishes, choice: Choice) -> Added:
    from syndicator.adding import new_sources, preview, search

    async with new_sources.open_session(
        opened.archive,
        opened.configuration,
        opened.jitter,
        wishes.allow,
        browser=wishes.browser,
    ) as session:
        looked = await asyncio.gather(*(search.look(session, address) for address in addresses))
        results = [_read(opened, result, choice) for result in looked]
        failed = [(result.address, result.error) for result in results if result.error]
        if failed and len(results) == 1:
            raise failed[0][1]
        picked = [_pick(result, choice) for result in results]
        chosen = new_sources.assign_keys(
            opened.archive.beside,
            opened.configuration.sources,
            [candidate for some in picked for candidate in some],
            wishes,
        )
        others = [
            (number, candidate)
            for result, taken in zip(results, picked, strict=True)
            for number, candidate in enumerate(result.candidates, 1)
            if candidate not in taken
        ]
        if choice.ask and chosen:
            typer.echo("reading the newest entries ...", err=True)
        shown = await asyncio.gather(*(preview.preview(session, candidate) for candidate in chosen))
        chosen = list(map(preview.add_speaks_for, chosen, shown))
        done = Added(
            chosen=list(zip(chosen, shown, strict=True)),
            others=others,
            failed=failed,
            written=False,
        )
        new = [candidate.source for candidate in chosen if not candidate.known]
        if choice.dry_run or not new:
            return done
        if choice.ask:
            show(replace(done, others=()), "would add")
            if not typer.confirm(f"Add {counted(len(new), 'source')}?", default=True, err=True):
                return done
        apply(opened, need("add"), {"url": addresses}, addition(opened, chosen, session.known))
        await preview.first_visits(session, new)
        return replace(done, written=True)


def _read(opened: App, result: Found, choice: Choice) -> Found:
    from syndicator.adding import search

    if result.listed is None:
        return result
    means = meaning(result.listed, choice.folders, ask=choice.ask)
    again = search.make_candidates(
        opened.archive.beside, opened.configuration, result.address, result.listed, means
    )
    if not choice.json:
        say_skipped(again.address, again.skipped)
    return again


def _pick(result: Found, choice: Choice) -> tuple[Candidate, ...]:
    from syndicator.adding.new_sources import select_feeds

    total = len(result.candidates)
    if total > 1 and not (result.whole or choice.json or choice.brief):
        list_candidates(result)
    if choice.pick:
        wrong = [number for number in choice.pick if not 1 <= number <= total]
        if wrong:
            raise UsageError(f"--pick {wrong[0]}: {result.address} has {total}; count from 1")
        return tuple(result.candidates[number - 1] for number in dict.fromkeys(choice.pick))
    if choice.all:
        return select_feeds(result)
    if result.whole:
        return result.candidates
    return _asked(result) if choice.ask and total > 1 else result.candidates[:1]


def _asked(result: Found) -> tuple[Candidate, ...]:
    from syndicator.adding.new_sources import select_feeds

    total = len(result.candidates)
    while True:
        answer = typer.prompt(
            "Which one? Numbers such as 1 or 1,3, or all, or none", default="1", err=True
        ).strip()
        if answer in ("all", "none"):
            return select_feeds(result) if answer == "all" else ()
        numbers = [int(part) for part in answer.replace(",", " ").split() if part.isdecimal()]
        if numbers and all(1 <= number <= total for number in numbers):
            return tuple(result.candidates[number - 1] for number in dict.fromkeys(numbers))
