"""Single fields of feed entries, cleaned. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from html import unescape

from syndicator.core import text, urls

# Markup that titles contain; anything else in angle brackets is text ("List<String>").
_TAG = re.compile(
    r"</?(?:a|abbr|b|bdi|big|br|cite|code|del|div|em|font|h[1-6]|i|img|ins|kbd|mark|nobr|p|q|s|small|span|strike|strong|"
    r"sub|sup|time|tt|u|var|wbr)(?:\s[^<>]*)?/?>",
    re.I,
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NOBODY = frozenset(
    {"", "admin", "administrator", "author", "editor", "unknown", "none", "n/a", "noreply", "root", "webmaster"}
)
_LONGEST_NAME = 80  # characters; longer author fields are sentences
_LONGEST_ID = 1000  # characters; a digest stands for a longer id


def one_line(value: str, *, markup: bool = True) -> str:
    """`value` as one line of plain text. markup False: it is plain text already, such as an Atom title of type text."""
    if markup and ("<" in value or "&" in value):
        value = _unescape(_TAG.sub(_gap, value))
        if "<" in value:
            value = _TAG.sub(_gap, value)
    return text.line(value)


def _unescape(value: str) -> str:
    """Entities decoded, twice where one is left after the first time (&amp;#8217; is common)."""
    once = unescape(value)
    return unescape(once) if re.search(r"&(#\d{2,6}|#x[0-9a-f]{2,5}|[a-z]{2,8});", once, re.I) else once


def _gap(match: re.Match[str]) -> str:
    """A space for blocks and line breaks, which separate words; nothing for inline markup."""
    return " " if re.match(r"</?(br|p|div|h\d|img)\b", match[0], re.I) else ""


def names(values: Iterable[str]) -> tuple[str, ...]:
    """The names in author fields, each once, without e-mail addresses, "By" and placeholders such as "admin"."""
    found: dict[str, None] = {}
    for value in values:
        for name in _people(one_line(value)):
            if name.lower() not in _NOBODY and len(name) <= _LONGEST_NAME and not name.startswith(("http:", "https:")):
                found.setdefault(name)
    return tuple(found)


def _people(value: str) -> list[str]:
    shown = re.fullmatch(r"\S+@\S+\s*\((.+)\)", value)  # RSS 2.0: jane@example.com (Jane Doe)
    value = shown[1] if shown else _EMAIL.sub("", value)
    value = re.sub(r"^\s*by[:\s]\s*", "", value.replace("<>", "").replace("()", ""), flags=re.I).strip(" ,;|-")
    pieces = re.split(r"\s*;\s*|\s*,\s*(?:and\s+)?|\s+(?:and|&)\s+", value)
    whole = [piece for piece in pieces if piece]
    # "Doe, Jane" is one name: a list is split only where every piece has a first and a last name
    return whole if len(whole) > 1 and all(" " in piece for piece in whole) else [value]


def resolve(base: str, reference: str) -> str:
    """`reference` as an absolute http(s) URL, "" when it is not one."""
    reference = reference.strip()
    return (urls.absolute(base, reference) or "") if reference else ""


def entry_id(given: str, link: str, title: str, content: str) -> str:
    """The entry's own id, else its link, else a digest of title and content."""
    given = text.line(given)
    if given:
        return given if len(given) <= _LONGEST_ID else _digest(given)
    return link or _digest(f"{title}\x1f{content}")


def _digest(value: str) -> str:
    return "sha256:" + hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()[:32]
