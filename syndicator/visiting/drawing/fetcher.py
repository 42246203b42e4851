"""Fetch pages, and draw those in Chromium whose text is made by scripts."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Final

from syndicator.core import urls
from syndicator.core.ports import Fetcher
from syndicator.core.program import logger
from syndicator.core.reasons import FetchReason
from syndicator.core.requests import Failed, Fetched, FetchResult, Request
from syndicator.processes.child import ChildFailed, Failure, Limits
from syndicator.visiting.drawing.chromium import LIMITS, draw_page
from syndicator.visiting.drawing.launcher import find_obstacle
from syndicator.visiting.drawing.page_requests import PageRequest
from syndicator.visiting.fetch.ssrf import Refusal, get_origin, parse_url

_HTML: Final = ("text/html", "application/xhtml+xml")
_DRAWN_TYPE: Final = "text/html; charset=utf-8"
_REASONS: Final = {
    Failure.CPU: FetchReason.BROWSER_HUNG,
    Failure.WALL_TIME: FetchReason.BROWSER_HUNG,
    Failure.MEMORY: FetchReason.BROWSER_MEMORY,
}
# headers that describe the bytes of the original page: they do not fit the drawn page
_BYTE_HEADERS: Final = frozenset({"content-encoding", "content-length", "etag", "last-modified"})

# Opens a fetcher for one page and its parts, which takes only one turn of each host.
OpenPage = Callable[[], AbstractAsyncContextManager[Fetcher]]


class DrawingFetcher:
    """`ports.Fetcher` that draws HTML pages if the request has `draw`, one page at a time. All
    other requests are passed to `fetcher`. `open_page`: opens the fetcher for one page and its
    parts."""

    def __init__(
        self, fetcher: Fetcher, open_page: OpenPage, *, user_agent: str, limits: Limits = LIMITS
    ) -> None:
        """`fetcher`: fetches requests for pages that are not drawn. `open_page`: opens a fetcher
        for one page that is drawn and its parts. `user_agent`: the one that Chromium states.
        `limits`: those of Chromium."""
        self._fetcher = fetcher
        self._open_page = open_page
        self._user_agent = user_agent
        self._limits = limits
        # One page at a time, and locked before turns of hosts are taken: two pages that hold turns
        # could wait for each other.
        self._page_lock = asyncio.Lock()
        self._obstacle: str | None = None  # None: not known yet; "": pages can be drawn
        self._log = logger("visiting")

    async def fetch(self, request: Request) -> FetchResult:
        """Return the answer to the request. If `request.draw` is set and the answer is HTML, the
        body of the answer is the HTML of the page after its scripts have run in Chromium. Return a
        Failed if this is not possible."""
        if not request.draw:
            return await self._fetcher.fetch(request)
        async with self._page_lock:
            if self._obstacle is None:
                self._obstacle = await asyncio.to_thread(find_obstacle)
            if self._obstacle:
                shown_url = urls.redacted(request.url)
                return Failed(url=shown_url, reason=FetchReason.NO_BROWSER, detail=self._obstacle)
            async with self._open_page() as page_fetcher:
                answer = await page_fetcher.fetch(request)
                if not isinstance(answer, Fetched) or not _is_html(answer):
                    return answer
                return await self._draw(request, answer, page_fetcher)

    async def aclose(self) -> None:
        """Close the connections of the fetcher."""
        await self._fetcher.aclose()

    async def _draw(
        self, request: Request, document: Fetched, page_fetcher: Fetcher
    ) -> FetchResult:
        """Run the scripts of a page in Chromium, and return its answer with the resulting HTML as
        its body. Return a Failed if Chromium fails.

        `document`: the answer to `request`, before the scripts have run. `page_fetcher`: loads the
        parts of the page, such as scripts and data."""

        async def fetch_part(part: PageRequest, most: int) -> Fetched | None:
            """Return a part of the page, at most `most` bytes; None if it cannot be fetched.
            Chromium's requests call this while the page is drawn."""
            result = await page_fetcher.fetch(make_part_request(request, part, most))
            if isinstance(result, Fetched):
                return result
            detail = result.reason if isinstance(result, Failed) else "not modified"
            self._log.debug("a part is missing", url=urls.redacted(part.url), reason=detail)
            return None

        try:
            drawing = await draw_page(
                document, fetch_part, user_agent=self._user_agent, limits=self._limits
            )
        except ChildFailed as failure:
            reason = _REASONS.get(failure.failure, FetchReason.BROWSER_CRASHED)
            return Failed(url=document.url, reason=reason, detail=failure.detail)
        except OSError as error:  # the disk has no room for the profile, or Chromium cannot start
            return Failed(url=document.url, reason=FetchReason.SYSTEM, detail=str(error))
        headers = dict(drawing.document.headers)
        # these describe the bytes of the original answer
        for name in _BYTE_HEADERS:
            headers.pop(name, None)
        headers["content-type"] = _DRAWN_TYPE
        return replace(
            document,
            final_url=drawing.document.final_url,
            headers=headers,
            body=drawing.html.encode("utf-8", "replace"),
        )


def make_part_request(page: Request, part: PageRequest, most: int) -> Request:
    """Return the request for a part that a page loads, such as a script or data. `page`: the
    request for the page. `most`: the most bytes of the answer.

    The request has no credentials, as scripts of other sites may run in the page. It may use
    private networks only at the origin of the page, and ignore robots.txt only on the site of the
    page."""
    headers = {}
    if part.accept and part.accept.isascii():
        headers["accept"] = part.accept
    allow: tuple[str, ...] = ()
    if _has_same_origin(part.url, page.url):
        allow = page.allow
    return Request(
        url=part.url,
        kind="page",
        deadline=page.deadline,
        headers=headers,
        allow=allow,
        robots=page.robots if urls.same_site(part.url, page.url) else "obey",
        most=most,
    )


def _has_same_origin(first_url: str, second_url: str) -> bool:
    """Return True if both addresses have the same scheme, host and port."""
    try:
        return get_origin(parse_url(first_url)) == get_origin(parse_url(second_url))
    except Refusal:
        return False


def _is_html(answer: Fetched) -> bool:
    """Return True if the answer is HTML by its Content-Type. Without this header, its body must
    look like HTML."""
    declared = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if declared:
        return declared in _HTML
    begins_with_tag = answer.body.lstrip().startswith(b"<")
    return begins_with_tag and b"<html" in answer.body[:1024].lower()
