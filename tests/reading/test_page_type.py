"""Recognise types of pages: article, list, forum and others."""

from __future__ import annotations

import pytest

from syndicator.core.errors import NotAnArticle
from syndicator.core.model import Entry, Rules
from syndicator.reading import page_type
from syndicator.reading.body import doubt, overlap
from syndicator.reading.html.blocks import read_blocks
from syndicator.reading.html.document import parse
from syndicator.reading.reader import find_page_kind, read

STORY = (
    "<p>"
    + "Nobody on the pier waved when the ferry left at dawn, and the captain did not look back. "
    * 3
    + "</p>"
)
ARTICLE = (
    '<meta property="og:type" content="article"><meta property="article:published_time"'
    ' content="2024-05-03">'
    '<script type="application/ld+json">{"@type":"NewsArticle","headline":"The last'
    ' ferry"}</script>'
    "<body><nav><a href='/'>Home</a></nav><article><h1>The last ferry"
    f" leaves</h1>{STORY * 8}</article>"
)
CARD = (
    '<div class="card"><h3><a href="/collections/boats/{n}">A wooden boat for the lake, number'
    " {n}</a></h3><p>From 20</p></div>"
)
LIST = (
    '<script type="application/ld+json">{"@type":"CollectionPage","name":"Boats"}</script>'
    '<body><nav><a href="/">Home</a></nav><h1>All boats</h1>'
    + "".join(CARD.format(n=n) for n in range(40))
    + "<a href='?page=2'>Next page</a><p>Load more</p>"
)
POST = (
    '<article class="post comment"><h4>Posted by user{n}</h4><time datetime="2024-05-03">3'
    " May</time><p>I had the same leak last spring and a new gasket helped. Reply Quote Likes:"
    " {n}</p></article>"
)
THREAD = (
    '<meta name="generator" content="Discourse 3.2">'
    '<script type="application/ld+json">{"@type":"DiscussionForumPosting"}</script>'
    "<body><h1>My boat leaks at the stern</h1>" + "".join(POST.format(n=n) for n in range(20))
)
CODE = (
    "<h2>Options</h2><pre><code>boat --launch --at dawn\nboat --moor\nboat --help\n</code></pre>"
    "<p>Each option takes one value.</p>"
)
MANUAL = (
    '<meta name="generator" content="Sphinx 7.2"><body><nav><a href="/docs/">Contents</a></nav>'
    f'<h1>boat: launch a boat</h1><div class="toctree highlight">{CODE * 9}</div>'
)


def find_page_type(html: str, url: str) -> page_type.PageType:
    page = parse(f"<html><head><title>Page</title>{html}</html>".encode(), url)
    blocks = read_blocks(page.tree)
    overlap.measure_letters(blocks)
    return page_type.find_type(page, blocks)


@pytest.mark.parametrize(
    ("name", "html", "url"),
    [
        ("article", ARTICLE, "https://paper.example/news/2024/05/03/the-last-ferry-leaves"),
        ("listing", LIST, "https://shop.example/collections/boats"),
        ("forum", THREAD, "https://forum.example/t/my-boat-leaks/17"),
        ("documentation", MANUAL, "https://docs.example/reference/boat.html"),
    ],
)
def test_the_type_of_a_page(name: str, html: str, url: str) -> None:
    """A news page, a shop's list, a thread and a manual each get their type; the probabilities
    of all types add up to 1."""
    found = find_page_type(html, url)
    assert found.name == name
    assert sum(found.probabilities.values()) == pytest.approx(1)


def test_a_page_like_no_type_is_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """If all types are equally likely (all weights are 0), the page is "other"."""
    zeros = {name: dict.fromkeys(row, 0.0) for name, row in page_type.load_weights().items()}
    monkeypatch.setattr(page_type, "load_weights", lambda: zeros)
    assert find_page_type(ARTICLE, "https://paper.example/x").name == page_type.OTHER


def test_features_and_weights_have_the_same_names() -> None:
    """Features that do not match the weights (here only `bias` is given) are an error that names
    the training script, `fit_pages`."""
    with pytest.raises(ValueError, match="fit_pages"):
        page_type.compute_probabilities({"bias": 1.0})


def test_a_list_is_refused() -> None:
    """A shop's page of forty boats is refused as a list, not read as an article."""
    html = f"<html><head><title>Boats</title>{LIST}</html>".encode()
    with pytest.raises(NotAnArticle) as refused:
        read(html, "https://shop.example/collections/boats")
    assert refused.value.kind == "listing"


FEW = f"<html><head><title>Boats</title></head><body><article><h1>Boats</h1>{STORY * 8}</article></body></html>"  # noqa: E501
LINKS = "".join(f"<li><a href='/{n}'>Where the ferry goes in week {n}</a></li>" for n in range(12))
LIKE_A_LIST = "the page is a list with a probability of 0.20, its text the article's with 0.66"
SHORT = FEW.replace("</article>", f"</article><ul>{LINKS}</ul>")
LONG = SHORT.replace(STORY * 8, "".join(STORY.replace("pier", f"pier {n}") for n in range(8)))


@pytest.mark.parametrize(
    ("html", "list_odds", "text_odds", "is_announced", "is_refused"),
    [
        (LONG, 2.0, 0.3, False, True),
        (LONG, 2.0, 0.4, False, False),
        (LONG, 1.9, 0.3, True, False),
        (LONG, 2.1, 0.3, True, True),
        (LONG, 0.9, 0.3, False, False),
        (SHORT, 2.0, -0.9, False, False),
        (SHORT, 2.0, -1.1, False, True),
    ],
)
def test_a_page_is_refused_as_a_list_if_its_reading_is_like_one(
    monkeypatch: pytest.MonkeyPatch,
    html: str,
    list_odds: float,
    text_odds: float,
    is_announced: bool,
    is_refused: bool,
) -> None:
    """A page with an article and a list of links is refused if it is likely a list and its text
    is unlikely right, by their log odds. It must be likelier a list if a feed announced it, and
    its text less likely right if that is short."""
    odds = {"listing": list_odds, "right": text_odds}
    monkeypatch.setattr(doubt, "compute_log_odds", lambda table, values: odds[table])
    entry = Entry(id="1") if is_announced else None

    def read_page() -> None:
        read(html.encode(), "https://paper.example/tag/boats/", entry=entry)

    if is_refused:
        with pytest.raises(NotAnArticle) as refusal:
            read_page()
        assert refusal.value.kind == "listing"
    else:
        read_page()


@pytest.mark.parametrize(("text_odds", "kind"), [(1.9, "listing"), (2.1, None)])
def test_a_page_that_nobody_calls_an_article_may_be_a_list(
    monkeypatch: pytest.MonkeyPatch, text_odds: float, kind: str | None
) -> None:
    """A page that is a list with log odds of 1.1 is read if it is asked for as an article. Its
    kind, if nobody said that it is one, is a list, unless its text is right with odds over 2."""
    odds = {"listing": 1.1, "right": text_odds}
    monkeypatch.setattr(doubt, "compute_log_odds", lambda table, values: odds[table])

    assert read(SHORT.encode(), "https://paper.example/tag/boats/").body
    assert find_page_kind(SHORT.encode(), "https://paper.example/tag/boats/") == kind


@pytest.mark.parametrize(
    ("list_odds", "text_odds", "reason"),
    [
        (-1.4, 0.65, LIKE_A_LIST),
        (-1.4, 0.75, ""),
        (-1.6, 0.65, ""),
        (0.9, -0.5, "the text is the article's with a probability of 0.38"),
    ],
)
def test_a_page_like_a_list_is_in_doubt_unless_its_text_is_clear(
    monkeypatch: pytest.MonkeyPatch, list_odds: float, text_odds: float, reason: str
) -> None:
    """A text is doubtful, with this reason, if by the log odds the page may be a list or the text
    is unlikely right; "" means no doubt. An operator's `select` rule ends the doubt."""
    odds = {"listing": list_odds, "right": text_odds}
    monkeypatch.setattr(doubt, "compute_log_odds", lambda table, values: odds[table])
    draft = read(SHORT.encode(), "https://paper.example/tag/boats/")

    assert draft.trace["body"].get("doubt", "") == reason

    rules = Rules(select=("article",))
    chosen = read(SHORT.encode(), "https://paper.example/tag/boats/", rules=rules)

    assert "doubt" not in chosen.trace["body"]


def test_a_page_that_calls_itself_an_article_is_no_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page with a list of links that declares itself an article is read even if the log odds
    say list (9) and a wrong text (-9); without its declarations it is refused."""
    odds = {"listing": 9.0, "right": -9.0}
    monkeypatch.setattr(doubt, "compute_log_odds", lambda table, values: odds[table])
    html = f"<html><head><title>The last ferry leaves</title>{ARTICLE}<ul>{LINKS}</ul></html>"

    assert read(html.encode(), "https://paper.example/the-last-ferry-leaves").body

    undeclared = (
        html.replace('"NewsArticle"', '"WebPage"')
        .replace("article:published_time", "x")
        .replace("og:type", "y")
    )

    with pytest.raises(NotAnArticle):
        read(undeclared.encode(), "https://paper.example/the-last-ferry-leaves")


def test_the_trace_names_the_type_of_a_page() -> None:
    """The trace of a draft says which type of page it was read from."""
    html = f"<html><head><title>The last ferry leaves</title>{ARTICLE}</html>".encode()
    address = "https://paper.example/news/2024/05/03/the-last-ferry-leaves"
    draft = read(html, address, entry=Entry(id="1"))

    assert draft.trace["type"]["is"] == "article"
