"""Login and logout."""

from __future__ import annotations

import math

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from syndicator.console.answers import console_of, local, render
from syndicator.console.guard import cookie_name, form_of, session_of, set_cookie
from syndicator.core.requests import client_of

_LONGEST = 1000  # characters of a password that are looked at


async def show(request: Request) -> Response:
    session = request.state.session
    if session is not None and session.who:
        return RedirectResponse("/", 303)
    return _form(request, local(request.query_params.get("next", "/")))


async def log_in(request: Request) -> Response:
    """Check the password and begin a new session, so that a session id planted before is worthless."""
    console, form = console_of(request), form_of(request)
    address = client_of(request.client.host) if request.client else ""
    then, name = local(form.text("next") or "/"), form.text("name").strip()
    if wait := console.throttle.wait(address):
        message = f"Too many tries. Wait {math.ceil(wait)} seconds."
        return _form(request, then, message, 429, {"retry-after": str(math.ceil(wait))})
    console.throttle.failed(address)  # until it proves right, so that parallel tries count, too
    if not (hash := await console.password(name, form.text("password")[:_LONGEST])):
        console.tell(f"console: a login from {address or 'somewhere'} was refused")
        return _form(request, then, "Name or password is wrong.", 403)
    console.throttle.succeeded(address)
    console.sessions.end(session_of(request).id)
    console.runner.wake()
    response = RedirectResponse(then, 303)
    set_cookie(response, request, console, console.sessions.begin(name, hash).id)
    return response


async def log_out(request: Request) -> Response:
    console = console_of(request)
    console.sessions.end(session_of(request).id)
    response = RedirectResponse("/login", 303)
    response.delete_cookie(cookie_name(console), path="/", httponly=True, samesite="strict")
    return response


def _form(
    request: Request, then: str, message: str = "", status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    console, session = console_of(request), request.state.session
    begun = session or console.sessions.begin()
    html = render(request, "login.html", site=console.settings.site.title, token=begun.token, said=message, then=then)
    response = Response(html, status, headers, "text/html")
    if session is None:
        set_cookie(response, request, console, begun.id)
    return response


ROUTES = [
    Route("/login", show, methods=["GET"]),
    Route("/login", log_in, methods=["POST"]),
    Route("/logout", log_out, methods=["POST"]),
]
