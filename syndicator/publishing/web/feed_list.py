"""Divide the list of all feeds into pages by first letters; write sitemaps. Pure.

A long list is divided so that a change of one feed changes only one of its pages."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import groupby, islice
from typing import Final

from syndicator.core.axes import find_axis
from syndicator.core.model import FeedSpec

WHOLE: Final = 1000  # a list of at most so many feeds is one page: 700 kB of HTML. A choice
PART: Final = 200  # feeds on a page of a longer list
PAGES: Final = "-pages"  # in the name of the first part's sitemap, if there are several parts
_MOST_ADDRESSES: Final = 50_000  # addresses in a sitemap (https://www.sitemaps.org/protocol.html)
_SITEMAP_NAMESPACE: Final = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_FINGERPRINT_DIGITS: Final = 32  # of a fingerprint


def divide_feeds(specs: Sequence[FeedSpec]) -> Mapping[str, Sequence[FeedSpec]]:
    """Divide the list of feeds into parts, so that each gets a page; return name -> feeds. Up to
    1,000 feeds are one part with the name "". Of more, the part "" has the feeds of all axes (kinds
    of feeds) with at most 200 feeds; larger axes are divided by the first letters of their slugs,
    such as "-tags-a" for the tags that begin with a. `specs`: the feeds, sorted by axis."""
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
    """Return a fingerprint of everything that a list of feeds shows of them: names, descriptions
    and formats, but not their articles. `other_input`: a fingerprint of all other input of the
    list."""
    fields = [(spec.key, spec.name, spec.title, spec.description, spec.formats) for spec in specs]
    text = repr((other_input, fields))
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    return digest[:_FINGERPRINT_DIGITS]


def _split_by_letters(
    name: str, start: str, specs: Sequence[FeedSpec]
) -> Iterator[tuple[str, Sequence[FeedSpec]]]:
    """Yield the parts into which the feeds of an axis (a kind, such as tags) are divided, each as
    (name, feeds). A part with more than 200 feeds is divided by the next letter of their slugs.
    Recursive. `name`: of the axis, such as "-tags"; `start`: the letters with which the slugs of
    all `specs` begin, "" in the first call."""
    if len(specs) <= PART:
        part_name = f"{name}-{_escape_letters(start)}" if start else name
        yield part_name, specs
        return
    groups: dict[str, list[FeedSpec]] = defaultdict(list)
    length_of_start = len(start) + 1
    for spec in specs:
        groups[spec.key.slug[:length_of_start]].append(spec)
    for longer_start, group in groups.items():
        yield from _split_by_letters(name, longer_start, group)


def _escape_letters(letters: str) -> str:
    """Return `letters` in a form for file names: ASCII letters and digits stay, any other character
    is written as its Unicode number in hexadecimal, such as "-e4-" for "ä"."""
    escaped: list[str] = []
    for letter in letters:
        is_safe = letter.isascii() and letter.isalnum()
        escaped.append(letter if is_safe else f"-{ord(letter):x}-")
    return "".join(escaped)


def write_sitemap(pages: Iterable[tuple[str, str]], base: str, kind: str = "url") -> bytes:
    """Return a sitemap, a list of pages for search engines, as bytes. It has at most 50,000 pages,
    the first of `pages`: (file name, UTC day of its newest story or "" if unknown). `base`: the
    address of the web root; `kind`: "url" for a sitemap of pages, "sitemap" for one that lists
    other sitemaps."""
    lines: list[str] = []
    for name, day in islice(pages, _MOST_ADDRESSES):
        modified = f"<lastmod>{day}</lastmod>" if day else ""
        lines.append(f"<{kind}><loc>{escape(base + name)}</loc>{modified}</{kind}>")
    root = "urlset" if kind == "url" else "sitemapindex"
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} {_SITEMAP_NAMESPACE}>'
    return "\n".join([head, *lines, f"</{root}>", ""]).encode()
