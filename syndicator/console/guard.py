"""Check every request (host, size, session, token) before its page; add security headers."""

import re
from typing import Any, cast
from urllib.parse import parse_qsl, quote

from starlette.datastructures import ImmutableMultiDict, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from syndicator.console.security import HEADERS, Session, is_for_us, is_from_us, is_token
from syndicator.console.shared_state import Console
from syndicator.core.requests import BODY_BYTES, FORM_BYTES

_MOST_FIELDS = 12_000  # of a form: enough to choose all feeds of a large OPML file
NO_NUMBER = -1
UNREADABLE = 422  # status if a page cannot be read
MOST_PAGES = 1_000_000  # of a list
MOST_ELEMENTS = 10_000_000  # of a page that is pointed at
OPEN = ("/login", "/static/")  # open without a login
_READS = ("GET", "HEAD")
_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)+/?")


class Form(ImmutableMultiDict[str, str]):
    def text(self, name: str) -> str:
        """Return the first value of a field, "" without one."""
        return next(iter(self.getlist(name)), "")


def whole(text: str, most: int) -> int:
    """Parse a whole number from 0 to `most`; NO_NUMBER (-1) for anything else. Pure."""
    has_only_digits = text.isascii() and text.isdigit()
    if not has_only_digits or len(text) > len(str(most)):
        return NO_NUMBER
    number = int(text)
    return number if number <= most else NO_NUMBER


def body_bytes(path: str) -> int:
    """Return the largest size of a form sent to `path`."""
    return BODY_BYTES if path.startswith(OPEN) else FORM_BYTES


def under_prefix(scope: Scope) -> Scope:
    """Return the request without the path of a proxy (X-Forwarded-Prefix), which is its
    `prefix`."""
    prefix = _read_prefix(scope)
    path = scope["path"]
    if path.startswith(f"{prefix}/"):
        path = path[len(prefix) :]
    return {**scope, "prefix": prefix, "path": path}


def _read_prefix(scope: Scope) -> str:
    """Return the path under which a proxy shows the console, "" for none or several."""
    values: list[str] = [
        value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-prefix"
    ]
    if len(values) != 1 or not _PREFIX.fullmatch(values[0]):
        return ""
    return values[0].rstrip("/")


class Guard:
    """Application that passes on only requests from the console's pages by people logged in."""

    def __init__(self, app: ASGIApp, console: Console) -> None:
        self._app = app
        self._console = console

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        answer = await self._refused(request) or self._app
        await answer(scope, receive, with_headers(send, scope["prefix"]))

    async def _refused(self, request: Request) -> Response | None:
        """Return the answer to a forbidden request; else None, with session and form in the
        request's state."""
        headers = request.headers
        console = self._console
        if not is_for_us(",".join(headers.getlist("host")), console.hosts):
            return PlainTextResponse("This name is not the console's; see [console] names.\n", 421)
        session = console.session(request.cookies.get(cookie_name(console), ""))
        request.state.session = session
        is_known = session is not None and bool(session.who)
        is_open = request.url.path.startswith(OPEN)
        may_pass = is_known or is_open
        if request.method in _READS:
            return None if may_pass else _to_login(request)
        if request.method != "POST":
            return PlainTextResponse("No such method.\n", 405)
        if not is_from_us(headers["host"], headers.get("origin"), headers.get("sec-fetch-site")):
            return PlainTextResponse("This was not sent by a page of the console.\n", 403)
        if session is None or not may_pass:
            return _to_login(request)
        form = await _form(request)
        if form is None:
            return PlainTextResponse("Not a form, or too many fields.\n", 413)
        if not is_token(session, form.text("token")):
            return PlainTextResponse("This form is too old; reload.\n", 403)
        request.state.form = form
        return None


def session_of(request: Request) -> Session:
    return cast(Session, request.state.session)


def form_of(request: Request) -> Form:
    return cast(Form, request.state.form)


def cookie_name(console: Console) -> str:
    """Return a cookie name with the port: browsers share cookies between all ports of a host."""
    return f"syndicator_{console.settings.console.port}"


def set_cookie(response: Response, request: Request, console: Console, session_id: str) -> None:
    """Give the browser the id of its session; over TLS, perhaps a proxy's, as a secure cookie."""
    headers = request.headers
    is_proxy_secure = headers.get("x-forwarded-proto") == "https"
    is_page_secure = headers.get("origin", "").startswith("https:")
    response.set_cookie(
        cookie_name(console),
        session_id,
        httponly=True,
        samesite="strict",
        secure=is_proxy_secure or is_page_secure,
        path="/",
    )


def _to_login(request: Request) -> Response:
    """Send the browser to the login page, which leads back to the page asked for."""
    if request.headers.get("hx-request"):
        return Response(status_code=401, headers={"hx-redirect": "/login"})
    path = request.url.path
    if request.method not in _READS or path == "/":
        return RedirectResponse("/login", 303)
    return RedirectResponse(f"/login?next={quote(path)}", 303)


async def _form(request: Request) -> Form | None:
    """Parse a form; None if it is invalid, incomplete or has too many fields."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return None
    try:
        data = (await request.body()).decode("utf-8")
        pairs = parse_qsl(data, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except (ClientDisconnect, UnicodeDecodeError, ValueError):
        return None
    return Form(pairs)


def with_headers(send: Send, prefix: str = "") -> Send:
    """Wrap `send` to add the security headers and put redirects under `prefix`."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message.setdefault("headers", [])
            headers: Any = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            for name in ("location", "hx-redirect"):
                if headers.get(name, "").startswith("/"):
                    headers[name] = prefix + headers[name]
        await send(message)

    return send_with_headers
