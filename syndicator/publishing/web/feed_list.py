"""Divide the list of all feeds into pages by first letters; write sitemaps. Pure.

So changes touch one part."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import groupby, islice
from typing import Final

from syndicator.core.axes import listed
from syndicator.core.model import FeedSpec

WHOLE: Final = 1000  # feeds on one page: 700 kB of HTML. A choice
PART: Final = 200
PAGES: Final = "-pages"  # extra part of a long list: OPML, and the sitemap of the first part
_MOST: Final = 50_000  # addresses of a sitemap (https://www.sitemaps.org/protocol.html)
_SITEMAPS: Final = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def divide_feeds(specs: Sequence[FeedSpec]) -> Mapping[str, Sequence[FeedSpec]]:
    """Return part name -> feeds. The first part, "", has all feeds if they are few, else those of
    small axes."""
    specs_of: dict[str, Sequence[FeedSpec]] = {"": specs}
    if len(specs) > WHOLE:
        axes = {name: list(group) for name, group in groupby(specs, key=lambda spec: spec.key.axis)}
        specs_of[""] = [spec for group in axes.values() if len(group) <= PART for spec in group]
        for name, group in axes.items():
            if len(group) > PART:
                specs_of |= _split_by_letters(f"-{listed(name).word}", "", group)
    return specs_of


def fingerprint_list(about: str, specs: Sequence[FeedSpec]) -> str:
    """Return a fingerprint of these feeds, not of their articles. `about`: a fingerprint of all
    other input."""
    shown = [(spec.key, spec.name, spec.title, spec.description, spec.formats) for spec in specs]
    return hashlib.sha256(repr((about, shown)).encode("utf-8", "replace")).hexdigest()[:32]


def _split_by_letters(
    name: str, start: str, specs: Sequence[FeedSpec]
) -> Iterator[tuple[str, Sequence[FeedSpec]]]:
    if len(specs) <= PART:
        safe = "".join(
            char if char.isascii() and char.isalnum() else f"-{ord(char):x}-" for char in start
        )
        yield f"{name}-{safe}" if start else name, specs
        return
    groups: dict[str, list[FeedSpec]] = defaultdict(list)
    for spec in specs:
        groups[spec.key.slug[: len(start) + 1]].append(spec)
    for longer, group in groups.items():
        yield from _split_by_letters(name, longer, group)


def write_sitemap(pages: Iterable[tuple[str, str]], base: str, kind: str = "url") -> bytes:
    """Return the sitemap of `pages`: (file, UTC day of its newest story or ""). `kind`: "sitemap"
    for an index."""
    lines = [
        f"<{kind}><loc>{escape(base + name)}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</{kind}>"  # noqa: E501
        for name, day in islice(pages, _MOST)
    ]
    root = f"{kind}set" if kind == "url" else f"{kind}index"
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} {_SITEMAPS}>'
    return "\n".join([head, *lines, f"</{root}>", ""]).encode()
