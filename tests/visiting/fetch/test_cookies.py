"""Cookie rules of RFC 6265, and Netscape's file format."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from syndicator.visiting.fetch.cookies import (
    BadCookies,
    Cookie,
    join_cookies,
    parse_cookies,
    parse_set_cookie,
    select_cookies,
    write_cookies,
)

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
URL = "https://www.review.example/members/story?page=2"
SECRET = "s3ntinel-of-the-session"


def make_line(*parts: str) -> str:
    return "\t".join(parts)


@pytest.mark.parametrize(
    ("cookie", "url", "is_sent"),
    [
        # hosts (section 5.1.3)
        (Cookie(name="a", value="1", domain="www.review.example"), URL, True),
        (Cookie(name="a", value="1", domain="review.example"), URL, False),
        (Cookie(name="a", value="1", domain="review.example", host_only=False), URL, True),
        (Cookie(name="a", value="1", domain="view.example", host_only=False), URL, False),
        (Cookie(name="a", value="1", domain="shop.review.example", host_only=False), URL, False),
        (
            Cookie(name="a", value="1", domain="www.review.example"),
            "https://WWW.Review.Example/",
            True,
        ),
        (
            Cookie(name="a", value="1", domain="co.uk", host_only=False),
            "https://review.co.uk/",
            False,
        ),
        (
            Cookie(name="a", value="1", domain="0.0.1", host_only=False),
            "https://127.0.0.1/",
            False,
        ),
        # paths (section 5.1.4)
        (Cookie(name="a", value="1", domain="www.review.example", path="/members"), URL, True),
        (Cookie(name="a", value="1", domain="www.review.example", path="/members/"), URL, True),
        (Cookie(name="a", value="1", domain="www.review.example", path="/member"), URL, False),
        (Cookie(name="a", value="1", domain="www.review.example", path="/other"), URL, False),
        # Secure, and ends
        (Cookie(name="a", value="1", domain="www.review.example", secure=True), URL, True),
        (
            Cookie(name="a", value="1", domain="www.review.example", secure=True),
            URL.replace("https", "http"),
            False,
        ),
        (Cookie(name="a", value="1", domain="www.review.example", expires=SECONDS), URL, False),
        (Cookie(name="a", value="1", domain="www.review.example", expires=SECONDS + 1), URL, True),
    ],
)
def test_which_cookies_a_request_sends(cookie: Cookie, url: str, is_sent: bool) -> None:
    """A cookie is sent according to RFC 6265: by host, path, Secure and expiry; none for public
    suffixes such as co.uk."""
    assert select_cookies([cookie], url, NOW) == ([cookie] if is_sent else [])


def test_the_longest_path_comes_first() -> None:
    """Cookies with a longer path (b) come first in the Cookie header (RFC 6265, section 5.4)."""
    host = "www.review.example"
    cookies = [
        Cookie(name="a", value="1", domain=host),
        Cookie(name="b", value="2", domain=host, path="/members"),
    ]
    assert join_cookies(select_cookies(cookies, URL, NOW)) == "b=2; a=1"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            f"session={SECRET}",
            Cookie(name="session", value=SECRET, domain="www.review.example", path="/members"),
        ),
        (
            "a=1; Path=/; Secure; HttpOnly; SameSite=Lax",
            Cookie(name="a", value="1", domain="www.review.example", secure=True),
        ),
        (
            "a=1; Domain=.Review.example; path=/",
            Cookie(name="a", value="1", domain="review.example", host_only=False),
        ),
        (
            "a=1; path=/; Max-Age=60; Expires=Wed, 21-Oct-2037 07:28:00 GMT",
            Cookie(name="a", value="1", domain="www.review.example", expires=SECONDS + 60),
        ),
        (
            "a=1; path=/; Expires=Tue, 10-Mar-2026 12:01:00 GMT",
            Cookie(name="a", value="1", domain="www.review.example", expires=SECONDS + 60),
        ),
        (
            "a=; path=/; Max-Age=0",
            Cookie(name="a", value="", domain="www.review.example", expires=1),
        ),
        ("a=1; Domain=evil.example", None),
        ("a=1; Domain=example", None),
        ("a=1; Domain=shop.review.example", None),
        ("no-cookie", None),
        ("=1", None),
        ("a=" + "x" * 5000, None),
        ("a=\x07", None),
    ],
)
def test_which_cookies_an_answer_sets(line: str, expected: Cookie | None) -> None:
    """A Set-Cookie header gives a cookie according to RFC 6265; one for another host, too large or
    malformed gives None."""
    assert parse_set_cookie(line, URL, NOW) == expected


def test_an_answer_without_tls_sets_no_secure_cookie() -> None:
    """A Secure cookie is not accepted from plain HTTP, since anybody on the network could set
    it."""
    assert parse_set_cookie("a=1; Secure", URL.replace("https", "http"), NOW) is None


def test_a_file_is_read_as_browsers_export_it_and_written_so() -> None:
    """A cookies.txt as browsers export it (comments, #HttpOnly_, empty values) is read, and written
    so that it is read back equal."""
    lines = (
        "\ufeff# Netscape HTTP Cookie File",
        "# https://curl.se/docs/http-cookies.html",
        "",
        make_line(".review.example", "TRUE", "/", "TRUE", str(SECONDS), "session", SECRET),
        make_line("#HttpOnly_www.review.example", "FALSE", "/members", "FALSE", "0", "b", "x=y"),
        make_line("www.review.example", "FALSE", "/", "false", "1773144000.5", "empty"),
    )
    cookies = parse_cookies("\r\n".join(lines))

    assert cookies == (
        Cookie(
            name="session",
            value=SECRET,
            domain="review.example",
            host_only=False,
            secure=True,
            expires=SECONDS,
        ),
        Cookie(name="b", value="x=y", domain="www.review.example", path="/members"),
        Cookie(name="empty", value="", domain="www.review.example", expires=1773144000),
    )
    assert parse_cookies(write_cookies(cookies, "a comment")) == cookies


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f'[{{"name": "a", "value": "{SECRET}"}}]', "line 1: it is JSON"),
        ("# Netscape HTTP Cookie File\n", "line 1: it has no cookie"),
        (f"# a\n\na.example FALSE / FALSE 0 a {SECRET}", "line 3: it has 1 parts"),
        (make_line("a.example", "yes", "/", "FALSE", "0", "a", SECRET), "line 1: parts 2 and 4"),
        (make_line("a.example", "TRUE", "/", "FALSE", "soon", "a", SECRET), "line 1: part 5"),
        (
            make_line("a.example", "TRUE", "/", "FALSE", "0", "a", f"{SECRET};b"),
            "line 1: its domain",
        ),
        (
            make_line("a.example", "TRUE", "/", "FALSE", "0", "a", f"{SECRET}é"),
            "line 1: its domain",
        ),
    ],
)
def test_a_file_that_is_none_is_refused_with_line_and_cure_and_without_values(
    text: str, message: str
) -> None:
    """Malformed cookie files are refused: the error names the line and what to do, and does not
    show the value of a cookie (SECRET)."""
    with pytest.raises(BadCookies) as refusal:
        parse_cookies(text)
    assert message in str(refusal.value)
    assert "export the cookies again" in str(refusal.value)
    assert SECRET not in str(refusal.value)


def test_a_cookie_does_not_show_its_value() -> None:
    """The repr of a cookie, as in logs and tracebacks, does not contain its secret value."""
    assert SECRET not in repr(Cookie(name="a", value=SECRET, domain="a.example"))
