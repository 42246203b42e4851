"""The list of all feeds for people and search engines. A long one is divided by the first letters of addresses, so that
one more feed or article changes one part. Pure."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import groupby, islice
from typing import Final

from syndicator.core.axes import AXES
from syndicator.core.model import FeedSpec

WHOLE: Final = 1000  # feeds on one page: 700 kB of HTML. A choice
PART: Final = 200
PAGES: Final = "-pages"  # the part that a long list of feeds has besides: OPML, and the sitemap of the first part
_MOST: Final = 50_000  # addresses of a sitemap (https://www.sitemaps.org/protocol.html)
_SITEMAPS: Final = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'

Parts = Mapping[str, Sequence[FeedSpec]]


def parts(specs: Sequence[FeedSpec]) -> Parts:
    """The feeds by the name of their part. "": the first part, which has all of them if they are few, else those of
    the axes with few."""
    found: dict[str, Sequence[FeedSpec]] = {"": specs}
    if len(specs) > WHOLE:
        axes = {name: list(group) for name, group in groupby(specs, key=lambda spec: spec.key.axis)}
        found[""] = [spec for group in axes.values() if len(group) <= PART for spec in group]
        for name, group in axes.items():
            if len(group) > PART:
                found |= _split(f"-{AXES[name].word}", "", group)
    return found


def fingerprint(about: str, specs: Sequence[FeedSpec]) -> str:
    """Changes when a list of these feeds does, but for their articles. `about`: of what else it is made with."""
    shown = [(spec.key, spec.name, spec.title, spec.description, spec.formats) for spec in specs]
    return hashlib.sha256(repr((about, shown)).encode("utf-8", "replace")).hexdigest()[:32]


def _split(name: str, start: str, specs: Sequence[FeedSpec]) -> Iterator[tuple[str, Sequence[FeedSpec]]]:
    if len(specs) <= PART:
        safe = "".join(char if char.isascii() and char.isalnum() else f"-{ord(char):x}-" for char in start)
        yield f"{name}-{safe}" if start else name, specs
        return
    groups: dict[str, list[FeedSpec]] = defaultdict(list)
    for spec in specs:
        groups[spec.key.slug[: len(start) + 1]].append(spec)
    for longer, group in groups.items():
        yield from _split(name, longer, group)


def sitemap(pages: Iterable[tuple[str, str]], base: str, kind: str = "url") -> bytes:
    """The sitemap of `pages`, each with its file and the UTC day of its newest story, "" where that is not known. Those
    first in order count where there are more than a sitemap holds. `base`: the address of the web root; `kind`:
    "sitemap" for an index of sitemaps."""
    lines = [
        f"<{kind}><loc>{escape(base + name)}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</{kind}>"
        for name, day in islice(pages, _MOST)
    ]
    root = f"{kind}set" if kind == "url" else f"{kind}index"
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} {_SITEMAPS}>'
    return "\n".join([head, *lines, f"</{root}>", ""]).encode()
