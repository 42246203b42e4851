"""The HTTP client with a cookie file, over redirects."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syndicator.configuration.settings import Fetch
from syndicator.core.model import Failed, Fetched, FetchResult, Request
from syndicator.visiting.fetch.client import HttpFetcher
from syndicator.visiting.fetch.cookie_files import CookieFiles
from tests.logins import TOKEN, Asked, Reply, Site, cookie_line, make_story_page, serve_site

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
FILE = "review.txt"


def fetch_with_cookies(folder: Path, url: str, *, files: bool = True) -> FetchResult:
    """Fetch with the cookies of FILE in the folder; without `files` the client has none."""

    async def ask() -> FetchResult:
        client = HttpFetcher(
            Fetch(allow_loopback=True),
            user_agent="x",
            clock=lambda: NOW,
            cookies=CookieFiles(folder, lambda: NOW) if files else None,
        )
        async with aclosing(client) as fetcher:
            return await fetcher.fetch(Request(url=url, cookies=FILE))

    return asyncio.run(ask())


def set_session(asked: Asked) -> Reply:
    return Reply(make_story_page(), headers=[("Set-Cookie", "session=another-session; Path=/")])


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2"])
def test_a_redirect_to_another_host_or_port_takes_and_renews_no_cookie(
    tmp_path: Path, address: str
) -> None:
    """A redirect to another host, or to another port of the same one, gets no cookie of the source,
    and its answer, which sets one, renews none (no file is added)."""
    # a session for each of the two hosts
    lines = [cookie_line("127.0.0.1"), cookie_line("127.0.0.2")]
    (tmp_path / FILE).write_text("\n".join(lines))
    with serve_site(Site(set_session), address) as other_site:
        location = ("Location", f"{other_site.base}/there")
        away = Site(lambda asked: Reply(status=302, headers=[location]))
        with serve_site(away) as site:
            result = fetch_with_cookies(tmp_path, f"{site.base}/story")

    assert isinstance(result, Fetched)
    assert site.list_sent_cookies("/story") == [{"session": TOKEN}]
    assert other_site.list_sent_cookies("/there") == [{}]
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_a_redirect_on_the_host_sends_what_its_path_gets_and_keeps_what_it_sets(
    tmp_path: Path,
) -> None:
    """After a redirect on the same host, cookies are chosen by the new path, and cookies that
    either answer sets are stored."""
    lines = [cookie_line("127.0.0.1"), cookie_line("127.0.0.1", name="of_members", path="/members")]
    (tmp_path / FILE).write_text("\n".join(lines))

    def answer(asked: Asked) -> Reply:
        if asked.path == "/members/story":
            headers = [("Location", "/story"), ("Set-Cookie", "step=one-of-two; Path=/")]
            return Reply(status=302, headers=headers)
        return Reply(
            make_story_page(), headers=[("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2")]
        )

    with serve_site(Site(answer)) as site:
        result = fetch_with_cookies(tmp_path, f"{site.base}/members/story")

    assert isinstance(result, Fetched)
    assert "set-cookie" not in result.headers
    assert site.list_sent_cookies("/members/story") == [{"of_members": TOKEN, "session": TOKEN}]
    assert site.list_sent_cookies("/story") == [{"session": TOKEN, "step": "one-of-two"}]

    # what the next request would send
    header = CookieFiles(tmp_path, lambda: NOW).header(FILE, f"{site.base}/story")
    assert set(header.split("; ")) == {f"session={TOKEN}", "step=one-of-two", "a=1", "b=2"}


def test_values_are_masked_in_what_a_failure_says(tmp_path: Path) -> None:
    """A failure does not contain cookie values, though the redirects that caused it have one in
    their address."""
    (tmp_path / FILE).write_text(cookie_line("127.0.0.1"))
    # each answer redirects to /story, so that there are too many
    location = ("Location", f"/story?session={TOKEN}")
    with serve_site(Site(lambda asked: Reply(status=302, headers=[location]))) as site:
        result = fetch_with_cookies(tmp_path, f"{site.base}/story")

    assert isinstance(result, Failed)
    assert result.reason == "redirects"
    assert TOKEN not in repr(result)


def test_a_client_without_files_sends_no_request_that_needs_one(tmp_path: Path) -> None:
    """A fetcher without cookie files sends no request that needs cookies, which the site would
    answer as to a stranger: it fails with "bad-cookies", and no try is counted (`unasked`)."""
    with serve_site(Site(set_session)) as site:
        result = fetch_with_cookies(tmp_path, f"{site.base}/story", files=False)

    assert isinstance(result, Failed)
    assert result.reason == "bad-cookies"
    assert result.unasked is True
    assert site.asked == []
