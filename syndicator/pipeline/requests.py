"""Requests of a visit, with the source's credentials where allowed; refusals; further pages of a learnt list. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from syndicator.configuration.settings import Settings
from syndicator.core import secrets, urls
from syndicator.core.errors import NotAFeed, WorkerFailed
from syndicator.core.model import Entry, Failed, Fetched, ParsedFeed, Request, Source, SourceState
from syndicator.core.reasons import FetchReason
from syndicator.core.requests import Seen
from syndicator.pipeline import jobs
from syndicator.pipeline.context import VisitContext

MOST_PICTURE = 2_000_000  # bytes; asked for by subscribers, and more than pages should have


def feed_request(source: Source, state: SourceState, settings: Settings, environ: Mapping[str, str]) -> Request:
    """A conditional request for the feed of `source`, at the address that it has moved to, if it has."""
    url = state.effective_url or source.url
    own = _is_own(url, source)
    return Request(
        url=url,
        kind="page" if source.kind in ("page", "list") or source.rules.links else "feed",
        etag=state.etag,
        last_modified=state.last_modified,
        deadline=settings.fetch.feed_seconds,
        headers=_headers(source, environ) if own else {},
        secrets=_secrets(url, source, environ),
        allow=source.allow if own else (),
        robots=source.robots,
    )


def page_request(url: str, source: Source, settings: Settings, environ: Mapping[str, str]) -> Request:
    """A request for a page that `source` points to; `source` as it holds there (`ownership.terms`)."""
    own = _is_own(url, source)
    return Request(
        url=url,
        kind="page",
        deadline=settings.fetch.page_seconds,
        headers=_headers(source, environ) if own else {},
        secrets=_secrets(url, source, environ),
        allow=source.allow if own else (),
        robots=source.robots,
    )


def picture_request(url: str, source: Source | None, settings: Settings) -> Request:
    """The request for an article's picture, without credentials: private pictures are not for everybody."""
    own = source is not None and _is_own(url, source)
    return Request(
        url=url,
        kind="image",
        deadline=settings.fetch.page_seconds,
        allow=source.allow if source is not None and own else (),
        robots=source.robots if source is not None and urls.same_site(url, source.url) else "obey",
        most=MOST_PICTURE,
    )


def refusal(url: str, source: Source) -> str:
    """Why `source` may not refer to `url`, or "". Sources on permitted private networks may name addresses there."""
    return "" if source.allow else urls.refusal(url, source.url)


def let_in(source: Source) -> bool:
    """True when the operator lets `source` into private networks."""
    return bool(source.allow or urls.private(source.url))


def _is_own(url: str, source: Source) -> bool:
    """True if `url` may get the credentials of `source` and be on its private networks: only the host that the operator
    wrote, and without TLS only if that address is, too."""
    if url == source.url:
        return True
    return urls.host(url) == urls.host(source.url) and not _unsafe(url, source)


def _unsafe(url: str, source: Source) -> bool:
    """True when what the operator sends over TLS would be sent without it."""
    return urlsplit(url).scheme.lower() != "https" and urlsplit(source.url).scheme.lower() == "https"


def without_credentials(request: Request, source: Source, environ: Mapping[str, str]) -> Failed | None:
    """Why `request` must not be made: it would lack a header or a part of its URL that the operator says it needs, and
    the answer to that would be taken for the page's own. None when it has all."""
    lacking = [name for name in unset_in_url(source, environ) if name in secrets.variables(request.url)]
    if lacking and urls.same_site(request.url, source.url):
        detail = f"source {source.key!r}: {unset_detail(lacking)}"
        return Failed(url=request.url, reason=FetchReason.UNSET_VARIABLE, detail=detail)
    if not _is_own(request.url, source):
        return None
    missing = [f"{variable} (for the header {name})" for name, variable in unset(source, environ)]
    if not missing:
        return None
    detail = f"headers_env: the environment variable {' and '.join(missing)} is not set where syndicator runs"
    return Failed(url=request.url, reason=FetchReason.UNSET_VARIABLE, detail=detail)


def unset(source: Source, environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """The headers of a source, each with its variable, that the environment has no value for."""
    return [(name, variable) for name, variable in source.headers_env.items() if not environ.get(variable)]


def unset_in_url(source: Source, environ: Mapping[str, str]) -> list[str]:
    """The variables in the URL of a source that the environment has no value for, or one that is no secret."""
    values = secrets.known(source.url, environ)
    return [name for name in secrets.variables(source.url) if name not in values]


def unset_detail(lacking: Sequence[str]) -> str:
    return (
        f"url: the environment variable {' and '.join(lacking)} is not set where syndicator runs, "
        f"or has fewer than {secrets.LEAST} characters"
    )


def _headers(source: Source, environ: Mapping[str, str]) -> dict[str, str]:
    """The headers of a source, their values from the environment; an unset variable sends no header."""
    return {name: environ[variable] for name, variable in source.headers_env.items() if variable in environ}


def _secrets(url: str, source: Source, environ: Mapping[str, str]) -> dict[str, str]:
    """The values of the placeholders in the address of `source`, for what is of its site: another that names one, as
    any page may, does not get it. For all requests there, as its answers may repeat them."""
    if not secrets.variables(source.url) or not urls.same_site(url, source.url) or _unsafe(url, source):
        return {}
    return secrets.known(source.url, environ)


MOST_PAGES = 5  # of a list that are read for a source's backfill, the first included; a choice


async def read_listing(context: VisitContext, result: Fetched) -> ParsedFeed:
    """The list of the page in `result`. Raises NotAFeed, WorkerFailed."""
    run, state = context.run, context.state
    seen = () if state.listing else tuple(Seen(url=url, title=title) for url, title in run.store.listed(state.key))
    told = (result.body, result.final_url, dict(result.headers))
    feed: ParsedFeed = await run.worker.call(jobs.read_listing, *told, state.listing, seen)
    first = state.last_success is None  # of a list that somebody pointed to, too
    return feed if state.listing and not first else await _with_older(context, feed)


async def _with_older(context: VisitContext, feed: ParsedFeed) -> ParsedFeed:
    """The list with the entries of its next pages, up to the backfill. Pages that fail are left out."""
    source, visited = context.source, {urls.alias(feed.site_url)}
    entries: dict[str, Entry] = {entry.id: entry for entry in feed.entries}
    page, found = feed, len(entries)
    while len(entries) < source.backfill and page.next_url and len(visited) < MOST_PAGES:
        if urls.alias(page.next_url) in visited:
            break
        visited.add(urls.alias(page.next_url))
        request = page_request(page.next_url, source, context.run.settings, context.run.environ)
        answer = await context.run.fetcher.fetch(request)
        if not isinstance(answer, Fetched) or not urls.same_site(answer.final_url, source.url):
            break
        try:
            told = (answer.body, answer.final_url, dict(answer.headers))
            page = await context.run.worker.call(jobs.read_listing, *told, feed.listing, ())
        except (NotAFeed, WorkerFailed):
            break
        entries = {**entries, **{entry.id: entry for entry in page.entries if entry.id not in entries}}
        context.log.debug("next page of a list", url=answer.final_url, entries=len(entries))
    return feed if len(entries) == found else replace(feed, entries=tuple(entries.values()))
