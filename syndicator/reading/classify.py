"""Pages that are no article: which kind they are, and stories of which only the free lead is shown. Pure.

A page with the text of an article is never taken for another kind: the phrases of data/page_kinds.toml count only where
little other text stands, so that an article on cookies, captchas or paywalls stays one."""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from syndicator.core import urls
from syndicator.reading.html import hints
from syndicator.reading.html.blocks import Block
from syndicator.reading.html.document import Document

# Chosen by hand on the open pages and on pages made for tests/reading/test_classify.py.
_STUB = 250  # letters of body below which a page must prove that it is an article
_THIN = 1_200  # letters of body up to which a title that names another kind of page is believed
_LONG = 3 * _THIN  # letters of body from which a text is whole whatever stands below it
_TINY = 12  # letters of body below which there is nothing to read
_LEAD = 80  # letters of a free lead that make an article of it
_LAST = 2  # texts at the end of the body in which a paywall does: its request and its button
_BELOW = 8  # texts below the body in which a paywall asks for money or a name
_SENTENCE = 160  # characters in which it does
_SAMPLE = 400  # blocks, and characters of each, that are searched for a kind's phrases
_LONGEST_TITLE = 80  # characters of a title that can name a kind of page
_MORE_WORDS = 2  # with which such a title may go on after a phrase of more than a word
_WORD = 6  # characters above which a phrase is more than a word such as "error"
_LETTERS_A_WORD = 2.5  # of a declared word count below which a text is short: half of its words at five letters each
_LISTING_HEADS = 6  # linked headings from which a page can be a listing
_LINKED = 0.8  # share of its text in links from which a block is a link
_MOST_HEADS = 0.6  # share of all headings that must be links in a listing
_MOST_LINKED = 0.7  # share of all text that must be in links where no headings are
_TEASER, _DECLARED_TEASER = 120, 400  # letters a heading below which it is a listing's; the same where declared as one
_LEAST_ITEM = 15  # letters above which a link can be an item
_MOST_DIGITS = 6  # of a believable word count
_LISTING_TYPES = frozenset({"CollectionPage", "SearchResultsPage", "ItemList", "Blog"})
_KINDS = ("bot-check", "error-page", "login", "consent")
# class names of what stands between a reader and the rest of a story
_PAYWALL_BOX = re.compile(
    r"paywall|regwall|piano-|tp-modal|subscribe-wall|subscriber-wall|meter-|premium-(?:wall|box|teaser)", re.I
)


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(files("syndicator.reading").joinpath("data/page_kinds.toml").read_text("utf-8"))


def kind_of(document: Document, title: str, kept: Sequence[Block], blocks: Sequence[Block]) -> str | None:
    """What the page is when it is no article: bot-check, consent, login, paywall, error-page, listing or empty; None
    for an article. `kept` are the blocks of its body, `blocks` all of them."""
    letters = sum(block.letters for block in kept)
    named = _named(document, title, blocks)
    if named and letters < _THIN and not (letters > _STUB and _is_article(document)):
        return named
    if letters < _STUB:
        found = _by_phrases(document, blocks, letters)
        if found:
            return found
    if _is_listing(document, kept):
        return "listing"
    return "empty" if letters < _TINY and not any(block.kind == "code" for block in kept) else None


def is_partial(document: Document, kept: Sequence[Block], blocks: Sequence[Block]) -> bool:
    """True when the page shows the start of a story and keeps the rest for those who pay or register: it asks for that
    right where the text breaks off, or it declares a lock and is short or ends in the middle."""
    letters = sum(block.letters for block in kept)
    if letters < _LONG and _asks_at_end(kept, blocks):
        return True
    locked = any(
        str(item.get("isAccessibleForFree")).lower() in ("false", "http://schema.org/false") for item in document.jsonld
    )
    if not locked and (letters >= _LONG or not _has_paywall_box(document)):
        return False
    counts = [str(item.get("wordCount", "")) for item in document.jsonld]
    words = next((int(count) for count in counts if count.isdecimal() and len(count) <= _MOST_DIGITS), 0)
    short = bool(words) and letters < _LETTERS_A_WORD * words
    return _phrases_in("paywall", blocks) > 0 or (locked and (short or letters < _THIN or _breaks_off(kept)))


def _asks_at_end(kept: Sequence[Block], blocks: Sequence[Block]) -> bool:
    """True when one of the last short texts of what is kept, or of the first below it that are not, is a paywall's.
    A story on paywalls has such words earlier or goes on after them."""
    texts = [block for block in kept if block.letters]
    at = next((place for place, block in enumerate(blocks) if texts and block is texts[-1]), len(blocks))
    below = [block for block in blocks[at + 1 :] if block.letters][:_BELOW]
    last = [block for block in texts[1:][-_LAST:] if block.letters < _SENTENCE]
    return any(_asks(block) for block in (*last, *below))


def _asks(block: Block) -> bool:
    text = hints.ready(block.text[:_SENTENCE])
    return any(phrase in text for phrase in _table()["paywall"]["texts"])


def _breaks_off(kept: Sequence[Block]) -> bool:
    last = next((block.text for block in reversed(kept) if block.kind == "p" and block.letters), "")
    return last.endswith(("…", "...", "[…]", "[...]"))


def _named(document: Document, title: str, blocks: Sequence[Block]) -> str | None:
    """The kind of page that its title names. A title that goes on after its phrase ("Before you continue to the Daily
    News") is believed when more phrases of that kind stand on the page."""
    heads = [title, next((title.text or "" for title in document.tree.iter("title")), "")]
    for kind in _KINDS:
        for head in heads:
            named = hints.ready(" ".join(head.split()))
            if named and len(named) < _LONGEST_TITLE and any(_names(named, p) for p in _table()[kind]["titles"]):
                return kind
            if any(" " in phrase and named.startswith(phrase) for phrase in _table()[kind]["titles"]):
                return kind if _phrases_in(kind, blocks) > 1 else None
    return None


def _names(title: str, phrase: str) -> bool:
    if not title.startswith(phrase):
        return False
    rest = title[len(phrase) :].strip()
    # a headline that goes on ("404 days later", "Login data stolen") is no error and no form
    return not rest or not rest[0].isalnum() or (len(rest.split()) <= _MORE_WORDS and len(phrase) > _WORD)


def _by_phrases(document: Document, blocks: Sequence[Block], letters: int) -> str | None:
    form = document.tree.find(".//input[@type='password']") is not None
    found = {kind: _phrases_in(kind, blocks) for kind in (*_KINDS, "paywall")}
    marks = _table()["bot-check"]["elements"]
    ids = (
        f"{element.get('id', '')} {element.get('class', '')}"
        for element in document.tree.iter("div", "form", "section")
    )
    if any(mark in name for name in ids if name != " " for mark in marks) or (found["bot-check"] and letters < _LEAD):
        return "bot-check"
    if found["paywall"] and (letters < _LEAD or not _is_article(document)) and not found["consent"] > 1:
        return "paywall"
    if form and (found["login"] or letters < _LEAD):
        return "login"
    if found["consent"] > 1 or (found["consent"] and letters < _LEAD):
        return "consent"
    if found["error-page"] and not _is_article(document):
        return "error-page"
    return None


def _phrases_in(kind: str, blocks: Sequence[Block]) -> int:
    text = hints.ready("\n".join(block.text[:_SAMPLE] for block in blocks[:_SAMPLE]))
    return sum(phrase in text for phrase in _table()[kind]["texts"])


def _types(document: Document) -> set[str]:
    found: set[str] = set()
    for item in document.jsonld:
        value: Any = item.get("@type")
        found |= {value} if isinstance(value, str) else {v for v in value or () if isinstance(v, str)}
    return found


def _is_article(document: Document) -> bool:
    typed = any(name.endswith(("Article", "Posting", "Report")) for name in _types(document))
    return (
        typed
        or document.meta("og:type").lower() in ("article", "news", "blog")
        or bool(document.meta("article:published_time"))
    )


def is_declared(document: Document) -> bool:
    """True when the page calls itself an article and is not a site's front page."""
    return _is_article(document) and not urls.is_root(document.url)


def _is_listing(document: Document, kept: Sequence[Block]) -> bool:
    """Many headings that are links, each with little under it, on a page that does not call itself an article."""
    if is_declared(document):
        return False
    heads = [block for block in kept if block.kind == "h"]
    linked = [block for block in heads if _is_link(block)]
    many = len(linked) >= _LISTING_HEADS and len(linked) >= _MOST_HEADS * len(heads)
    text = sum(block.letters for block in kept if block.kind != "h")
    declared = bool(_LISTING_TYPES & _types(document)) or _is_listing_address(document.url)
    if many and text < (_DECLARED_TEASER if declared else _TEASER) * len(linked):
        return True
    items = sum(1 for block in kept if _is_link(block) and block.letters > _LEAST_ITEM)
    whole = sum(block.linked for block in kept) >= _MOST_LINKED * sum(len(block.text) for block in kept)
    return declared and whole and items >= 2 * _LISTING_HEADS


def _is_link(block: Block) -> bool:
    return block.linked >= _LINKED * len(block.text)


def _is_listing_address(url: str) -> bool:
    parts = urlsplit(url)
    return urls.is_root(url) or bool(
        re.search(r"/(tag|tags|category|author|page|search|archive)s?/[^/]*/?$", parts.path)
    )


def _has_paywall_box(document: Document) -> bool:
    names = (f"{e.get('id', '')} {e.get('class', '')}" for e in document.tree.iter("div", "section", "aside", "form"))
    return any(_PAYWALL_BOX.search(name) for name in names if name != " ")
