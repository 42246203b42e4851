"""The page of an entry, fetched with its source's credentials where those belong."""

from __future__ import annotations

from collections.abc import Mapping

from syndicator import urls
from syndicator.model import Failed, Fetched, NotModified, Request, Source
from syndicator.pipeline.context import EntryContext, Page
from syndicator.settings import Settings


async def fetch_page(context: EntryContext) -> Page | Failed:
    """The entry's page, or why there is none. A source with `content = "feed"` needs none: its page is empty."""
    entry, source = context.announced, context.source
    if source.rules.content == "feed":
        return Page(html=b"", url=entry.url or source.url, headers={})
    if not urls.host(entry.url):
        return Failed(url=entry.url or entry.id, reason="no-link", detail="the entry has no usable address of its own")
    request = page_request(entry.url, source, context.run.settings, context.run.environ)
    result = await context.run.fetcher.fetch(request)
    if isinstance(result, NotModified):
        return Failed(url=entry.url, reason="http-304", detail="the page answered 304 to a request without conditions")
    if isinstance(result, Fetched):
        return Page(html=result.body, url=result.final_url, headers=result.headers)
    return result


def page_request(url: str, source: Source, settings: Settings, environ: Mapping[str, str]) -> Request:
    """A request for a page that `source` points to. The source's credentials and the private networks that it may
    reach are for its own host alone: a feed may point anywhere."""
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
