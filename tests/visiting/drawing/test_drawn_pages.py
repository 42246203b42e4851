"""Ten pages filled by scripts have the same text as when delivered whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syndicator.core.model import ReadArticle
from syndicator.core.requests import Failed, Fetched
from syndicator.filing.read_article import read_article
from tests.visiting.conftest import Reply, Web
from tests.visiting.drawing.drawn import (
    AGENT,
    DRAWN,
    NEVER_ENDS,
    PAGES,
    PATIENT,
    deliver_whole,
    draw_page,
    need_browser,
    serve_folder,
    serve_html,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture(autouse=True)
def _browser() -> None:
    need_browser()


def read_drawn_page(page: bytes, url: str) -> ReadArticle:
    return read_article(page, url, headers={"content-type": "text/html; charset=utf-8"})


def test_there_are_ten_pages() -> None:
    """The sample pages are found: the nine that end, beside NEVER_ENDS, which is tested by
    itself."""
    assert len(DRAWN) == 9


@pytest.mark.parametrize("name", DRAWN)
def test_a_drawn_page_has_the_text_of_the_whole_one(web: Web, name: str) -> None:
    """A page that scripts fill, drawn in the browser, gives the same article as the same text
    delivered as plain HTML (`whole_article`); only GET requests are sent, and none for style
    sheets."""
    serve_folder(web, PAGES)
    url = web.url(f"/{name}/")
    page = draw_page(url)

    assert isinstance(page, Fetched), page

    article = read_drawn_page(page.body, url)
    whole_article = read_drawn_page(deliver_whole().encode(), url)

    assert len(whole_article.body) > 1_400
    assert article.body == whole_article.body
    assert article.title == whole_article.title
    assert article.author == whole_article.author
    assert article.published == whole_article.published
    assert {seen.headers["user-agent"] for seen in web.seen} == {AGENT}
    assert {seen.method for seen in web.seen} == {"GET"}
    assert not any(path.endswith((".css", "consented.json")) for path in web.list_paths())


def test_a_page_that_never_ends_has_a_reason(web: Web) -> None:
    """Drawing a page that is never finished ends at the time limit (20 s here) with the reason
    "browser-hung"."""
    serve_folder(web, PAGES)
    page = draw_page(web.url(f"/{NEVER_ENDS}/"), limits=replace(PATIENT, wall_seconds=20.0))

    assert isinstance(page, Failed)
    assert page.reason == "browser-hung"
    assert page.detail == "not drawn within 20 s"


def test_a_page_that_eats_memory_has_a_reason(web: Web) -> None:
    """If a script uses more memory than the browser may have, drawing fails with the reason
    "browser-memory"."""
    script = "const kept = []; for (;;) kept.push(new Array(1e6).fill(Math.random()));"
    page = draw_page(serve_html(web, "/", f"<p>Text</p><script>{script}</script>"))

    assert isinstance(page, Failed)
    assert page.reason == "browser-memory"


def test_a_page_that_grows_without_end_has_a_reason(web: Web) -> None:
    """A drawn page that is larger than the limit (here 1,000 characters) fails with the reason
    "browser-memory"."""
    script = 'document.body.textContent = "x".repeat(2000);'
    small = replace(PATIENT, most_answer_bytes=1_000)
    page = draw_page(serve_html(web, "/", f"<p>Text</p><script>{script}</script>"), limits=small)

    assert isinstance(page, Failed)
    assert page.reason == "browser-memory"
    assert page.detail == "the drawn page has more than 1,000 characters"


def test_scripts_cannot_change_how_the_page_is_read(web: Web) -> None:
    """A page whose script redefines `outerHTML` cannot forge what is read: the real content of the
    document is returned, with the text that the script added."""
    script = """Object.defineProperty(Element.prototype, "outerHTML", {get: () => "<p>Forged</p>"});
    document.body.append("Real");"""
    page = draw_page(serve_html(web, "/", f"<p>Text</p><script>{script}</script>"))

    assert isinstance(page, Fetched)
    assert b"<p>Forged</p></body>" not in page.body
    assert page.body.endswith(b"Real</body></html>")


def test_a_page_to_which_a_script_leads_is_the_page(web: Web) -> None:
    """If a script leads to another page of the site, that page is drawn and its address is the
    final one."""
    url = serve_html(web, "/old", '<script>location.href = "/new"</script>')
    serve_html(web, "/new", "<p>New</p>")
    page = draw_page(url)

    assert isinstance(page, Fetched)
    assert page.url == url
    assert page.final_url == web.url("/new")
    assert b"<p>New</p>" in page.body


def test_what_is_no_html_is_not_drawn(web: Web) -> None:
    """An answer that is not HTML, such as a feed, is returned unchanged with its headers."""
    feed = b'<?xml version="1.0"?><rss version="2.0"><channel/></rss>'
    web.routes["/feed"] = Reply(
        headers={"content-type": "application/rss+xml", "ETag": '"a"'}, body=feed
    )
    answer = draw_page(web.url("/feed"))

    assert isinstance(answer, Fetched)
    assert answer.body == feed
    assert answer.headers["etag"] == '"a"'


def test_each_page_has_a_fresh_profile(web: Web) -> None:
    """Cookies and local storage of a drawn page are gone when the next page is drawn, also for the
    same site."""
    script = """const before = document.cookie + localStorage.getItem("seen");
    document.cookie = "seen=1"; localStorage.setItem("seen", "1");
    document.body.append(`before: ${before}`);"""
    url = serve_html(web, "/", f"<p>Text</p><script>{script}</script>")

    for _ in range(2):
        page = draw_page(url)
        # no cookie, and null from the storage
        assert isinstance(page, Fetched)
        assert b"before: null" in page.body


def test_the_browser_says_what_it_is(web: Web) -> None:
    """Scripts of a drawn page see our user agent and that the browser is automated: we do not
    pretend to be a person."""
    script = "document.body.append(`${navigator.userAgent} ${navigator.webdriver}`);"
    page = draw_page(serve_html(web, "/", f"<p>Text</p><script>{script}</script>"))

    assert isinstance(page, Fetched)
    assert f"{AGENT} true".encode() in page.body
