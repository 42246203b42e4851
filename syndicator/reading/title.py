"""The title of a page: an H1 that agrees with what the head says, JSON-LD, the head itself less the site's suffix."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from syndicator import text, urls
from syndicator.model import Entry, Rules
from syndicator.reading import jsonld
from syndicator.reading.articles import articles
from syndicator.reading.ladder import Choice, climb
from syndicator.reading.page import Page

_SEPARATOR = re.compile(r"\s+[|–—\-·•:»«/~]+\s+|\s*[|»«]\s*|\s*:{2,}\s*")
_WORD = re.compile(r"\w+")
_LONGEST = 300  # characters; longer is text, not a title


def read(page: Page, sitename: str, entry: Entry | None, rules: Rules) -> Choice[str]:
    """The title and the rung it stands on."""
    site = _Site(page, sitename, rules)
    return climb(((rung, site.bare(value)) for rung, value in _rungs(page, entry)), site.sane)


def _rungs(page: Page, entry: Entry | None) -> Iterator[tuple[str, str]]:
    if entry is not None:
        yield "entry", text.line(_untag(entry.title))
    og = page.meta("og:title", "twitter:title", "dc.title", "title")
    head = " ".join(part for part in (og, _title(page.tree)) if part)
    for heading in _headings(page.tree):
        if _agrees(heading, head):
            yield "h1", heading
    for item in articles(page):
        yield from (("json-ld", value) for value in jsonld.strings(item.get("headline") or item.get("name")))
    yield "og:title", og
    yield "title", _title(page.tree)
    yield from (("h1 alone", heading) for heading in _headings(page.tree))


class _Site:
    """What of a title is the site's."""

    def __init__(self, page: Page, sitename: str, rules: Rules) -> None:
        self.names = {_key(name) for name in (sitename, urls.site(page.url).split(".")[0], urls.host(page.url)) if name}
        self.suffix = rules.title_suffix

    def bare(self, title: str) -> str:
        title = text.line(title)
        if self.suffix and title.endswith(self.suffix):
            return title.removesuffix(self.suffix).rstrip(" |–—-·•:»")
        for found in list(_SEPARATOR.finditer(title))[-1:]:
            if _key(title[found.end() :]) in self.names:
                return title[: found.start()].strip()
        return title

    def sane(self, title: str) -> bool:
        return 1 < len(title) <= _LONGEST and _key(title) not in self.names


def _headings(tree: Any) -> list[str]:
    found = (text.line("".join(element.itertext())) for element in tree.iter("h1"))
    return [heading for heading in found if 1 < len(heading) <= _LONGEST][:20]


def _title(tree: Any) -> str:
    return next(
        (text.line((element.text or "")[:2_000]) for element in tree.iter("title") if (element.text or "").strip()), ""
    )


def _agrees(heading: str, head: str) -> bool:
    """True when most words of the heading stand in the head."""
    words, known = _WORD.findall(heading.casefold()), set(_WORD.findall(head.casefold()))
    return bool(words) and sum(word in known for word in words) >= 0.7 * len(words)


def _key(name: str) -> str:
    return "".join(_WORD.findall(name.casefold()))


def _untag(value: str) -> str:
    return re.sub(r"</?[a-zA-Z][^<>]{0,200}>", "", jsonld.clean(value))
