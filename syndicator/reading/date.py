"""When a page was published and updated. The door of htmldate, which is asked when all else is silent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from syndicator.model import Entry
from syndicator.reading import jsonld
from syndicator.reading.articles import articles
from syndicator.reading.ladder import Choice, climb
from syndicator.reading.page import Page

_URL = re.compile(r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?=[/\-_.]|$)")
_PUBLISHED = (
    "article:published_time",
    "datepublished",
    "article:published",
    "og:published_time",
    "parsely-pub-date",
    "sailthru.date",
    "dc.date.issued",
    "dcterms.created",
    "dc.date",
    "date",
    "pubdate",
    "publish-date",
    "publication_date",
    "cxenseparse:recs:publishtime",
    "last-modified",
)
_MODIFIED = ("article:modified_time", "og:updated_time", "datemodified", "dcterms.modified")


def parse(value: str) -> datetime | None:
    """A date text as an aware datetime; a date alone is midnight UTC."""
    found = re.match(r"\s*(\d{4})-?(\d\d)-?(\d\d)", value)
    try:
        when = datetime.fromisoformat(value.strip()) if found else None
    except ValueError:
        try:
            when = datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=UTC) if found else None
        except ValueError:
            when = None
    return when.replace(tzinfo=UTC) if when and when.tzinfo is None else when


def published(page: Page, entry: Entry | None, now: datetime | None) -> Choice[datetime]:
    """When the page was published and the rung it stands on."""
    return climb(_published(page, entry), lambda when: _sane(when, now))


def updated(page: Page, entry: Entry | None, now: datetime | None) -> Choice[datetime]:
    """When its text last changed, as it states."""
    return climb(_updated(page, entry), lambda when: _sane(when, now))


def _published(page: Page, entry: Entry | None) -> Iterator[tuple[str, datetime | None]]:
    if entry is not None:
        yield "entry", entry.published
    for item in articles(page):
        yield from (("json-ld", parse(value)) for value in jsonld.strings(item.get("datePublished")))
    for name in _PUBLISHED:
        yield name, parse(page.meta(name))
    for element in list(page.tree.iter("time"))[:5]:
        yield "time", parse(element.get("datetime") or "")
    found = _URL.search(page.url)
    yield "url", parse("-".join(found.groups())) if found else None
    yield "htmldate", _htmldate(page)


def _updated(page: Page, entry: Entry | None) -> Iterator[tuple[str, datetime | None]]:
    if entry is not None:
        yield "entry", entry.updated
    for item in articles(page):
        yield from (("json-ld", parse(value)) for value in jsonld.strings(item.get("dateModified")))
    for name in _MODIFIED:
        yield name, parse(page.meta(name))


def _htmldate(page: Page) -> datetime | None:
    from htmldate import find_date

    found = find_date(page.tree, original_date=True, url=page.url, extensive_search=True)
    return parse(found) if found else None


def _sane(when: datetime, now: datetime | None) -> bool:
    return when.year >= 1990 and (now is None or when <= now + timedelta(days=1))
