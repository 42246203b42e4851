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
_MOST_STUB = 250
_MOST_THIN = 1_200
_LEAST_LONG = 3 * _MOST_THIN  # letters of body from which a text is whole whatever stands below it
_LEAST_BODY = 12
_LEAST_LEAD = 80  # letters of body that can be read, and of a free lead that is an article
# texts of a paywall at the body's end and below it; characters of each
_MOST_LAST = 2
_MOST_BELOW = 8
_LONGEST_SENTENCE = 160
_MOST_SAMPLE = 400  # blocks, and characters of each, that are searched for a kind's phrases
# characters of a title, words after its phrase, length of one word
_LONGEST_TITLE = 80
_MOST_MORE_WORDS = 2
_LONGEST_WORD = 6
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
def _load_phrases() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(reading.file_text("page_kinds.toml"))


def find_kind(
    document: Document, title: str, body: Sequence[Block], blocks: Sequence[Block]
) -> str | None:
    """Return "bot-check", "consent", "login", "paywall", "error-page" or "empty"; None for an
    article. `body`: the chosen of the page's `blocks`."""
    letters = sum(block.letters for block in body)
    title_kind = _find_kind_by_title(document, title, blocks)
    if title_kind and letters < _MOST_THIN:
        is_believed = letters > _MOST_STUB and _is_article(document)
        if not is_believed:
            return title_kind
    if letters < _MOST_STUB:
        phrase_kind = _find_kind_by_phrases(document, blocks, letters)
        if phrase_kind:
            return phrase_kind
    if letters < _LEAST_BODY and not any(block.kind == "code" for block in body):
        return "empty"
    return None


def is_partial(document: Document, body: Sequence[Block], blocks: Sequence[Block]) -> bool:
    """Return True if only payers get the rest: the text ends with a request to pay, or is short and
    declared locked."""
    letters = sum(block.letters for block in body)
    if letters < _LEAST_LONG and _asks_to_pay_at_end(body, blocks):
        return True
    is_locked = _is_declared_locked(document)
    if not is_locked and (letters >= _LEAST_LONG or not _has_paywall_box(document)):
        return False
    if _count_phrases("paywall", blocks) > 0:
        return True
    if not is_locked:
        return False
    declared_letters = _LETTERS_A_WORD * _read_word_count(document)
    return letters < declared_letters or letters < _MOST_THIN or _breaks_off(body)


def _is_declared_locked(document: Document) -> bool:
    for item in document.jsonld:
        stated = str(item.get("isAccessibleForFree")).lower()
        if stated in ("false", "http://schema.org/false"):
            return True
    return False


def _has_paywall_box(document: Document) -> bool:
    names: list[str] = []
    for box in document.tree.iter("div", "section", "aside", "form"):
        names += filter(None, (box.get("id"), box.get("class")))
    return _PAYWALL_BOX.search(" ".join(names)) is not None


def _read_word_count(document: Document) -> int:
    """Return the number of words that the page declares, 0 for none."""
    for item in document.jsonld:
        count = str(item.get("wordCount", ""))
        if count.isdecimal() and len(count) <= _MOST_DIGITS:
            return int(count)
    return 0


def _breaks_off(body: Sequence[Block]) -> bool:
    """Return True if the last paragraph ends with an ellipsis."""
    for block in reversed(body):
        if block.kind == "p" and block.letters:
            return block.text.endswith(("…", "...", "[…]", "[...]"))
    return False


def _asks_to_pay_at_end(body: Sequence[Block], blocks: Sequence[Block]) -> bool:
    """Return True if one of the last short texts of the body, or of the texts below it, asks to
    pay."""
    texts = [block for block in body if block.letters]
    end = len(blocks)
    if texts:
        for index, block in enumerate(blocks):
            if block is texts[-1]:
                end = index
                break
    below = [block for block in blocks[end + 1 :] if block.letters][:_MOST_BELOW]
    last = [block for block in texts[1:][-_MOST_LAST:] if block.letters < _LONGEST_SENTENCE]
    phrases = _load_phrases()["paywall"]["texts"]
    for block in (*last, *below):
        text = hints.normalise_phrase(block.text[:_LONGEST_SENTENCE])
        if any(phrase in text for phrase in phrases):
            return True
    return False


def _find_kind_by_title(document: Document, title: str, blocks: Sequence[Block]) -> str | None:
    """Return the kind of page that title or <title> name, None for none. In a longer title the kind
    must be confirmed by two phrases in the text."""
    document_title = next((element.text or "" for element in document.tree.iter("title")), "")
    titles = [hints.normalise_phrase(" ".join(value.split())) for value in (title, document_title)]
    for kind in _KINDS:
        phrases = _load_phrases()[kind]["titles"]
        for ready_title in titles:
            is_short = 0 < len(ready_title) < _LONGEST_TITLE
            if is_short and any(_is_title_of(ready_title, phrase) for phrase in phrases):
                return kind
            long_phrases = tuple(phrase for phrase in phrases if " " in phrase)
            if ready_title.startswith(long_phrases):
                return kind if _count_phrases(kind, blocks) > 1 else None
    return None


def _is_title_of(title: str, phrase: str) -> bool:
    """Return True if `title` is `phrase` and little more."""
    if not title.startswith(phrase):
        return False
    more = title[len(phrase) :].strip()
    if not more or not more[0].isalnum():
        return True
    # a headline that goes on ("404 days later", "Login data stolen") is no error and no form
    return len(more.split()) <= _MOST_MORE_WORDS and len(phrase) > _LONGEST_WORD


def _find_kind_by_phrases(document: Document, blocks: Sequence[Block], letters: int) -> str | None:
    """Return the kind of page that forms, class names and phrases show, None for none. `letters`:
    of the body."""
    counts = {kind: _count_phrases(kind, blocks) for kind in (*_KINDS, "paywall")}
    is_short = letters < _LEAST_LEAD
    is_article = _is_article(document)
    if _has_bot_check_element(document) or (counts["bot-check"] and is_short):
        return "bot-check"
    may_be_paywall = is_short or not is_article
    if counts["paywall"] and may_be_paywall and counts["consent"] <= 1:
        return "paywall"
    has_password_field = document.tree.find(".//input[@type='password']") is not None
    if has_password_field and (counts["login"] or is_short):
        return "login"
    if counts["consent"] > 1 or (counts["consent"] and is_short):
        return "consent"
    if counts["error-page"] and not is_article:
        return "error-page"
    return None


def _has_bot_check_element(document: Document) -> bool:
    marks = _load_phrases()["bot-check"]["elements"]
    for box in document.tree.iter("div", "form", "section"):
        id_and_class = f"{box.get('id', '')} {box.get('class', '')}"
        if id_and_class != " " and any(mark in id_and_class for mark in marks):
            return True
    return False


def _count_phrases(kind: str, blocks: Sequence[Block]) -> int:
    """Return how many phrases of a kind of page are in the texts of its `blocks`."""
    sample = "\n".join(block.text[:_MOST_SAMPLE] for block in blocks[:_MOST_SAMPLE])
    text = hints.normalise_phrase(sample)
    return sum(phrase in text for phrase in _load_phrases()[kind]["texts"])


def _is_article(document: Document) -> bool:
    """Return True if JSON-LD or metas call the page an article."""
    for item in document.jsonld:
        if any(name.endswith(("Article", "Posting", "Report")) for name in jsonld.list_types(item)):
            return True
    if document.meta("og:type").lower() in ("article", "news", "blog"):
        return True
    return document.meta("article:published_time") != ""


def is_declared(document: Document) -> bool:
    """Return True if the page declares itself an article and is not a site's front page."""
    return _is_article(document) and not urls.is_root(document.url)
