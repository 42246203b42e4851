"""A secret in a source's address is sent to its site and never written, logged or printed."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

import pytest

from syndicator.app.container import open_app
from syndicator.cli.demo.server import Answer, Request
from syndicator.configuration.settings import Settings
from syndicator.core.model import Source, SourceState
from syndicator.filing.context import (
    build_feed_request,
    build_page_request,
    find_missing_credentials,
)
from syndicator.health.check.installation import check
from syndicator.runs import refresh
from syndicator.runs.refresh import RunReport
from tests.faults.instance import InProcess
from tests.filing.test_credentials import PAGE, SETTINGS, serve_site

SECRET = "s3ntinel+of/a=feed"
ESCAPED = "s3ntinel%2Bof%2Fa%3Dfeed"


@pytest.fixture(autouse=True)
def _worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refresh, "make_worker", lambda settings: InProcess())


def answer_private_site(path: str) -> Answer:
    """A private feed: every address of it, its pages and its redirect has the token."""
    if path.startswith("/old"):
        return Answer(status=301, headers={"Location": f"/feed?token={ESCAPED}"})
    if SECRET not in unquote(path):
        return Answer(status=404 if path == "/robots.txt" else 403)
    if path.startswith("/feed"):
        items = "".join(
            f"<item><guid>/{name}?token={ESCAPED}</guid><link>/{name}?token={ESCAPED}</link>"
            f'<enclosure url="/{name}.mp3?token={ESCAPED}" type="audio/mpeg" length="9"/></item>'
            for name in ("one", "two")
        )
        link = f"<link>/?token={ESCAPED}</link>"
        return Answer(
            body=(
                f'<rss version="2.0"><channel><title>Mine</title>{link}{items}</channel></rss>'.encode()  # noqa: E501
            )
        )
    title = path.strip("/").partition("?")[0]
    words = (
        f'<p><a href="/more?token={ESCAPED}">More</a> of {SECRET} to be had here, where it is'
        " told.</p>"
    )
    return Answer(body=PAGE.format(title).encode() + words.encode())


def write_config(folder: Path, url: str) -> None:
    (folder / "config").mkdir(exist_ok=True)
    (folder / "config/sources.toml").write_text(
        f'[[source]]\nkey = "mine"\nurl = "{url}"\ncontent = "full"\n'
    )
    (folder / "config/syndicator.toml").write_text(SETTINGS + "[publish]\ntag_min = 1\n")


async def run_refresh(folder: Path, environ: Mapping[str, str]) -> RunReport:
    with open_app(folder / "config", environ=environ) as app:
        return await refresh.run(app, refresh.Wanted(all=True), stop=asyncio.Event())


def list_written_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield all files below `folder` except the operator's, decompressed."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.parent.name != "config":
            data = path.read_bytes()
            yield (
                str(path.relative_to(folder)),
                gzip.decompress(data) if path.suffix == ".gz" else data,
            )


def list_leaks(folder: Path) -> list[str]:
    return [name for name, data in list_written_files(folder) if b"s3ntinel" in data]


def list_article_ids(folder: Path) -> list[str]:
    with sqlite3.connect(folder / "feeds/state/syndicator.db") as database:
        return sorted(row[0] for row in database.execute("SELECT id FROM articles"))


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["feed", "old"])
async def test_a_secret_is_sent_and_written_nowhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    """The token is sent to the site and is in no file, log or published link, also if the feed
    redirects or repeats it."""
    caplog.set_level(logging.DEBUG)
    seen: list[Request] = []
    async with serve_site("127.0.0.2", answer_private_site, seen) as base:
        write_config(tmp_path, f"{base}/{path}?token=${{MY_TOKEN}}")
        for _ in range(4):
            report = await run_refresh(tmp_path, {"MY_TOKEN": SECRET})
            assert report.outcomes[0].reason is None

    assert len(list_article_ids(tmp_path)) == 2

    paths_of_first_page = [
        unquote(request.path) for request in seen if request.path.startswith("/one")
    ]

    assert paths_of_first_page == [f"/one?token={SECRET}"]
    assert list_leaks(tmp_path) == []
    assert "s3ntinel" not in caplog.text

    link = json.loads((tmp_path / "feeds/public/all.json").read_text())["items"][0]["url"]

    assert link in (f"{base}/one", f"{base}/two")


@pytest.mark.anyio
async def test_what_was_written_is_scrubbed_once_the_operator_writes_a_variable(
    tmp_path: Path,
) -> None:
    """`check` tells the operator to replace a secret in an address by `${VARIABLE}`; after that
    all files are cleaned once."""
    async with serve_site("127.0.0.2", answer_private_site, []) as base:
        write_config(tmp_path, f"{base}/feed?token={ESCAPED}")
        await run_refresh(tmp_path, {})
        before = list_article_ids(tmp_path)

        assert len(before) == 2
        assert list_leaks(tmp_path)

        (found,) = [one for one in check(tmp_path / "config") if one.reason == "secret-in-url"]

        assert f'write url = "{base}/feed?token=${{MINE_TOKEN}}"' in found.detail
        assert ESCAPED not in found.detail

        kept = {name: data for name, data in list_written_files(tmp_path) if name.endswith(".md")}
        write_config(tmp_path, f"{base}/feed?token=${{MINE_TOKEN}}")

        assert (await run_refresh(tmp_path, {})).outcomes[0].reason == "unset-variable"
        assert {
            name: data for name, data in list_written_files(tmp_path) if name.endswith(".md")
        } == kept

        report = await run_refresh(tmp_path, {"MINE_TOKEN": SECRET})

        assert report.outcomes[0].reason is None
        assert list_leaks(tmp_path) == []
        assert list_article_ids(tmp_path) == before
        assert not report.built.held

        stamps = {
            path: path.stat().st_mtime_ns
            for path in (tmp_path / "feeds").rglob("*.*")
            if path.suffix != ".db"
        }
        await run_refresh(tmp_path, {"MINE_TOKEN": SECRET})

        assert {path: path.stat().st_mtime_ns for path in stamps if "state" not in path.parts} == {
            path: stamp for path, stamp in stamps.items() if "state" not in path.parts
        }


MINE = Source(key="mine", url="https://mine.example/feed?token=${MY_TOKEN}")


def test_a_secret_is_for_the_sources_own_site_over_tls() -> None:
    """A secret is sent to the source's own site by HTTPS only; a feed request holds its
    placeholder until it is sent."""
    environ = {"MY_TOKEN": SECRET, "PATH": "/usr/bin:/bin"}

    def list_secrets(url: str) -> Mapping[str, str]:
        return build_page_request(url, MINE, Settings(), environ).secrets

    assert list_secrets("https://mine.example/a?token=$%7BMY_TOKEN%7D") == {"MY_TOKEN": SECRET}
    assert list_secrets("https://www.mine.example/a") == {"MY_TOKEN": SECRET}
    assert list_secrets("https://other.example/a?token=${MY_TOKEN}") == {}
    assert list_secrets("http://mine.example/a?token=${MY_TOKEN}") == {}

    state = SourceState(key="mine", url=MINE.url)

    assert build_feed_request(MINE, state, Settings(), environ).url == MINE.url


@pytest.mark.parametrize(
    ("environ", "error"),
    [
        ({}, "is not set where syndicator runs: set it there"),
        ({"MY_TOKEN": ""}, "is not set where syndicator runs: set it there"),
        ({"MY_TOKEN": "short"}, "has fewer than 8 characters, too few for a secret"),
    ],
)
def test_a_variable_without_a_value_is_named_and_nothing_is_asked(
    environ: Mapping[str, str], error: str
) -> None:
    """If the variable of a secret is unset or too short, the failure names it and no request is
    made; pages of other sites need none."""
    request = build_feed_request(MINE, SourceState(key="mine", url=MINE.url), Settings(), environ)
    failed = find_missing_credentials(request, MINE, environ)

    assert failed is not None
    assert failed.reason == "unset-variable"
    assert failed.unasked is True
    assert failed.detail == f"source 'mine': url: the environment variable MY_TOKEN {error}"

    other_page_request = build_page_request(
        "https://other.example/a?token=${MY_TOKEN}", MINE, Settings(), environ
    )

    assert find_missing_credentials(other_page_request, MINE, environ) is None
