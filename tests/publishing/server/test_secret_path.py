"""A private instance under a secret path, attacked over a real port."""

from __future__ import annotations

import asyncio
import gzip
import json
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

import pytest

from syndicator.app.clock import utc_now
from syndicator.configuration.settings import Paths, Publish, Settings
from syndicator.configuration.settings import Site as SiteSettings
from syndicator.core.ports.subscriptions import PATH
from syndicator.health.episodes import ensure_feed_token, feed_name
from syndicator.publishing.server.server import serve
from syndicator.runs import daemon
from syndicator.runs.pushes import Registry

SECRET = "sesame-opens-this-door"


class Answer(NamedTuple):
    """An answer of the server, with the names of its headers in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    folder = tmp_path / "feeds/public"
    for name in ("tags", "maps"):
        (folder / name).mkdir(parents=True)
    (folder / "index.html").write_text("<p>Mine")
    (folder / "404.html").write_text(f'<a href="/{SECRET}/">Mine</a>')
    (folder / "all.html").write_text("<p>Mine")
    (folder / "all.atom").write_bytes(b"<feed>mine</feed>")
    (folder / "all.atom.gz").write_bytes(gzip.compress(b"<feed>mine</feed>"))
    (folder / "maps/moved.json").write_text(
        json.dumps({"moved": {"tags/old.rss": "all.atom"}, "gone": ["tags/x.rss"]})
    )
    site = SiteSettings(callback="https://hubs.example/")
    paths = Paths(public=str(folder), state=str(tmp_path / "state"))
    return Settings(
        paths=paths, site=site, publish=Publish(secret_path=SECRET, listen="127.0.0.1:0")
    )


def send_requests(settings: Settings, *requests: tuple[str, str, str]) -> list[Answer]:
    """The answers of a server of this instance to requests: method, target as on the line,
    headers."""

    async def asking() -> list[Answer]:
        stop = asyncio.Event()
        port = asyncio.get_running_loop().create_future()
        site = daemon.Site(settings, None, Registry(utc_now))

        def listening(url: str) -> None:
            port.set_result(int(url.rstrip("/").rpartition(":")[2]))

        serving = asyncio.create_task(serve(site, "127.0.0.1", 0, stop=stop, listening=listening))
        answers = [await send_request(await port, *request) for request in requests]
        stop.set()
        await serving
        return answers

    return asyncio.run(asking())


async def send_request(port: int, method: str, target: str, headers: str) -> Answer:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = [f"{method} {target} HTTP/1.1", f"host: 127.0.0.1:{port}", headers, "connection: close"]
    writer.write("\r\n".join([*filter(None, lines), "", ""]).encode())
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    status, *rest = head.decode().split("\r\n")
    heads = {name.lower(): value for name, _, value in (line.partition(": ") for line in rest)}
    return Answer(int(status.split()[1]), heads, body)


OUTSIDE = [
    "/",
    "/all.atom",
    "/all.atom.gz",
    "/index.html",
    "/404.html",
    "/none.html",
    "/favicon.ico",
    "/tags/old.rss",
    "/tags/x.rss",
    "/tags/",
    "/maps/moved.json",
    "/robots.txt",
    "/sitemap.xml",
    f"//{SECRET}/all.atom",
    f"/./{SECRET}/all.atom",
    f"/x/../{SECRET}/all.atom",
    f"/x/%2e%2e/{SECRET}/all.atom",
    f"/{SECRET.upper()}/all.atom",
    f"/{SECRET[:-1]}/all.atom",
    f"/{SECRET}x/all.atom",
    f"/{SECRET}%20/all.atom",
    f"/{SECRET}%00/all.atom",
    f"/{SECRET}.html",
    f"/{SECRET}\\all.atom",
    f"/{SECRET};/all.atom",
    f"/%25{ord(SECRET[0]):x}{SECRET[1:]}/all.atom",
    f"/{SECRET.replace('e', '%C3%A9')}/all.atom",
    "/%ff%fe/all.atom",
    f"/?{SECRET}/all.atom",
    "/%2e%2e/all.atom",
]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
def test_without_the_secret_path_every_answer_is_the_same(settings: Settings, method: str) -> None:
    """On a private instance, any request without the secret path gets the same 404, whether the
    file exists or not, so that nothing can be guessed."""
    tag = send_requests(settings, ("GET", f"/{SECRET}/all.atom", ""))[0].headers["etag"]
    header_lines = (
        "",
        f"if-none-match: {tag}",
        "range: bytes=0-3",
        "accept-encoding: gzip",
        "sec-fetch-dest: document",
    )

    # each address of OUTSIDE, which lacks the secret path or nearly has it, with each header
    answers = send_requests(
        settings, *((method, target, headers) for target in OUTSIDE for headers in header_lines)
    )
    body = b"" if method == "HEAD" else b"Not found.\n"

    # the answers that differ in more than the value of a header
    different_answers = {
        (answer.status, answer.body, *sorted(set(answer.headers) - {"date"})) for answer in answers
    }

    assert len(different_answers) == 1
    assert {(answer.status, answer.body) for answer in answers} == {(HTTPStatus.NOT_FOUND, body)}
    assert not any(SECRET in str(answer) for answer in answers)


def test_who_knows_it_gets_all_and_no_shared_cache_may_keep_it(settings: Settings) -> None:
    """Below the secret path everything is served as usual; every answer, also a redirect or error,
    is private and not to be indexed. Published are index.html and all.atom; tags/old.rss has moved
    to all.atom, and tags/x.rss has ended."""
    inside = f"/{SECRET}/"
    requests = {
        "page": ("GET", inside, ""),
        "feed": ("GET", f"{inside}all.atom", ""),
        "compressed": ("GET", f"{inside}all.atom", "accept-encoding: gzip"),
        "not modified": ("GET", f"{inside}all.atom", "if-none-match: *"),
        "moved": ("GET", f"{inside}tags/old.rss", ""),
        "ended": ("GET", f"{inside}tags/x.rss", ""),
        "outside": ("GET", f"{inside}../all.atom", ""),
        "folder": ("GET", f"{inside}tags/", ""),
        "without slash": ("GET", f"/{SECRET}", ""),
    }
    answers = dict(zip(requests, send_requests(settings, *requests.values()), strict=True))

    assert answers["page"].status == 200
    assert answers["page"].body == b"<p>Mine"
    assert answers["feed"].body == b"<feed>mine</feed>"
    assert gzip.decompress(answers["compressed"].body) == b"<feed>mine</feed>"
    assert f'<http://127.0.0.1:0{inside}all.atom>; rel="self"' in answers["feed"].headers["link"]
    assert answers["not modified"].status == 304
    assert answers["ended"].status == 410
    assert answers["outside"].status == 404
    assert answers["moved"].headers["location"] == f"{inside}all.atom"
    assert answers["folder"].headers["location"] == inside
    assert answers["without slash"].headers["location"] == inside

    for answer in answers.values():
        assert answer.headers["cache-control"] == "private, no-cache"
        assert answer.headers["x-robots-tag"] == "noindex, nofollow"


def test_hubs_and_monitoring_reach_what_is_theirs(settings: Settings) -> None:
    """On a private instance, probes, the health feed and WebSub callbacks work without the secret
    path, as they have tokens of their own."""
    settings.state_dir.mkdir(parents=True)
    health_path = f"/{feed_name(ensure_feed_token(settings.state_dir))}"
    callback_path = f"{PATH}none"
    probe, health_feed, callback = send_requests(
        settings, ("GET", "/healthz", ""), ("GET", health_path, ""), ("GET", callback_path, "")
    )

    assert probe.status == 200
    assert probe.body == b"ok\n"
    assert health_feed.body != b"Not found.\n"
    # a header of callbacks, which the 404 of a private instance lacks
    assert callback.headers["cache-control"] == "no-store"
