"""Plan changes that add sources or import articles; `Change.act` carries a change out later."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from syndicator.configuration.sources.plain_values import table
from syndicator.core.errors import UsageError
from syndicator.core.model import Failed, Fetched, SourceState
from syndicator.core.reasons import FeedReason, FetchReason
from syndicator.core.text import counted
from syndicator.operations.operation import Argument, Change, Progress, convert_to_json, operation
from syndicator.operations.sources import Key, need_source, refuse_variables

if TYPE_CHECKING:
    from syndicator.adding.import_articles import Imported
    from syndicator.adding.new_sources import Candidate, Found, Session
    from syndicator.adding.preview import Preview
    from syndicator.app.container import App
    from syndicator.core.model import Source
    from syndicator.core.requests import Wrapper

_ANY_KEY = "a"  # for a table without a key, so that its other values can be checked
PREVIEWED = 3  # feeds of one address whose entries are read at once
Marks = Annotated[str, Argument("The list, as encoded when it was pointed at.", lines=True)]


@operation("look", unlocked=True, is_question=True)
def look(
    app: App,
    progress: Progress,
    address: Annotated[
        str, Argument("A site, a feed, a sitemap, a list or an article.", "URL")
    ] = "",
    opml: Annotated[
        str, Argument("An OPML document of another reader, or addresses, one a line.", lines=True)
    ] = "",
    allow: Annotated[tuple[str, ...], Argument("Its private network, if any.", "NETWORK")] = (),
) -> Change:
    """Show what can be followed at an address, or in an OPML document, and how its entries would be
    published."""
    from syndicator.adding import search

    if opml.strip():
        feed_list = search.read_list(opml.encode(), "the list")
        result = search.make_candidates(
            app.archive.beside, app.configuration, "the list", feed_list
        )
        is_xml = "<" in opml
        if not is_xml:  # bare addresses may be sites, whose feeds are still to be found
            result = asyncio.run(_look_at_each(app, allow, result, progress))
        return _describe_found(app, "list", result, previews={})
    entered = address.strip()
    full_address = _complete_address(entered)
    result, previews = asyncio.run(_look_at_address(app, allow, full_address, progress))
    return _describe_found(app, entered, result, previews)


def _complete_address(address: str) -> str:
    """Return `address` as a URL: https:// is put in front if it has no scheme. Raises UsageError if
    `address` is the path of a file, or if it names a variable, such as ${TOKEN}."""
    refuse_variables(address, old_address="")
    # such a path is not even looked up: that would reveal which files exist here
    if address.startswith(("/", ".", "~", "-")):
        raise UsageError(
            f"{address!r} is a path; paste what the file has, or call `syndicator import` with it"
        )
    return address if "://" in address else f"https://{address}"


async def _look_at_each(
    app: App, allow: Sequence[str], candidates: Found, progress: Progress
) -> Found:
    """Search the page of each address in a pasted list, several at a time. Return the list with
    each address replaced by the best source found there, or with a warning if none was found.

    `allow`: private networks that may be asked. `candidates`: the addresses of the list."""
    from syndicator.adding import search
    from syndicator.adding.new_sources import open_session

    free_slots = asyncio.Semaphore(app.configuration.settings.fetch.concurrency)
    finished = 0  # addresses that were searched

    async def find_best_source(session: Session, listed_address: Candidate) -> Candidate:
        """Search one address as soon as fewer searches run than are allowed at a time."""
        nonlocal finished
        async with free_slots:
            result = await search.find_candidates(session, listed_address.source.url)
        finished += 1
        progress(finished, len(candidates.candidates))
        return _choose_best(listed_address, result)

    async with open_session(app.archive, app.configuration, app.jitter, allow) as session:
        best_sources = await asyncio.gather(
            *(find_best_source(session, candidate) for candidate in candidates.candidates)
        )
    return replace(candidates, candidates=tuple(best_sources))


def _choose_best(listed_address: Candidate, result: Found) -> Candidate:
    """Return the best source of `result`, which was found at `listed_address`. If there is none, or
    only a single article or a feed of comments, return `listed_address` with a warning."""
    if not result.candidates:
        return replace(listed_address, warning=str(result.error or "nothing to follow"))
    best = result.candidates[0]  # they are sorted, the best first
    # `what` describes a candidate in words; `cure` is the advice for the problem
    if best.kind == "article":
        return replace(listed_address, warning=f"{best.what}: {FeedReason.ONE_ARTICLE.cure}")
    if best.comments:
        return replace(listed_address, warning=f"{best.what}: {FeedReason.COMMENTS.cure}")
    return best


async def _look_at_address(
    app: App, allow: Sequence[str], address: str, progress: Progress
) -> tuple[Found, dict[str, Preview]]:
    """Search a web address for sources to follow. Return the result, and previews (newest articles
    as they would be published) of the first PREVIEWED new sources, by address of the source.

    `allow`: private networks that may be asked. If the address is a list of sources, there are no
    previews. Raises the error of the search if the address did not answer."""
    from syndicator.adding import search
    from syndicator.adding.new_sources import Wishes, assign_keys, open_session
    from syndicator.adding.preview import preview

    async with open_session(app.archive, app.configuration, app.jitter, allow) as session:
        result = await search.find_candidates(session, address)
        if result.error is not None and result.page is None:
            raise result.error
        progress(1, 2)
        is_list = result.whole
        if is_list:  # it may be too long to preview
            return result, {}
        new = [candidate for candidate in result.candidates if not candidate.known][:PREVIEWED]
        keyed = []
        for candidate in new:  # one by one: among several, it drops those with equal addresses
            keyed += assign_keys(
                app.archive.beside, app.configuration.sources, [candidate], Wishes()
            )
        previews = await asyncio.gather(*(preview(session, candidate) for candidate in keyed))
        addresses = [candidate.source.url for candidate in new]
        return result, dict(zip(addresses, previews, strict=True))


def _describe_found(
    app: App, subject: str, result: Found, previews: Mapping[str, Preview]
) -> Change:
    """Return the answer of the operation `look`: the sources that a search found, as data for
    programs and as one sentence.

    `subject`: the searched address, or "list". `previews`: newest articles of some of these
    sources, by address of the source."""
    from syndicator.adding.new_sources import Wishes, assign_keys

    # the key that each source would get if it were added
    keyed_candidates = assign_keys(
        app.archive.beside, app.configuration.sources, result.candidates, Wishes()
    )
    keys = {candidate.source.url: candidate.source.key for candidate in keyed_candidates}
    skipped = [
        {"line": entry.line, "name": entry.name, "why": entry.why} for entry in result.skipped
    ]
    candidates = [
        _describe_candidate(candidate, keys, previews.get(candidate.source.url))
        for candidate in result.candidates
    ]
    data = {
        "address": result.address,
        "whole": result.whole,
        "untried": result.untried,
        "fault": str(result.error or ""),
        "page": result.page.url if result.page else "",
        "skipped": skipped,
        "candidates": candidates,
    }
    if result.error is not None:
        sentence = str(result.error)
    else:
        sentence = f"{result.address}: {counted(len(candidates), 'thing')} to follow"
    return Change(subject=subject, sentence=sentence, data=data, page=result.page)


def _describe_candidate(
    candidate: Candidate, keys: Mapping[str, str], preview: Preview | None
) -> dict[str, Any]:
    """Return a candidate, a source that may be added, as JSON. Its "source" is the table for
    sources.toml; this table has no key if the source is followed already.

    `keys`: the keys for new sources, by address. `preview`: the newest articles of the source, None
    if they were not read."""
    from syndicator.adding.preview import add_speaks_for

    source = candidate.source
    articles: Any = []
    problems: Any = []
    if preview:
        # its articles may be on hosts for which the source needs a permission
        source = add_speaks_for(candidate, preview).source
        articles = convert_to_json(preview.articles)
        problems = convert_to_json(preview.problems)
    source_table = {name: value for name, value in table(source).items() if name != "key"}
    if not candidate.known:
        source_table["key"] = keys[source.url]
    return {
        "what": candidate.what,
        "announced": candidate.announced,
        "same_as": candidate.same_as,
        "known": candidate.known,
        "comments": candidate.comments,
        "warning": candidate.warning,
        "source": convert_to_json(source_table),
        "key": candidate.source.key,
        "title": candidate.source.title or "",
        "url": candidate.source.url,
        "latest": f"{candidate.latest:%Y-%m-%d}" if candidate.latest else "",
        "titles": [entry.title for entry in candidate.entries],
        "articles": articles,
        "problems": problems,
    }


@operation("add", quick=True, unlocked=True)
def add(
    app: App,
    sources: Annotated[
        tuple[dict[str, Any], ...],
        Argument("A table as in sources.toml, without or with its key.", hidden=True),
    ] = (),
    url: Annotated[
        tuple[str, ...], Argument("Addresses of feeds.", "URL", positional=True, lines=True)
    ] = (),
    title: Annotated[str, Argument("The name of one source in our feeds.")] = "",
    category: Annotated[str, Argument("Category of articles that fit none of taxonomy.toml.")] = "",
    tags: Annotated[
        tuple[str, ...], Argument("Tags for each of its articles.", completes="tag")
    ] = (),
    every: Annotated[str, Argument("Visit it every 30m, 6h, 1d.", "TIME")] = "",
    content: Annotated[str, Argument("How much of a text to publish: full, excerpt, link.")] = "",
    licence: Annotated[str, Argument("Its licence.")] = "",
) -> Change:
    """Follow sources, each a table as in sources.toml; the other arguments apply to all of them."""
    from syndicator.adding import new_sources

    for address in url:
        refuse_variables(address, old_address="")
    followed = new_sources.by_address(app.configuration.sources)
    tables = [*sources, *({"url": address} for address in url)]
    candidates = []
    for values in tables:
        candidate = _parse_candidate(values)
        # a source that is followed already is marked as known
        candidates.append(new_sources.recognize_followed(followed, candidate))

    texts = {"category": category, "every": every, "content": content, "licence": licence}
    if len(candidates) == 1:  # several sources cannot share one title
        texts["title"] = title
    # None leaves a value as the source has it
    given: dict[str, Any] = {name: text.strip() or None for name, text in texts.items()}
    wishes = new_sources.Wishes(tags=tags, **given)
    keyed = new_sources.assign_keys(
        app.archive.beside, app.configuration.sources, candidates, wishes
    )
    return plan_addition(app, keyed, followed)


def plan_addition(
    app: App, candidates: Sequence[Candidate], followed: Mapping[str, Source]
) -> Change:
    """Return the change that adds the sources of `candidates` to sources.toml, without those that
    are followed already.

    `followed`: the present sources, by address. Raises UsageError if `candidates` is empty, or if
    all of them are followed already."""
    from syndicator.adding import new_sources

    if not candidates:
        raise UsageError("nothing was chosen")
    keys = [candidate.source.key for candidate in candidates if not candidate.known]
    if not keys:
        raise UsageError("all of them are followed already")
    return Change(
        subject=keys[0],
        sentence=f"added: {', '.join(keys)}",
        data={"keys": keys},
        touches=("config:sources.toml",),
        act=lambda progress: new_sources.write_sources(app.configuration, candidates, followed),
    )


def _parse_candidate(values: Mapping[str, Any]) -> Candidate:
    """Return a source that may be added. `values`: its table, as in sources.toml. Its key is "" if
    the table has none.

    Raises UsageError for values that may only be written into sources.toml by hand; ConfigError for
    invalid values."""
    from syndicator.adding.new_sources import Candidate
    from syndicator.configuration.sources.schema import make_source

    refuse_variables(str(values.get("url", "")), old_address="")
    if values.get("headers_env"):
        raise UsageError(
            "headers_env names variables of this machine; it is written into sources.toml by hand"
        )
    if values.get("cookies"):
        raise UsageError(
            "cookies names a file of this machine; it is written into sources.toml by hand"
        )
    source = make_source({"key": _ANY_KEY, **values})  # it refuses a table without a key
    if "key" not in values:
        source = replace(source, key="")
    return Candidate(source=source, kind="feed")


@operation("import-articles", command="import")
def import_articles(
    app: App,
    files: Annotated[
        dict[str, Any] | None, Argument("Files of a folder, by their path in it.", hidden=True)
    ] = None,
    path: Annotated[
        str, Argument("The file, of which the article's address may be made.")
    ] = "article.md",
    text: Annotated[
        str, Argument("Frontmatter and markdown, as Hugo and others write it.", lines=True)
    ] = "",
) -> Change:
    """File articles that were written elsewhere: markdown files with frontmatter."""
    from syndicator.adding.import_articles import import_files

    if not files and not text.strip():
        raise UsageError("an article needs a text")
    content_by_path = files or {path: text.encode()}
    import_given = partial(import_files, app.archive, app.configuration, content_by_path)
    planned_fields = _describe_import(import_given(dry_run=True))
    return Change(
        subject="articles",
        **planned_fields,
        is_empty=not planned_fields["data"]["articles"],
        nothing="0 files written",
        act=lambda progress: _describe_import(import_given(dry_run=False)),
    )


def _describe_import(imported: Imported) -> dict[str, Any]:
    """Return the fields "sentence", "lines", "data" and "touches" of a `Change`. They describe the
    articles that were imported (or would be, in a dry run), and the files that were not."""
    new = counted(len(imported.articles), "article")
    counts = (
        f"{len(imported.known)} already known, {counted(len(imported.drafts), 'draft')} left out,"
        f" {len(imported.problems)} not read"
    )
    complaints = []
    for problem in (*imported.problems, *imported.oddities):
        detail = problem.detail.removeprefix(f"{problem.what}: ")  # the line begins with it
        complaints.append(f"{problem.what}: {problem.reason}: {detail}")

    def list_lines(dry_run: bool) -> list[str]:
        """Return the lines that a terminal shows after the plan or after the import."""
        verb = "would be imported" if dry_run else "imported"
        return [*complaints, f"{new} {verb}, {counts}"]

    articles = [
        {"title": article.title, "url": article.url, "id": article.id}
        for article in imported.articles
    ]
    data = {
        "articles": articles,
        "known": convert_to_json(imported.known),
        "drafts": convert_to_json(imported.drafts),
        "problems": convert_to_json(imported.problems),
        "oddities": convert_to_json(imported.oddities),
    }
    return {
        "sentence": f"{new} imported, {counts}",
        "lines": list_lines,
        "data": data,
        "touches": tuple(f"article:{path}" for path in imported.paths),
    }


@operation("fetch-list", unlocked=True, is_question=True)
def fetch_list(app: App, key: Key) -> Change:
    """Fetch the page of a source of kind "list" as a visit would, to point at its list."""
    from syndicator.adding.new_sources import open_session
    from syndicator.adding.search import make_unanswered_error
    from syndicator.filing.context import build_feed_request

    source = need_source(app, key)
    if source.kind != "list" or source.rules.links:
        raise UsageError(
            f"{source.key}: it has no learnt list: its kind is not list, or it has rules for links"
        )
    state = app.archive.store.visits.state(source.key)
    if state is None:  # it was never visited
        state = SourceState(key=source.key, url=source.url)
    request = build_feed_request(
        source,
        state.asked_whole(),  # the page also counts if it has not changed since the last visit
        app.configuration.settings,
        app.configuration.environ,
        kind="page",
    )

    async def fetch_page() -> Fetched | Failed:
        """Return the page, or why it could not be fetched."""
        async with open_session(app.archive, app.configuration, app.jitter) as session:
            answer = await session.fetcher.fetch(request)
        if isinstance(answer, Fetched | Failed):
            return answer
        # the only other answer is that the page has not changed
        return Failed(url=request.url, reason=FetchReason.NOT_MODIFIED)

    answer = asyncio.run(fetch_page())
    if isinstance(answer, Failed):
        raise make_unanswered_error(request.url, answer)
    return Change(subject=source.key, sentence=f"{source.key}: its page is here", page=answer)


@operation("follow-list", quick=True)
def follow_list(
    app: App,
    progress: Progress,
    url: Annotated[str, Argument("The page.", "URL", positional=True)],
    wrapper: Marks,
    title: Annotated[str, Argument("Its name in our feeds.")] = "",
) -> Change:
    """Follow the list of a page that was pointed at."""
    refuse_variables(url, old_address="")
    source_table = {"url": url, "kind": "list"}
    if title:
        source_table["title"] = title
    marks = _parse_wrapper(wrapper)
    # the operation `add` plans the source; this change also stores its list
    addition = add.plan(app, {"sources": (source_table,)}, progress)
    key = addition.subject

    def follow_and_save_list(progress: Progress) -> None:
        """Add the source and store its list. Called when the change is applied."""
        assert addition.act is not None  # an addition always has one
        addition.act(progress)
        _save_list(app, key, url, marks)

    return replace(
        addition,
        sentence=(
            f"{addition.sentence}, by the list of {len(marks.seen)} articles that was pointed to"
        ),
        touches=(*addition.touches, f"list:{key}"),
        act=follow_and_save_list,
    )


@operation("use-list")
def use_list(app: App, key: Key, wrapper: Marks) -> Change:
    """Replace the learnt list of a source of kind "list" by the one that was pointed at; its next
    visit is due now."""
    source = need_source(app, key)
    marks = _parse_wrapper(wrapper)
    return Change(
        subject=key,
        sentence=(
            f"{key}: the list of {len(marks.seen)} articles that was pointed to is read from now on"
        ),
        touches=(f"list:{key}",),
        build=False,
        act=lambda progress: _save_list(app, key, source.url, marks),
    )


def _save_list(app: App, key: str, url: str, wrapper: Wrapper) -> None:
    """Store the list of a source in place of an earlier one. The next visit is due now and asks for
    the whole page. `wrapper`: the marks by which the items of the list are found on the page."""
    visits = app.archive.store.visits
    state = visits.state(key)
    if state is None:  # it was never visited
        state = SourceState(key=key, url=url)
    discovery = replace(state.discovery, listing=wrapper)
    visits.save_states([replace(state.asked_whole(), discovery=discovery)])


def _parse_wrapper(text: str) -> Wrapper:
    """Return the marks by which the items of a list are found again on a page; a person pointed at
    this list. `text`: the marks as JSON. Raises UsageError if it is something else."""
    from syndicator.operations.changes.texts import unpack_list

    try:
        return unpack_list(text)
    except (ValueError, TypeError, AttributeError) as error:
        raise UsageError("no list was pointed to") from error
