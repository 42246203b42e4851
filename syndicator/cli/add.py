"""Command add: find feeds at addresses, let the operator choose, show a preview, write sources.

Functions about folders of OPML lists are also used by `import`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

import typer

from syndicator.cli import printing
from syndicator.cli.base import CONFIG, Config, Json, command, open_to_read
from syndicator.cli.logs import one_line
from syndicator.cli.operations import apply
from syndicator.cli.printing import counted
from syndicator.core.errors import UsageError
from syndicator.operations.adding import plan_addition
from syndicator.operations.operation import Argument, need_operation

if TYPE_CHECKING:
    from syndicator.adding.new_sources import Candidate, Found, Wishes
    from syndicator.adding.preview import Preview, ShownArticle
    from syndicator.app.container import App
    from syndicator.app.read_configuration import Configuration
    from syndicator.configuration.sources.opml import Skipped, SubscriptionList
    from syndicator.core.errors import SyndicatorError


_ITEMS_SHOWN = 10  # items of a list to show; a choice
_FOLDERS_NAMED = 8  # folders that a question names


@dataclass(frozen=True, slots=True, kw_only=True)
class AddResult:
    """The result of adding addresses. `chosen`: the chosen candidates with their previews.
    `others`: the candidates that were not chosen, each with its number for --pick. `failed`: the
    addresses at which nothing could be read, each with its error. `written`: True if the chosen
    sources are in sources.toml now."""

    chosen: Sequence[tuple[Candidate, Preview]]
    others: Sequence[tuple[int, Candidate]]
    failed: Sequence[tuple[str, SyndicatorError]]
    written: bool


def print_candidates(result: Found) -> None:
    """Print the candidates, the possible sources that were found at an address. Each has the number
    by which the operator chooses it, a title, notes and an address."""
    printing.say(f"{result.address} has {len(result.candidates)}:")
    first_numbers: dict[str, int] = {}  # by address: the number of its first candidate
    for number, candidate in enumerate(result.candidates, 1):
        first_numbers.setdefault(candidate.source.url, number)
    for number, candidate in enumerate(result.candidates, 1):
        notes = [candidate.what]
        if candidate.latest:
            notes.append(f"last {candidate.latest:%Y-%m-%d}")
        if candidate.same_as in first_numbers:  # the address of a candidate with the same entries
            notes.append(f"the same entries as {first_numbers[candidate.same_as]}")
        if candidate.known:
            notes.append("known already")
        name = candidate.source.title or candidate.source.key or "no title"
        printing.say(f"  {number}  {name}: {', '.join(notes)}")
        printing.say(f"     {candidate.source.url}")
    if result.untried:
        printing.say(
            f"  and {result.untried} more that were not looked at; give the address of the one you"
            " want"
        )


def print_result(
    result: AddResult, *, json: bool, was_asked: bool, dry_run: bool, brief: bool
) -> None:
    """Print the result of the command `add`: the chosen sources with previews of their articles,
    then the addresses that failed. If an address failed, exit with the code of the first failure.

    `json`: print JSON documents instead. `was_asked`: the operator was asked and has seen the
    previews, so that only keys are printed. `dry_run`: nothing was added. `brief`: print three
    lines about each source."""
    if json:
        documents = [
            _make_document(candidate, preview, result) for candidate, preview in result.chosen
        ]
        documents += [_make_error_document(address, error) for address, error in result.failed]
        printing.print_json(documents)
    elif was_asked:
        _print_added_keys(result)
    elif brief and not dry_run:
        _print_briefly(result)
    else:
        print_previews(result, "would add" if dry_run else "added")

    if result.written and not json and not printing.is_quiet():
        printing.say(
            "next: `syndicator refresh` fetches and publishes its articles; `syndicator up` goes on"
            " with that"
        )
    for _, error in result.failed:
        printing.complain(error, as_json=False)
    if result.failed:
        _, first_error = result.failed[0]
        sys.exit(first_error.exit_code)


def _print_added_keys(result: AddResult) -> None:
    """Print the keys of the sources that were added, then the chosen sources that were in the
    configuration already."""
    new_keys = [candidate.source.key for candidate, _ in result.chosen if not candidate.known]
    if result.written:
        printing.say(f"added: {', '.join(new_keys)}")
    elif new_keys or not result.chosen:
        printing.say("nothing was added")
    for candidate, _ in result.chosen:
        if candidate.known:
            printing.say(f"already known: {candidate.source.key}: {candidate.source.url}")


def _describe_candidate(candidate: Candidate, verb: str) -> str:
    """Return a line about a chosen candidate: `verb`, its key and its address. `verb`: "added" or
    "would add". For a candidate that is a source already, the line begins with "already known", and
    names the page on which the candidate was found."""
    source = candidate.source
    state = "already known" if candidate.known else verb
    line = f"{state}: {source.key}: {source.url} ({candidate.what})"
    addresses_of_feed = (source.url, candidate.other)
    was_found_on_page = candidate.asked and candidate.asked not in addresses_of_feed
    if candidate.known and was_found_on_page:
        line += f"; it was found at {candidate.asked}, which is no feed itself"
    return line


def _print_briefly(result: AddResult) -> None:
    """Print three lines about each new source: its key and address, its newest article, and notes
    for the operator, such as warnings. Sources that were known before, and OPML lists, get one
    line."""
    for candidate, preview in result.chosen:
        printing.say(_describe_candidate(candidate, "added"))
        if candidate.known or candidate.kind == "opml":
            continue
        newest = "none could be read"
        if preview.articles:
            article = preview.articles[0]
            newest = f"{article.date or 'no date'}  {article.title}"
        printing.say(f"    newest: {one_line(newest)}")
        notes = []
        if candidate.warning:
            notes.append(candidate.warning)
        notes += _describe_other_hosts(candidate, preview)
        if preview.problems:
            problem = preview.problems[0]
            notes.append(f"not published: {problem.reason}: {problem.what}")
        printing.say(f"    to know: {one_line('; '.join(notes) or 'nothing')}")
    if result.others:
        printing.say(
            f"not chosen: {len(result.others)} more; --dry-run lists them, --pick N takes one"
        )


def print_previews(result: AddResult, verb: str) -> None:
    """Print the chosen sources, with their newest articles as they would be published. Then print
    the candidates that were not chosen. `verb`: "added" or "would add"."""
    for candidate, preview in result.chosen:
        printing.say(_describe_candidate(candidate, verb))
        if candidate.warning:
            printing.log("warning", source=candidate.source.key, what=candidate.warning)
        for line in _describe_other_hosts(candidate, preview):
            printing.say(f"    {line}")
        is_new = not candidate.known
        if is_new and candidate.kind == "list":  # a web page that links articles
            _print_listed_entries(candidate)
        for article in preview.articles:
            _print_article(article)
        has_no_entry = not candidate.announced
        if is_new and has_no_entry and candidate.kind in ("feed", "sitemap"):
            printing.say("    nothing to show: it announces no entry")
        for problem in preview.problems:
            line = f"    not published: {problem.what}: {problem.reason} {problem.detail}"
            printing.say(line.rstrip())  # the detail may be empty

    for number, candidate in result.others:
        printing.say(f"not chosen: {number}: {candidate.source.url} ({candidate.what})")
    if result.others:
        printing.say("--pick N takes another, --all every feed of articles")


def _describe_other_hosts(candidate: Candidate, preview: Preview) -> list[str]:
    """Return lines about articles on other sites that the source announces. A source may describe
    articles of another site only if its setting `speaks_for` in sources.toml names the site. One
    line has the setting that is written, one the setting that the operator may add."""
    from syndicator.upkeep.ownership import write_speaks_for

    lines = []
    if preview.speaks_for:
        why = "its articles are there, under the titles that the feed gives them"
        lines.append(f"{write_speaks_for(candidate.source, ())}: {why}")
    if preview.elsewhere:
        why = (
            "what the feed says of its articles there does not count without that line in"
            " sources.toml"
        )
        lines.append(f"not written: {write_speaks_for(candidate.source, preview.elsewhere)}: {why}")
    return lines


def _print_listed_entries(candidate: Candidate) -> None:
    """Print the newest entries that a list page links. Each has a line with its day and title, and
    one with its address and picture."""
    printing.say("    it lists:")
    for entry in candidate.entries[:_ITEMS_SHOWN]:
        day = f"{entry.published:%Y-%m-%d}" if entry.published else "no date   "
        printing.say(f"      {day}  {entry.title or 'no title'}")
        address_line = f"                  {entry.url}"
        if entry.image:
            address_line += f"  picture: {entry.image}"
        printing.say(address_line)
    unshown = candidate.announced - _ITEMS_SHOWN
    if unshown > 0:
        printing.say(f"      and {unshown} more; --json has them all")
    printing.say("    its newest would be published as:")


def _print_article(article: ShownArticle) -> None:
    """Print an article of a preview in six lines: title, other fields, excerpt, address, picture,
    and from where each field was taken."""
    facts = []
    if article.date:
        facts.append(str(article.date))
    facts.append(article.author or "no author")
    if article.category:
        facts.append(article.category)
    facts.append(", ".join(article.tags) or "no tags")
    address = article.url
    if article.known:
        address += f" (known already as {article.known})"
    origins = [f"{name} {origin}" for name, origin in article.origins.items()]
    printing.say(f"    {article.title or 'no title'}")
    printing.say(f"        {' | '.join(facts)}")
    printing.say(f"        {article.excerpt or 'no excerpt'}")
    printing.say(f"        {address}")
    printing.say(f"        cover: {article.cover or 'none'}")
    printing.say(f"        from: {', '.join(origins)}")


def _make_document(candidate: Candidate, preview: Preview, result: AddResult) -> dict[str, Any]:
    """Return the JSON document of a chosen candidate. `preview`: the candidate's newest articles,
    and problems with reading them. `result`: the whole result of the command; the candidates that
    were not chosen are listed in the document."""
    not_chosen = []
    for number, other in result.others:
        source = other.source
        not_chosen.append(
            {"number": number, "url": source.url, "title": source.title, "what": other.what}
        )
    return {
        "source": candidate.source,
        "what": candidate.what,
        "entries": candidate.entries,
        "known": candidate.known,
        "warning": candidate.warning,
        "latest": candidate.latest,
        "proposed_speaks_for": preview.elsewhere,
        "articles": preview.articles,
        "problems": preview.problems,
        "not_chosen": not_chosen,
    }


def _make_error_document(address: str, error: SyndicatorError) -> dict[str, Any]:
    """Return the JSON document of an address that could not be read because of `error`."""
    return {
        "address": address,
        "error": str(error),
        "reason": error.reason,
        "exit_code": error.exit_code,
    }


Meaning = Literal["category", "tag", "ignore"]
Folders = Annotated[
    Meaning | None,
    Argument("Meaning of the folders of an OPML list. Asked on a terminal, else category."),
]


def can_ask() -> bool:
    return sys.stdin.isatty()


def choose_meaning(
    subscription_list: SubscriptionList, option: Meaning | None, *, ask: bool
) -> Meaning:
    """Return the meaning of the folders of a list of subscriptions, such as "category": each folder
    becomes a category of our articles. `option`: the meaning that the command line gives, or None.
    Without it, the operator is asked if the list has folders. `ask`: somebody can answer; if not,
    return "category"."""
    if option:
        return option
    if not subscription_list.folders or not ask:
        return "category"
    names = one_line(", ".join(subscription_list.folders[:_FOLDERS_NAMED]))
    if len(subscription_list.folders) > _FOLDERS_NAMED:
        names += " ..."
    folders = counted(len(subscription_list.folders), "folder")
    meanings: dict[str, Meaning] = {name: name for name in get_args(Meaning)}  # all that exist
    question = f"The list has {folders} ({names}). What do they become? {', '.join(meanings)}"
    while True:
        answer = typer.prompt(question, default="category", err=True)
        if answer in meanings:
            return meanings[answer]


def print_skipped(where: str, skipped: Iterable[Skipped]) -> None:
    """Print the lines of a list that were skipped, each with the reason. `where`: the name of the
    list."""
    for entry in skipped:
        printing.say(f"skipped: {where} line {entry.line}: {entry.name or 'no name'}: {entry.why}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddOptions:
    """The options of the command `add`. `pick`: the numbers of the candidates to take. `all`: take
    every feed of articles. `ask`: somebody can answer questions. `brief`: take the best candidate
    and print three lines about it. `folders`: what the folders of a list become; None if the
    operator is to be asked."""

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

    _refuse_contradictions(url, pick or (), take_all=all, take_best=yes)
    wishes = Wishes(
        key=key,
        title=title,
        category=category,
        every=every,
        content=content,
        backfill=backfill,
        tags=tuple(tag or ()),
        allow=tuple(allow or ()),
        select=tuple(select or ()),
        browser=browser,
    )
    may_ask = can_ask() and not (yes or json or dry_run)
    options = AddOptions(
        pick=tuple(pick or ()),
        all=all,
        dry_run=dry_run,
        json=json,
        ask=may_ask,
        brief=yes,
        folders=folders,
    )
    result = _open_and_add(config, url, wishes, options)
    print_result(result, json=json, was_asked=may_ask, dry_run=dry_run, brief=yes)


def _open_and_add(
    config: Config, urls: Sequence[str], wishes: Wishes, options: AddOptions
) -> AddResult:
    """Add the sources at `urls` to the instance with the configuration folder `config`, and return
    the result. `wishes`: the settings of the new sources. `options`: how to choose and to print."""
    with open_to_read(config) as opened:
        _warn_without_contact(opened.configuration)
        return asyncio.run(_add_sources(opened, urls, wishes, options))


def _warn_without_contact(configuration: Configuration) -> None:
    """Log a warning if `site.contact` is empty, because owners of visited sites then cannot reach
    the operator."""
    if not configuration.settings.site.contact:
        cure = f"set it in {configuration.folder}/syndicator.toml"
        printing.log("site.contact is not set: site owners cannot reach you", cure=cure)


def _refuse_contradictions(
    addresses: Sequence[str], pick: Sequence[int], *, take_all: bool, take_best: bool
) -> None:
    """Raise UsageError if more than one of --pick, --all and --yes is given, or if --pick is given
    with several addresses. `pick`: the numbers of --pick. `take_all`: --all is given. `take_best`:
    --yes is given."""
    number_of_options = [bool(pick), take_all, take_best].count(True)
    if number_of_options > 1:
        raise UsageError("--pick, --all and --yes each say what to take; give one of them")
    if pick and len(addresses) > 1:
        raise UsageError("--pick takes a number of one address; give one address with it")


async def _add_sources(
    opened: App, addresses: Sequence[str], wishes: Wishes, options: AddOptions
) -> AddResult:
    """Find candidates, possible sources, at the addresses and choose among them, by the options or
    by asking. Write the new ones to sources.toml, unless it is a dry run or the operator says no.
    `wishes`: the settings of the new sources. Return the result. If there is only one address and
    it failed, raise its error."""
    from syndicator.adding import new_sources, preview, search

    new_sources.check_wishes(opened.configuration.sources, wishes)
    async with new_sources.open_session(
        opened.archive, opened.configuration, opened.jitter, wishes.allow, browser=wishes.browser
    ) as session:
        # find candidates at all addresses at the same time
        searches = await asyncio.gather(
            *(search.find_candidates(session, address) for address in addresses)
        )
        results = [_expand_list(opened, found, options) for found in searches]
        failed = [(result.address, result.error) for result in results if result.error]
        if failed and len(results) == 1:
            _, only_error = failed[0]
            raise only_error

        chosen: list[Candidate] = []
        others: list[tuple[int, Candidate]] = []  # not chosen, with their numbers
        for result in results:
            chosen_here = _choose_candidates(result, options)
            chosen += chosen_here
            others += _number_others(result, chosen_here)

        # each new source gets a key, and its setting `speaks_for`, which its articles show
        with_keys = new_sources.assign_keys(
            opened.archive.beside, opened.configuration.sources, chosen, wishes
        )
        if options.ask and with_keys:
            typer.echo("reading the newest entries ...", err=True)
        previews = await asyncio.gather(
            *(preview.preview(session, candidate) for candidate in with_keys)
        )
        candidates = list(map(preview.add_speaks_for, with_keys, previews))
        pairs = list(zip(candidates, previews, strict=True))
        add_result = AddResult(chosen=pairs, others=others, failed=failed, written=False)

        new = [candidate.source for candidate in candidates if not candidate.known]
        if options.dry_run or not new:
            return add_result
        if options.ask:
            print_previews(replace(add_result, others=()), "would add")
            if not typer.confirm(f"Add {counted(len(new), 'source')}?", default=True, err=True):
                return add_result
        change = plan_addition(opened, candidates, session.known)
        apply(opened, need_operation("add"), {"url": addresses}, change)  # writes sources.toml
        await preview.make_first_visits(session, new)
        return replace(add_result, written=True)


def _number_others(result: Found, chosen: Sequence[Candidate]) -> list[tuple[int, Candidate]]:
    """Return the candidates of `result` that are not in `chosen`, each with its number."""
    others = []
    for number, candidate in enumerate(result.candidates, 1):
        if candidate not in chosen:
            others.append((number, candidate))
    return others


def _expand_list(opened: App, result: Found, options: AddOptions) -> Found:
    """If an OPML list was found, return a result whose candidates are the subscriptions of the
    list; the operator may be asked for the meaning of its folders. Return any other `result`
    unchanged."""
    from syndicator.adding import search

    if result.listed is None:  # no OPML list
        return result
    meaning = choose_meaning(result.listed, options.folders, ask=options.ask)
    list_result = search.make_candidates(
        opened.archive.beside, opened.configuration, result.address, result.listed, meaning
    )
    if not options.json:
        print_skipped(list_result.address, list_result.skipped)
    return list_result


def _choose_candidates(result: Found, options: AddOptions) -> tuple[Candidate, ...]:
    """Return the candidates to take. The first of these rules that applies counts: --pick takes its
    numbers; --all takes every feed of articles; a list of subscriptions is taken whole; the
    operator is asked; the best candidate is taken. Raises UsageError if --pick has a number that no
    candidate has."""
    from syndicator.adding.new_sources import select_feeds

    total = len(result.candidates)
    # `result.whole`: this is a list of subscriptions
    has_choice = total > 1 and not result.whole
    if has_choice and not options.json and not options.brief:
        print_candidates(result)
    if options.pick:
        for number in options.pick:
            if not 1 <= number <= total:
                raise UsageError(f"--pick {number}: {result.address} has {total}; count from 1")
        return _select_numbers(result, options.pick)
    if options.all:
        return select_feeds(result)
    if result.whole:
        return result.candidates
    if options.ask and total > 1:
        return _ask_for_candidates(result)
    return result.candidates[:1]  # the best one is first


def _select_numbers(result: Found, numbers: Iterable[int]) -> tuple[Candidate, ...]:
    """Return the candidates with these numbers, counted from 1, each once."""
    return tuple(result.candidates[number - 1] for number in dict.fromkeys(numbers))


def _ask_for_candidates(result: Found) -> tuple[Candidate, ...]:
    """Ask the operator which candidates to take, and return them. Ask again until the answer is
    valid: numbers, "all" or "none"."""
    from syndicator.adding.new_sources import select_feeds

    total = len(result.candidates)
    question = "Which one? Numbers such as 1 or 1,3, or all, or none"
    while True:
        answer = typer.prompt(question, default="1", err=True).strip()
        if answer == "all":
            return select_feeds(result)
        if answer == "none":
            return ()
        words = answer.replace(",", " ").split()
        numbers = [int(word) for word in words if word.isdecimal()]
        if numbers and all(1 <= number <= total for number in numbers):
            return _select_numbers(result, numbers)
