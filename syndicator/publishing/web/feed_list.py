"""Divide the list of all feeds into pages by first letters; write sitemaps. Pure.

So changes touch one part."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import groupby, islice
from typing import Final

from syndicator.core.axes import find_axis
from syndicator.core.model import FeedSpec

WHOLE: Final = 1000  # feeds on one page: 700 kB of HTML. A choice
PART: Final = 200
PAGES: Final = "-pages"  # extra part of a long list: OPML, and the sitemap of the first part
_MOST: Final = 50_000  # addresses of a sitemap (https://www.sitemaps.org/protocol.html)
_SITEMAPS: Final = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_DIGITS: Final = 32  # of a fingerprint


def divide_feeds(specs: Sequence[FeedSpec]) -> Mapping[str, Sequence[FeedSpec]]:
    """Divide the list of feeds into parts; return name -> feeds. The first part, "", has all feeds
    if they are few, else those of small axes."""
    if len(specs) <= WHOLE:
        return {"": specs}
    specs_of_axis = {
        axis: list(group) for axis, group in groupby(specs, key=lambda spec: spec.key.axis)
    }
    first_part: list[FeedSpec] = []
    other_parts: dict[str, Sequence[FeedSpec]] = {}
    for axis, axis_specs in specs_of_axis.items():
        if len(axis_specs) <= PART:
            first_part += axis_specs
        else:
            other_parts |= _split_by_letters(f"-{find_axis(axis).word}", "", axis_specs)
    return {"": first_part, **other_parts}


def fingerprint_list(other_input: str, specs: Sequence[FeedSpec]) -> str:
    """Return a fingerprint of these feeds, not of their articles. `other_input`: a fingerprint of
    all other input."""
    fields = [(spec.key, spec.name, spec.title, spec.description, spec.formats) for spec in specs]
    return hashlib.sha256(repr((other_input, fields)).encode("utf-8", "replace")).hexdigest()[
        :_DIGITS
    ]


def _split_by_letters(
    name: str, start: str, specs: Sequence[FeedSpec]
) -> Iterator[tuple[str, Sequence[FeedSpec]]]:
    """Yield the parts of an axis, each with its name. `start`: the letters with which the slugs of
    `specs` start; a part that is too long is divided by the next letter."""
    if len(specs) <= PART:
        yield f"{name}-{_escape_letters(start)}" if start else name, specs
        return
    groups: dict[str, list[FeedSpec]] = defaultdict(list)
    for spec in specs:
        groups[spec.key.slug[: len(start) + 1]].append(spec)
    for longer_start, group in groups.items():
        yield from _split_by_letters(name, longer_start, group)


def _escape_letters(letters: str) -> str:
    """Return letters for a file name: ASCII letters and digits as they are, others by number."""
    escaped: list[str] = []
    for letter in letters:
        is_safe = letter.isascii() and letter.isalnum()
        escaped.append(letter if is_safe else f"-{ord(letter):x}-")
    return "".join(escaped)


def write_sitemap(pages: Iterable[tuple[str, str]], base: str, kind: str = "url") -> bytes:
    """Return the sitemap of `pages`: (file, UTC day of its newest story or ""). `kind`: "url" for a
    list of pages, "sitemap" for a list of sitemaps; `base`: the web root."""
    lines: list[str] = []
    for name, day in islice(pages, _MOST):
        modified = f"<lastmod>{day}</lastmod>" if day else ""
        lines.append(f"<{kind}><loc>{escape(base + name)}</loc>{modified}</{kind}>")
    root = "urlset" if kind == "url" else "sitemapindex"
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} {_SITEMAPS}>'
    return "\n".join([head, *lines, f"</{root}>", ""]).encode()
