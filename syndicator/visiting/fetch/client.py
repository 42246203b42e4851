"""Send one HTTP request and follow its redirects, within limits of time and size."""

import asyncio
import base64
import logging
import socket
import time
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import unquote

import aiohttp
import httpx

from syndicator.configuration.settings import Fetch
from syndicator.core.model import Failed, Fetched, FetchResult, NotModified, Request
from syndicator.core.reasons import FetchReason
from syndicator.core.secrets import expand, mask_bytes, mask_text
from syndicator.core.urls import host, redacted
from syndicator.visiting.fetch import ssrf
from syndicator.visiting.fetch.cookie_files import CookieFiles
from syndicator.visiting.fetch.cookies import BadCookies
from syndicator.visiting.fetch.responses import (
    SUCCESS,
    BadEncoding,
    Inflater,
    TooLarge,
    find_fresh_seconds,
    measure_clock_offset,
    name_error,
    parse_retry_after,
)
from syndicator.visiting.fetch.ssrf import (
    Refusal,
    get_origin,
    parse_url,
    resolve_redirect,
    strip_url,
)
from syndicator.visiting.fetch.transport import AddrInfo, Clients, explain_error

_REDIRECTS = (301, 302, 303, 307, 308)
_PERMANENT = (301, 308)
_KEEPING_POST = (307, 308)
_SET_COOKIE: Final = "set-cookie"
MOST_REDIRECTS: Final = 5  # of one request
# an answer may have so many times the bytes of the setting fetch.wire_bytes when it is decompressed
DECODED_FACTOR: Final = 2
_ACCEPT = {
    "feed": (
        "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, "
        "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, text/html;q=0.7, */*;q=0.5"
    ),
    "page": "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.5",
    "robots": "text/plain, */*;q=0.5",
    "llm": "application/json",
    "image": "image/webp, image/jpeg, image/png, image/gif;q=0.8, */*;q=0.1",
}


@dataclass(slots=True)
class _Chain:
    """A request and its redirects so far. `url`: the next address to request, without credentials
    and fragment. `first_origin`: the only origin that gets the credentials, and that may be at a
    private address. `is_permanent`: all redirects so far were permanent. `moved_to`: the last
    address to which only permanent redirects led, None without one. `visited`: the addresses that
    were requested."""

    request: Request
    url: httpx.URL
    first_origin: str
    credentials: Mapping[str, str]
    is_permanent: bool = True
    moved_to: str | None = None
    visited: set[str] = field(default_factory=set)

    @property
    def is_at_first_origin(self) -> bool:
        """Return True if the next request goes to the origin of the first one."""
        return get_origin(self.url) == self.first_origin


class HttpFetcher:
    """`ports.Fetcher` on the network. Raises ConfigError if the settings name an invalid proxy.

    `offsets`: filled with the time by which `clock` is ahead of a server's clock, by host.
    `lookup`: resolves names. `dial`: opens a socket. `cookies`: the files of cookies that requests
    may name, None without any."""

    def __init__(
        self,
        settings: Fetch,
        *,
        user_agent: str,
        clock: Callable[[], datetime],
        offsets: MutableMapping[str, timedelta] | None = None,
        lookup: ssrf.Lookup = ssrf.resolve_with_system,
        dial: Callable[[AddrInfo], socket.socket] = lambda info: socket.socket(*info[:3]),
        cookies: CookieFiles | None = None,
    ) -> None:
        """`settings`: limits and the proxy. `clock`: returns the present time. `offsets`, a dict to
        fill: by host, the time by which `clock` is ahead of the host's clock. `lookup`: resolves
        host names. `dial`: opens a socket. `cookies`: the files of cookies that requests may name,
        None if there are none."""
        self._settings = settings
        self._user_agent = user_agent
        self._clock = clock
        self._offsets = {} if offsets is None else offsets
        self._clients = Clients(settings, lookup, dial)
        self._cookies = cookies
        # at INFO httpx logs URLs with their credentials
        logging.getLogger("httpx").setLevel(logging.WARNING)

    async def fetch(self, request: Request) -> FetchResult:
        """Return the answer to the request, after its redirects. Return a Failed if there is no
        answer; nothing is raised.

        The credentials in `request.headers` are only sent to the first origin. In the result, the
        cookie_values of secrets and cookies are replaced by their names."""
        cookie_values = self._find_cookie_values(request)
        result = await self._fetch(request)
        # the answer may have renewed some cookies
        cookie_values |= self._find_cookie_values(request)
        secrets = dict(request.secrets)
        for number, value in enumerate(sorted(cookie_values)):
            secrets[f"cookie_{number}"] = value
        return _mask_result(result, secrets) if secrets else result

    async def _fetch(self, request: Request) -> FetchResult:
        """Send the request and follow its redirects, for at most `request.deadline` seconds. Return
        the answer, or a Failed. It still contains the values of secrets."""
        shown_url = redacted(request.url)
        started = time.monotonic()
        try:
            async with asyncio.timeout(request.deadline):
                chain = _begin_chain(request)
                for _ in range(MOST_REDIRECTS + 1):
                    result = await self._exchange(chain)
                    if result is not None:  # None: a redirect, `chain` now has its target
                        return result
                raise Refusal("redirects", f"more than {MOST_REDIRECTS} redirects")
        except Refusal as refusal:
            return Failed(
                url=shown_url, reason=refusal.reason, detail=refusal.detail, status=refusal.status
            )
        except TimeoutError:
            seconds = time.monotonic() - started
            detail = f"no complete answer within {seconds:.1f} s"
            return Failed(url=shown_url, reason="timeout", detail=detail)
        except (httpx.HTTPError, aiohttp.ClientError, OSError, ValueError) as error:
            fault = explain_error(error)
            return Failed(url=shown_url, reason=fault.reason, detail=fault.detail)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._clients.aclose()

    def _find_cookie_values(self, request: Request) -> frozenset[str]:
        """Return the values of the request's cookies, which must not be shown in its result. If the
        file of cookies cannot be read, return an empty set: the request then fails for this
        reason."""
        if not request.cookies or self._cookies is None:
            return frozenset()
        try:
            return self._cookies.list_secret_values(request.cookies, request.url)
        except BadCookies:
            return frozenset()

    def _make_cookie_header(self, chain: _Chain, url: str) -> str:
        """Return the header Cookie for a request to `url`; "" without cookies. After a redirect to
        another host, no cookies are sent. Raises Refusal if the file of cookies cannot be read.
        `chain`: the request and its redirects so far."""
        name = chain.request.cookies
        if not name or host(url) != host(chain.request.url):
            return ""
        if self._cookies is None:
            raise Refusal(FetchReason.BAD_COOKIES, "cookies are of no use here")
        try:
            return self._cookies.header(name, url)
        except BadCookies as error:
            raise Refusal(FetchReason.BAD_COOKIES, str(error)) from error

    def _store_new_cookies(self, chain: _Chain, url: str, response: httpx.Response) -> None:
        """Store the new values that the answer from `url` gives to cookies of the request. An
        answer from another host than the request's is ignored. Raises Refusal if the file of
        cookies cannot be read. `chain`: the request and its redirects so far."""
        name = chain.request.cookies
        if not name or self._cookies is None or host(url) != host(chain.request.url):
            return
        try:
            self._cookies.store_renewed(name, url, response.headers.get_list(_SET_COOKIE))
        except BadCookies as error:
            raise Refusal(FetchReason.BAD_COOKIES, str(error)) from error

    async def _exchange(self, chain: _Chain) -> FetchResult | None:
        """Send the next request of `chain`, a request and its redirects so far, and return the
        result. If the answer is a redirect that must be followed, set `chain.url` to its target and
        return None. Raises Refusal for redirects in a circle, and if the answer is refused."""
        url = str(chain.url)
        if url in chain.visited:
            raise Refusal("redirects", "the redirects lead in a circle")
        chain.visited.add(url)
        # a redirect must not lead into a private network
        allow = chain.request.allow if chain.is_at_first_origin else ()
        async with self._clients.use(chain.url, get_origin(chain.url), allow) as transport:
            response = await transport.handle_async_request(self._build_message(chain))
            try:
                return await self._read_answer(chain, url, response)
            finally:
                await response.aclose()

    async def _read_answer(
        self, chain: _Chain, url: str, response: httpx.Response
    ) -> FetchResult | None:
        """Return the result for the answer from `url`. If the answer is a redirect that must be
        followed, set `chain.url` to its target and return None. Raises Refusal if the answer is
        refused, such as one that is too large. `chain`: the request and its redirects so far."""
        # names are in lower case here, and headers of one name are joined (RFC 9110 section 5.3)
        headers = dict(response.headers.items())
        if chain.request.cookies:
            self._store_new_cookies(chain, url, response)
            headers.pop(_SET_COOKIE, None)  # it has secrets, and results are stored
        status = response.status_code
        offset = measure_clock_offset(headers, self._clock())
        if offset is not None:
            self._offsets[chain.url.host] = offset
        if _must_follow(chain.request, status):
            return self._follow_redirect(chain, url, status, headers)

        shown_url = redacted(chain.request.url)
        if status == HTTPStatus.NOT_MODIFIED:
            return NotModified(
                url=shown_url, final_url=url, headers=headers, moved_to=chain.moved_to
            )
        if status not in SUCCESS:
            return Failed(
                url=shown_url,
                reason=name_error(status),
                detail=f"{url} answered {status}",
                status=status,
                retry_after=parse_retry_after(headers.get("retry-after", ""), self._clock()),
                fresh_seconds=find_fresh_seconds(headers, self._clock()) or 0.0,
            )
        body = await self._read_body(response, headers, chain.request.most)
        return Fetched(
            url=shown_url,
            final_url=url,
            status=status,
            headers=headers,
            body=body,
            moved_to=chain.moved_to,
        )

    def _follow_redirect(
        self, chain: _Chain, url: str, status: int, headers: Mapping[str, str]
    ) -> Fetched | None:
        """Set `chain.url` to the target of a redirect from `url`, so that it is requested next, and
        return None. `chain`: the request and its redirects so far.

        If the request must stay at its host (`request.stay`) and the target is at another one,
        return the redirect itself as the result. `headers`: the headers of the redirect, with
        lower-case names. Raises Refusal for a bad target."""
        target = resolve_redirect(url, headers.get("location", ""))
        chain.is_permanent = chain.is_permanent and status in _PERMANENT
        if chain.is_permanent:
            chain.moved_to = target
        leaves_host = parse_url(target).host != parse_url(url).host
        if chain.request.stay and leaves_host:
            return Fetched(
                url=redacted(chain.request.url),
                final_url=url,
                status=status,
                headers={**headers, "location": target},
                body=b"",
                moved_to=target if chain.is_permanent else None,
            )
        chain.url = strip_url(parse_url(target))
        return None

    async def _read_body(
        self, response: httpx.Response, headers: Mapping[str, str], limit: int | None
    ) -> bytes:
        """Return the decompressed body of an answer. `headers`: those of the answer. `limit`: the
        most bytes that the request permits, None if only the limit in the settings counts. Raises
        Refusal: "too-large", or "bad-encoding" if the body cannot be decompressed."""
        wire_bytes = self._settings.wire_bytes
        most_received = min(wire_bytes, limit or wire_bytes)
        most_decoded = min(DECODED_FACTOR * wire_bytes, limit or DECODED_FACTOR * wire_bytes)
        declared = headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > most_received:
            raise Refusal(
                "too-large",
                f"the answer is {declared} bytes long, more than {most_received:,}",
                response.status_code,
            )
        try:
            inflater = Inflater(headers.get("content-encoding", ""), most_decoded)
            received = 0
            async for chunk in response.aiter_raw():
                received += len(chunk)
                if received > most_received:
                    raise Refusal(
                        "too-large",
                        f"the answer is longer than {most_received:,} bytes",
                        response.status_code,
                    )
                inflater.feed(chunk)
            return inflater.finish()
        except TooLarge as error:
            raise Refusal("too-large", str(error), response.status_code) from error
        except BadEncoding as error:
            raise Refusal("bad-encoding", str(error), response.status_code) from error

    def _build_message(self, chain: _Chain) -> httpx.Request:
        """Return the HTTP message for the next request of `chain`, a request and its redirects so
        far. The message has the validators (ETag, Last-Modified) and cookies, and credentials if it
        goes to the first origin. Raises Refusal if the file of cookies cannot be read."""
        request = chain.request
        headers = {
            "user-agent": self._user_agent,
            "accept": _ACCEPT.get(request.kind, "*/*"),
            "accept-encoding": "gzip, deflate",
        }
        validators = {"if-none-match": request.etag, "if-modified-since": request.last_modified}
        for name, value in validators.items():
            # a header has only ASCII characters: other validators cannot be sent back unchanged
            if value and value.isascii():
                headers[name] = value
        if request.kind == "feed" and not validators.keys().isdisjoint(headers):
            # "RFC 3229 with feed": the server may send only the entries that are new since then
            headers["a-im"] = "feed"
        if chain.is_at_first_origin:
            for name, value in chain.credentials.items():
                headers[name.lower()] = value.strip()
        # another origin gets no credentials, but has to know the type of the body
        elif request.body is not None and "content-type" in request.headers:
            headers["content-type"] = request.headers["content-type"]
        cookies = self._make_cookie_header(chain, str(chain.url))
        if cookies:
            headers["cookie"] = cookies
        # the transport's time limit for a new connection is the one named "pool"
        extensions = {}
        if request.connect is not None:
            extensions = {"timeout": {"pool": request.connect}}
        return httpx.Request(
            request.method, chain.url, headers=headers, content=request.body, extensions=extensions
        )


def _begin_chain(request: Request) -> _Chain:
    """Return the `_Chain` for a request that is not sent yet: the request, and its address with
    which the redirects will begin. Variables in the address are replaced by their values. A user
    name and password in the address become a header."""
    url = parse_url(expand(request.url, request.secrets))
    credentials = dict(request.headers)
    if url.userinfo:
        user_and_password = unquote(url.userinfo.decode("ascii", "replace")).encode()
        encoded = base64.b64encode(user_and_password).decode()
        credentials.setdefault("authorization", f"Basic {encoded}")
    url = strip_url(url)
    return _Chain(request, url, get_origin(url), credentials)


def _must_follow(request: Request, status: int) -> bool:
    """Return True if an answer is a redirect that must be followed. `status`: the status of the
    answer. `request`: the request that was answered."""
    if status not in _REDIRECTS:
        return False
    if request.method == "GET":
        return True
    # After 307 and 308 a POST stays a POST (RFC 9110 sections 15.4.8, 15.4.9). Hubs redirect so
    # (WebSub section 5.1); a request to a language model must not be sent to another address.
    return request.kind == "hub" and status in _KEEPING_POST


def _mask_result(result: FetchResult, secrets: Mapping[str, str]) -> FetchResult:
    """Return `result` with the values of secrets replaced by their names. `secrets`: the values, by
    name."""
    url = mask_text(result.url, secrets)
    if isinstance(result, Failed):
        return replace(result, url=url, detail=mask_text(result.detail, secrets))
    headers = {name: mask_text(value, secrets) for name, value in result.headers.items()}
    moved_to = result.moved_to
    if moved_to is not None:
        moved_to = mask_text(moved_to, secrets)
    final_url = mask_text(result.final_url, secrets)
    masked = replace(result, url=url, final_url=final_url, headers=headers, moved_to=moved_to)
    if isinstance(masked, Fetched):
        return replace(masked, body=mask_bytes(masked.body, secrets))
    return masked
