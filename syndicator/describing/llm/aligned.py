"""Check that an excerpt in a model's own words states only what the article states. Pure.

Each sentence must match one or two neighbouring sentences of the article, word for word in order.
It may omit an aside between commas, the part after the last comma, one day, and words of
data/free_writing.toml; never negation, hedging, limits or attribution."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Final, NamedTuple

from syndicator.core.ports import Material
from syndicator.describing.resources import read_toml
from syndicator.describing.text import language, sentences

_TOKEN: Final = re.compile(r"[^\W_]+(?:[.,'’-][^\W_]+)*|[%€$£]")
_BREAK: Final = re.compile(r"[,;:()–—]|\s-\s|[\"“”„«»]")
_POSSESSIVE: Final = re.compile(r"['’]s?$")
_STEM: Final = 4  # letters that all forms of a word share
_DAY: Final = 2  # words of "on Tuesday"
SHOWN: Final = 120  # characters of a detail
# Addresses with scheme, path or @, and bare hosts in small letters: "Booking.com" is a name.
_ADDRESS: Final = re.compile(
    r"\b[a-z][a-z0-9+.-]{1,15}:(?://|[^\s:]+@)|\bwww\.|\S@[\w-]+\.\w|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,12}/\S"
    r"|(?<![\w.@-])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|info|biz|io|ai|co|app|dev|me|xyz|site|online|shop|example|[a-z]{2})\b"
)


@dataclass(frozen=True, slots=True)
class _Language:
    """Rules of a language, from data/free_writing.toml.

    `write`: the instruction to write in it; `free`: words that may be added or omitted; `endings`:
    endings in which the forms of a word differ; `when`: words for days and times; `kept`: words
    that may not be omitted ("not", "may", "said")."""

    write: str
    free: frozenset[str]
    endings: frozenset[str]
    when: frozenset[str]
    kept: frozenset[str]


class _Word(NamedTuple):
    """A word of a sentence. `text`: as it is written; `low`: in lower case, without possessive
    ending; `broken`: True if a comma, bracket or quotation mark stands before it; `first`: True if
    it begins the sentence."""

    text: str
    low: str
    broken: bool
    first: bool


def get_writing_instruction(language: str | None) -> str:
    """Return the instruction to write an excerpt in `language`, itself in that language. "" if no
    rules are known for the language."""
    rules = _load_languages().get(language or "")
    return rules.write if rules else ""


def find_unfounded_sentence(excerpt: str, text: str, language: str) -> str:
    """Return the first sentence of `excerpt` that the article does not state in this place; "" if
    the article states all its sentences in the same order. `text`: the text of the article.
    `language`: the code of its language, one for which there are rules (see
    `get_writing_instruction`)."""
    rules = _load_languages()[language]
    # the sentences of the article, as lists of words
    article = [
        _split_words(sentence.text, rules) for sentence in sentences.split(text, language=language)
    ]
    searched = range(len(article))
    for sentence in sentences.split_line(excerpt, language):
        claim = _split_words(sentence, rules)
        found = _find_statement(claim, article, searched, rules)
        if found is None:
            return sentence
        # the next claim must be in the same sentence of the article or in the one behind it
        searched = range(found, min(found + 2, len(article)))
    return ""


def _find_statement(
    claim: list[_Word], article: list[list[_Word]], indices: range, rules: _Language
) -> int | None:
    """Return the index of the first sentence of the article that states `claim`, alone or together
    with the sentence after it; None if there is none. `claim`: the words of a sentence. `article`:
    the sentences of the article, as lists of words. `indices`: the sentences to search."""
    for index in indices:
        for end in (index + 1, index + 2):
            if _states([*chain(*article[index:end])], claim, rules):
                return index
    return None


def _states(text: list[_Word], claim: list[_Word], rules: _Language) -> bool:
    """Return True if `text` states `claim`: it has all words of the claim in the same order, and
    its other words may be omitted by the `rules` of the language."""
    index = 0
    end = len(text)
    times = sum(word.low in rules.when for word in text)  # words such as "Tuesday"
    for word in claim:
        # find the word in the text, and check the words before it, which the claim omits
        gap_start = index
        while index < end and not _are_forms_of_one_word(text[index], word, rules):
            index += 1
        if index == end or not _may_omit(text[gap_start:index], text[index], times, rules):
            return False
        index += 1
    return bool(claim) and _may_omit(text[index:], None, times, rules)


def _may_omit(gap: list[_Word], after: _Word | None, times: int, rules: _Language) -> bool:
    """Return True if an excerpt may omit `gap`, neighbouring words of a sentence. It may omit a
    short time ("on Tuesday"), an aside between two commas, or the part after the last comma.

    `after`: the word after the gap, None at the end of the sentence. `times`: the number of words
    for days and times in the sentence. `rules`: the rules of the language."""
    if not gap:
        return True
    if any(word.first or word.low in rules.kept for word in gap):  # words such as "not"
        return False
    has_time = any(word.low in rules.when for word in gap)
    if has_time and times > 1:  # the reader may confuse the times
        return False
    if has_time and len(gap) <= _DAY and gap[-1].low in rules.when:  # "on Tuesday"
        return True
    if not gap[0].broken:  # no comma stands before the gap
        return False
    if after is None:  # the part after the last comma
        return True
    is_one_aside = not any(word.broken for word in gap[1:])
    return after.broken and is_one_aside


def _are_forms_of_one_word(word: _Word, other: _Word, rules: _Language) -> bool:
    """Return True if both are forms of one word: they are equal, or they differ only by endings of
    the language ("report", "reported"). Names and numbers must be equal."""
    if word.low == other.low:
        return True
    if _is_name_or_number(word) or _is_name_or_number(other):
        return False
    common_letters = 0
    for letter, other_letter in zip(word.low, other.low, strict=False):
        if letter != other_letter:
            break
        common_letters += 1
    if common_letters < _STEM:
        return False
    endings = {word.low[common_letters:], other.low[common_letters:]}
    return endings <= rules.endings | {""}


def _is_name_or_number(word: _Word) -> bool:
    """Return True if the word begins with a digit, or with a capital although it does not begin the
    sentence."""
    is_name = word.text[:1].isupper() and not word.first
    return is_name or word.text[:1].isdigit()


def _split_words(sentence: str, rules: _Language) -> list[_Word]:
    """Return the words of a sentence, without words such as "the" (`rules.free`), which an excerpt
    may add or omit anywhere."""
    words: list[_Word] = []
    last_end = 0
    is_after_comma = False
    for match in _TOKEN.finditer(sentence):
        low = _POSSESSIVE.sub("", match[0].casefold())
        # a comma before a word that is left out counts for the next word
        is_after_comma = is_after_comma or bool(_BREAK.search(sentence, last_end, match.start()))
        last_end = match.end()
        if low not in rules.free:
            is_first = not words
            words.append(_Word(match[0], low, is_after_comma, is_first))
            is_after_comma = False
    return words


@lru_cache(maxsize=1)
def _load_languages() -> dict[str, _Language]:
    """Return the rules for excerpts in a model's own words, by language code, from the file
    data/free_writing.toml."""
    languages = {}
    for code, table in read_toml("free_writing.toml").items():
        languages[code] = _Language(
            write=table["write"],
            free=frozenset(table["free"].split()),
            endings=frozenset(table["endings"].split()),
            when=frozenset(table["when"].split()),
            kept=frozenset(table["kept"].split()),
        )
    return languages


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """An answer that passed all checks. `category`: "" if no category fits."""

    excerpt: str
    category: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why an answer was refused, or why a question was not sent. `reason`: a value of
    `reasons.LlmReason`; `detail`: for people."""

    reason: str
    detail: str = ""


def shorten(value: str) -> str:
    """Return `value`, cut to SHOWN characters with an ellipsis if it is longer."""
    if len(value) <= SHOWN:
        return value
    return value[: SHOWN - 1] + "…"


def find_fault(excerpt: str, question: Material) -> Refusal | None:
    """Return the first fault of an excerpt that a model wrote in its own words; None if it has
    none. `question`: the article, as it was sent to the model."""
    code = question.language or language.detect(question.text, None)
    address = _ADDRESS.search(excerpt)
    if address:
        return Refusal(reason="url", detail=shorten(address[0]))
    broken_rule = sentences.find_fault(excerpt, question.title)
    if broken_rule:
        return Refusal(reason=broken_rule, detail=shorten(excerpt))
    if len(sentences.split_line(excerpt, code)) > sentences.SENTENCES:
        return Refusal(reason="long", detail=shorten(excerpt))
    unfounded_sentence = find_unfounded_sentence(excerpt, question.text, code or "")
    if unfounded_sentence:
        return Refusal(reason="unfounded", detail=shorten(unfounded_sentence))
    return None
