"""What an excerpt must look like, whoever wrote it."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib import resources
from typing import Final

from syndicator.core.text import width
from syndicator.describing.text.sentences import ends, unbalanced

# Caps of length, chosen: an excerpt is read at a glance.
WORDS: Final = 55
CHARACTERS: Final = 360  # columns: a wide CJK character counts two
SENTENCES: Final = 3
ALIKE: Final = 10  # letters from which on an excerpt that the title begins with says no more than the title

_MARKUP = re.compile(
    r"</?[a-zA-Z][^>]*>|&(?:#\d+|#x[0-9a-f]+|[a-z]{2,8});|\]\(|\[\^|```|\*\*|\b__\w|\{\{|\{%|https?://|\bwww\."
    r"|^\s*(?:[-*•·▪►>#|]|\d{1,2}[.)])\s| \| |\t",
    re.IGNORECASE,
)
_ELLIPSIS = re.compile(r"\.{2,}|…|\. \. \.")
_AGENCY = r"(?:Reuters|AP|AFP|UPI|CNN|CBS|BBC|dpa|DPA|Xinhua|Bloomberg|PTI|IANS|ANI|EFE|ANSA|TASS|Kyodo|Yonhap|ATS|APA)"
_PLACE = r"[A-ZÀ-Þ][\w.'’\-]*(?:[ /][A-ZÀ-Þ][\w.'’\-]*){0,3}"
_DATELINE = re.compile(
    rf"^(?:(?:{_PLACE}(?:, [\w.]+(?: \d{{1,2}})?){{0,3}},? )?\({_AGENCY}(?:[ /][^()]{{0,20}})?\)\s*(?:[-–—:]+\s*)?"
    rf"|{_PLACE}(?:, [\w.]+(?: \d{{1,2}})?){{0,3}},? \([A-Z][\w ./]{{1,25}}\)\s*[-–—]+\s+"
    r"|(?=[A-ZÀ-Þ.'’ ]{5})[A-ZÀ-Þ][A-ZÀ-Þ.'’\-]+(?: [A-ZÀ-Þ][A-ZÀ-Þ.'’\-]+){0,5}"
    r"(?:(?:, [\w.]+(?: \d{1,2})?){0,3}\s*(?:[-–—]+\s+|:\s)|(?:, [\w.]+(?: [\w.]+){0,3}){1,2} [-–—]+\s+)"
    rf"|{_PLACE} · "
    r"|【[^】]{2,30}】|[（(][^（）()]{2,20}[讯訊电電][）)]|新华社[^，。]{2,20}电\s*)"
)
_BYLINE = re.compile(
    r"^(?i:by|posted by|written by|photo|image|credit|story by|words by|von|par|por|di|door|av|autor|text)"
    r"(?:\s*:\s*|\s+)"
    r"(?:[A-ZÀ-Þ][\w.'’-]+,?\s*(?:(?:and|&|und|et|y|e|en|och)\s+)?){1,6}(?:[|,•·–—-].*)?\W*$"
    r"|^(?i:published|updated|last updated|last modified|posted)\b.{0,40}\d"
)
_FORMS = (
    ("ellipsis", _ELLIPSIS.search),
    ("markup", _MARKUP.search),
    ("dateline", _DATELINE.match),
    ("byline", _BYLINE.match),
)


def fault(excerpt: str, title: str, language: str | None = None) -> str:
    """The first rule that `excerpt` breaks, as a short code (empty, long, cut, ellipsis, markup, dateline, byline,
    boilerplate, quotes, title); "" when it keeps all."""
    if not excerpt.strip():
        return "empty"
    if too_long(excerpt):
        return "long"
    if not ends(excerpt):
        return "cut"
    return form(excerpt, language) or ("title" if repeats(excerpt, title) else "")


def too_long(excerpt: str) -> bool:
    """More than 55 words or 360 characters."""
    return len(excerpt.split()) > WORDS or width(excerpt) > CHARACTERS


def form(sentence: str, language: str | None = None) -> str:
    """The first rule of form that a sentence breaks, as a code of `fault`; "" when it keeps all."""
    for code, search in _FORMS:
        if search(sentence):
            return code
    low = sentence.casefold()
    for phrase in boilerplate().get(language or "en") or boilerplate()["en"]:
        if phrase in low:
            return "boilerplate"
    return "quotes" if unbalanced(sentence) else ""


def without_dateline(sentence: str) -> str:
    """ "PARIS (Reuters) - The bank" -> "The bank"."""
    match = _DATELINE.match(sentence)
    rest = sentence[match.end() :].lstrip() if match else ""
    return rest if rest and not rest[0].islower() else sentence


def repeats(excerpt: str, title: str) -> bool:
    """True when the excerpt begins with the title or says no more than it."""
    head, name = words(excerpt), words(title)
    return bool(name) and (head.startswith(name) or (len(head) > ALIKE and name.startswith(head)))


def words(value: str) -> str:
    """Letters and digits in lower case, one space between words."""
    return re.sub(r"\W+", " ", value.casefold()).strip()


@lru_cache(maxsize=1)
def boilerplate() -> dict[str, tuple[str, ...]]:
    """Phrases that no excerpt has, by language; English ones count in every language, as sites mix them in."""
    raw = resources.files("syndicator.describing").joinpath("data/boilerplate.toml").read_text("utf-8")
    values = tomllib.loads(raw)
    return {code: tuple(sorted({*phrases, *values["en"]})) for code, phrases in values.items()}
