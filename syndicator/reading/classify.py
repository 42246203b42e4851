"""Pages that are no article: which kind they are, and stories of which only the free lead is shown. Pure.

A page with the text of an article is never taken for a wall: the words of data/walls.toml count only where little else
is said, so that an article on cookies, captchas or paywalls stays one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from syndicator import urls
from syndicator.reading.html import phrases
from syndicator.reading.html.blocks import Block
from syndicator.reading.html.page import Page

_STUB = 250  # letters of body below which a page must prove that it is an article
_THIN = 1_200  # letters of body up to which a title that names a wall is believed
_TINY = 12  # letters of body below which there is nothing to read
_LEAD = 80  # letters of a free lead that make an article of it
_BELOW = 8  # texts below the body in which a wall asks for money or a name
_SENTENCE = 160  # characters in which it does
_SAMPLE = 400  # blocks whose text is searched for a wall's words
_LISTING_HEADS = 6  # linked headings from which a page can be a listing
_LISTING_TYPES = frozenset({"CollectionPage", "SearchResultsPage", "ItemList", "Blog"})
_KINDS = ("bot-check", "error-page", "login", "consent")
_GATES = re.compile(
    r"paywall|regwall|piano-|tp-modal|subscribe-wall|subscriber-wall|meter-|premium-(?:wall|box|teaser)", re.I
)


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(files("syndicator.reading").joinpath("data/walls.toml").read_text("utf-8"))


def kind_of(page: Page, title: str, kept: Sequence[Block], blocks: Sequence[Block]) -> str | None:
    """The kind of wall that the page is, or None for an article. `kept` are the blocks of its body."""
    letters = sum(block.letters for block in kept)
    named = _named(page, title, blocks)
    if named and letters < _THIN and not (letters > _STUB and _is_article(page)):
        return named
    if letters < _STUB:
        found = _by_words(page, blocks, letters)
        if found:
            return found
    if _is_listing(page, kept):
        return "listing"
    return "empty" if letters < _TINY and not any(block.kind == "code" for block in kept) else None


def is_partial(page: Page, kept: Sequence[Block], blocks: Sequence[Block]) -> bool:
    """True when the page shows the start of a story and keeps the rest for those who pay or register: it asks for that
    right where the text breaks off, or it declares a lock and is short or ends in the middle."""
    letters = sum(block.letters for block in kept)
    if letters < 3 * _THIN and _asks_at_end(kept, blocks):
        return True
    locked = _locked(page)
    if not locked and (letters >= 3 * _THIN or not _gated(page)):
        return False
    words = _declared_words(page)
    short = bool(words) and letters < 2.5 * words  # under half of its words, at about five letters each
    return _says("paywall", blocks) > 0 or (locked and (short or letters < _THIN or _breaks_off(kept)))


def _asks_at_end(kept: Sequence[Block], blocks: Sequence[Block]) -> bool:
    """True when a short text at the end of what is kept, or one of the first below it that are not, speaks of a wall.
    A story on paywalls says such words earlier or goes on after them."""
    texts = [block for block in kept if block.letters]
    at = next((place for place, block in enumerate(blocks) if texts and block is texts[-1]), len(blocks))
    below = [block for block in blocks[at + 1 :] if block.letters][:_BELOW]
    last = [block for block in texts[1:][-1:] if block.letters < _SENTENCE]
    return any(_says_start(block) for block in (*last, *below))


def _says_start(block: Block) -> bool:
    said = phrases.ready(block.text[:_SENTENCE])
    return any(phrase in said for phrase in _table()["paywall"]["texts"])


def _breaks_off(kept: Sequence[Block]) -> bool:
    last = next((block.text for block in reversed(kept) if block.kind == "p" and block.letters), "")
    return last.endswith(("…", "...", "[…]", "[...]"))


def _named(page: Page, title: str, blocks: Sequence[Block]) -> str | None:
    """The wall that a title names. One that goes on after its phrase ("Before you continue to the Daily News") is
    believed when the page says more words of that wall."""
    heads = [title, page.tree.findtext(".//title") or ""]
    for kind in _KINDS:
        for head in heads:
            said = phrases.ready(" ".join(head.split()))
            if said and len(said) < 80 and any(_opens(said, phrase) for phrase in _table()[kind]["titles"]):
                return kind
            if any(" " in phrase and said.startswith(phrase) for phrase in _table()[kind]["titles"]):
                return kind if _says(kind, blocks) > 1 else None
    return None


def _opens(said: str, phrase: str) -> bool:
    if not said.startswith(phrase):
        return False
    rest = said[len(phrase) :].strip()
    # a headline that goes on ("404 days later", "Login data stolen") is no error and no form
    return not rest or not rest[0].isalnum() or (len(rest.split()) <= 2 and len(phrase) > 6)


def _by_words(page: Page, blocks: Sequence[Block], letters: int) -> str | None:
    form = page.tree.find(".//input[@type='password']") is not None
    found = {kind: _says(kind, blocks) for kind in (*_KINDS, "paywall")}
    if _challenge(page) or (found["bot-check"] and letters < _LEAD):
        return "bot-check"
    if found["paywall"] and (letters < _LEAD or not _is_article(page)) and not found["consent"] > 1:
        return "paywall"
    if form and (found["login"] or letters < _LEAD):
        return "login"
    if found["consent"] > 1 or (found["consent"] and letters < _LEAD):
        return "consent"
    if found["error-page"] and not _is_article(page):
        return "error-page"
    return None


def _says(kind: str, blocks: Sequence[Block]) -> int:
    text = phrases.ready("\n".join(block.text[:400] for block in blocks[:_SAMPLE]))
    return sum(phrase in text for phrase in _table()[kind]["texts"])


def _challenge(page: Page) -> bool:
    marks = _table()["bot-check"]["elements"]
    ids = (
        f"{element.get('id', '')} {element.get('class', '')}" for element in page.tree.iter("div", "form", "section")
    )
    return any(mark in name for name in ids if name != " " for mark in marks)


def _types(page: Page) -> set[str]:
    found: set[str] = set()
    for item in page.jsonld:
        value: Any = item.get("@type")
        found |= {value} if isinstance(value, str) else {v for v in value or () if isinstance(v, str)}
    return found


def _is_article(page: Page) -> bool:
    said = any(name.endswith(("Article", "Posting", "Report")) for name in _types(page))
    return (
        said or page.meta("og:type").lower() in ("article", "news", "blog") or bool(page.meta("article:published_time"))
    )


def _is_listing(page: Page, kept: Sequence[Block]) -> bool:
    """Many headings that are links, each with little under it, on a page that does not call itself an article."""
    if _is_article(page) and not urls.is_root(page.url):
        return False
    heads = [block for block in kept if block.kind == "h"]
    linked = [block for block in heads if block.linked >= 0.8 * len(block.text)]
    many = len(linked) >= _LISTING_HEADS and len(linked) >= 0.6 * len(heads)
    text = sum(block.letters for block in kept if block.kind != "h")
    declared = bool(_LISTING_TYPES & _types(page)) or _lists(page.url)
    if many and text < (400 if declared else 120) * len(linked):
        return True
    items = sum(1 for block in kept if block.linked >= 0.8 * len(block.text) and block.letters > 15)
    whole = sum(block.linked for block in kept) >= 0.7 * sum(len(block.text) for block in kept)
    return declared and whole and items >= 2 * _LISTING_HEADS


def _lists(url: str) -> bool:
    parts = urlsplit(url)
    return urls.is_root(url) or bool(
        re.search(r"/(tag|tags|category|author|page|search|archive)s?/[^/]*/?$", parts.path)
    )


def _locked(page: Page) -> bool:
    return any(
        str(item.get("isAccessibleForFree")).lower() in ("false", "http://schema.org/false") for item in page.jsonld
    )


def _declared_words(page: Page) -> int:
    counts = [str(item.get("wordCount", "")) for item in page.jsonld]
    return next((int(count) for count in counts if count.isdecimal() and len(count) < 7), 0)


def _gated(page: Page) -> bool:
    names = (f"{e.get('id', '')} {e.get('class', '')}" for e in page.tree.iter("div", "section", "aside", "form"))
    return any(_GATES.search(name) for name in names if name != " ")
