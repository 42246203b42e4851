"""The console as an application, and how it runs."""

import asyncio
from collections.abc import Callable
from importlib import resources
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from syndicator.configuration.settings import Settings, load
from syndicator.console.answers import console_of, page
from syndicator.console.api.server import Api
from syndicator.console.console import Console
from syndicator.console.guard import UNREADABLE, Guard, body_bytes
from syndicator.console.routes import articles, login, mend, operations, sources
from syndicator.core.errors import SyndicatorError
from syndicator.services.daemon import serve_console

PAGES = (login, sources, articles, mend, operations)  # one module a page; each lists its ROUTES
_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


def make_app(console: Console) -> ASGIApp:
    """Return the pages behind their guard, and the API behind its tokens."""
    routes = [route for module in PAGES for route in module.ROUTES]
    app = Starlette(
        routes=[*routes, Route("/static/{name}", _static)],
        exception_handlers={HTTPException: _missing, SyndicatorError: _failed},  # type: ignore[dict-item]
    )
    app.state.console = console
    return Api(Guard(app, console), console)


async def run(
    config: Path, *, stop: asyncio.Event, listening: Callable[[str], None], tell: Callable[[str], None]
) -> None:
    """Serve the console until `stop` is set. Raises ConfigError, MissingError."""
    settings: Settings = load(config)
    console = Console(config, settings, tell)
    try:
        await serve_console(make_app(console), settings, stop=stop, listening=listening, body_bytes=body_bytes)
    finally:
        await console.close()


async def _static(request: Request) -> Response:
    """Answer with one of our static files, by an existing name: no path leads elsewhere."""
    name = request.path_params["name"]
    folder = resources.files("syndicator.console") / "static"
    if name not in {file.name for file in folder.iterdir()}:
        return PlainTextResponse("Not found.\n", 404)
    kind = _TYPES.get(name.rpartition(".")[2], "application/octet-stream")
    data = (folder / name).read_bytes()
    return Response(data, media_type=kind, headers={"cache-control": "public, max-age=300"})


async def _missing(request: Request, error: HTTPException) -> Response:
    if not _is_known(request):
        return PlainTextResponse("Not found.\n", error.status_code)
    title, what = "Not found", "There is no such page."
    if error.status_code == UNREADABLE:
        title, what = "This cannot be read", error.detail
    return page(request, "wrong.html", status=error.status_code, title=title, what=what)


def _is_known(request: Request) -> bool:
    return request.state.session is not None and bool(request.state.session.who)


async def _failed(request: Request, error: SyndicatorError) -> Response:
    """Show the instance's fault; without a login, only that there is one."""
    if not _is_known(request):
        console_of(request).tell(f"console: {error}")
        return PlainTextResponse("Something is wrong with this console; its log says what.\n", 503)
    return page(request, "wrong.html", status=503, title="This cannot be shown now", what=str(error))
