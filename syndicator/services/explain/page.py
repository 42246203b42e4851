"""Explanation for `show` of an address that is no article yet: its page and its source's announcement."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from syndicator.articles.edits import sign
from syndicator.articles.fields import settle
from syndicator.articles.frontmatter import dump, load
from syndicator.core import urls
from syndicator.core.errors import MissingError, NotAFeed, NotAnArticle, UsageError, WorkerFailed
from syndicator.core.model import Entry, Failed, Fetched, Request, Rules, Source, SourceState
from syndicator.core.ports import EntryRow, Fetcher
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.pipeline import jobs, ownership
from syndicator.pipeline.context import feed_request, page_request, without_credentials
from syndicator.pipeline.entry.ingest import as_filed
from syndicator.pipeline.read_article import load_taxonomy, read_article, spelled
from syndicator.pipeline.visit import introduced
from syndicator.services.adding.search import unanswered
from syndicator.services.container import App, make_fetcher, open_worker
from syndicator.services.explain import filed
from syndicator.services.explain.filed import Shown, rights, show_article, show_filed, unread
from syndicator.services.naming import article_id

_ANY_TIME = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """The owner of an address, its feed's `entry`, the `row` and the source's `state`. `told`: the explanation."""

    source: Source | None = None
    entry: Entry | None = None
    row: EntryRow | None = None
    state: SourceState | None = None
    told: str = "no source of yours owns this address"


async def announced(app: App, fetcher: Fetcher, url: str) -> Announced:
    """Return the announcement of an address: from waiting rows, else from the feed, fetched now. Changes nothing."""
    visits, alias = app.store.visits, urls.alias(url)
    owners = [source for source in app.sources.values() if app.rights_of(source).owns(url)]
    if not owners:
        return Announced()
    rows = (
        (owner, row) for owner in owners for row in (*visits.pending(owner.key, _ANY_TIME), *visits.refused(owner.key))
    )
    source, row = next((pair for pair in rows if urls.alias(pair[1].url) == alias), (owners[0], None))
    state = visits.state(source.key) or SourceState(key=source.key, url=source.url)
    entry, words = row.entry if row else None, f"announced by {source.key}"
    if entry is None:
        request = feed_request(source, state.asked_whole(), app.settings, app.environ)
        feed, result = None, without_credentials(request, source, app.environ) or await fetcher.fetch(request)
        with suppress(NotAFeed, WorkerFailed), open_worker(app) as worker:
            if isinstance(result, Fetched):
                feed = await worker.call(jobs.parse_feed, result.body, result.final_url, dict(result.headers))
        entry = next((item for item in feed.entries if urls.alias(item.url) == alias), None) if feed else None
        state = introduced(state, feed) if feed and entry else state
        if entry is None:
            words = f"the feed of {source.key} " + ("does not announce it (any more)" if feed else "cannot be read now")
    heard = ownership.heard(entry, app.rights_of(source), url) if entry else None
    return Announced(source=source, entry=heard, row=row, state=state, told=words)


def show_file(path: Path, url: str | None, app: App | None) -> Shown:
    """Explain a saved page from `url`, or an article file. Raises MissingError, UsageError, NotAnArticle."""
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise MissingError(f"{path}: no such file, and no article has this id") from error
    except OSError as error:
        raise MissingError(f"{path}: {error.strerror}") from error
    if path.suffix == ".md":
        article = load(data, str(path))
        if app:
            return show_article(app, article, data)
        why = {"origins": filed.origins(article, None, {}), "robots": article.robots, "rights": rights(article)}
        return Shown(article=unread(article), markdown=data.decode("utf-8", "replace"), why=why)
    if not url:
        raise UsageError(f"{path} is a saved page: say where it came from with --url https://…")
    return _shown(data, url, {}, app, Announced(), {})


async def show_url(url: str, app: App) -> Shown:
    """Explain the article at `url`, or its page as a visit would. Raises NetworkDown, MissingError, NotAnArticle."""
    id = article_id(app, url)
    if id is not None:
        return show_filed(app, id)
    async with aclosing(make_fetcher(app)) as fetcher:
        announcement = await announced(app, fetcher, url)
        request = Request(url=url, deadline=app.settings.fetch.page_seconds)
        if source := announcement.source:
            request = page_request(url, source, app.settings, app.environ)
        result = (source and without_credentials(request, source, app.environ)) or await fetcher.fetch(request)
    if isinstance(result, Failed):
        raise unanswered(url, result)
    assert isinstance(result, Fetched)
    repeated = app.store.visits.repeated(urls.own_host(result.final_url))
    why = {
        "repeated": f"{len(repeated)} blocks of this host are known to repeat",
        "source": announcement.source.key if announcement.source else None,
        "entry": announcement.told,
        "state": _state(app, url, announcement),
        "permitted by": result.permit,
    }
    shown = _shown(result.body, result.final_url, result.headers, app, announcement, why, repeated)
    id = article_id(app, shown.article.url) or article_id(app, result.final_url)  # a redirect, or its canonical address
    return show_filed(app, id) if id else shown


def _state(app: App, url: str, announcement: Announced) -> str:
    record = app.store.visits.known([urls.alias(url)])
    if record.withdrawn:
        return "withdrawn; `syndicator withdraw --undo` brings it back"
    if record.pruned:
        return f"pruned; without its lines in {app.article_store.file('pruned.tsv')} it is fetched again"
    if (row := announcement.row) is None:
        return "not filed"
    again = f"; next try {row.next_try.isoformat()}" if row.next_try else ""
    why = ": ".join(part for part in (row.reason, row.detail) if part)
    return f"{row.status}{f' ({why})' if why else ''}{again}"


def _shown(
    html: bytes,
    url: str,
    headers: Mapping[str, str],
    app: App | None,
    announcement: Announced,
    why: Mapping[str, Any],
    repeated: frozenset[str] = frozenset(),
) -> Shown:
    taxonomy = load_taxonomy(app.taxonomy) if app else Taxonomy()
    now, source = app.clock() if app else None, announcement.source
    rules = source.rules if source else Rules()
    try:
        read = read_article(
            html, url, taxonomy, entry=announcement.entry, rules=rules, repeated=repeated, headers=headers, now=now
        )
    except NotAnArticle as refusal:
        raise NotAnArticle(refusal.kind, f"{url}: {refusal.detail}") from refusal
    uncategorised = app.settings.describe.uncategorised if app else ""
    new = replace(read.filed(), added=now)
    if app and source and announcement.state:
        tags = tuple(dict.fromkeys((*spelled(source.tags, taxonomy), *read.tags)))
        entry = announcement.entry or Entry(id=read.url, url=read.url)
        new = as_filed(replace(read.filed(), tags=tags), entry, source, announcement.state, app.clock(), uncategorised)
    article = sign(settle(new))
    reasons = {
        **read.trace,
        "tags": filed.tag_reasons(article, source, taxonomy),
        "category": filed.category_reason(article, source, taxonomy, uncategorised),
        "robots": article.robots,
        "rights": rights(article),
        **why,
    }
    shown = replace(read, category=article.category, tags=article.tags)
    return Shown(article=shown, markdown=dump(article).decode(), why=reasons)
