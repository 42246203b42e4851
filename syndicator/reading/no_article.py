"""Recognise pages that are no article (login, error) and partly paid stories. Pure.

By phrases of data/page_kinds.toml. `page_type` estimates instead what a readable page is."""

import re
import tomllib
from collections.abc import Sequence
from functools import cache

from syndicator import reading
from syndicator.core import urls
from syndicator.reading.html import hints, jsonld
from syndicator.reading.html.blocks import Block
from syndicator.reading.html.document import Document

# Chosen by hand on the open pages and on pages made for tests/reading/test_no_article.py.
# letters of body below which an article needs proof, or its title is believed
_STUB = 250
_THIN = 1_200
_LONG = 3 * _THIN  # letters of body from which a text is whole whatever stands below it
_TINY = 12
_LEAD = 80  # letters of body that can be read, and of a free lead that is an article
# texts of a paywall at the body's end and below it; characters of each
_LAST = 2
_BELOW = 8
_SENTENCE = 160
_SAMPLE = 400  # blocks, and characters of each, that are searched for a kind's phrases
# characters of a title, words after its phrase, length of one word
_LONGEST_TITLE = 80
_MORE_WORDS = 2
_WORD = 6
# half of five letters, below which a text is short; of a word count
_LETTERS_A_WORD = 2.5
_MOST_DIGITS = 6
_KINDS = ("bot-check", "error-page", "login", "consent")
# class names of what stands between a reader and the rest of a story
_PAYWALL_BOX = re.compile(
    r"paywall|regwall|piano-|tp-modal|subscribe-wall|subscriber-wall|meter-|premium-(?:wall|box|teaser)",
    re.I,
)


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(reading.file_text("page_kinds.toml"))


def kind_of(
    document: Document, title: str, body: Sequence[Block], blocks: Sequence[Block]
) -> str | None:
    """Return "bot-check", "consent", "login", "paywall", "error-page" or "empty"; None for an
    article."""
    letters = sum(block.letters for block in body)
    named = _named(document, title, blocks)
    if named and letters < _THIN and not (letters > _STUB and _is_article(document)):
        return named
    if letters < _STUB and (kind := _by_phrases(document, blocks, letters)):
        return kind
    return "empty" if letters < _TINY and not any(block.kind == "code" for block in body) else None


def is_partial(document: Document, body: Sequence[Block], blocks: Sequence[Block]) -> bool:
    """Return True if only payers get the rest: the text ends with a request to pay, or is short and
    declared locked."""
    letters = sum(block.letters for block in body)
    if letters < _LONG and _asks_at_end(body, blocks):
        return True
    declared = (str(item.get("isAccessibleForFree")).lower() for item in document.jsonld)
    locked = any(value in ("false", "http://schema.org/false") for value in declared)
    boxes = document.tree.iter("div", "section", "aside", "form")
    names = (name for box in boxes for name in (box.get("id"), box.get("class")) if name)
    if not locked and (letters >= _LONG or not _PAYWALL_BOX.search(" ".join(names))):
        return False
    counts = [str(item.get("wordCount", "")) for item in document.jsonld]
    words = next(
        (int(count) for count in counts if count.isdecimal() and len(count) <= _MOST_DIGITS), 0
    )
    short = bool(words) and letters < _LETTERS_A_WORD * words
    last = next((block.text for block in reversed(body) if block.kind == "p" and block.letters), "")
    breaks_off = last.endswith(("…", "...", "[…]", "[...]"))
    return _phrases_in("paywall", blocks) > 0 or (
        locked and (short or letters < _THIN or breaks_off)
    )


def _asks_at_end(body: Sequence[Block], blocks: Sequence[Block]) -> bool:
    own = [block for block in body if block.letters]
    at = next(
        (place for place, block in enumerate(blocks) if own and block is own[-1]), len(blocks)
    )
    below = [block for block in blocks[at + 1 :] if block.letters][:_BELOW]
    last = [block for block in own[1:][-_LAST:] if block.letters < _SENTENCE]
    texts = [hints.ready(block.text[:_SENTENCE]) for block in (*last, *below)]
    return any(phrase in text for text in texts for phrase in _table()["paywall"]["texts"])


def _named(document: Document, title: str, blocks: Sequence[Block]) -> str | None:
    heads = [title, next((title.text or "" for title in document.tree.iter("title")), "")]
    for kind in _KINDS:
        for head in heads:
            named = hints.ready(" ".join(head.split()))
            if (
                named
                and len(named) < _LONGEST_TITLE
                and any(_names(named, p) for p in _table()[kind]["titles"])
            ):
                return kind
            if any(
                " " in phrase and named.startswith(phrase) for phrase in _table()[kind]["titles"]
            ):
                return kind if _phrases_in(kind, blocks) > 1 else None
    return None


def _names(title: str, phrase: str) -> bool:
    if not title.startswith(phrase):
        return False
    rest = title[len(phrase) :].strip()
    # a headline that goes on ("404 days later", "Login data stolen") is no error and no form
    return (
        not rest
        or not rest[0].isalnum()
        or (len(rest.split()) <= _MORE_WORDS and len(phrase) > _WORD)
    )


def _by_phrases(document: Document, blocks: Sequence[Block], letters: int) -> str | None:
    form = document.tree.find(".//input[@type='password']") is not None
    counts = {kind: _phrases_in(kind, blocks) for kind in (*_KINDS, "paywall")}
    marks = _table()["bot-check"]["elements"]
    boxes = document.tree.iter("div", "form", "section")
    ids = (f"{box.get('id', '')} {box.get('class', '')}" for box in boxes)
    marked = any(mark in name for name in ids if name != " " for mark in marks)
    short = letters < _LEAD
    article = _is_article(document)
    kinds = {
        "bot-check": marked or (counts["bot-check"] and short),
        "paywall": counts["paywall"] and (short or not article) and counts["consent"] <= 1,
        "login": form and (counts["login"] or short),
        "consent": counts["consent"] > 1 or (counts["consent"] and short),
        "error-page": counts["error-page"] and not article,
    }
    return next((kind for kind, holds in kinds.items() if holds), None)


def _phrases_in(kind: str, blocks: Sequence[Block]) -> int:
    text = hints.ready("\n".join(block.text[:_SAMPLE] for block in blocks[:_SAMPLE]))
    return sum(phrase in text for phrase in _table()[kind]["texts"])


def _is_article(document: Document) -> bool:
    typed = (name for item in document.jsonld for name in jsonld.types(item))
    return (
        any(name.endswith(("Article", "Posting", "Report")) for name in typed)
        or document.meta("og:type").lower() in ("article", "news", "blog")
        or bool(document.meta("article:published_time"))
    )


def is_declared(document: Document) -> bool:
    """Return True if the page declares itself an article and is not a site's front page."""
    return _is_article(document) and not urls.is_root(document.url)
