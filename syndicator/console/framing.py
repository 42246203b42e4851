"""A stranger's page in a frame."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from syndicator.console.answers import console_of
from syndicator.core.errors import NotAnArticle, WorkerFailed
from syndicator.pipeline import jobs


async def framed(request: Request, kept: tuple[bytes, str, Mapping[str, str]]) -> Response:
    """The page (its bytes, address and headers) for a frame that has an origin of its own and no network."""
    try:
        made, policy = await console_of(request).worker.call(jobs.shown_page, *kept)
    except (NotAnArticle, WorkerFailed) as error:
        return PlainTextResponse(f"This page cannot be shown: {error}\n", 422)
    headers = {"content-security-policy": policy, "x-frame-options": "SAMEORIGIN"}
    return Response(made, media_type="text/html", headers=headers)
