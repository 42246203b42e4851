"""Recognise pages that are no article (login, error) and stories cut by a paywall. Pure.

By phrases of data/page_kinds.toml. The module `page_type` instead estimates what kind of content a
readable page has."""

import re
import tomllib
from collections.abc import Sequence
from functools import cache

from syndicator import reading
from syndicator.core import urls
from syndicator.reading.html import hints, jsonld
from syndicator.reading.html.blocks import Block
from syndicator.reading.html.document import Document

# Letters of the body, chosen by hand on real pages and on pages of tests/reading/test_no_article.py
_MOST_STUB = 250  # below it, phrases in the text can show that the page is no article
_MOST_THIN = 1_200  # below it, the title can show it; a locked article is only a part
_LEAST_LONG = 3 * _MOST_THIN  # from here on a text is whole, whatever stands below it
_LEAST_BODY = 12  # below it, a page is empty
_LEAST_LEAD = 80  # below it, one phrase is enough to show that the page is no article
# texts at the end of the body and below it that may ask to pay; characters of each
_MOST_LAST = 2
_MOST_BELOW = 8
_LONGEST_SENTENCE = 160
_MOST_SAMPLE = 400  # blocks, and characters of each, that are searched for a kind's phrases
_LONGEST_TITLE = 80  # characters of a title that may be a phrase and little more
_MOST_MORE_WORDS = 2  # words that may follow a phrase in a title
_LONGEST_WORD = 6  # characters of a phrase, such as "404", that no word may follow
# A word has about five letters. A text with less than half of the letters that the declared number
# of words should have is not whole.
_LETTERS_A_WORD = 2.5
_MOST_DIGITS = 6
_KINDS = ("bot-check", "error-page", "login", "consent")
# class names of the box that asks to pay for the rest of a story
_PAYWALL_BOX = re.compile(
    r"paywall|regwall|piano-|tp-modal|subscribe-wall|subscriber-wall|meter-|premium-(?:wall|box|teaser)",
    re.I,
)


@cache
def _load_phrases() -> dict[str, dict[str, list[str]]]:
    """Return the phrases that show a kind of page: by kind, then by where they stand, "titles",
    "texts" or "elements"."""
    return tomllib.loads(reading.file_text("page_kinds.toml"))


def find_kind(
    document: Document, title: str, body: Sequence[Block], blocks: Sequence[Block]
) -> str | None:
    """Return the kind of a page that is no article: "bot-check", "consent", "login", "paywall",
    "error-page" or "empty". Return None if it is an article, as every page with a long text is.
    `title`: the title of the page; `blocks`: all blocks of text on it; `body`: those that were
    chosen as the text of the article."""
    letters = sum(block.letters for block in body)
    title_kind = _find_kind_by_title(document, title, blocks)
    if title_kind and letters < _MOST_THIN:
        # a page that declares itself an article, and has some text, may be about logins or errors
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
    """Return True if the page shows only the beginning of a story, the rest of which is for those
    who pay. `blocks`: all blocks of text on the page; `body`: those of the article."""
    letters = sum(block.letters for block in body)
    is_long = letters >= _LEAST_LONG
    if not is_long and _asks_to_pay_at_end(body, blocks):
        return True

    # a page that declares nothing must be short, have a box of a paywall and ask to pay
    if not _is_declared_locked(document):
        if is_long or not _has_paywall_box(document):
            return False
        return _count_phrases("paywall", blocks) > 0

    # a page that declares itself locked need not ask, if its text is short or breaks off
    if _count_phrases("paywall", blocks) > 0:
        return True
    declared_letters = _LETTERS_A_WORD * _read_word_count(document)
    if letters < declared_letters or letters < _MOST_THIN:
        return True
    return _breaks_off(body)


def _is_declared_locked(document: Document) -> bool:
    """Return True if JSON-LD says that the page is not free (isAccessibleForFree of schema.org)."""
    for item in document.jsonld:
        stated = str(item.get("isAccessibleForFree")).lower()
        if stated in ("false", "http://schema.org/false"):
            return True
    return False


def _has_paywall_box(document: Document) -> bool:
    """Return True if the page has a box that asks to pay, by the id or class of an element."""
    names: list[str] = []
    for box in document.tree.iter("div", "section", "aside", "form"):
        names += filter(None, (box.get("id"), box.get("class")))
    return _PAYWALL_BOX.search(" ".join(names)) is not None


def _read_word_count(document: Document) -> int:
    """Return the number of words that JSON-LD declares for the article, 0 if it declares none."""
    for item in document.jsonld:
        count = str(item.get("wordCount", ""))
        if count.isdecimal() and len(count) <= _MOST_DIGITS:
            return int(count)
    return 0


def _breaks_off(body: Sequence[Block]) -> bool:
    """Return True if the last paragraph of `body`, the blocks of the article, ends with an
    ellipsis."""
    for block in reversed(body):
        if block.kind == "p" and block.letters:
            return block.text.endswith(("…", "...", "[…]", "[...]"))
    return False


def _asks_to_pay_at_end(body: Sequence[Block], blocks: Sequence[Block]) -> bool:
    """Return True if the page asks to pay where the article ends: in a short text among the last
    two of the article, or in one of the eight texts below it. `body`: the blocks of the article;
    `blocks`: all blocks of the page."""
    body_texts = [block for block in body if block.letters]
    end_of_body = len(blocks)  # the index of the last text of the body
    if body_texts:
        for index, block in enumerate(blocks):
            if block is body_texts[-1]:
                end_of_body = index
                break
    texts_below = [block for block in blocks[end_of_body + 1 :] if block.letters][:_MOST_BELOW]

    without_first = body_texts[1:]  # an article may begin with such words
    last_texts = [
        block for block in without_first[-_MOST_LAST:] if block.letters < _LONGEST_SENTENCE
    ]
    phrases = _load_phrases()["paywall"]["texts"]
    for block in (*last_texts, *texts_below):
        text = hints.normalise_phrase(block.text[:_LONGEST_SENTENCE])
        if any(phrase in text for phrase in phrases):
            return True
    return False


def _find_kind_by_title(document: Document, title: str, blocks: Sequence[Block]) -> str | None:
    """Return the kind of page that is no article which the title names, such as "login" for
    "Sign in". Return None if neither `title`, the title of the article, nor the title element names
    one. If a title goes on after the phrase, at least two phrases in `blocks`, the texts of the
    page, must confirm the kind."""
    title_element = document.tree.find(".//title")
    document_title = ""
    if title_element is not None:
        document_title = title_element.text or ""
    titles = [hints.normalise_phrase(" ".join(value.split())) for value in (title, document_title)]
    for kind in _KINDS:
        phrases = _load_phrases()[kind]["titles"]
        # a single word such as "error" may begin any headline
        phrases_of_words = tuple(phrase for phrase in phrases if " " in phrase)
        for normalised_title in titles:
            is_short = 0 < len(normalised_title) < _LONGEST_TITLE
            if is_short and any(_is_title_of(normalised_title, phrase) for phrase in phrases):
                return kind
            if normalised_title.startswith(phrases_of_words):
                is_confirmed = _count_phrases(kind, blocks) > 1
                return kind if is_confirmed else None
    return None


def _is_title_of(title: str, phrase: str) -> bool:
    """Return True if `title` says little more than `phrase`: nothing more, a part behind a
    separator ("404 | Example"), or at most two words, if the phrase has more than six characters.
    "404 days later" is a headline of its own: return False."""
    if not title.startswith(phrase):
        return False
    rest = title[len(phrase) :].strip()
    if not rest:
        return True
    begins_with_separator = not rest[0].isalnum()
    if begins_with_separator:
        return True
    return len(phrase) > _LONGEST_WORD and len(rest.split()) <= _MOST_MORE_WORDS


def _find_kind_by_phrases(document: Document, blocks: Sequence[Block], letters: int) -> str | None:
    """Return the kind of page that is no article which forms, class names and phrases on the page
    show, such as "login". Return None if they show none. `blocks`: all blocks of the page;
    `letters`: the number of letters of the article's text. If this is below 80, a single phrase is
    enough."""
    counts = {kind: _count_phrases(kind, blocks) for kind in (*_KINDS, "paywall")}
    is_short = letters < _LEAST_LEAD
    is_article = _is_article(document)
    has_bot_check_phrase = counts["bot-check"] > 0
    if _has_bot_check_element(document):
        return "bot-check"
    if has_bot_check_phrase and is_short:
        return "bot-check"
    may_be_paywall = is_short or not is_article
    if counts["paywall"] and may_be_paywall and counts["consent"] <= 1:
        return "paywall"
    has_password_field = document.tree.find(".//input[@type='password']") is not None
    if has_password_field and (counts["login"] or is_short):
        return "login"
    if counts["consent"] > 1:
        return "consent"
    if counts["consent"] and is_short:
        return "consent"
    if counts["error-page"] and not is_article:
        return "error-page"
    return None


def _has_bot_check_element(document: Document) -> bool:
    """Return True if the page has an element with an id or class that known bot checks have."""
    marks = _load_phrases()["bot-check"]["elements"]
    for box in document.tree.iter("div", "form", "section"):
        id_and_class = f"{box.get('id', '')} {box.get('class', '')}"
        if id_and_class != " " and any(mark in id_and_class for mark in marks):
            return True
    return False


def _count_phrases(kind: str, blocks: Sequence[Block]) -> int:
    """Return how many different phrases for pages of `kind` are in the beginning of a page.
    `blocks`: all blocks of the page, of which the first 400 are searched."""
    sample = "\n".join(block.text[:_MOST_SAMPLE] for block in blocks[:_MOST_SAMPLE])
    text = hints.normalise_phrase(sample)
    return sum(phrase in text for phrase in _load_phrases()[kind]["texts"])


def _is_article(document: Document) -> bool:
    """Return True if the page declares in JSON-LD or metas that it is an article."""
    for item in document.jsonld:
        if any(name.endswith(("Article", "Posting", "Report")) for name in jsonld.list_types(item)):
            return True
    if document.meta("og:type").lower() in ("article", "news", "blog"):
        return True
    return document.meta("article:published_time") != ""


def is_declared(document: Document) -> bool:
    """Return True if the page declares that it is an article. False for the front page of a site,
    where such a declaration is a mistake."""
    return _is_article(document) and not urls.is_root(document.url)
