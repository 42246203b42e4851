"""What every request passes before a page sees it: host, size, session and token; and the headers of every answer."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, quote

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from syndicator.console.console import Console
from syndicator.console.security import HEADERS, Session, is_for_us, is_from_us, is_token
from syndicator.core.ports.request_limits import BODY_BYTES, FORM_BYTES

_MOST_FIELDS = 12_000  # of a form: all feeds of such a document chosen
UNREADABLE = 422  # the status of an answer about a page that cannot be read
MOST_PAGES = 1_000_000  # of a list
MOST_ELEMENTS = 10_000_000  # of a page that is pointed at
OPEN = ("/login", "/static/")  # who is not logged in gets these
_READS = ("GET", "HEAD")
_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)+/?")


class Form:
    """The fields of a form that was sent."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._pairs = pairs

    def text(self, name: str) -> str:
        return next((value for key, value in self._pairs if key == name), "")

    def texts(self, name: str) -> list[str]:
        return [value for key, value in self._pairs if key == name]

    def __contains__(self, name: str) -> bool:
        return any(key == name for key, _ in self._pairs)


def whole(written: str, most: int) -> int:
    """A whole number from 0 to `most` as an address or a form has it; -1 for anything else. Pure."""
    is_one = written.isascii() and written.isdigit() and len(written) <= len(str(most))
    return int(written) if is_one and int(written) <= most else -1


def body_bytes(path: str) -> int:
    """The most bytes of a form that is sent to `path`: few as long as nobody is logged in. Pure."""
    return BODY_BYTES if path.startswith(OPEN) else FORM_BYTES


def under_prefix(scope: Scope) -> Scope:
    """The request as if there were no path under which a proxy shows the console (X-Forwarded-Prefix, which no page of
    another site can send); that path is `prefix`, "" if there is none."""
    written = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-prefix"]
    prefix = written[0].rstrip("/") if len(written) == 1 and _PREFIX.fullmatch(written[0]) else ""
    path = scope["path"]
    return {**scope, "prefix": prefix, "path": path[len(prefix) :] if path.startswith(f"{prefix}/") else path}


class Guard:
    """Lets to the pages what is for the console, from the console, and by somebody who is logged in."""

    def __init__(self, app: ASGIApp, console: Console) -> None:
        self._app, self._console = app, console

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        if (refused := await self._refused(request)) is not None:
            await refused(scope, receive, with_headers(send, scope["prefix"]))
            return
        await self._app(scope, receive, with_headers(send, scope["prefix"]))

    async def _refused(self, request: Request) -> Response | None:
        """The answer to what is not let in; else the session, and the form that was sent, are in its state."""
        headers, console = request.headers, self._console
        if not is_for_us(",".join(headers.getlist("host")), console.hosts):
            return PlainTextResponse("This name is not the console's; see [console] names.\n", 421)
        session = console.session(request.cookies.get(cookie_name(console), ""))
        request.state.session = session
        known = session is not None and bool(session.who)
        is_open = request.url.path.startswith(OPEN)
        if request.method in _READS:
            return None if known or is_open else _to_login(request)
        if request.method != "POST":
            return PlainTextResponse("No such method.\n", 405)
        if not is_from_us(headers["host"], headers.get("origin"), headers.get("sec-fetch-site")):
            return PlainTextResponse("This was not sent by a page of the console.\n", 403)
        if session is None or not (known or is_open):
            return _to_login(request)
        if (form := await _form(request)) is None:
            return PlainTextResponse("That is no form, or has too many fields.\n", 413)
        if not is_token(session, form.text("token")):
            return PlainTextResponse("This form is too old; reload.\n", 403)
        request.state.form = form
        return None


def session_of(request: Request) -> Session:
    """The session of a request that the guard let in."""
    found: Session = request.state.session
    return found


def form_of(request: Request) -> Form:
    found: Form = request.state.form
    return found


def cookie_name(console: Console) -> str:
    """Browsers keep cookies by host and not by port: two consoles of one machine have two names."""
    return f"syndicator_{console.settings.console.port}"


def set_cookie(response: Response, request: Request, console: Console, id: str) -> None:
    """Give the browser the id of its session. Over TLS, which a proxy may do, it comes back over TLS alone. Who forges
    these headers harms their own cookie alone."""
    headers = request.headers
    secure = headers.get("x-forwarded-proto") == "https" or headers.get("origin", "").startswith("https:")
    response.set_cookie(cookie_name(console), id, httponly=True, samesite="strict", secure=secure, path="/")


def _to_login(request: Request) -> Response:
    if request.headers.get("hx-request"):
        return Response(status_code=401, headers={"hx-redirect": "/login"})
    path = request.url.path if request.method in _READS else "/"
    return RedirectResponse("/login" + (f"?next={quote(path)}" if path != "/" else ""), 303)


async def _form(request: Request) -> Form | None:
    """The fields of a form; None for what is none, has more fields than any, or did not come whole."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return None
    try:
        data = (await request.body()).decode("utf-8")
        pairs = parse_qsl(data, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except (ClientDisconnect, UnicodeDecodeError, ValueError):
        return None
    return Form(pairs)


def with_headers(send: Send, prefix: str = "") -> Send:
    """`send`, with the headers that every answer has, and redirects under `prefix`."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message.setdefault("headers", [])
            headers: Any = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            for name in ("location", "hx-redirect"):
                if headers.get(name, "").startswith("/"):
                    headers[name] = prefix + headers[name]
        await send(message)

    return sending
