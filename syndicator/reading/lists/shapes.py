"""The shape of a link's address: what addresses of one kind on one site have in common. Pure."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

_NUMBER = re.compile(r"^\d+$")
_YEAR = re.compile(r"^(19|20)\d\d$")
_HASH = re.compile(r"^[0-9a-f]{8,}$|^[0-9a-f]{8}-[0-9a-f-]{20,}$", re.I)
SOLD = re.compile(
    r"[/.](sponsor\w*|partners?|promo\w*|ads?|advert\w*|anzeigen?|campaigns?|kampagnen?|landing|offers?|deals?|shop|store)"
    r"([/.?]|$)",
    re.I,
)
_ENDING = 5  # letters of one such as .html
_FEW = 2  # words of a segment that is a name and no title


def shape(url: str) -> str:
    """The shape of an address: its host, and for each segment of its path what it is, a year, a number, a code, a title
    of several words, or the word itself; and the names of its parameters. "site.example/news/{year}/{title}"."""
    parts = urlsplit(url)
    host = parts.netloc.removeprefix("www.").lower()
    segments = [one for one in parts.path.split("/") if one]
    kinds = [_kind(one, last=place == len(segments) - 1) for place, one in enumerate(segments)]
    names = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})
    return "/".join([host, *kinds]) + (f"?{'&'.join(names)}" if names else "")


def _kind(segment: str, *, last: bool) -> str:
    stem, dot, ending = segment.rpartition(".")
    if dot and ending.isalpha() and len(ending) <= _ENDING:
        segment, ending = stem, f".{ending.lower()}"
    else:
        ending = ""
    if _YEAR.match(segment):
        return "{year}" + ending
    if _NUMBER.match(segment):
        return "{number}" + ending
    if _HASH.match(segment) and any(char.isdigit() for char in segment):
        return "{code}" + ending
    if last or len(re.findall(r"[^\W\d]+", segment)) > _FEW:
        return "{title}" + ending
    return segment.lower() + ending


def family(url: str) -> str:
    """A coarser shape: the host and the first segment of a path that has several."""
    host, _, rest = shape(url).partition("?")[0].partition("/")
    first, deeper, _ = rest.partition("/")
    return f"{host}/{first}/" if deeper else f"{host}/"
