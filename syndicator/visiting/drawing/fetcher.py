"""Fetch pages and have those drawn that scripts fill."""

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
# of an answer: they are about the bytes as they were sent
_OF_BYTES: Final = frozenset({"content-encoding", "content-length", "etag", "last-modified"})

# Opens the fetcher of one page, which is one turn at each host.
OpenPage = Callable[[], AbstractAsyncContextManager[Fetcher]]


class DrawingFetcher:
    """`ports.Fetcher` that has the answers to requests with `draw` drawn if they are HTML, one
    after the other; all others go to `fetcher`."""

    def __init__(
        self, fetcher: Fetcher, open_page: OpenPage, *, user_agent: str, limits: Limits = LIMITS
    ) -> None:
        self._fetcher = fetcher
        self._open_page = open_page
        self._user_agent = user_agent
        self._limits = limits
        self._one_page = (
            asyncio.Lock()
        )  # before turns are taken: two pages could wait for each other
        self._obstacle: str | None = None  # None: not tried
        self._log = logger("visiting")

    async def fetch(self, request: Request) -> FetchResult:
        """Return the answer, drawn if `request.draw` asks for it. A page that cannot be drawn is a
        `Failed`."""
        if not request.draw:
            return await self._fetcher.fetch(request)
        async with self._one_page:
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
        """Draw the page `document`, the answer to `request`; a browser that fails is a `Failed`."""

        async def answer(part: PageRequest, most: int) -> Fetched | None:
            result = await page_fetcher.fetch(make_part_request(request, part, most))
            if isinstance(result, Fetched):
                return result
            detail = result.reason if isinstance(result, Failed) else "not modified"
            self._log.debug("a part is missing", url=urls.redacted(part.url), reason=detail)
            return None

        try:
            drawing = await draw_page(
                document, answer, user_agent=self._user_agent, limits=self._limits
            )
        except ChildFailed as failure:
            reason = _REASONS.get(failure.failure, FetchReason.BROWSER_CRASHED)
            return Failed(url=document.url, reason=reason, detail=failure.detail)
        except OSError as error:  # no room for its profile, or no process
            return Failed(url=document.url, reason=FetchReason.SYSTEM, detail=str(error))
        headers = {
            name: value for name, value in drawing.document.headers.items() if name not in _OF_BYTES
        }
        return replace(
            document,
            final_url=drawing.document.final_url,
            headers={**headers, "content-type": _DRAWN_TYPE},
            body=drawing.html.encode("utf-8", "replace"),
        )


def make_part_request(page: Request, part: PageRequest, most: int) -> Request:
    """Return the request for a script or data that a page loads. It has no credentials, as scripts
    of others run in a page, too. Only for the site of the page may it use private networks and
    ignore robots.txt as the page may."""
    return Request(
        url=part.url,
        kind="page",
        deadline=page.deadline,
        headers={"accept": part.accept} if part.accept.isascii() and part.accept else {},
        allow=page.allow if _has_same_origin(part.url, page.url) else (),
        robots=page.robots if urls.same_site(part.url, page.url) else "obey",
        most=most,
    )


def _has_same_origin(one: str, other: str) -> bool:
    """Return True if both addresses have the same scheme, host and port."""
    try:
        return get_origin(parse_url(one)) == get_origin(parse_url(other))
    except Refusal:
        return False


def _is_html(answer: Fetched) -> bool:
    """Return True if the answer says that it is HTML; without a type, if it looks like it."""
    declared = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if declared:
        return declared in _HTML
    return answer.body.lstrip()[:1] == b"<" and b"<html" in answer.body[:1024].lower()
