"""Credentials and private networks of a source are used for its own host alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from syndicator.app.container import open_app
from syndicator.cli.demo.server import Answer, Request, SiteServer
from syndicator.configuration.settings import Settings
from syndicator.core.errors import MissingError
from syndicator.core.model import Redirects, Source, SourceState
from syndicator.filing.context import build_feed_request, build_page_request
from syndicator.runs import refresh
from syndicator.showing.explain import show_url
from tests.faults.instance import InProcess

SECRET = "Bearer s3ntinel"
PAGE = (
    "<title>{0}</title><article><h1>{0}</h1><p>"
    + "Words of a story that is long enough to be one. " * 20
    + "</p>"
)
SOURCES = (
    '[[source]]\nkey = "mine"\nurl = "{feed}"\nheaders_env = {{ Authorization = "MY_TOKEN" }}\n'
)
SETTINGS = "[fetch]\nallow_loopback = true\npause = 0\n"


@asynccontextmanager
async def serve_site(
    host: str, respond: Callable[[str], Answer], log: list[Request]
) -> AsyncIterator[str]:
    """A site on a loopback address of its own; yields its address."""
    server = SiteServer(host, lambda method, path: respond(path), log)
    await server.start(host, 0)
    try:
        yield server.base
    finally:
        await server.aclose()


def make_answer(path: str) -> Answer:
    return (
        Answer(status=404)
        if path == "/robots.txt"
        else Answer(body=PAGE.format(path.strip("/")).encode())
    )


@pytest.mark.anyio
async def test_pages_and_redirects_to_another_host_get_no_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The Authorization header goes to the source's own host only: not to a linked page, a
    redirect's target or the site's icon."""
    monkeypatch.setattr(refresh, "make_worker", lambda settings: InProcess())
    seen: list[Request] = []
    async with serve_site("127.0.0.3", make_answer, seen) as other_site:

        def own(path: str) -> Answer:
            items = "".join(
                f"<item><link>{link}</link></item>"
                for link in ("/own", f"{other_site}/linked", "/away")
            )
            feed = f'<rss version="2.0"><channel><title>Mine</title>{items}</channel></rss>'
            if path == "/feed":
                return Answer(body=feed.encode(), type="application/rss+xml")
            return (
                Answer(status=302, headers={"Location": f"{other_site}/redirected"})
                if path == "/away"
                else make_answer(path)
            )

        async with serve_site("127.0.0.2", own, seen) as mine:
            (tmp_path / "config").mkdir()
            (tmp_path / "config/sources.toml").write_text(SOURCES.format(feed=f"{mine}/feed"))
            (tmp_path / "config/syndicator.toml").write_text(SETTINGS)
            with open_app(tmp_path / "config", environ={"MY_TOKEN": SECRET}) as app:
                report = await refresh.run(app, refresh.Wanted(all=True), stop=asyncio.Event())

    assert [(outcome.reason, len(outcome.added)) for outcome in report.outcomes] == [(None, 3)]
    credentials_by_path = {
        request.path: request.headers.get("authorization")
        for request in seen
        if request.path != "/robots.txt"
    }
    assert credentials_by_path == {
        "/feed": SECRET,
        "/own": SECRET,
        "/away": SECRET,
        "/linked": None,
        "/redirected": None,
        "/": None,  # the front page, which names the icon of the site
        "/favicon.ico": None,
    }


MINE = Source(
    key="mine",
    url="https://mine.example/feed",
    headers_env={"Authorization": "MY_TOKEN"},
    allow=("10.0.0.0/8",),
)


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("https://mine.example/page", True),
        ("https://MINE.example:443/page", True),
        ("https://www.mine.example/page", False),
        ("https://mine.example.evil.example/page", False),
        ("https://mine.example:8443/page", False),
        ("http://mine.example/page", False),  # anybody on the way could read them
    ],
)
def test_what_is_a_sources_own_host(url: str, own: bool) -> None:
    """Requests to the source's own host have its credentials and may enter private networks;
    others, also after a move of the feed, may not."""
    environ = {"MY_TOKEN": SECRET}
    asked = [
        build_page_request(url, MINE, Settings(), environ),
        build_feed_request(
            MINE,
            SourceState(key="mine", url=MINE.url, redirects=Redirects(effective_url=url)),
            Settings(),
            environ,
        ),
    ]
    for request in asked:
        assert request.url == url
        assert request.headers == ({"Authorization": SECRET} if own else {})
        assert request.allow == (MINE.allow if own else ())


def test_a_source_without_tls_has_nothing_to_lose_on_a_page_with_it() -> None:
    """A source with an http address may send its credentials to https on the same host."""
    plain = replace(MINE, url="http://mine.example/feed")
    for url in ("http://mine.example/page", "https://mine.example/page"):
        assert build_page_request(url, plain, Settings(), {"MY_TOKEN": SECRET}).headers == {
            "Authorization": SECRET
        }


@pytest.mark.anyio
@pytest.mark.parametrize("environ", [{}, {"MY_TOKEN": ""}])
async def test_without_its_credentials_no_page_is_asked_for_by_show_either(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    """If the variable with the credentials is unset, neither `show` nor `refresh` sends a
    request."""
    seen: list[Request] = []
    async with serve_site("127.0.0.2", make_answer, seen) as mine:
        (tmp_path / "config").mkdir()
        (tmp_path / "config/sources.toml").write_text(SOURCES.format(feed=f"{mine}/feed"))
        (tmp_path / "config/syndicator.toml").write_text(SETTINGS)
        with open_app(tmp_path / "config", environ=environ) as app:
            with pytest.raises(MissingError, match="MY_TOKEN"):
                await show_url(f"{mine}/own", app.archive, app.configuration)
            report = await refresh.run(app, refresh.Wanted(all=True), stop=asyncio.Event())

    assert seen == []
    assert [outcome.reason for outcome in report.outcomes] == ["unset-variable"]
