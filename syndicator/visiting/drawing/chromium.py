"""Draw a page with Chromium, without giving Chromium a network.

Only this module imports playwright, and only when a page is drawn."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from syndicator.core.requests import Fetched
from syndicator.processes.child import ChildFailed, Failure, Limits
from syndicator.processes.memory import MEGABYTE
from syndicator.processes.process_tree import measure_tree
from syndicator.visiting.drawing.launcher import Profile, make_profile
from syndicator.visiting.drawing.page_requests import (
    LOOK_SECONDS,
    Budget,
    PageRequest,
    Treatment,
    choose_treatment,
    is_complete,
)

if TYPE_CHECKING:
    from playwright.async_api import CDPSession, Page, Route

LIMITS: Final = Limits(
    seconds=60.0,  # of CPU time, for each of Chromium's processes
    wall_seconds=60.0,  # including the start of Chromium, on a busy machine
    megabytes=1_000,  # Chromium alone has about 250
    most_answer_bytes=10_000_000,  # characters of the drawn page
)
_AT_ONCE: Final = 4  # requests of a page at a time, to different hosts
_WATCH_SECONDS: Final = 0.2  # between two looks at memory and time
# name of the isolated world in which our script runs: scripts of the page cannot change it
_WORLD: Final = "syndicator"
# Returns the HTML of the page as it is now; null if it is too large.
_READ_PAGE: Final = """(() => {
    const html = document.documentElement ? document.documentElement.outerHTML : "";
    return html.length > %d ? null : html;
})()"""
# Headers that Chromium does not get: they describe the transfer, which is over, or set cookies.
_NOT_PASSED: Final = frozenset(
    {"content-encoding", "content-length", "transfer-encoding", "set-cookie", "connection"}
)

# Fetches the answer to a request of the page, at most so many bytes; None if there is none that the
# page may have.
AnswerRequest = Callable[[PageRequest, int], Awaitable[Fetched | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A page after its scripts have run. `html`: its HTML then. `document`: the answer that was the
    document of the page at the end, as a script may have loaded another one."""

    html: str
    document: Fetched


class _Loader:
    """Answers the requests of the page in Chromium. `document`: the answer that is the first
    document of the page. `answer`: fetches the answers to other requests."""

    def __init__(self, document: Fetched, answer: AnswerRequest) -> None:
        """`document`: the answer that is the first document of the page. `answer`: fetches the
        answers to the page's other requests."""
        self.document = document
        self._answer = answer
        self._budget = Budget()
        self._request_slots = asyncio.Semaphore(_AT_ONCE)
        self._is_opened = False  # True after the page got its document
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def pending(self) -> int:
        """The number of requests that have no answer yet."""
        return len(self._tasks)

    @property
    def requests(self) -> int:
        """The number of requests that were passed to `answer` so far."""
        return self._budget.requests

    def start_answering(self, route: "Route") -> None:
        """Start to answer a request of the page, and return at once. playwright calls this for each
        request (`route`)."""
        task = asyncio.create_task(self._answer_or_ignore(route))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def aclose(self) -> None:
        """Cancel all requests that have no answer yet."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _answer_or_ignore(self, route: "Route") -> None:
        """Answer a request of the page. Errors of playwright are ignored, as they mean that the
        page was closed or no longer needs the answer."""
        from playwright.async_api import Error

        with suppress(Error):
            await self._answer_route(route)

    async def _answer_route(self, route: "Route") -> None:
        """Answer a request of the page.

        The first request for a document gets the one that was fetched before Chromium started. Any
        other request is fetched, gets an empty answer, or is refused, as `choose_treatment`
        says."""
        request = _describe_request(route)
        is_document = request.kind == "document" and not request.is_framed
        if is_document and not self._is_opened:
            self._is_opened = True
            await _fulfill(route, self.document)
            return
        treatment = choose_treatment(request, self._budget)
        if treatment is Treatment.EMPTY:
            await route.fulfill(status=200, content_type="text/css", body="")
            return
        if treatment is Treatment.REFUSE:
            await route.abort("aborted")
            return
        self._budget.requests += 1
        async with self._request_slots:
            fetched = await self._answer(request, self._budget.bytes_left)
        if fetched is None:
            await route.abort("aborted")
            return
        self._budget.used_bytes += len(fetched.body)
        if is_document:
            self.document = fetched
        await _fulfill(route, fetched)


def _describe_request(route: "Route") -> PageRequest:
    """Return a request of playwright as a PageRequest."""
    request = route.request
    return PageRequest(
        url=request.url,
        kind=request.resource_type,
        method=request.method,
        is_framed=request.frame.parent_frame is not None,
        accept=request.headers.get("accept", ""),
    )


async def _fulfill(route: "Route", fetched: Fetched) -> None:
    """Give Chromium `fetched` as the answer to the request in `route`. Headers that no longer fit
    are left out."""
    headers = {name: value for name, value in fetched.headers.items() if name not in _NOT_PASSED}
    await route.fulfill(status=fetched.status, headers=headers, body=fetched.body)


async def draw_page(
    document: Fetched, answer: AnswerRequest, *, user_agent: str, limits: Limits = LIMITS
) -> Drawing:
    """Open the page `document` in a new Chromium, run its scripts, and return the resulting page.
    `answer`: fetches what the scripts load. Raises ChildFailed if Chromium fails or exceeds
    `limits`."""
    with make_profile(limits) as profile:
        watching = asyncio.create_task(_watch_limits(profile, limits))
        drawing = asyncio.create_task(_draw_in(profile, document, answer, user_agent, limits))
        try:
            await asyncio.wait({watching, drawing}, return_when=asyncio.FIRST_COMPLETED)
            if drawing.done():
                return drawing.result()
            # a limit was exceeded first: the result of `watching` is the exception that says so
            raise watching.result()
        finally:
            profile.kill()
            watching.cancel()
            drawing.cancel()
            await asyncio.gather(watching, drawing, return_exceptions=True)


async def _watch_limits(profile: Profile, limits: Limits) -> ChildFailed:
    """Wait until Chromium exceeds one of its limits of time and memory. Return the exception that
    names this limit."""
    end = time.monotonic() + limits.wall_seconds
    while time.monotonic() < end:
        process = profile.read_process()
        if process is not None and measure_tree(process) > limits.megabytes * MEGABYTE:
            detail = f"the browser needed more than {limits.megabytes} MB for it"
            return ChildFailed(Failure.MEMORY, detail)
        await asyncio.sleep(_WATCH_SECONDS)
    return ChildFailed(Failure.WALL_TIME, f"not drawn within {limits.wall_seconds:g} s")


async def _draw_in(
    profile: Profile, document: Fetched, answer: AnswerRequest, user_agent: str, limits: Limits
) -> Drawing:
    """Start Chromium in `profile`, and return the page `document` after its scripts have run.
    `answer`: fetches what the scripts load. Raises ChildFailed if Chromium fails."""
    from playwright.async_api import Error, async_playwright

    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=profile.launcher,
                env={**profile.environment},
                chromium_sandbox=True,
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
            )
            context = await browser.new_context(
                user_agent=user_agent, service_workers="block", accept_downloads=False
            )
            page = await context.new_page()
            async with aclosing(_Loader(document, answer)) as loader:
                await page.route("**/*", loader.start_answering)
                return await _run_scripts(page, loader, limits)
    except Error as error:
        raise ChildFailed(Failure.ENDED, f"the browser failed: {error.message[:200]}") from error


async def _run_scripts(page: "Page", loader: _Loader, limits: Limits) -> Drawing:
    """Open the page in Chromium, wait until it is complete, and return it.

    It is read again and again. If a look finds the same HTML as before and no new request, it is a
    quiet look; several in a row mean that the page is complete. Raises ChildFailed if the page
    crashes Chromium or gets too large."""
    crashed = asyncio.Event()
    page.on("crash", lambda _: crashed.set())
    session = await page.context.new_cdp_session(page)
    started = time.monotonic()
    await page.goto(loader.document.final_url, wait_until="commit")
    html = ""
    requests = 0
    quiet_looks = 0
    while True:
        current = await _read_page(session, limits)
        if crashed.is_set() or page.is_closed():
            raise ChildFailed(Failure.ENDED, "the page crashed the browser")
        if current == html and loader.requests == requests:
            quiet_looks += 1
        else:
            html = current
            requests = loader.requests
            quiet_looks = 0
        seconds = time.monotonic() - started
        if is_complete(seconds=seconds, quiet_looks=quiet_looks, pending=loader.pending):
            return Drawing(html=html, document=loader.document)
        await asyncio.sleep(LOOK_SECONDS)


async def _read_page(session: "CDPSession", limits: Limits) -> str:
    """Return the present HTML of the page; "" while a script is loading another document. Raises
    ChildFailed if the HTML is too long.

    Our script runs in an isolated world, a JavaScript context that the scripts of the page cannot
    change. `session`: the connection to Chromium's debugging protocol."""
    from playwright.async_api import Error

    most = limits.most_answer_bytes or 0
    try:
        tree = await session.send("Page.getFrameTree")
        frame = tree["frameTree"]["frame"]["id"]
        world = await session.send(
            "Page.createIsolatedWorld", {"frameId": frame, "worldName": _WORLD}
        )
        answer: dict[str, Any] = await session.send(
            "Runtime.evaluate",
            {
                "expression": _READ_PAGE % most,
                "contextId": world["executionContextId"],
                "returnByValue": True,
            },
        )
    except Error:
        return ""
    html = answer["result"].get("value")
    if html is None:
        raise ChildFailed(Failure.MEMORY, f"the drawn page has more than {most:,} characters")
    return str(html)
