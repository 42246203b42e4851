"""What an excerpt must look like, whoever wrote it. One function says what is wrong; "" means nothing."""

from __future__ import annotations

import re

from syndicator.describing.sentences import ends, open_quote
from syndicator.text import width

WORDS = 55
CHARACTERS = 360  # a wide CJK character counts two
SENTENCES = 3

_MARKUP = re.compile(
    r"</?[a-zA-Z][^>]*>|&(?:#\d+|#x[0-9a-f]+|[a-z]+);|\]\(|```|\*\*|__\w|\{\{|https?://|www\.", re.IGNORECASE
)
_ELLIPSIS = re.compile(r"\.{2,}|…|\[\s*&hellip;")
_MORE = re.compile(
    r"\b(?:read more|continue reading|click here|read the full|full story|learn more|see more|sign up|subscribe"
    r"|lire la suite|weiterlesen|mehr lesen|leer más|seguir leyendo|leggi tutto|lees verder|läs mer|les mer|læs mere"
    r"|czytaj dalej|devamını oku|читать далее)\b|続きを読む|阅读全文|阅读更多|閱讀全文|查看更多",
    re.IGNORECASE,
)
_DATELINE = re.compile(
    r"^(?:[A-ZÀ-Þ][A-ZÀ-Þ.'’\- ]{2,40}(?:,\s*[\w.À-ÿ ]{2,30})?\s*(?:\([^()]{2,30}\))?\s*[-–—:]{1,2}\s"
    r"|[\w.,'’\- ]{2,40}\((?:Reuters|AP|AFP|UPI|CNN|dpa|Xinhua|Bloomberg|PTI|IANS|ANI|EFE|ANSA|TASS|Kyodo|Yonhap)\)"
    r"\s*[-–—:]{0,2}"
    r"|\((?:Reuters|AP|AFP|UPI|CNN|CBS|dpa|Bloomberg|PTI|IANS|ANI)\)|【[^】]{2,30}】)"
)
_BYLINE = re.compile(
    r"^(?:by|posted by|written by|published|updated|last updated|photo|image|credit|von|par|por|di|door|av|autor)"
    r"\s*:?\s+"
    r"(?:[A-ZÀ-Þ][\w.'’-]+\s*,?\s*(?:and|&|und|et|y|e|en|och)?\s*){1,6}(?:[|,•·–—-].*)?\W*$"
    r"|^(?:published|updated|last (?:updated|modified)|posted)\b.{0,40}\d",
    re.IGNORECASE,
)


def fault(excerpt: str, title: str) -> str:
    """The first gate that `excerpt` breaks as a short code, "" when it passes all."""
    if not excerpt.strip():
        return "empty"
    if too_long(excerpt):
        return "long"
    if not ends(excerpt):
        return "cut"
    return form(excerpt) or ("title" if repeats(excerpt, title) else "")


def too_long(excerpt: str) -> bool:
    """More than 55 words or 360 characters."""
    return len(excerpt.split()) > WORDS or width(excerpt) > CHARACTERS


def form(sentence: str) -> str:
    """What is wrong with the form of a sentence, "" when nothing is."""
    checks = (
        ("ellipsis", _ELLIPSIS),
        ("markup", _MARKUP),
        ("more", _MORE),
        ("dateline", _DATELINE),
        ("byline", _BYLINE),
    )
    for code, pattern in checks:
        if pattern.search(sentence):
            return code
    return "quotes" if open_quote(sentence) else ""


def repeats(excerpt: str, title: str) -> bool:
    """True when the excerpt begins with the title or says no more than it."""
    head, name = words(excerpt), words(title)
    return bool(name) and (head.startswith(name) or (len(head) > 10 and name.startswith(head)))


def words(value: str) -> str:
    """Letters and digits in lower case, one space between words."""
    return re.sub(r"\W+", " ", value.casefold()).strip()
