"""Who wrote a page: JSON-LD, metas, marked bylines. Never the site, an address or a service; never a guess."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from syndicator import urls
from syndicator.model import Entry
from syndicator.reading import byline, jsonld, names
from syndicator.reading.articles import articles
from syndicator.reading.ladder import Choice
from syndicator.reading.page import Page
from syndicator.reading.sitetitle import key

_METAS = (
    "author",
    "parsely-author",
    "sailthru.author",
    "article:author_name",
    "article:author",
    "dc.creator",
    "dcterms.creator",
    "citation_author",
    "byl",
    "cxenseparse:author",
    "twitter:data1",
)
_LONGEST = 300  # characters of all names together


def read(page: Page, sitename: str, entry: Entry | None, headline: str) -> Choice[str]:
    """The authors as "A, B" and the rung they stand on. `headline` is the title: its byline stands near it."""
    site = _site_names(page, sitename)
    seen: list[tuple[str, str]] = []
    spare: tuple[str, str] | None = None
    for rung, people in _rungs(page, entry, headline):
        kept = [name for name in people if key(name) not in site and not _is_site(name, site)]
        value = ", ".join(dict.fromkeys(kept))[:_LONGEST]
        if not value:
            continue
        seen.append((rung, value))
        if any(names.rank(name) == 2 for name in kept):
            return Choice(value, rung, tuple(seen))
        spare = spare or (rung, value)
    return Choice(spare[1], spare[0], tuple(seen)) if spare else Choice(None, "", tuple(seen))


def _rungs(page: Page, entry: Entry | None, headline: str) -> Iterator[tuple[str, list[str]]]:
    if entry is not None:
        yield "entry", list(names.all_people(entry.authors, lenient=True))
    by_id = {item["@id"]: item for item in page.jsonld if isinstance(item.get("@id"), str) and item.get("name")}
    for item in articles(page)[:3]:
        yield "json-ld", list(names.all_people(_stated(item.get("author") or item.get("creator"), by_id), lenient=True))
    for name in _METAS:
        values = [value for value in page.metas.get(name, ()) if not value.startswith(("http", "//", "/"))]
        if name != "twitter:data1" or "written by" in page.meta("twitter:label1").casefold():
            yield name, list(names.all_people(values, lenient=True))
    kind, found = byline.read(page.tree, headline)
    yield kind or "byline", found


def _stated(value: Any, by_id: dict[str, jsonld.Object]) -> Iterator[str]:
    """The names of a JSON-LD author: texts, objects, or references to objects elsewhere on the page."""
    for item in (value if isinstance(value, list) else [value])[:20]:
        if isinstance(item, dict) and not item.get("name") and item.get("@id") in by_id:
            item = by_id[item["@id"]]
        yield from jsonld.strings(item, "name")


def _site_names(page: Page, sitename: str) -> frozenset[str]:
    domain = urls.site(page.url)
    return frozenset(key(name) for name in (sitename, domain, urls.host(page.url), domain.split(".")[0]) if name)


def _is_site(name: str, site: frozenset[str]) -> bool:
    own = key(name)
    return any(
        len(each) > 5 and (own == f"the{each}" or own.removesuffix("inc").removesuffix("gmbh") == each) for each in site
    )
