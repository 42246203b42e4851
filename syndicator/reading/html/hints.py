"""Find hints of boilerplate: words in class names ("share") and phrases in texts. Pure.

The words and phrases are in files of reading/data. Each hint of a class name, such as "share" or
"comments", is one bit of an int, so that the hints of several elements are combined by `|`."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from typing import Any

from syndicator import reading

_CAMEL_CASE = re.compile(r"(?<=[a-z])(?=[A-Z])")
# the letters with which each match of an expression begins: "comment" of "comments?-list"
_LITERAL = re.compile(r"(?:\\b)?([a-z]+?)(?:[a-z][?*]|[^a-z]|$)")
ATTRIBUTES = frozenset(("class", "id", "role", "itemprop", "data-testid", "data-component"))
KINDS = ("related", "newsletter", "share", "comments", "legal")  # of boilerplate
_KEY_LENGTH = 2  # the first characters of a text, by which the phrases to compare are looked up
# the first character of the scripts that do not separate words (Unicode: CJK Radicals Supplement)
_CJK = "\u2e80"
_PLAIN_QUOTES = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", "»": "", "›": "", "→": ""}
)
_LONGEST_WORD = 80  # characters of a class name
_MOST_WORDS = 30  # of an attribute
# a search for these characters takes a tenth of the time of a translation
_TYPOGRAPHIC = re.compile(f"[{''.join(map(chr, _PLAIN_QUOTES))}]")


@cache
def _load_table() -> dict[str, Any]:
    """Return the content of class_hints.toml. Its table "words" has, by the name of a hint, regular
    expressions for class names. Its table "tags" has, by tag, the name of a hint."""
    return tomllib.loads(reading.file_text("class_hints.toml"))


@cache
def list_names() -> tuple[str, ...]:
    """Return the names of the class hints. The position of a name is the number of its bit."""
    return tuple(_load_table()["words"])


@cache
def get_bit(name: str) -> int:
    """Return the bit that stands for the hint `name`, as an int."""
    return 1 << list_names().index(name)


@dataclass(frozen=True, slots=True)
class _WordPatterns:
    """Compiled expressions for class names. `scan` finds the letters with which expressions begin,
    called literals. `by_literal`: by literal, the expressions to try if `scan` finds it, each with
    the bit of its hint."""

    scan: re.Pattern[str]
    by_literal: Mapping[str, Sequence[tuple[re.Pattern[str], int]]]


@cache
def _compile_words() -> _WordPatterns:
    """Return the compiled expressions for words in class names, from data/class_hints.toml.

    They are grouped by the letters with which they begin, their literal ("head" of "headers?"). It
    is faster to look for all literals in a class name at once, and to try only the expressions of
    those found, than to try all expressions."""
    # the expressions, each with the bit of its hint, by their literal
    by_literal: dict[str, list[tuple[re.Pattern[str], int]]] = {}
    for name, expressions in _load_table()["words"].items():
        for expression in expressions:
            match = _LITERAL.match(expression)
            literal = match[1] if match else ""
            by_literal.setdefault(literal, []).append((re.compile(expression), get_bit(name)))

    # The scan finds the longest literal only. Where it finds "header", an expression that begins
    # with "head" may match, too.
    to_try: dict[str, list[tuple[re.Pattern[str], int]]] = {}
    for literal in by_literal:
        to_try[literal] = []
        for same_or_shorter, expressions in by_literal.items():
            if literal.startswith(same_or_shorter):
                to_try[literal] += expressions

    # one expression that finds all literals: "(?=(c(?:omment|ode)|n(?:av)))"
    by_letter: dict[str, list[str]] = {}
    for literal in sorted(by_literal):
        by_letter.setdefault(literal[0], []).append(literal)
    alternatives: list[str] = []
    for letter, literals in by_letter.items():
        longest_first = sorted(literals, key=len, reverse=True)
        ends = "|".join(literal[1:] for literal in longest_first)
        alternatives.append(f"{letter}(?:{ends})")
    scan = f"(?=({'|'.join(alternatives)}))"  # a lookahead, so that matches may overlap
    return _WordPatterns(re.compile(scan), to_try)


@cache
def load_tag_hints() -> Mapping[str, int]:
    """Return, by tag, the bit of its hint, for those tags that are a hint themselves, such as
    "footer"."""
    return {tag: get_bit(name) for tag, name in _load_table()["tags"].items()}


@lru_cache(maxsize=20_000)
def _read_word(value: str) -> int:
    """Return the hints in one class name, such as "shareButtons" or "share-buttons", as bits. A
    hint is a word that says what an element is, such as "share"."""
    class_name = value[:_LONGEST_WORD]
    word = class_name.lower()
    if word != class_name:
        word = _CAMEL_CASE.sub("-", class_name).lower()
    patterns = _compile_words()
    bits = 0
    for literal in patterns.scan.findall(word):
        for expression, flag in patterns.by_literal[literal]:
            if not bits & flag and expression.search(word):
                bits |= flag
    return bits


@lru_cache(maxsize=20_000)
def read_words(value: str) -> int:
    """Return the hints in an attribute such as class, as bits. A hint is a word that says what an
    element is, such as "share". `value`: the content of the attribute, words separated by spaces;
    only the first 30 are read."""
    bits = 0
    for word in value.split()[:_MOST_WORDS]:
        bits |= _read_word(word)
    return bits


def read_hints(element: Any) -> int:
    """Return the hints that the tag, the class, the id and the other ATTRIBUTES of an element give,
    as bits. A hint is a word that says what an element is, such as "share"."""
    bits = load_tag_hints().get(element.tag, 0)
    for name, value in element.items():
        if name in ATTRIBUTES:
            bits |= read_words(value)
    return bits


@cache
def _load_phrases() -> dict[str, dict[str, dict[str, list[str]]]]:
    """Return the content of phrases.toml: phrases by kind, then by "starts" or "contains", then by
    language."""
    return tomllib.loads(reading.file_text("phrases.toml"))


def normalise_phrase(text: str) -> str:
    """Return `text` in the form of the phrases in phrases.toml: in lower case, with straight
    quotes, without arrows, and without dashes, brackets and the like at the ends."""
    plain_text = text
    if not text.isascii() and _TYPOGRAPHIC.search(text):
        plain_text = text.translate(_PLAIN_QUOTES)
    return plain_text.strip(" \t\n-–—*•|:<>[]()»").lower()


def measure_starts(kinds: tuple[str, ...], text: str) -> list[float]:
    """Return how much of `text` is a phrase of boilerplate at its start, for each of `kinds`, the
    kinds of phrases: the length of the longest such phrase as a share (0 to 1) of `text`, 0 if it
    starts with none. `text`: as `normalise_phrase` returns it."""
    shares = [0.0] * len(kinds)
    # only phrases with the same first two letters can match
    candidates = _load_starts(kinds).get(text[:_KEY_LENGTH])
    if candidates is None or not text.startswith(candidates.phrases):
        return shares
    # the longest phrases come first, so that the first match of a kind is the longest
    for phrase, index in candidates.with_kinds:
        if not shares[index] and text.startswith(phrase) and _ends_at_word(phrase, text):
            shares[index] = len(phrase) / len(text)
    return shares


def find_phrase_kinds(kinds: Sequence[str], text: str) -> frozenset[str]:
    """Return the kinds of phrases that are anywhere in `text`, of those in `kinds`. `text`: as
    `normalise_phrase` returns it."""
    contained = _load_contained(tuple(kinds))
    matching: set[str] = set()
    # only phrases whose first word is a word of the text can be in it
    for word in contained.by_first_word.keys() & text.split():
        for phrase, kind in contained.by_first_word[word]:
            if phrase in text:
                matching.add(kind)
    if not text.isascii():  # Chinese and Japanese have no spaces between words
        for phrase, kind in contained.without_words:
            if phrase in text:
                matching.add(kind)
    return frozenset(matching)


@dataclass(frozen=True, slots=True)
class _Starts:
    """All phrases that begin with the same two letters, the longest first. `phrases`: the phrases
    alone; `with_kinds`: each phrase with the index of its kind."""

    phrases: tuple[str, ...]
    with_kinds: tuple[tuple[str, int], ...]


@cache
def _load_starts(kinds: tuple[str, ...]) -> dict[str, _Starts]:
    """Return the phrases of all languages with which texts of boilerplate start, by their first two
    letters; the longest come first. `kinds`: the kinds of phrases."""
    groups: dict[str, list[tuple[str, int]]] = {}  # pairs of a phrase and the index of its kind
    for index, kind in enumerate(kinds):
        by_language = _load_phrases()[kind].get("starts", {})
        for phrase in set(chain.from_iterable(by_language.values())):
            groups.setdefault(phrase[:_KEY_LENGTH], []).append((phrase, index))
    starts: dict[str, _Starts] = {}
    for letters, group in groups.items():
        longest_first = sorted(group, key=lambda phrase_and_kind: -len(phrase_and_kind[0]))
        phrases = tuple(phrase for phrase, _ in longest_first)
        starts[letters] = _Starts(phrases, tuple(longest_first))
    return starts


def _ends_at_word(phrase: str, text: str) -> bool:
    """Return True if the `phrase` with which `text` starts ends at the end of a word: "share" in
    "share this", but not in "shareholders". Beside characters that are not ASCII, return True."""
    next_character = text[len(phrase) : len(phrase) + 1]
    word_follows = next_character.isascii() and next_character.isalnum()
    ends_in_word = phrase[-1].isascii() and phrase[-1].isalnum()
    return not (word_follows and ends_in_word)


@dataclass(frozen=True, slots=True)
class _Contained:
    """The phrases that texts may contain, each with its kind. `by_first_word`: by its first word, a
    phrase of most languages; `without_words`: the phrases in scripts that do not separate words,
    such as Chinese."""

    by_first_word: Mapping[str, Sequence[tuple[str, str]]]
    without_words: Sequence[tuple[str, str]]


@cache
def _load_contained(kinds: tuple[str, ...]) -> _Contained:
    """Return the phrases of all languages that show boilerplate wherever they stand in a text,
    grouped by their first word. `kinds`: the kinds of phrases."""
    by_first_word: dict[str, list[tuple[str, str]]] = {}
    without_words: list[tuple[str, str]] = []
    for kind in kinds:
        by_language = _load_phrases()[kind].get("contains", {})
        for phrase in chain.from_iterable(by_language.values()):
            if phrase[0] > _CJK:  # a script without spaces between words
                without_words.append((phrase, kind))
            else:
                first_word = phrase.split()[0]
                by_first_word.setdefault(first_word, []).append((phrase, kind))
    return _Contained(by_first_word, without_words)
