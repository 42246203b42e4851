"""Assemble the console's application from its pages and the API, serve it, log users in and out."""

import asyncio
import math
from collections.abc import Callable
from importlib import resources
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from syndicator.configuration.settings import Settings, load
from syndicator.console.api.server import Api
from syndicator.console.guard import (
    UNREADABLE,
    Guard,
    cookie_name,
    form_of,
    limit_body,
    session_of,
    set_cookie,
)
from syndicator.console.responses import console_of, keep_local_path, render, show_page
from syndicator.console.routes import articles, mend, operations, sources
from syndicator.console.shared_state import Console
from syndicator.core.errors import SyndicatorError, UsageError
from syndicator.core.requests import name_client
from syndicator.runs.daemon import serve_console

PAGES = (sources, articles, mend, operations)  # one module a page; each lists its ROUTES
_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_LONGEST_PASSWORD = 1000  # characters that are looked at


def make_app(console: Console) -> ASGIApp:
    """Return the application that answers all requests: the pages, for users who are logged in, and
    the API, for programs that have a token. `console`: what the pages share."""
    routes = [
        Route("/login", _show_login),
        Route("/login", _log_in, methods=["POST"]),
        Route("/logout", _log_out, methods=["POST"]),
    ]
    for module in PAGES:
        routes.extend(module.ROUTES)
    routes.append(Route("/static/{name}", _answer_static_file))
    app = Starlette(
        routes=routes,
        exception_handlers={HTTPException: _show_http_error, SyndicatorError: _show_error},  # type: ignore[dict-item]
    )
    app.state.console = console  # so that each page finds it
    guarded_pages = Guard(app, console)  # refuses requests without a login
    return Api(guarded_pages, console)


async def run(
    config: Path,
    *,
    stop: asyncio.Event,
    listening: Callable[[str], None],
    tell: Callable[[str], None],
) -> None:
    """Serve the console until `stop` is set. `config`: the folder of configuration. `listening`:
    called with the address of the console as soon as it answers requests. `tell`: logs a line for
    the operator. Raises ConfigError if the configuration is faulty, and MissingError if the port is
    taken."""
    settings: Settings = load(config)
    console = Console(config, settings, tell)
    try:
        await serve_console(
            make_app(console), settings, stop=stop, listening=listening, body_bytes=limit_body
        )
    finally:
        await console.close()


async def _answer_static_file(request: Request) -> Response:
    """Answer with the static file, such as a style sheet, whose name is in the path."""
    name = request.path_params["name"]
    folder = resources.files("syndicator.console") / "static"
    names = {file.name for file in folder.iterdir()}
    if name not in names:  # so that no name leads out of the folder
        return PlainTextResponse("Not found.\n", 404)
    suffix = name.rpartition(".")[2]
    return Response(
        (folder / name).read_bytes(),
        media_type=_TYPES.get(suffix, "application/octet-stream"),
        headers={"cache-control": "public, max-age=300"},
    )


async def _show_http_error(request: Request, error: HTTPException) -> Response:
    """Show a page that says that there is no such page, or why it cannot be read. `error`: raised
    while the page was made. A browser that is not logged in learns only the HTTP status."""
    if not _is_logged_in(request):
        return PlainTextResponse("Not found.\n", error.status_code)
    title = "Not found"
    explanation = "There is no such page."
    if error.status_code == UNREADABLE:
        title = "This cannot be read"
        explanation = error.detail
    return show_page(request, "wrong.html", status=error.status_code, title=title, what=explanation)


def _is_logged_in(request: Request) -> bool:
    """Return True if the browser that sent the request is logged in."""
    session = request.state.session
    return session is not None and bool(session.who)


async def _show_error(request: Request, error: SyndicatorError) -> Response:
    """Show a page that says what is wrong. `error`: raised while another page was made. A browser
    that is not logged in learns only that something is wrong."""
    if not _is_logged_in(request):
        console_of(request).tell(f"console: {error}")
        return PlainTextResponse("Something is wrong with this console; its log says what.\n", 503)
    if isinstance(error, UsageError):  # such as a search that cannot be read
        return show_page(
            request, "wrong.html", status=400, title="This cannot be read", what=str(error)
        )
    return show_page(
        request, "wrong.html", status=503, title="This cannot be shown now", what=str(error)
    )


async def _show_login(request: Request) -> Response:
    """Show the login form, or the first page to a browser that is logged in."""
    if _is_logged_in(request):
        return RedirectResponse("/", 303)
    return _show_login_form(request, keep_local_path(request.query_params.get("next", "/")))


async def _log_in(request: Request) -> Response:
    """Check the name and the password in the form. If they are right, begin a session and go to the
    page that the user asked for; otherwise show the form again. After too many failed logins, a
    client must wait."""
    console = console_of(request)
    form = form_of(request)
    address = name_client(request.client.host) if request.client else ""
    next_page = keep_local_path(form.text("next") or "/")
    name = form.text("name").strip()
    password = form.text("password")[:_LONGEST_PASSWORD]

    wait_seconds = math.ceil(console.throttle.get_wait_seconds(address))
    if wait_seconds:
        headers = {"retry-after": str(wait_seconds)}
        return _show_login_form(
            request, next_page, f"Too many tries. Wait {wait_seconds} seconds.", 429, headers
        )

    # counts as failed until the password proves right, so that parallel tries count, too
    console.throttle.count_failure(address)
    password_hash = await console.check_password(name, password)
    if not password_hash:
        console.tell(f"console: a login from {address or 'somewhere'} was refused")
        return _show_login_form(request, next_page, "Name or password is wrong.", 403)
    console.throttle.forget_failures(address)

    # a new session, because somebody else may know the id of the one before the login
    console.sessions.end(session_of(request).id)
    console.runner.wake()  # the process that does jobs, as the user may soon need it
    response = RedirectResponse(next_page, 303)
    set_cookie(response, request, console, console.sessions.begin(name, password_hash).id)
    return response


async def _log_out(request: Request) -> Response:
    """End the session, delete its cookie, and go to the login page."""
    console = console_of(request)
    console.sessions.end(session_of(request).id)
    response = RedirectResponse("/login", 303)
    response.delete_cookie(cookie_name(console), path="/", httponly=True, samesite="strict")
    return response


def _show_login_form(
    request: Request,
    next_page: str,
    message: str = "",
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    """Return the response with the login form. `next_page`: the path of the page to go to after the
    login. `message`: what was wrong with the last try, "" if there was none. `status`, `headers`:
    the HTTP status and further headers of the response. A browser without a session gets one,
    because the form must have the token of a session."""
    console = console_of(request)
    known_session = request.state.session
    session = known_session or console.sessions.begin()
    html = render(
        request,
        "login.html",
        site=console.settings.site.title,
        token=session.token,
        said=message,
        then=next_page,
    )
    response = Response(html, status, headers, "text/html")
    if known_session is None:
        set_cookie(response, request, console, session.id)
    return response
