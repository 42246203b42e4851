"""Who wrote a page, by JSON-LD, metas and marked bylines. Never the site, an address or a service; never a guess."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from syndicator.core import urls
from syndicator.core.model import Entry
from syndicator.reading.html import jsonld
from syndicator.reading.html.document import Document
from syndicator.reading.html.schema_org import articles
from syndicator.reading.metadata.authors import byline, opener, person_names, site_owner
from syndicator.reading.metadata.candidates import Choice
from syndicator.reading.metadata.site_title import key
from syndicator.reading.metadata.survey import Survey

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
_MOST = 12  # values of a meta; more are those of references or comments
_SEEN = 5  # score of a byline from which it is surely one
_MOST_ARTICLES = 3  # JSON-LD objects that are looked at
_MOST_AUTHORS = 20  # of one of them
_LEAST_NAME = 5  # letters of a site's name above which "The" before it or "Inc" behind it is looked for
_LONGEST = 300  # characters of all names together
_BARS = re.compile(r"\s+[-–—|/]\s+")
_TWO = 2


def read(document: Document, sitename: str, entry: Entry | None, survey: Survey) -> Choice[str]:
    """The authors as "A, B", and the candidate they come from. `survey` is the page as read around its headline."""
    site = _site_names(document, sitename)
    persons = frozenset(_persons(document))
    declared = [
        (candidate, people)
        for candidate, names_ in _declared(document, entry)
        if (people := _named(_kept(names_, site, persons)))
    ]
    if not declared and (name := opener.read(document)):
        return Choice(name, "opener", (("opener", name),))
    kind, score, found = byline.read(survey)
    # on alice.blogspot.com the name of the site is that of who writes it, where readers see it as a byline
    shown = _kept(found, frozenset() if urls.is_shared(document.url) else site, persons)
    shown = shown if score >= _SEEN and len(shown) == 1 else _named(shown)
    candidates = [*declared, (kind, shown)] if shown else declared
    best = next((row for row in declared if _is_full(row[1])), None)
    if shown and _is_full(shown) and (best is None or _outranks(shown, score, best)):
        best = (kind, shown)
    if best is None:
        candidates = candidates or _owner(document, sitename)
        best = next(iter(candidates), None)
    seen = tuple((candidate, ", ".join(people)[:_LONGEST]) for candidate, people in candidates)
    return Choice(", ".join(best[1])[:_LONGEST], best[0], seen) if best else Choice(None, "", seen)


def _owner(document: Document, sitename: str) -> list[tuple[str, list[str]]]:
    """The person whose site it is, for pages that name nobody."""
    name = site_owner.read(document, sitename)
    return [("owner", [name])] if name else []


def _outranks(shown: Sequence[str], score: int, best: tuple[str, Sequence[str]]) -> bool:
    """True when the byline that readers see counts more than what the head declares: it names others than a meta
    does, or the same and more. JSON-LD and the feed are only added to."""
    candidate, declared = best
    own, theirs = {person_names.plain_key(name) for name in shown}, {person_names.plain_key(name) for name in declared}
    if score < _SEEN or not all(person_names.rank(name) == person_names.FULL for name in shown):
        return False
    added = [name for name in shown if person_names.plain_key(name) not in theirs]
    if theirs < own:
        return all(person_names.is_person(name) or person_names.is_long(name) for name in added)
    return not theirs & own and candidate not in ("json-ld", "entry")


def _is_full(people: Sequence[str]) -> bool:
    """True when one of the names is more than a first name or a login."""
    return any(person_names.rank(name) == person_names.FULL for name in people)


def _kept(people: Iterable[str], site: frozenset[str], persons: frozenset[str]) -> list[str]:
    """`people` without the site itself, unless it bears the name of a person: one of `persons` or by its sound."""
    own = (_without_site(name, site) for name in people)
    known = (name for name in own if name in persons or _is_owner(name) or (name and not _is_site(name, site)))
    return list(dict.fromkeys(known))


def _persons(document: Document) -> Iterator[str]:
    """The authors in JSON-LD that it declares to be persons, and that look like it."""
    for item in articles(document)[:_MOST_ARTICLES]:
        stated = item.get("author")
        for each in (stated if isinstance(stated, list) else [stated])[:_MOST_AUTHORS]:
            if isinstance(each, dict) and "Person" in jsonld.types(each):
                names = jsonld.strings(each, "name")
                yield from (name for name in names if person_names.is_person(name) and not person_names.is_titled(name))


def _without_site(name: str, site: frozenset[str]) -> str:
    """`name` without the site's behind or before a bar: "Harbour Post - Ann Other"."""
    parts = _BARS.split(name)
    if len(parts) < _TWO or not any(_is_site(part, site) for part in parts):
        return name
    return next((part for part in parts if not _is_site(part, site) and person_names.is_name(part)), "")


def _is_owner(name: str) -> bool:
    """True for the name of a person: a site may be called after its author."""
    return person_names.is_person(name) and person_names.has_given_name(name)


def _named(people: Iterable[str]) -> list[str]:
    """`people` without editorial teams such as "Editorial staff"."""
    return [name for name in people if name.casefold() not in person_names.words().teams]


def _declared(document: Document, entry: Entry | None) -> Iterator[tuple[str, list[str]]]:
    if entry is not None:
        yield "entry", list(person_names.all_people(entry.authors, lenient=True))
    by_id = {item["@id"]: item for item in document.jsonld if isinstance(item.get("@id"), str) and item.get("name")}
    for item in articles(document)[:_MOST_ARTICLES]:
        yield (
            "json-ld",
            list(person_names.all_people(_stated(item.get("author") or item.get("creator"), by_id), lenient=True)),
        )
    for name in _METAS:
        values = [value for value in document.metas.get(name, ()) if not value.startswith(("http", "//", "/"))]
        if len(values) > _MOST:
            continue
        if name != "twitter:data1" or person_names.words().alone.end(document.meta("twitter:label1")):
            yield name, list(person_names.all_people(values, lenient=True))


def _stated(value: Any, by_id: dict[str, jsonld.Object]) -> Iterator[str]:
    """The names of a JSON-LD author: texts, objects, or references to objects elsewhere on the page."""
    for item in (value if isinstance(value, list) else [value])[:_MOST_AUTHORS]:
        reference = item.get("@id") if isinstance(item, dict) and not item.get("name") else None
        item = by_id.get(reference, item) if isinstance(reference, str) else item
        yield from jsonld.strings(item, "name")


def _site_names(document: Document, sitename: str) -> frozenset[str]:
    domain = urls.domain(document.url).removeprefix("www.")
    return frozenset(key(name) for name in (sitename, domain, urls.host(document.url), domain.split(".")[0]) if name)


def _is_site(name: str, site: frozenset[str]) -> bool:
    own = key(name)
    return own in site or any(
        len(each) > _LEAST_NAME and (own == f"the{each}" or own.removesuffix("inc").removesuffix("gmbh") == each)
        for each in site
    )
