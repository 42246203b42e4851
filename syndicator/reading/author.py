"""Who wrote a page: JSON-LD, metas, rel=author, microdata, byline classes, "By X" lines. Never a guess."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from syndicator import text, urls
from syndicator.model import Entry
from syndicator.reading import jsonld
from syndicator.reading.articles import articles
from syndicator.reading.ladder import Choice, climb
from syndicator.reading.page import Page

_BY = re.compile(r"^\s*(?:written by|posted by|by|von|par|por|di|door|text)\b[:\s]+", re.I)
_SPLIT = re.compile(r"\s*(?:;|,|\||&|/|\band\b|\bund\b|\by\b|\bet\b|•|·)\s*")
_NEVER = frozenset(
    {
        "admin",
        "administrator",
        "facebook",
        "twitter",
        "staff",
        "editor",
        "written by",
        "author",
        "by",
        "unknown",
        "guest",
    }
)


def read(page: Page, sitename: str, entry: Entry | None) -> Choice[str]:
    """The authors as "A, B" and the rung they stand on."""
    site = {_key(name) for name in (sitename, urls.site(page.url), urls.site(page.url).split(".")[0]) if name}
    joined = ((rung, ", ".join(dict.fromkeys(_names(values, site)))) for rung, values in _rungs(page, entry))
    return climb(joined, lambda value: 1 < len(value) <= 300)


def _rungs(page: Page, entry: Entry | None) -> Iterator[tuple[str, list[str]]]:
    if entry is not None:
        yield "entry", list(entry.authors)
    for item in articles(page):
        yield "json-ld", list(jsonld.strings(item.get("author"), "name"))
    for name in ("author", "article:author", "dc.creator", "parsely-author", "sailthru.author", "byl"):
        yield name, list(page.metas.get(name, ()))
    yield "rel=author", _texts(page.tree, '//a[contains(@rel,"author")]')
    yield "itemprop", _texts(page.tree, '//*[@itemprop="author"]')
    yield "class", _texts(page.tree, '//*[contains(@class,"byline") or contains(@class,"author-name")]')


def _texts(tree: Any, path: str) -> list[str]:
    return [text.line("".join(element.itertext())[:300]) for element in tree.xpath(path)[:3]]


def _names(values: list[str], site: set[str]) -> Iterator[str]:
    for value in values:
        for part in _SPLIT.split(_BY.sub("", text.line(value)))[:20]:
            if _person(part, site):
                yield part


def _person(name: str, site: set[str]) -> bool:
    return (
        1 < len(name) <= 60
        and _key(name) not in site
        and name.casefold() not in _NEVER
        and "@" not in name
        and "://" not in name
    )


def _key(name: str) -> str:
    return "".join(re.findall(r"\w+", name.casefold()))
