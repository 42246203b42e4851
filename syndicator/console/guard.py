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
    """Return the number that `text` has in digits. Return NO_NUMBER (-1) if the text has anything
    but digits, or if the number is larger than `maximum`. Pure."""
    has_only_digits = text.isascii() and text.isdigit()
    if not has_only_digits:
        return NO_NUMBER
    if len(text) > len(str(maximum)):  # so that no very long text is converted
        return NO_NUMBER
    number = int(text)
    return number if number <= maximum else NO_NUMBER


def limit_body(path: str) -> int:
    """Return how many bytes a form sent to `path` may have."""
    return BODY_BYTES if path.startswith(OPEN) else FORM_BYTES


def remove_prefix(scope: Scope) -> Scope:
    """Return the scope of a request with a path as if no proxy were in front of the console. A
    proxy may put a prefix before all paths, and names it in the header X-Forwarded-Prefix. The
    prefix is removed from the path and added to the scope as `prefix`, "" if there is none."""
    prefix = _read_prefix(scope)
    path = scope["path"]
    if path.startswith(f"{prefix}/"):
        path = path[len(prefix) :]
    return {**scope, "prefix": prefix, "path": path}


def _read_prefix(scope: Scope) -> str:
    """Return the prefix that a proxy puts before the paths of the console, such as "/feeds". Return
    "" if the header X-Forwarded-Prefix is missing, not valid, or sent more than once."""
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
        refusal = await self._refuse(request)
        answer = refusal or self._app
        await answer(scope, receive, add_security_headers(send, scope["prefix"]))

    async def _refuse(self, request: Request) -> Response | None:
        """Return the answer to a request that may not pass; None if it may. The state of the
        request gets its session as `session` (None if it has none), and the form of a POST that may
        pass as `form`."""
        headers = request.headers
        console = self._console
        # joined, so that a header that was sent twice is no valid name
        if not is_for_us(",".join(headers.getlist("host")), console.hosts):
            return PlainTextResponse("This name is not the console's; see [console] names.\n", 421)
        session = console.find_session(request.cookies.get(cookie_name(console), ""))
        request.state.session = session
        is_logged_in = session is not None and bool(session.who)
        is_open_page = request.url.path.startswith(OPEN)  # such as the login page
        may_pass = is_logged_in or is_open_page
        if request.method in _READS:  # it changes nothing
            return None if may_pass else _redirect_to_login(request)

        # a change must be sent by a page of the console, with the token of its session in the form
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
    """Add a cookie with the id of the session to a response. If the request came over TLS, as the
    headers of a proxy or of the browser say, the browser sends the cookie only over TLS."""
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
    """Return the answer that leads the browser to the login page. If the request was for a page,
    the user comes back to this page after the login."""
    if request.headers.get("hx-request"):  # sent by a script, which reads this header
        return Response(status_code=401, headers={"hx-redirect": "/login"})
    path = request.url.path
    if request.method not in _READS or path == "/":
        return RedirectResponse("/login", 303)
    return RedirectResponse(f"/login?next={quote(path)}", 303)


async def _read_form(request: Request) -> Form | None:
    """Return the fields of the form in the body of a request. Return None if the body is no form,
    was not sent to its end, or has too many fields."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return None
    try:
        data = (await request.body()).decode("utf-8")
        pairs = parse_qsl(data, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except (ClientDisconnect, UnicodeDecodeError, ValueError):
        return None
    return Form(pairs)


def add_security_headers(send: Send, prefix: str = "") -> Send:
    """Return a function to use in place of `send`, the function that sends the messages of a
    response. It adds the security headers to the response, and puts `prefix`, the path that a proxy
    has before ours, before the path of a redirect."""

    async def send_with_headers(message: Message) -> None:
        """Send a message of a response. Only its first message has headers."""
        if message["type"] == "http.response.start":
            message.setdefault("headers", [])
            headers: Any = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            for name in ("location", "hx-redirect"):  # headers that redirect
                if headers.get(name, "").startswith("/"):
                    headers[name] = prefix + headers[name]
        await send(message)

    return send_with_headers
