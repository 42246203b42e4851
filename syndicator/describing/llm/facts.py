"""Numbers and proper names that an excerpt has and its article does not. Pure."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from typing import Final, NamedTuple

from syndicator.describing.taxonomy import casing
from syndicator.describing.text.language import function_words

# Digits with what parts them: a point, comma or apostrophe between digits, or a space before groups of exactly three.
_NUMBER: Final = re.compile(r"(?<!\d)(?:\d{1,3}(?:[ \u2009]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,'’\u066b\u066c]\d+)*)")
_BEHIND: Final = re.compile(r"[ -]?([^\W\d_]+)")
# Languages that write 1.000,5 for a thousand and a half; the others write 1,000.5 (Unicode CLDR 45, numbers).
_COMMA: Final = (
    "af az be bg bs ca cs da de el es et eu fi fr gl hr hu id is it ka kk lt lv mk nl no pl pt ro ru sk sl sq sr sv tr "
    "uk vi "
)
_TOKEN: Final = re.compile(r"[^\W_]+(?:['’.&\-‐‑][^\W_]+)*")
_PARTS: Final = re.compile(r"['’.&\-‐‑]")
_POSSESSIVE: Final = re.compile(r"['’](?:s|S)$")
_KATAKANA: Final = re.compile(r"[ァ-ヴー]{3,}")
_STARTS: Final = re.compile(r"(?:^|[.!?…:;。！？])[\s\"'“”‘’«»„‚(\[¿¡—–-]*$")
_PLURAL: Final = 3  # letters of an acronym with a plural s: "PCs"
_STEM: Final = 5  # letters by which a word at a sentence's start is known as one that the article has in small letters
_GROUP: Final = 3  # digits that a mark of thousands parts
_LONGEST: Final = 40  # digits of a number that is compared by value


class Number(NamedTuple):
    """A number as it stands, its value, and its value with the scale word behind it (None without one)."""

    written: str
    value: Decimal | str
    scaled: Decimal | None


def unknown_number(excerpt: str, article: str, language: str | None) -> str:
    """The first number of `excerpt` whose value does not occur in `article`, "" when all do."""
    known: set[Decimal | str] = set()
    for number in numbers(article, language):
        known |= {number.value, *(part for part in _readings(number.written, language))}
        if number.scaled is not None:
            known.add(number.scaled)
    for number in numbers(excerpt, language):
        if (number.value if number.scaled is None else number.scaled) not in known:
            return number.written
    return ""


def numbers(text: str, language: str | None) -> Iterator[Number]:
    """The numbers of `text`, read as `language` writes them."""
    for match in _NUMBER.finditer(text):
        read = _read(match[0], language)
        power = _power(text, match.end(), language) if isinstance(read, Decimal) else 0
        yield Number(match[0], read, read.scaleb(power) if power and isinstance(read, Decimal) else None)


def _read(written: str, language: str | None) -> Decimal | str:
    """The value; a date or a version, which has none, as its own text."""
    digits = "".join(str(unicodedata.digit(one)) if one.isdigit() else one for one in written)
    digits = re.sub(r"[ \u2009'’\u066c]", "", digits).replace("\u066b", ".")
    if len(digits) > _LONGEST:
        return digits
    decimal, thousands = (",", ".") if language and f"{language} " in _COMMA else (".", ",")
    if decimal in digits and thousands in digits:
        decimal, thousands = (".", ",") if digits.rindex(".") > digits.rindex(",") else (",", ".")
        whole, _, part = digits.rpartition(decimal)
        return Decimal(f"{whole.replace(thousands, '')}.{part}") if decimal not in whole else digits
    mark = next((one for one in ".," if one in digits), "")
    if mark == thousands and _grouped(digits.split(mark)):
        return Decimal(digits.replace(mark, ""))
    if mark and digits.count(mark) > 1:
        return Decimal(digits.replace(mark, "")) if _grouped(digits.split(mark)) else digits
    return Decimal(digits.replace(mark, ".") if mark else digits)


def _grouped(parts: list[str]) -> bool:
    """1,234,567, or 12,34,567 as India has it."""
    first, *middle, last = parts
    sizes = {len(part) for part in middle}
    return 0 < len(first) <= _GROUP and first[0] != "0" and len(last) == _GROUP and (sizes <= {_GROUP} or sizes == {2})


def _readings(written: str, language: str | None) -> Iterator[Decimal | str]:
    """The parts of a number that may be several: a date, a version, groups that a space parts."""
    for mark in (" ", "\u2009", ".", ",") if not isinstance(_read(written, language), Decimal) else (" ", "\u2009"):
        if mark in written:
            yield from (_read(part, language) for part in written.split(mark) if part)


def _power(text: str, end: int, language: str | None) -> int:
    """The power of ten that the word behind a number says."""
    behind = _BEHIND.match(text, end, end + 24)
    scales = _scales()
    if end < len(text) and text[end] in scales["wide"]:
        return scales["wide"][text[end]]
    if behind is None:
        return 0
    word = behind[1].casefold()
    touching = behind.start(1) == end
    return scales.get(language or "en", {}).get(word, 0) or (scales["letters"].get(word, 0) if touching else 0)


@lru_cache(maxsize=1)
def _scales() -> dict[str, dict[str, int]]:
    raw = resources.files("syndicator.describing").joinpath("data/scales.toml").read_text("utf-8")
    return tomllib.loads(raw)


def unknown_name(excerpt: str, article: str, language: str | None) -> str:
    """The first capitalised or mixed-case word of `excerpt` that does not occur in `article` with the same capitals,
    hyphens and possessives aside; "" when all do. The first word of a sentence may have its capital from there: it
    passes when it is an ordinary word, or the article has it in small letters. Of scripts without case only katakana,
    in which Japanese writes foreign names, can be checked."""
    words = _Words(article, language)
    for match in _TOKEN.finditer(excerpt):
        token = match[0]
        if not _capital(token) or words.have(token):
            continue
        first = bool(_STARTS.search(excerpt[max(0, match.start() - 20) : match.start()]))
        if not words.ordinary(_POSSESSIVE.sub("", token), first):
            return token
    return next((run for run in _KATAKANA.findall(excerpt) if run not in article), "")


class _Words:
    """The words of an article, by which those of an excerpt are judged."""

    def __init__(self, article: str, language: str | None) -> None:
        self.known = {form for token in {match[0] for match in _TOKEN.finditer(article)} for form in _forms(token)}
        self.low = [form for form in self.known if len(form) >= _STEM and form.islower()]
        self.small = function_words().get(language or "en", frozenset()) | _openers().get(language or "en", frozenset())

    def have(self, token: str) -> bool:
        """As a whole, or each part with a capital for itself."""
        if any(form in self.known for form in _forms(token)[:3]):
            return True
        parts = [part for part in _PARTS.split(_POSSESSIVE.sub("", token)) if _capital(part)]
        return all(part in self.known for part in parts)

    def ordinary(self, token: str, first: bool) -> bool:
        """True for a word that may have its capital from its place and not from being a name."""
        low = token.casefold()
        if token == "I" or (token[1:] == token[1:].lower() and low in self.small):
            return True
        if not first or token[1:] != token[1:].lower():
            return False
        parts = _PARTS.split(low)
        stem = low[: max(_STEM, len(low) - 3)]
        return all(part in self.known or part in casing.ordinary() for part in parts) or (
            len(stem) >= _STEM and any(form.startswith(stem) for form in self.low)
        )


def _capital(token: str) -> bool:
    return any(one.isupper() or one.istitle() for one in token)


@lru_cache(maxsize=1)
def _openers() -> dict[str, frozenset[str]]:
    raw = resources.files("syndicator.describing").joinpath("data/sentence_openers.toml").read_text("utf-8")
    return {code: frozenset(words.split()) for code, words in tomllib.loads(raw).items()}


def _forms(token: str) -> list[str]:
    """The token without its possessive, without the plural of an acronym, in one piece, and its parts."""
    bare = _POSSESSIVE.sub("", token)
    single = bare[:-1] if bare.endswith("s") and len(bare) >= _PLURAL and bare[:-1].isupper() else bare
    parts = _PARTS.split(bare)
    return [bare, single, "".join(parts), *(parts if len(parts) > 1 else ())]
