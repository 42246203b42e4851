"""Answer /healthz, /readyz, /metrics and the health feed, beside the published files."""

import hashlib
import hmac
import ipaddress
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from syndicator.core.errors import SyndicatorError

# Headers that proxies add: a request with one may come from another machine.
_PROXY_HEADERS: Final = (
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
)
_TAG_DIGITS: Final = 32
HEADERS: Final = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What the program that runs the server provides. `alive`: returns why this process does not
    work, in a few words, "" if it works; `ready`: the same for all that it needs, such as the
    database; `metrics`, `feed`: return the body of an answer, raise SyndicatorError or OSError;
    `metrics_type`: media type of the metrics; `token`: whoever sends it may read the metrics from
    other machines. If it is "", nobody may, and there is no health feed."""

    alive: Callable[[], str]
    ready: Callable[[], Awaitable[str]]
    metrics: Callable[[], Awaitable[bytes]]
    metrics_type: str
    feed: Callable[[], Awaitable[bytes]]
    feed_name: str  # below the web root
    token: str


def add_health_paths(app: ASGIApp, health: Health) -> ASGIApp:
    """Return an application that answers /healthz, /readyz, /metrics and the health feed, and
    passes all other requests on to `app`. Clients without access to the metrics get 404."""
    answers: dict[str, Callable[[Request], Awaitable[Response]]] = {
        "/healthz": lambda request: _answer_alive(health),
        "/readyz": lambda request: _answer_ready(health),
        "/metrics": lambda request: _answer_metrics(health, request),
    }
    if health.token:
        answers[f"/{health.feed_name}"] = lambda request: _answer_feed(health, request)

    async def answer_or_pass_on(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in answers:
            await app(scope, receive, send)
            return
        if scope["method"] in ("GET", "HEAD"):
            make_answer = answers[scope["path"]]
            response = await make_answer(Request(scope))
        else:
            response = Response(status_code=405, headers={"allow": "GET, HEAD"})
        await response(scope, receive, send)

    return answer_or_pass_on


async def _answer_alive(health: Health) -> Response:
    """Return 200 if this process works, else 503 with the reason."""
    return _make_status(health.alive())


async def _answer_ready(health: Health) -> Response:
    """Return an answer with status 200 if this process and everything that it needs work, else 503
    with the reason in a word."""
    trouble = health.alive()  # "" if the process works
    if not trouble:
        trouble = await health.ready()
    return _make_status(trouble)


def _make_status(trouble: str) -> Response:
    """Return the answer "ok"; if `trouble` is not "", an answer with it and status 503."""
    if trouble:
        return make_text_response(trouble, 503)
    return make_text_response("ok", 200)


def make_text_response(line: str, status: int, **headers: str) -> Response:
    """Return an answer with one line of plain text that must not be cached."""
    return Response(f"{line}\n", status, headers={**HEADERS, **headers}, media_type="text/plain")


async def _answer_metrics(health: Health, request: Request) -> Response:
    """Return an answer with the metrics, if the request comes from this machine or has the token;
    else with status 404. If the metrics cannot be read, the status is 503."""
    host = request.client.host if request.client else ""
    http_version = request.scope["http_version"]
    is_local = is_this_machine(host, request.headers, http_version)
    if not is_local and not _has_token(health.token, request):
        return make_text_response("Not found.", 404)
    try:
        metrics = await health.metrics()
    except (SyndicatorError, OSError):
        return _make_status("database")
    return Response(metrics, headers={**HEADERS, "content-type": health.metrics_type})


def is_this_machine(host: str, headers: Headers, version: str) -> bool:
    """Return True if a program on this machine sent a request, and not a proxy on this machine that
    passes on a request from elsewhere. `host`: the client's address; `headers`: of the request;
    `version`: of HTTP, such as "1.1". Pure."""
    if not _is_loopback(host):
        return False
    # a proxy adds headers; nginx speaks HTTP/1.0 by default
    has_proxy_header = any(name in headers for name in _PROXY_HEADERS)
    if version == "1.0" or has_proxy_header:
        return False
    # A proxy asks for the host of the site. So does a page in a local browser if its site lets its
    # own name lead to this machine (DNS rebinding).
    # Compare without the port, and without the brackets of an IPv6 address.
    requested_host = re.sub(r":\d*$", "", headers.get("host", "")).strip("[]")
    return requested_host == "localhost" or _is_loopback(requested_host)


def _is_loopback(host: str) -> bool:
    """Return True if `host` is an address that leads back to this machine, such as 127.0.0.1, also
    in the form of IPv6, ::ffff:127.0.0.1. Return False for any name."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    ipv4 = getattr(address, "ipv4_mapped", None)
    return bool((ipv4 or address).is_loopback)


def _has_token(token: str, request: Request) -> bool:
    """Return True if the request has the header "Authorization: Bearer TOKEN" with our `token` (RFC
    6750, section 2.1). Return False if we have no token ("")."""
    scheme, _, sent_token = request.headers.get("authorization", "").partition(" ")
    if not token or scheme.lower() != "bearer":
        return False
    # in constant time, so that the time of an answer does not reveal a part of the token
    return hmac.compare_digest(sent_token.strip().encode(), token.encode())


async def _answer_feed(health: Health, request: Request) -> Response:
    """Return an answer with the health feed, with status 304 and no body if the client has the feed
    already, or with status 503 if the feed cannot be made."""
    try:
        body = await health.feed()
    except (SyndicatorError, OSError):
        return _make_status("database")
    etag = f'"{hashlib.sha256(body).hexdigest()[:_TAG_DIGITS]}"'
    headers = {**HEADERS, "cache-control": "no-cache", "etag": etag}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    headers["content-type"] = "application/atom+xml; charset=utf-8"
    return Response(body, headers=headers)
