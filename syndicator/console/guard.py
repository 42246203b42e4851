"""Check every request (host, size, session, token) before its page is made; add security
headers."""

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
MOST_PAGES = 1_000_000  # the largest number of a page of a list
MOST_ELEMENTS = 10_000_000  # the largest number of an element on a page
OPEN = ("/login", "/static/")  # open without a login
_READS = ("GET", "HEAD")
# a path that a proxy may put before ours
_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)+/?")


class Form(ImmutableMultiDict[str, str]):
    """The fields of a form that was sent."""

    def text(self, name: str) -> str:
        """Return the first value of a field, "" if the form has no such field."""
        return next(iter(self.getlist(name)), "")


def parse_whole_number(text: str, maximum: int) -> int:
    """Return the number that `text` has in digits, if it is from 0 to `maximum`. Return NO_NUMBER
    (-1) for any other text. Pure."""
    has_only_digits = text.isascii() and text.isdigit()
    if not has_only_digits or len(text) > len(str(maximum)):
        return NO_NUMBER
    number = int(text)
    return number if number <= maximum else NO_NUMBER


def limit_body(path: str) -> int:
    """Return how many bytes a form sent to `path` may have."""
    return BODY_BYTES if path.startswith(OPEN) else FORM_BYTES


def under_prefix(scope: Scope) -> Scope:
    """Return a request without the path that a proxy puts before the paths of the console. The
    header X-Forwarded-Prefix names that path; the scope gets it as `prefix`, "" without a proxy."""
    prefix = _read_prefix(scope)
    path = scope["path"]
    if path.startswith(f"{prefix}/"):
        path = path[len(prefix) :]
    return {**scope, "prefix": prefix, "path": path}


def _read_prefix(scope: Scope) -> str:
    """Return the path under which a proxy shows the console, without a slash at its end. It is ""
    unless exactly one header names a valid path."""
    values: list[str] = [
        value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-prefix"
    ]
    if len(values) != 1 or not _PREFIX.fullmatch(values[0]):
        return ""
    return values[0].rstrip("/")


class Guard:
    """An application in front of the pages of the console. It passes on only requests of users who
    are logged in, and changes only if they were sent from a page of the console."""

    def __init__(self, app: ASGIApp, console: Console) -> None:
        self._app = app
        self._console = console

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request: refuse it, or pass it on to the pages. The security headers are added
        to both."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        answer = await self._refuse(request) or self._app
        await answer(scope, receive, with_headers(send, scope["prefix"]))

    async def _refuse(self, request: Request) -> Response | None:
        """Return the answer to a request that is refused; None if it may pass. In the state of the
        request, it sets `session`, and `form` for a POST that may pass."""
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
            return None if may_pass else _redirect_to_login(request)
        if request.method != "POST":
            return PlainTextResponse("No such method.\n", 405)
        if not is_from_us(headers["host"], headers.get("origin"), headers.get("sec-fetch-site")):
            return PlainTextResponse("This was not sent by a page of the console.\n", 403)
        if session is None or not may_pass:
            return _redirect_to_login(request)
        form = await _read_form(request)
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
    """Return the name of the cookie with the id of the session. The name has the port, because
    browsers share cookies between all ports of a host."""
    return f"syndicator_{console.settings.console.port}"


def set_cookie(response: Response, request: Request, console: Console, session_id: str) -> None:
    """Give the browser the id of its session in a cookie. If the browser reaches the console or a
    proxy in front of it over TLS, it sends the cookie only over TLS."""
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


def _redirect_to_login(request: Request) -> Response:
    """Return the answer that leads the browser to the login page. After the login the user comes
    back to the page that the request was for, if it was for a page."""
    if request.headers.get("hx-request"):
        return Response(status_code=401, headers={"hx-redirect": "/login"})
    path = request.url.path
    if request.method not in _READS or path == "/":
        return RedirectResponse("/login", 303)
    return RedirectResponse(f"/login?next={quote(path)}", 303)


async def _read_form(request: Request) -> Form | None:
    """Return the form in the body of a request. Return None if the body is no form, is incomplete,
    or has too many fields."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return None
    try:
        data = (await request.body()).decode("utf-8")
        pairs = parse_qsl(data, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except (ClientDisconnect, UnicodeDecodeError, ValueError):
        return None
    return Form(pairs)


def with_headers(send: Send, prefix: str = "") -> Send:
    """Return a `send` that adds the security headers to each response, and puts `prefix` before the
    paths of redirects."""

    async def send_with_headers(message: Message) -> None:
        """Send a message of a response; its first message gets the headers."""
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
