"""Checks of an excerpt in a model's own words: does it say what the article says, and nothing else? Pure.  Each
sentence is aligned with one sentence of the article or two neighbours: all its words stand there in their order, and
all that stands there is in it, but for asides between commas, what follows a last comma, a day, and words that change
nothing (data/free_writing.toml). Negation, hedging, limits and attribution are never left out.  A share of words proves
little: all 42 falsehoods of tests/describing/llm/claims.toml have three quarters of their words in one sentence or two;
none passes here, and 14 of 29 honest ones do. Our own excerpt replaces a refused one."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final, NamedTuple

from syndicator.core.ports import Material
from syndicator.describing.text import language, sentences

_TOKEN: Final = re.compile(r"[^\W_]+(?:[.,'’-][^\W_]+)*|[%€$£]")
_BREAK: Final = re.compile(r"[,;:()–—]|\s-\s|[\"“”„«»]")
_POSSESSIVE: Final = re.compile(r"['’]s?$")
_STEM: Final = 4  # letters that all forms of a word share
_DAY: Final = 2  # words of "on Tuesday"


@dataclass(frozen=True, slots=True)
class _Language:
    write: str
    free: frozenset[str]
    endings: frozenset[str]
    when: frozenset[str]
    kept: frozenset[str]


class _Word(NamedTuple):
    """A word in lower case; whether a comma or its like stands before it, and whether it begins a sentence."""

    text: str
    low: str
    broken: bool
    first: bool


def line_for(language: str | None) -> str:
    """What asks a model to write in the article's language, in that language; "" where there is no free writing."""
    known = _languages().get(language or "")
    return known.write if known else ""


def unfounded(excerpt: str, text: str, language: str) -> str:
    """The first sentence of `excerpt` that the `text` does not say, or that does not follow the one before it; ""."""
    known = _languages()[language]
    article = [_words(one.text, known) for one in sentences.split(text, language=language)]
    last: int | None = None
    for sentence in sentences.of_line(excerpt, language):
        places = range(len(article)) if last is None else range(last, min(last + 2, len(article)))
        place = next((n for n in places if _covers(article, n, _words(sentence, known), known)), None)
        if place is None:
            return sentence
        last = place
    return ""


def _covers(article: Sequence[list[_Word]], place: int, said: list[_Word], known: _Language) -> bool:
    """True when the sentence at `place`, alone or with the next one, says what is `said`."""
    return any(
        _says([word for one in article[place:end] for word in one], said, known) for end in (place + 1, place + 2)
    )


def _says(there: list[_Word], said: list[_Word], known: _Language) -> bool:
    """True when `said` is what stands `there` without what may go."""
    at, end = 0, len(there)
    times = sum(word.low in known.when for word in there)
    for word in said:
        skipped = at
        while at < end and not _same(there[at], word, known):
            at += 1
        if at == end or not _may_go(there[skipped:at], there[at], times, known):
            return False
        at += 1
    return bool(said) and _may_go(there[at:], None, times, known)


def _may_go(gap: list[_Word], after: _Word | None, times: int, known: _Language) -> bool:
    """True if an excerpt may leave out `gap` before the word `after` (None: end); of several `times` none may go."""
    if not gap:
        return True
    timed = any(word.low in known.when for word in gap)
    if any(word.first or word.low in known.kept for word in gap) or (timed and times > 1):
        return False
    if timed and len(gap) <= _DAY and gap[-1].low in known.when:
        return True
    aside = after is None or (after.broken and not any(word.broken for word in gap[1:]))
    return gap[0].broken and aside


def _same(one: _Word, other: _Word, known: _Language) -> bool:
    """True for two forms of a word. A name or a number has one form."""
    if one.low == other.low:
        return True
    if any(word.text[:1].isdigit() or (word.text[:1].isupper() and not word.first) for word in (one, other)):
        return False
    stem = 0
    for a, b in zip(one.low, other.low, strict=False):
        if a != b:
            break
        stem += 1
    ends = {one.low[stem:], other.low[stem:]}
    return stem >= _STEM and ends <= known.endings | {""}


def _words(sentence: str, known: _Language) -> list[_Word]:
    """The words of a sentence but those that change nothing; a break before one of these counts for the next."""
    found: list[_Word] = []
    last, broken = 0, False
    for match in _TOKEN.finditer(sentence):
        low = _POSSESSIVE.sub("", match[0].casefold())
        broken = broken or bool(_BREAK.search(sentence, last, match.start()))
        last = match.end()
        if low not in known.free:
            found.append(_Word(match[0], low, broken, not found))
            broken = False
    return found


@lru_cache(maxsize=1)
def _languages() -> dict[str, _Language]:
    raw = resources.files("syndicator.describing").joinpath("data/free_writing.toml").read_text("utf-8")
    names = ("free", "endings", "when", "kept")
    return {
        code: _Language(table["write"], *(frozenset(table[name].split()) for name in names))
        for code, table in tomllib.loads(raw).items()
    }


SHOWN: Final = 120  # characters of a detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """An answer that passed. `category` "" and no `tags`: the model found none that fits."""

    excerpt: str
    category: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why an answer does not stand. `reason`: a member of `reasons.LlmReason`."""

    reason: str
    detail: str = ""


def short(value: str) -> str:
    """The start of `value`, for a detail."""
    return value if len(value) <= SHOWN else value[: SHOWN - 1] + "…"


# An address with a scheme, a path or an @, and a bare host in small letters: "Booking.com" is a name.
_ADDRESS: Final = re.compile(
    r"\b[a-z][a-z0-9+.-]{1,15}:(?://|[^\s:]+@)|\bwww\.|\S@[\w-]+\.\w|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,12}/\S"
    r"|(?<![\w.@-])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|info|biz|io|ai|co|app|dev|me|xyz|site|online|shop|example|[a-z]{2})\b"
)


def fault(excerpt: str, asked: Material) -> Refusal | None:
    """The first thing that is wrong with `excerpt`, which a model wrote of the article `asked`; None for nothing."""
    code = asked.language or language.detect(asked.text, None)
    address = _ADDRESS.search(excerpt)
    if address:
        return Refusal(reason="url", detail=short(address[0]))
    broken = sentences.fault(excerpt, asked.title)
    if broken or len(sentences.of_line(excerpt, code)) > sentences.SENTENCES:
        return Refusal(reason=broken or "long", detail=short(excerpt))
    claim = unfounded(excerpt, asked.text, code or "")
    return Refusal(reason="unfounded", detail=short(claim)) if claim else None
