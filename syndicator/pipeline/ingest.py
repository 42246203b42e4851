"""One announced entry: its page fetched, read, filed and recorded, or the reason why not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from syndicator import urls
from syndicator.errors import ConfigError, NotAnArticle, WorkerFailed
from syndicator.model import Article, Entry, Failed, Fetched, NotModified, Origin, Problem, Rules, Source, SourceState
from syndicator.pipeline import entry_rows, jobs, ownership
from syndicator.pipeline.context import BUGS, EntryContext, Page, RunContext, describe_bug
from syndicator.pipeline.dedupe.merge import merge_copy, remember
from syndicator.pipeline.dedupe.moved import earlier
from syndicator.pipeline.dedupe.reconsider import reconsider
from syndicator.pipeline.owners.adoption import adopts, hand_over, may_adopt
from syndicator.pipeline.owners.binding import known_at, strayed
from syndicator.pipeline.owners.links import ask_front, ask_page
from syndicator.pipeline.refile import carry, refile
from syndicator.pipeline.requests import let_in, page_request, refusal, without_credentials
from syndicator.pipeline.results import PageReading
from syndicator.pipeline.revise import adopt, revise
from syndicator.ports import EntryRow
from syndicator.reasons import CommandReason, EntryReason, FetchReason, FileReason, WorkerReason

LEAST_CONTENT = 80  # characters; a feed's own content stands in for a page only when there is something to read
NO_PAGE = b"<!doctype html><title></title>"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryResult:
    """How one entry ended: an article that is new or changed, nothing (known already), or a problem."""

    added: str | None = None
    changed: str | None = None
    problem: Problem | None = None
    unreached: Failed | None = None  # its page's host, where it may be the network that is missing: no try was counted


async def ingest(context: EntryContext) -> EntryResult:
    """Takes one pending entry to its end. Whatever happens is recorded; only what the disk and the store raise ends
    more than the entry."""
    try:
        return await _ingest(context)
    except ConfigError as error:  # the article's file was edited and is no article any more
        return _hold(context, FileReason.BAD_ARTICLE_FILE, str(error))
    except BUGS as bug:
        return _retry_or_refuse(context, CommandReason.BUG, describe_bug(bug))


async def _ingest(context: EntryContext) -> EntryResult:
    store, row = context.run.store, context.row
    if store.is_withdrawn(context.aliases):
        return _end(context, "skipped", EntryReason.WITHDRAWN)
    private = refusal(context.announced.url, context.source)
    if private:
        return _end(context, "refused", FetchReason.BLOCKED_ADDRESS, private)
    known = None if row.article_id else _known(context)
    if known and not await may_adopt(context, known):
        return _known_already(context, known)
    if known:
        _carry(context, known)  # whatever comes of its page
    if row.article_id and _only_points(context, row.article_id):
        return _known_already(context, row.article_id)
    page = context.page or await _fetch(context)
    if isinstance(page, Failed):
        context.log.debug("no page", reason=page.reason, detail=page.detail)
        return await _without_page(context, page)
    return await _read(context, page)


def _known(context: EntryContext) -> str | None:
    return known_at(context.run.store, context.aliases, context.announced.url, context.source.key)


async def _fetch(context: EntryContext) -> Page | Failed:
    """The entry's page, or why there is none. A source with `content = "feed"` needs none: its page is empty."""
    entry, run = context.announced, context.run
    address = entry.url or context.source.url
    source = context.terms(address)
    if source.rules.content == "feed":
        return Page(html=b"", url=address, headers={})
    if not urls.host(entry.url):
        detail = "the entry has no usable address of its own"
        return Failed(url=entry.url or entry.id, reason=EntryReason.NO_LINK, detail=detail)
    request = page_request(entry.url, source, run.settings, run.environ)
    result = without_credentials(request, source, run.environ) or await run.fetcher.fetch(request)
    if isinstance(result, NotModified):
        detail = "the page answered 304 to a request without conditions"
        return Failed(url=entry.url, reason=FetchReason.NOT_MODIFIED, detail=detail)
    if isinstance(result, Fetched):
        return Page(html=result.body, url=result.final_url, headers=result.headers)
    return result


async def _without_page(context: EntryContext, failed: Failed) -> EntryResult:
    """The page cannot be had: try again later, or take the feed's own content, or refuse."""
    row, entry, now = context.row, context.announced, context.run.clock()
    if failed.ours:  # no try of this page: it stays as it is
        return EntryResult(problem=entry_rows.problem(row, failed.reason, failed.detail))
    if failed.no_network and context.uncertain:
        return EntryResult(problem=entry_rows.problem(row, failed.reason, failed.detail), unreached=failed)
    if failed.unasked:
        context.run.store.save_entries([entry_rows.postponed(row, failed, now)])
        return EntryResult(problem=entry_rows.problem(row, failed.reason, failed.detail))
    if entry_rows.may_try_again(row, failed.reason):
        return _retry(context, failed.reason, failed.detail, failed.retry_after)
    private = failed.reason == FetchReason.BLOCKED_ADDRESS and not let_in(context.source)
    if not private and _stands_in(entry, entry.content or entry.summary):
        if await ask_front(context, entry.url):
            return await _read(context, _no_page(entry))
        return _end(context, "refused", failed.reason, _not_its_own(context, failed.detail))
    return _end(context, "refused", failed.reason, failed.detail)


async def _read(context: EntryContext, page: Page) -> EntryResult:
    await ask_page(context, page)
    run, source, entry = context.run, context.terms(page.url), context.heard(page.url)
    now = run.clock()
    rules = source.rules if page.html else replace(source.rules, content="feed")
    try:
        reading = await _reading(context, page, rules, now)
    except ConfigError as error:  # a selector, or the taxonomy
        return _hold(context, error.reason, f"source {source.key!r}: {error}")
    except NotAnArticle as refusal:
        return await _without_article(context, page, refusal)
    except WorkerFailed as failure:
        if failure.reason == WorkerReason.CRASHED:  # not the page's fault for certain
            return _retry_or_refuse(context, failure.reason, failure.detail)
        return _end(context, "refused", failure.reason, failure.detail)
    context.log.debug("page read", bytes=len(page.html), characters=len(reading.article.body))
    article = as_filed(reading.article, entry, source, context.state, now, run.settings.describe.uncategorised)
    moved = await _as_moved(context, article)
    return moved or _file(context, page, replace(reading, article=article))


async def _as_moved(context: EntryContext, article: Article) -> EntryResult | None:
    """The end of an entry that is an article of the store under a new address, or that waits because it may be one of
    those; None for all others."""
    run, row = context.run, context.row
    keys = [urls.alias(url) for url in (article.url, *article.aliases)]
    withdrawn = run.store.is_withdrawn([*keys, *map(urls.alias, article.also)])
    if row.article_id or withdrawn or known_at(run.store, keys, article.url):
        return None
    old = await earlier(context, article)
    if old is not None and not urls.same_site(old.url, article.url):
        return _known_already(context, old.id)
    if old is not None:
        more = [url for url in (article.url, *article.aliases) if url != old.url and urls.same_site(url, old.url)]
        named = replace(old, aliases=tuple(dict.fromkeys((*old.aliases, *more))))
        refile(run.article_store, run.store, named, before=old, entry=entry_rows.done(row, old.id, run.clock()))
        context.log.info("moved", article=old.id, title=old.title)
        return EntryResult()
    if row.reason != EntryReason.LATE:
        return None
    _save(context, entry_rows.late(row, run.clock()))
    return EntryResult(problem=entry_rows.problem(row, EntryReason.LATE, article.title))


async def _reading(context: EntryContext, page: Page, rules: Rules, now: datetime) -> PageReading:
    run, source = context.run, context.terms(page.url)
    return await run.worker.call(
        jobs.read_and_render,
        page.html or NO_PAGE,
        page.url,
        run.taxonomy,
        render=source.content == "full",
        entry=context.heard(page.url),
        rules=rules,
        repeated=run.store.repeated(urls.own_host(page.url)),
        headers=page.headers,
        now=now,
        own=source.tags,
    )


async def _reads_without_selectors(context: EntryContext, page: Page, now: datetime) -> bool:
    """True when it is the operator's selectors that leave no article of a page."""
    written = context.terms(page.url).rules
    rules = replace(written, select=(), remove=())
    if rules == written:
        return False
    try:
        await _reading(context, page, rules, now)
    except (NotAnArticle, WorkerFailed):
        return False
    return True


async def _without_article(context: EntryContext, page: Page, refusal: NotAnArticle) -> EntryResult:
    """The page is no article: take the feed's own content, or refuse."""
    entry = context.announced
    if page.html and await _reads_without_selectors(context, page, context.run.clock()):
        detail = f"source {context.source.key!r}: rules.select and rules.remove leave no article of a page that is one"
        return _hold(context, EntryReason.BAD_RULES, detail)
    if page.html and _stands_in(entry, entry.content):
        if await ask_front(context, entry.url):
            return await _read(context, _no_page(entry))
        return _end(context, "refused", refusal.kind, _not_its_own(context, refusal.detail))
    return _end(context, "refused", refusal.kind, refusal.detail)


def _not_its_own(context: EntryContext, detail: str) -> str:
    """`detail` of a refusal, and why what the feed says does not stand in for the page."""
    place, key = urls.site(context.announced.url), context.source.key
    cure = f'speaks_for = ["{place}"] in sources.toml lets it'
    return f"{detail}; the feed's own text does not stand in, as {key} does not own {place}: {cure}".lstrip("; ")


def _stands_in(entry: Entry, content: str) -> bool:
    """True when what the feed itself says of the entry can be its article."""
    return len(content) >= LEAST_CONTENT and bool(urls.host(entry.url))


def _no_page(entry: Entry) -> Page:
    """For reading the feed's own content."""
    return Page(html=b"", url=entry.url, headers={})


def as_filed(
    article: Article, entry: Entry, source: Source, state: SourceState, now: datetime, uncategorised: str
) -> Article:
    """What ingestion adds to a reading: where it came from, when, and the operator's defaults. Pure."""
    others = ownership.of_site(article.url, (*article.aliases, entry.url))
    return replace(
        article,
        published=min(article.published, now) if article.published else None,
        updated=min(article.updated, now) if article.updated else None,
        added=now,
        source_key=source.key,
        source_id=entry.id,
        category=article.category or source.category or uncategorised,
        language=article.language or source.language,
        enclosure=entry.enclosures[0] if entry.enclosures else None,
        aliases=tuple(dict.fromkeys(url for url in others if url != article.url)),
        origin=Origin(
            title=source.title or state.feed_title,
            url=source.url,
            site=state.site_url,
            id=state.feed_id or source.url,
            updated=entry.updated or entry.published,
        ),
    )


def _file(context: EntryContext, page: Page, reading: PageReading) -> EntryResult:
    """The reading becomes a new article, or a revision of the one that the entry is already."""
    run, article = context.run, reading.article
    keys = [urls.alias(article.url), *map(urls.alias, article.aliases)]
    if run.store.is_withdrawn([*keys, *map(urls.alias, article.also)]):  # `also`: what it says it is a copy of
        return _end(context, "skipped", EntryReason.WITHDRAWN)
    bound = _stored(context.row.article_id, run) if context.row.article_id else None
    if bound is not None and strayed(bound, context.announced.url, article.url):
        return _known_already(context, bound.id)
    known = known_at(run.store, keys, article.url)
    if bound is not None and _still(context, bound, article, known):
        old: Article | None = bound
    else:
        old = _stored(known, run) if known else None
    if old is None:
        new = merge_copy(article, run, run.clock(), after=context.unannounced)
        return EntryResult(added=_record(context, page, replace(reading, article=new), None, named=article.also))
    revised = _revised(context, old, article)
    if revised is None:
        return _known_already(context, old.id)
    made = replace(reading, article=reconsider(old, revised, run, run.clock()))
    return EntryResult(changed=_record(context, page, made, old, named=article.also))


def _still(context: EntryContext, bound: Article, article: Article, known: str | None) -> bool:
    """True when the reading `article`, of what counts as `known`, is the article that the entry was until now. An
    address that nobody knows is that on the word of the site's own sources alone: an article moved within its site.
    Another source that changes a link there points to another article."""
    if not urls.same_site(bound.url, article.url):
        return False
    return known == bound.id or (known is None and context.rights.owns(article.url))


def _revised(context: EntryContext, old: Article, new: Article) -> Article | None:
    """`old` as the reading `new` makes it, None where it stays as it is."""
    now, mended = context.run.clock(), context.row.reason == EntryReason.OWNERSHIP
    bound = context.row.article_id == old.id
    if adopts(context, old) or (bound and mended):
        hand_over(context, old)
        return adopt(old, replace(new, published=new.published or old.published) if mended else new, now)
    return revise(old, new, now) if bound and _may_revise(context, old) else None


def _only_points(context: EntryContext, id: str) -> bool:
    """True when the entry says anew where an article of another source is: its page is not asked for that."""
    url, article = context.announced.url, context.run.store.article(id)
    if article is None or context.row.reason == EntryReason.OWNERSHIP:
        return False
    there = known_at(context.run.store, [urls.alias(url)], url) == id
    return there and not _may_revise(context, article) and not adopts(context, article)


def _may_revise(context: EntryContext, article: Article) -> bool:
    """A source that only points to the article of another one leaves it as it is."""
    return article.source_key == context.source.key or context.rights.owns(article.url)


def _stored(id: str, run: RunContext) -> Article | None:
    """The article as its file says, None where there is no file. Raises ConfigError for a file that is there and does
    not name its article (any more): the article must not get a second one."""
    path = run.article_store.find(id)
    if path is None:
        stamp = run.store.stamp(id)
        path = stamp.path if stamp and (run.article_store.root / stamp.path).exists() else None
    return run.article_store.get(path) if path else None


def _record(
    context: EntryContext, page: Page, reading: PageReading, before: Article | None, *, named: tuple[str, ...]
) -> str:
    """Files the article and what is remembered of its page. Returns its id."""
    run, now = context.run, context.run.clock()
    stored, _ = refile(
        run.article_store,
        run.store,
        reading.article,
        before=before,
        entry=entry_rows.done(context.row, reading.article.id, now),
        html=reading.html,
    )
    remember(stored, run.store, now, named=named, after=context.unannounced)
    if page.html:
        if not stored.merged_into:  # a copy repeats the whole of its article
            run.store.learn_blocks(urls.own_host(page.url), stored.id, reading.blocks)
        run.snapshots.put(stored.id, page.html, page.headers)
    run.progress(stored.title)
    context.log.info("filed", article=stored.id, title=stored.title, new=before is None)
    return stored.id


def _known_already(context: EntryContext, known: str) -> EntryResult:
    """The entry is an article we have, under this or another address: its source carries it."""
    _carry(context, known, entry_rows.done(context.row, known, context.run.clock()))
    context.log.debug("known already", article=known)
    return EntryResult()


def _carry(context: EntryContext, known: str, entry: EntryRow | None = None) -> None:
    run, source = context.run, context.source
    name = source.title or context.state.feed_title
    carry(run.article_store, run.store, known, source.key, name, entry=entry)


def _hold(context: EntryContext, reason: str, detail: str) -> EntryResult:
    """The entry waits until the operator has mended what is wrong."""
    row = entry_rows.held(context.row, reason, detail, context.run.clock())
    _save(context, row)
    context.log.info("waits for the operator", reason=reason, detail=detail, next_try=row.next_try)
    return EntryResult(problem=entry_rows.problem(row, reason, detail))


def _retry_or_refuse(context: EntryContext, reason: str, detail: str) -> EntryResult:
    if entry_rows.has_tries_left(context.row):
        return _retry(context, reason, detail)
    return _end(context, "refused", reason, detail)


def _retry(context: EntryContext, reason: str, detail: str, not_before: datetime | None = None) -> EntryResult:
    row = entry_rows.retried(context.row, reason, detail, context.run.clock(), not_before)
    _save(context, row)
    context.log.info("to be tried again", reason=reason, detail=detail, tries=row.tries, next_try=row.next_try)
    counted = f"{detail}; try {row.tries} of {entry_rows.MOST_TRIES}"
    return EntryResult(problem=entry_rows.problem(row, reason, counted))


def _end(context: EntryContext, status: Literal["refused", "skipped"], reason: str, detail: str = "") -> EntryResult:
    known = None if context.row.article_id else _known(context)
    if known and status == "refused":  # it cannot be read (any more) for its own source
        return _known_already(context, known)
    _save(context, entry_rows.ended(context.row, status, reason, detail))
    context.log.info(status, reason=reason, detail=detail)
    return EntryResult(problem=entry_rows.problem(context.row, reason, detail))


def _save(context: EntryContext, row: EntryRow) -> None:
    context.run.store.save_entries([row])
