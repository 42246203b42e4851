"""A run beside a site of our own, whose answers a test gives."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from syndicator.cli.demo.server import Answer, Request, SiteServer
from syndicator.runs import refresh
from tests.instances import Instance


def run_beside_site(
    instance: Instance, answers: Mapping[str, Answer], port: int, seen: list[Request]
) -> refresh.RunReport:
    """Visit what is due while the site answers on 127.0.0.1; all else is 404. `answers`: by path;
    `seen`: gets the requests."""

    async def run() -> refresh.RunReport:
        missing = Answer(status=404)
        server = SiteServer("site", lambda method, target: answers.get(target, missing), seen)
        await server.start("127.0.0.1", port)
        try:
            with instance.open_app() as app:
                return await refresh.run(app, refresh.Wanted(), stop=asyncio.Event())
        finally:
            await server.aclose()

    return asyncio.run(run())
