"""One announced entry: its page fetched, read, filed and recorded, or the reason why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from syndicator import urls
from syndicator.articles.membership import feeds_of
from syndicator.errors import ConfigError, NotAnArticle, WorkerFailed
from syndicator.model import Article, Entry, Failed, Fetched, NotModified, Origin, Problem, Request, Source, SourceState
from syndicator.pipeline.context import BUGS, Tools, said
from syndicator.pipeline.dedupe.merge import merged, remember
from syndicator.pipeline.remote import read_and_render
from syndicator.pipeline.revise import revise
from syndicator.ports import EntryRow
from syndicator.settings import Settings

MOST_TRIES = 5
FIRST_WAIT = timedelta(minutes=15)  # doubled with each try
# A feed's own content stands in for a page only when there is something to read.
LEAST_CONTENT = 80
NO_PAGE = b"<!doctype html><title></title>"
_FINAL = frozenset(
    (
        "gone",
        "http-404",
        "robots",
        "blocked-address",
        "bad-url",
        "too-large",
        "downgrade",
        "redirects",
        "bad-encoding",
        "http-401",
        "http-403",
        "http-451",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """How one entry ended: an article that is new or changed, nothing (known already), or a problem."""

    added: str | None = None
    changed: str | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Bytes to be read. `html` is empty when only the feed's own content is there."""

    html: bytes
    url: str
    headers: Mapping[str, str]


async def take(row: EntryRow, source: Source, state: SourceState, tools: Tools, *, page: Page | None = None) -> Taken:
    """Takes one pending entry to its end. `page` when its bytes are at hand already. Whatever happens is recorded; only
    what the disk and the store raise ends more than the entry."""
    try:
        return await _take(row, source, state, tools, page)
    except ConfigError as error:  # the article's file was edited and says no article any more
        return _end_or_retry(row, "bad-article-file", str(error), tools)
    except BUGS as bug:
        return _end_or_retry(row, "bug", said(bug), tools)


async def _take(row: EntryRow, source: Source, state: SourceState, tools: Tools, page: Page | None) -> Taken:
    now = tools.clock()
    entry = row.entry or Entry(id=row.entry_id, url=row.url)
    aliases = _aliases(source, entry)
    if tools.store.is_withdrawn(aliases):
        return _end(row, tools, status="skipped", reason="withdrawn")
    known = row.article_id or tools.store.find(aliases)
    if known and row.article_id is None:
        return _same(row, known, tools, now)
    found = page or await _page(entry, source, tools)
    if isinstance(found, Failed):
        return await _without_page(row, entry, found, source, state, tools)
    return await _read(row, entry, found, source, state, tools)


async def _page(entry: Entry, source: Source, tools: Tools) -> Page | Failed:
    if source.rules.content == "feed":
        return Page(html=b"", url=entry.url or source.url, headers={})
    if not urls.host(entry.url):
        return Failed(url=entry.url or entry.id, reason="no-link", detail="the entry has no usable address of its own")
    result = await tools.fetcher.fetch(page_request(entry.url, source, tools.settings, tools.environ))
    if isinstance(result, NotModified):
        return Failed(url=entry.url, reason="http-304", detail="the page answered 304 to a request without conditions")
    if isinstance(result, Fetched):
        return Page(html=result.body, url=result.final_url, headers=result.headers)
    return result


def page_request(url: str, source: Source, settings: Settings, environ: Mapping[str, str]) -> Request:
    """A request for a page that `source` points to; its credentials and private networks only for its own host."""
    own = urls.host(url) == urls.host(source.url)
    return Request(
        url=url,
        kind="page",
        deadline=settings.fetch.page_seconds,
        headers=source_headers(source, environ) if own else {},
        allow=source.allow if own else (),
        robots=source.robots,
    )


def source_headers(source: Source, environ: Mapping[str, str]) -> dict[str, str]:
    """The headers of a source, their values from the environment; an unset variable sends no header."""
    return {name: environ[variable] for name, variable in source.headers_env.items() if variable in environ}


async def _without_page(
    row: EntryRow, entry: Entry, failed: Failed, source: Source, state: SourceState, tools: Tools
) -> Taken:
    """The page cannot be had: try again later, or take the feed's own content, or refuse."""
    if failed.ours:  # no try of this page: it stays as it is
        return Taken(problem=Problem(what=row.url or row.entry_id, reason=failed.reason, detail=failed.detail))
    if failed.unasked:
        return _wait(row, failed, tools)
    if failed.reason not in (*_FINAL, "no-link") and row.tries + 1 < MOST_TRIES:
        return _retry(row, failed.reason, failed.detail, tools, failed.retry_after)
    content = entry.content or entry.summary
    if len(content) >= LEAST_CONTENT and urls.host(entry.url):
        return await _read(row, entry, Page(html=b"", url=entry.url, headers={}), source, state, tools)
    return _end(row, tools, status="refused", reason=failed.reason, detail=failed.detail)


async def _read(row: EntryRow, entry: Entry, page: Page, source: Source, state: SourceState, tools: Tools) -> Taken:
    now = tools.clock()
    try:
        article, html = await tools.worker.call(
            read_and_render,
            page.html or NO_PAGE,
            page.url,
            tools.taxonomy,
            render=source.content == "full",
            entry=entry,
            rules=source.rules if page.html else replace(source.rules, content="feed"),
            repeated=tools.store.repeated(urls.host(page.url)),
            headers=page.headers,
            now=now,
            own=source.tags,
        )
    except NotAnArticle as refusal:
        return await _not_an_article(row, entry, refusal, source, state, tools, had_page=bool(page.html))
    except WorkerFailed as failure:
        if failure.reason == "crashed":  # not the page's fault for certain
            return _end_or_retry(row, failure.reason, failure.detail, tools)
        return _end(row, tools, status="refused", reason=failure.reason, detail=failure.detail)
    uncategorised = tools.settings.describe.uncategorised
    return _file(row, _as_filed(article, entry, source, state, now, uncategorised), html, page, tools)


async def _not_an_article(
    row: EntryRow,
    entry: Entry,
    refusal: NotAnArticle,
    source: Source,
    state: SourceState,
    tools: Tools,
    *,
    had_page: bool,
) -> Taken:
    """A wall or a stub: the feed's own content is the article where it has one."""
    if had_page and len(entry.content) >= LEAST_CONTENT and urls.host(entry.url):
        return await _read(row, entry, Page(html=b"", url=entry.url, headers={}), source, state, tools)
    return _end(row, tools, status="refused", reason=refusal.kind, detail=refusal.detail)


def _as_filed(
    article: Article, entry: Entry, source: Source, state: SourceState, now: datetime, uncategorised: str
) -> Article:
    """What intake adds to a reading: where it came from, when, and the operator's defaults."""
    published = min(article.published, now) if article.published else None
    return replace(
        article,
        trace={},  # how it was read is shown by `show`, not kept
        alternate=None,
        published=published,
        updated=min(article.updated, now) if article.updated else None,
        added=now,
        source_key=source.key,
        source_id=entry.id,
        category=article.category or source.category or uncategorised,
        language=article.language or source.language,
        enclosure=entry.enclosures[0] if entry.enclosures else None,
        aliases=tuple(dict.fromkeys(url for url in (*article.aliases, entry.url) if url and url != article.url)),
        origin=Origin(
            title=source.title or state.feed_title,
            url=source.url,
            site=state.site_url,
            id=state.feed_id or source.url,
            updated=entry.updated or entry.published,
        ),
    )


def _file(row: EntryRow, article: Article, html: str | None, page: Page, tools: Tools) -> Taken:
    """Markdown first, then the row, the aliases, the entry's end and the stale marks in one transaction."""
    now = tools.clock()
    keys = [urls.alias(article.url), *map(urls.alias, article.aliases)]
    if tools.store.is_withdrawn([*keys, *map(urls.alias, article.also)]):  # `also`: what it says it is a copy of
        return _end(row, tools, status="skipped", reason="withdrawn")
    known = row.article_id or tools.store.find(keys)
    if known:
        path = tools.article_store.find(known) or _unread(known, tools)
        old = tools.article_store.get(path) if path else None
        if old is not None:
            revised = revise(old, article, now) if row.article_id else None
            if revised is None:
                return _same(row, known, tools, now)
            return _record(row, revised, feeds_before=old, html=html, page=page, tools=tools, new=False)
    return _record(row, article, feeds_before=None, html=html, page=page, tools=tools, new=True)


def _unread(id: str, tools: Tools) -> str | None:
    """The path of an article whose file is there and does not say its id (any more): it must not get a second one."""
    stamp = tools.store.stamp(id)
    return stamp.path if stamp and (tools.article_store.root / stamp.path).exists() else None


def _record(
    row: EntryRow,
    article: Article,
    *,
    feeds_before: Article | None,
    html: str | None,
    page: Page,
    tools: Tools,
    new: bool,
) -> Taken:
    now = tools.clock()
    blocks = article.blocks
    article = merged(article, tools, now) if new else article
    stored, stamp, _ = tools.article_store.put(replace(article, blocks=()))
    stale = set(feeds_of(stored)) | (set(feeds_of(feeds_before)) if feeds_before else set())
    tools.store.record(
        stored,
        stamp,
        aliases=[*map(urls.alias, (stored.url, *stored.aliases)), _guid(stored.source_key, row.entry_id)],
        stale=stale,
        entry=replace(row, status="done", article_id=stored.id, read_at=now, reason=None, detail="", entry=None),
        html=html if stored.body == article.body else None,  # a body edited by hand is rendered by the build
    )
    remember(stored, tools.store, now)
    tools.store.learn_blocks(urls.host(page.url), stored.id, blocks)
    if page.html:
        tools.snapshots.put(stored.id, page.html, page.headers)
    tools.progress(stored.title)
    return Taken(added=stored.id) if new else Taken(changed=stored.id)


def _same(row: EntryRow, known: str, tools: Tools, now: datetime) -> Taken:
    """The entry is an article we have, under this or another address."""
    done = replace(row, status="done", article_id=known, read_at=now, reason=None, detail="", entry=None)
    tools.store.save_entries([done])
    return Taken()


def _end_or_retry(row: EntryRow, reason: str, detail: str, tools: Tools) -> Taken:
    if row.tries + 1 < MOST_TRIES:
        return _retry(row, reason, detail, tools, None)
    return _end(row, tools, status="refused", reason=reason, detail=detail)


def _retry(row: EntryRow, reason: str, detail: str, tools: Tools, not_before: datetime | None) -> Taken:
    wait = FIRST_WAIT * 2**row.tries
    when = max(tools.clock() + wait, not_before or tools.clock())
    tools.store.save_entries([replace(row, tries=row.tries + 1, next_try=when, reason=reason, detail=detail)])
    return Taken(
        problem=Problem(
            what=row.url or row.entry_id, reason=reason, detail=f"{detail}; try {row.tries + 1} of {MOST_TRIES}"
        )
    )


def _wait(row: EntryRow, failed: Failed, tools: Tools) -> Taken:
    """The host is to be left alone for now: no try was made, so none is counted."""
    when = failed.retry_after or tools.clock() + FIRST_WAIT
    tools.store.save_entries([replace(row, next_try=when, reason=failed.reason, detail=failed.detail)])
    return Taken(problem=Problem(what=row.url or row.entry_id, reason=failed.reason, detail=failed.detail))


def _end(row: EntryRow, tools: Tools, *, status: str, reason: str, detail: str = "") -> Taken:
    ended = replace(
        row, reason=reason, detail=detail, entry=None, status="refused" if status == "refused" else "skipped"
    )
    tools.store.save_entries([ended])
    return Taken(problem=Problem(what=row.url or row.entry_id, reason=reason, detail=detail))


def _aliases(source: Source, entry: Entry) -> list[str]:
    return [*([urls.alias(entry.url)] if entry.url else []), _guid(source.key, entry.id)]


def _guid(source_key: str, entry_id: str) -> str:
    return f"guid:{source_key}:{entry_id}"
