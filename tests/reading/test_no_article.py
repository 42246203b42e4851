"""Refuse pages that are no article, and accept articles with the same words."""

from __future__ import annotations

import pytest

from syndicator.core.errors import NotAnArticle
from syndicator.reading.reader import read

PROSE = "".join(
    f"<p>Paragraph {n} of a story on {{subject}}, with commas, clauses and a full stop, as people"
    " write them when they have something to tell and enough room to tell it in.</p>"
    for n in range(8)
)
PAGES = [
    (
        "consent",
        "Before you continue to The Daily Bote",
        (
            "<h1>Before you continue to The Daily Bote</h1><p>We use cookies and data to deliver"
            " our services, to measure audiences and to show personalised content. With our"
            " partners we process your address and the pages you visit.</p><p>If you choose Accept"
            " all, we will also use cookies to develop new services; if you choose Reject all, we"
            " will not use cookies for these additional purposes. You can change your mind at any"
            " time.</p>"
        ),
    ),
    (
        "bot-check",
        "Just a moment...",
        (
            "<div class='main-wrapper'><h1>site.example</h1><p>Verify you are human by completing"
            " the action.</p></div>"
        ),
    ),
    (
        "bot-check",
        "Access denied",
        (
            "<h1>Access denied</h1><p>Automated access to this page was denied because we believe"
            " you are a robot.</p>"
        ),
    ),
    (
        "error-page",
        "404 - Page not found",
        (
            "<h1>404</h1><p>The page you are looking for could not be found.</p><p><a"
            " href='/'>Home</a></p>"
        ),
    ),
    (
        "error-page",
        "Seite nicht gefunden | Bote",
        "<h1>Seite nicht gefunden</h1><p>Die gesuchte Seite existiert nicht mehr.</p>",
    ),
    ("error-page", "Страница не найдена", "<p>Запрошенная страница не найдена.</p>"),
    (
        "login",
        "Log in - Club",
        (
            "<h1>Log in</h1><form><input type='text'><input type='password'></form><p>Forgot your"
            " password?</p>"
        ),
    ),
    (
        "login",
        "Anmelden",
        (
            "<form><label>E-Mail</label><input type='password'></form><p>Passwort vergessen?"
            " Angemeldet bleiben</p>"
        ),
    ),
    (
        "consent",
        "Bevor Sie zu Bote weitergehen",
        (
            "<p>Wir und unsere Partner nutzen Cookies.</p><button>Alle"
            " akzeptieren</button><p>Einwilligung</p>"
        ),
    ),
    (
        "consent",
        "News",
        (
            "<p>We and our partners store information on a device.</p><p>You can accept all or"
            " manage preferences.</p>"
        ),
    ),
    (
        "paywall",
        "A story",
        "<h1>A story</h1><div class='paywall'><p>Subscribe to continue reading. Sign in.</p></div>",
    ),
    ("empty", "App", "<div id='root'></div><noscript>You need to enable JavaScript.</noscript>"),
]


@pytest.mark.parametrize(("kind", "title", "body"), PAGES)
def test_pages_that_are_no_article(kind: str, title: str, body: str) -> None:
    """Consent pages, logins, error pages, empty pages and the like are refused with their kind."""
    page = f"<html><head><title>{title}</title></head><body>{body}</body></html>"
    with pytest.raises(NotAnArticle) as caught:
        read(page.encode(), "https://site.example/story")
    assert caught.value.kind == kind


@pytest.mark.parametrize(
    "title",
    [
        "404 days without rain",
        "Login data of millions stolen",
        "Just a moment of silence",
        "Why cookie consent fails",
        "How paywalls work",
    ],
)
def test_articles_about_such_pages_are_articles(title: str) -> None:
    """A long article is read, although its title and text have the words of refused pages."""
    # eight paragraphs, from "Paragraph 0"
    text = PROSE.replace(
        "{subject}",
        "cookies, captchas and pages that were not found; subscribe to continue reading",
    )
    article = f"<article><h1>{title}</h1>{text}</article>"
    page = f"<html><head><title>{title}</title></head><body>{article}</body></html>"

    assert "Paragraph 7" in read(page.encode(), "https://site.example/story").body


@pytest.mark.parametrize(
    ("declared", "paragraphs", "is_article"),
    [(True, 3, True), (False, 3, False), (True, 1, False)],
)
def test_a_title_that_names_an_error_is_an_article_s_only_on_a_declared_article_with_text(
    declared: bool, paragraphs: int, is_article: bool
) -> None:
    """A page with the title "Access denied" is read only if it declares itself an article and has
    three paragraphs of text, numbered from 0; otherwise it is refused as a bot check."""
    meta = "<meta property='og:type' content='article'>" if declared else ""
    # the text before the first <p> is empty
    _, *prose = PROSE.replace("{subject}", "a gate").split("<p>")
    story = "".join(f"<p>Access denied: {paragraph}" for paragraph in prose[:paragraphs])
    page = (
        f"<html><head><title>Access denied</title>{meta}</head>"
        f"<body><article><h1>Access denied</h1>{story}</article></body></html>"
    )
    if is_article:
        assert "Paragraph 2" in read(page.encode(), "https://site.example/story").body
    else:
        with pytest.raises(NotAnArticle, match="letters of text") as caught:
            read(page.encode(), "https://site.example/story")
        assert caught.value.kind == "bot-check"


TEASERS = "".join(
    f"<section><h2><a href='/story-{n}'>Something happened in town number {n}</a></h2>"
    "<p>And a short sentence says what it was, more or less.</p></section>"
    for n in range(20)
)


@pytest.mark.parametrize("path", ["", "news/overview"])
def test_a_front_page_is_a_listing(path: str) -> None:
    """A page of twenty teasers is refused as a list, at the root of a site and below it."""
    page = f"<html><head><title>The Paper</title></head><body><main>{TEASERS}</main></body></html>"
    with pytest.raises(NotAnArticle) as caught:
        read(page.encode(), f"https://site.example/{path}")
    assert caught.value.kind == "listing"


def test_a_round_up_that_says_it_is_an_article_is_no_listing() -> None:
    """A page of teasers with og:type "article" is read as an article."""
    head = "<title>Twenty towns</title><meta property='og:type' content='article'>"
    article = f"<article><h1>Twenty towns</h1>{TEASERS}</article>"
    page = f"<html><head>{head}</head><body>{article}</body></html>"

    assert "town number 7" in read(page.encode(), "https://site.example/2026/twenty-towns").body


def test_bytes_that_are_no_page() -> None:
    """A PDF is refused as `not-html` rather than read."""
    with pytest.raises(NotAnArticle) as caught:
        read(b"%PDF-1.7 ...", "https://site.example/a.pdf")
    assert caught.value.kind == "not-html"
