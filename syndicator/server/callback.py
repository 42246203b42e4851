"""WebSub callbacks (sections 5.2, 5.3 and 7), answered by functions of the server's owner."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from syndicator.core.ports.subscriptions import PATH
from syndicator.server.health import HEADERS, one_line

_AT_ONCE: Final = 8  # bodies read at once, each whole, before the check of its signature. A choice.
_LONGEST_TOKEN: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Callbacks:
    """Functions that the server's owner provides, called with a callback's token. `verify`: returns status and body;
    `known`: 200 if a push is wanted, else the status; `push`: the status."""

    verify: Callable[[str, Mapping[str, str]], tuple[int, str]]
    known: Callable[[str], int]
    push: Callable[[str, Mapping[str, str], bytes], int]


def with_callbacks(app: ASGIApp, callbacks: Callbacks) -> ASGIApp:
    """Add the callbacks to `app`."""
    room = asyncio.Semaphore(_AT_ONCE)

    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PATH):
            await app(scope, receive, send)
            return
        response = await _answer(Request(scope, receive), callbacks, room)
        await response(scope, receive, send)

    return answering


async def _answer(request: Request, callbacks: Callbacks, room: asyncio.Semaphore) -> Response:
    token = request.scope["path"].removeprefix(PATH)
    if not token or len(token) > _LONGEST_TOKEN:
        return _phrase(HTTPStatus.NOT_FOUND)
    if request.method == "GET":
        status, body = callbacks.verify(token, request.query_params)
        return Response(body, status, headers=HEADERS, media_type="text/plain")
    if request.method != "POST":
        return _phrase(HTTPStatus.METHOD_NOT_ALLOWED, allow="GET, POST")
    status = callbacks.known(token)
    return _phrase(status) if status != HTTPStatus.OK else await _pushed(request, token, callbacks, room)


async def _pushed(request: Request, token: str, callbacks: Callbacks, room: asyncio.Semaphore) -> Response:
    if room.locked():
        return _phrase(HTTPStatus.SERVICE_UNAVAILABLE, **{"retry-after": "60"})
    async with room:
        try:
            body = await request.body()
        except ClientDisconnect:
            return _phrase(HTTPStatus.BAD_REQUEST)
    status = callbacks.push(token, request.headers, body)
    busy = status == HTTPStatus.SERVICE_UNAVAILABLE
    return _phrase(status, **({"retry-after": "60"} if busy else {}))


def _phrase(status: int, **headers: str) -> Response:
    return one_line(f"{HTTPStatus(status).phrase}.", status, **headers)
