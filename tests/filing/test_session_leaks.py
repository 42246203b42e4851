"""Cookies are sent to their host alone and stored only in their files."""

from __future__ import annotations

import asyncio
import gzip
import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from syndicator.app.clock import utc_now
from syndicator.configuration.settings import Settings
from syndicator.console import security
from syndicator.core.model import Source
from syndicator.filing.context import build_page_request, build_picture_request
from syndicator.showing.explain import show_url
from tests import commands
from tests.console.api.client import Client
from tests.console.conftest import serve_instance
from tests.faults.instance import Instance
from tests.logins import (
    DESCRIPTION,
    SECRET_WORDS,
    TOKEN,
    Asked,
    Reader,
    Reply,
    Site,
    cookie_line,
    make_story_page,
    resolve_names,
    serve_site,
)

RENEWED = "renewed-value-of-the-session"
HOST = "127.0.0.1"


@dataclass
class Web:
    """A site with a login at www.review.example, and others to which it leads."""

    site: Site
    others: list[Site]


@contextmanager
def leading_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """A site with a story, one address that redirects to each other site, and a link to each."""
    names = ("shop.review.example", "evil.example", "www.review.example.evil.example")
    resolve_names(
        monkeypatch, dict.fromkeys((*names, "www.review.example", "review.example"), "127.0.0.1")
    )
    with ExitStack() as stack:
        others = [
            stack.enter_context(serve_site(Site(lambda asked: Reply(make_story_page())), name=name))
            for name in (*names, "www.review.example")  # the last: another port of its host
        ]

        def answer(asked: Asked) -> Reply:
            number = asked.path.rpartition("-")[2]
            if asked.path.startswith("/away"):
                location = f"{others[int(number)].base}/by-redirect"
                return Reply(status=302, headers=[("Location", location)])
            return Reply(make_story_page())

        site = stack.enter_context(serve_site(Site(answer), name="www.review.example"))
        site.stories = (
            "/story",
            *(f"/away-{number}" for number in range(len(others))),
            *(f"{other.base}/by-feed" for other in others),
        )
        yield Web(site=site, others=others)


def test_no_other_host_gets_a_cookie_by_redirect_or_by_the_feed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The site of a source redirects to other hosts and links them (`leading_away`), and its cookie
    file has cookies for two of them. Only its own host gets its cookie, with stories and not with
    robots.txt; the others get none."""
    with leading_away(monkeypatch) as web:
        lines = [
            cookie_line("www.review.example"),
            cookie_line("evil.example", name="of_evil", subdomains=True),
            cookie_line("shop.review.example", name="of_shop"),
        ]
        reader = Reader(tmp_path, web.site, lines)
        reader.visit_source(monkeypatch)

    assert web.site.list_sent_cookies("/story") == [{"session": TOKEN}]
    assert web.site.list_sent_cookies("/robots.txt") == [{}]

    for other in web.others:
        assert {asked.path for asked in other.asked} >= {"/by-redirect"}
        assert all(asked.cookies == {} for asked in other.asked), other.base


def test_a_cookie_of_the_domain_goes_along_no_redirect_to_another_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cookie for review.example and all its subdomains is sent to www.review.example, the site of
    the source, and still not to the hosts that it redirects to, such as shop.review.example."""
    with leading_away(monkeypatch) as web:
        reader = Reader(tmp_path, web.site, [cookie_line("review.example", subdomains=True)])
        reader.visit_source(monkeypatch)

    assert web.site.list_sent_cookies("/story") == [{"session": TOKEN}]
    for other in web.others:
        assert other.list_sent_cookies("/by-redirect") == [{}]  # one request without cookies


def test_another_host_renews_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hosts to which the source's site leads answer with a cookie of its name, also for its domain:
    none is stored."""
    with leading_away(monkeypatch) as web:
        reply = Reply(
            make_story_page(),
            headers=[
                ("Set-Cookie", "session=of-another-host; Domain=review.example; Path=/"),
                ("Set-Cookie", "session=of-another-host; Path=/"),
            ],
        )
        for other in web.others:
            other.answer = lambda asked: reply
        reader = Reader(tmp_path, web.site, [cookie_line("www.review.example")])
        reader.visit_source(monkeypatch)

    assert not reader.renewed_file.exists()


MINE = Source(key="a", url="https://www.review.example/feed", cookies="cookies/a.txt")


@pytest.mark.parametrize(
    ("url", "has_cookies"),
    [
        ("https://www.review.example/story", True),
        ("https://review.example/story", True),
        ("https://evil.example/story", False),
        ("https://www.review.example:8443/story", False),
        ("http://www.review.example/story", False),  # anybody on the way could read them
    ],
)
def test_which_requests_have_the_cookies_of_a_source(url: str, has_cookies: bool) -> None:
    """The source is https://www.review.example. Pages of its site get its cookies, by HTTPS and on
    its port; other sites and all pictures do not."""
    request = build_page_request(url, MINE, Settings(), {})
    assert request.cookies == ("cookies/a.txt" if has_cookies else "")
    assert build_picture_request(url, MINE, Settings()).cookies == ""


def answer_with_cookies(asked: Asked) -> Reply:
    """A page that repeats its cookies in text, links, scripts and headers, and renews them."""
    value = asked.cookies.get("session", "")
    more = (
        f'<p>Your session is {value}.</p><a href="/next?s={value}">next</a>'
        f'<script>var session = "{RENEWED}"; var old = "{value}";</script>'
    )
    headers = [("Set-Cookie", f"session={RENEWED}; Path=/"), ("X-Session", value)]
    return Reply(make_story_page(more=more), headers=headers)


def read_all(folder: Path, but: Path) -> Iterator[tuple[Path, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.parent != but:
            data = path.read_bytes()
            yield path, gzip.decompress(data) if path.suffix == ".gz" else data


def ask_api(reader: Reader) -> str:
    """The answers of the API about sources, articles and state."""
    security.set_password(
        security.find_passwords_file(reader.folder / "state"), "operator", "a-password-for-tests"
    )
    serving_console = serve_instance(cast(Instance, reader))
    served = next(serving_console)
    path = security.find_tokens_file(served.settings.state_dir)
    token = security.create_token(path, "reader", "read", 30, utc_now())
    client = Client(served.port, token)
    paths = ("/sources", "/sources/review", "/articles", "/status", "/settings", "/log")
    answers = [client.ask("GET", path) for path in paths]
    assert [answer.status for answer in answers[:4]] == [200, 200, 200, 200]
    assert list(serving_console) == []
    return "\n".join(f"{answer.headers} {answer.text}" for answer in answers)


def test_no_log_file_page_export_or_answer_has_the_value_of_a_cookie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The pages of a site repeat the value of its cookie in text, links and headers, and renew it.
    Neither the old nor the new value is in a log, in a file beside those of the cookies, in what
    commands print, or in an answer of the API."""
    caplog.set_level(logging.DEBUG)
    site = Site(answer_with_cookies, stories=("/story", "/story-2"))
    with serve_site(site):
        reader = Reader(
            tmp_path, site, [cookie_line(HOST)], settings="[console]\nlisten = '127.0.0.1:0'\n"
        )
        reader.visit_source(monkeypatch)
        with reader.open_app(monkeypatch) as app:
            shown = asyncio.run(show_url(f"{site.base}/story-3", app.archive, app.configuration))
        printed = [
            commands.run_syndicator(*words, "--config", str(reader.config))
            for words in (("status", "--json"), ("check", "--json"), ("export",), ("sources",))
        ]
        texts = {
            "answers of the API": ask_api(reader),
            "show": repr(shown),
            "commands": "\n".join(each.stdout + each.stderr for each in printed),
        }

    assert "cookies/review.txt" in texts["commands"]
    assert len(reader.read_articles()) >= 1

    sent = {value for each in site.asked for value in each.cookies.values()}

    assert sent == {TOKEN, RENEWED}
    assert TOKEN in reader.cookie_file.read_text()
    assert RENEWED in reader.renewed_file.read_text()

    files = list(read_all(tmp_path, but=reader.cookie_file.parent))

    # the page is stored, without the value
    assert any(b"Your session is" in data for path, data in files if path.suffix == ".gz")

    texts["logs"] = "\n".join(
        f"{record.getMessage()} {record.__dict__}" for record in caplog.records
    )

    assert "asked" in texts["logs"]

    for secret in (TOKEN, RENEWED):
        assert [path for path, data in files if secret.encode() in data] == []
        assert [name for name, text in texts.items() if secret in text] == []


def read_public(folder: Path) -> str:
    return "\n".join(
        path.read_text(errors="replace")
        for path in sorted((folder / "feeds/public").rglob("*"))
        if path.is_file()
    )


@pytest.mark.parametrize("secret_path", ["", "k" * 40])
def test_a_public_instance_shows_title_link_and_the_description_of_the_page(
    secret_path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of an article read with cookies, address and description are published; words of its paid
    text (`SECRET_WORDS`) are only if the instance has a secret path. The article's file has
    them."""
    settings = f'[publish]\nsecret_path = "{secret_path}"\n' if secret_path else ""
    site = Site(lambda asked: Reply(make_story_page()))
    with serve_site(site):
        reader = Reader(tmp_path, site, [cookie_line(HOST)], settings=settings)
        reader.visit_source(monkeypatch)
    published = read_public(tmp_path)

    assert DESCRIPTION in published
    assert f"{site.base}/story" in published

    for word in SECRET_WORDS.split():
        assert (word in published) is bool(secret_path)

    (article,) = reader.read_articles()

    assert all(word in article for word in SECRET_WORDS.split())
    assert DESCRIPTION[:40] in article


def test_no_sentence_of_a_text_stands_in_for_a_description_that_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page behind a login has no description. After all is described, read and built again, its
    title is published and no sentence of its text, which no language model gets either."""
    page = make_story_page().replace(DESCRIPTION.encode(), b"")
    site = Site(lambda asked: Reply(page))
    with serve_site(site):
        reader = Reader(tmp_path, site, [cookie_line(HOST)])
        reader.visit_source(monkeypatch)
        for words in (("describe", "--all"), ("reread", "--source", "review"), ("build",)):
            done = commands.run_syndicator(*words, "--config", str(reader.config))
            assert done.returncode == 0, done.stderr
        with reader.open_app(monkeypatch) as app:
            assert not app.configuration.sources["review"].llm
    published = read_public(tmp_path)

    assert "Story 0" in published
    assert "The council of the town decided" not in published
    assert "Engineers had found" not in published
