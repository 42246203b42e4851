"""When a page was published and updated. The only importer of htmldate, which is asked when nothing else is found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from syndicator.core.model import Entry
from syndicator.reading.html import jsonld
from syndicator.reading.html.document import Document, inner
from syndicator.reading.html.schema_org import articles
from syndicator.reading.metadata import date_text, shown_date
from syndicator.reading.metadata.candidates import Choice, first_sane
from syndicator.reading.metadata.survey import Survey

_URL = re.compile(r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?=[/\-_.]|$)")
_PUBLISHED = (
    "article:published_time",
    "datepublished",
    "article:published",
    "og:published_time",
    "og:article:published_time",
    "published_time",
    "parsely-pub-date",
    "sailthru.date",
    "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date.created",
    "dcterms.date",
    "dc.date",
    "citation_publication_date",
    "citation_online_date",
    "publication_date",
    "publish-date",
    "publish_date",
    "publisheddate",
    "pubdate",
    "ptime",
    "article.published",
    "originalpublicationdate",
    "datecreated",
    "date",
)
_MODIFIED = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
    "dc.date.modified",
    "lastmod",
)
_SETTLED = (
    "entry",
    "list",
    "first published",
    "shown",
    "shown, perhaps",
    "url",
    "htmldate",
    "anywhere",
    "htmldate, anywhere",
)
_OLDEST = 1990  # the year of the first web pages; earlier dates are those of what a page is about
_LATEST = 2100  # years from which a date is a mistake, whatever the clock says
_ZONES = (-12, 14)  # hours: the offsets from UTC that are in use
_LARGE = 600_000  # characters of source above which htmldate is not asked: it is super-linear on some


def published(document: Document, entry: Entry | None, seen: Survey, now: datetime | None) -> Choice[datetime]:
    """When the page was published, and the candidate that the date comes from. Dates a day after `now` or before 1990
    do not count."""
    visible = [day for day in shown_date.shown_days(document, seen) if sane(day.when, now)]
    choice = first_sane(_published(document, entry, seen, visible), lambda when: sane(when, now))
    first = next((day for day in visible if day.score >= shown_date.ENOUGH), None)
    if choice.value is None or choice.candidate in _SETTLED or first is None:
        return choice
    if (
        (first.label > 0 or (first.label == 0 and first.timed))
        and (first.distance <= shown_date.NEAR or len(visible) == 1)
        and first.when.date() < (choice.value - timedelta(days=1)).date()
    ):
        return Choice(first.when, "shown", (*choice.seen, ("shown", str(first.when))))
    return Choice(_as_shown(choice.value, first.when), choice.candidate, choice.seen)


def updated(document: Document, entry: Entry | None, now: datetime | None) -> Choice[datetime]:
    """When its text last changed, as it declares."""
    return first_sane(_updated(document, entry), lambda when: sane(when, now))


def _published(
    document: Document, entry: Entry | None, seen: Survey, visible: list[shown_date.Day]
) -> Iterator[tuple[str, datetime | None]]:
    if entry is not None and not entry.listed:
        yield "entry", entry.published
    for item in articles(document)[:3]:
        stated = item.get("datePublished") or item.get("dateCreated") or item.get("uploadDate")
        yield from (("json-ld", date_text.parse(value)) for value in jsonld.strings(stated))
    for name in _PUBLISHED:
        yield name, date_text.parse(document.meta(name))
    yield from _microdata(document.tree)
    if entry is not None and entry.listed:
        yield "list", entry.published
    yield "first published", shown_date.first_published(document, seen)
    yield from (("shown", day.when) for day in visible[:1] if day.score >= shown_date.ENOUGH)
    found = _URL.search(document.url)
    yield "url", date_text.parse("-".join(found.groups())) if found else None
    yield from (("shown, perhaps", day.when) for day in visible[:1] if day.score > 0)
    yield "htmldate", _htmldate(document)
    yield "anywhere", shown_date.anywhere(document)
    yield "htmldate, anywhere", _htmldate(document, extensive=True)


def _updated(document: Document, entry: Entry | None) -> Iterator[tuple[str, datetime | None]]:
    if entry is not None:
        yield "entry", entry.updated
    for item in articles(document)[:3]:
        yield from (("json-ld", date_text.parse(value)) for value in jsonld.strings(item.get("dateModified")))
    for name in _MODIFIED:
        yield name, date_text.parse(document.meta(name))


def _microdata(tree: Any) -> Iterator[tuple[str, datetime | None]]:
    for element in tree.xpath('//*[contains(@itemprop,"datePublished") or @pubdate]')[:5]:
        value = element.get("datetime") or element.get("content") or inner(element, 200)
        yield "itemprop", date_text.parse(value)


def _as_shown(when: datetime, day: datetime) -> datetime:
    """`when`, declared in UTC, with the offset under which its day is the one that readers see, `day`, if that is
    the day before or after.

    A site in Buenos Aires that declares 00:53Z shows the day before. The moment stays the same.
    """
    if when.utcoffset() or not (when.hour or when.minute) or abs((day.date() - when.date()).days) != 1:
        return when
    hours = -(when.hour + 1) if day.date() < when.date() else 24 - when.hour
    return when.astimezone(timezone(timedelta(hours=hours))) if _ZONES[0] <= hours <= _ZONES[1] else when


def _htmldate(document: Document, *, extensive: bool = False) -> datetime | None:
    """What htmldate finds; `extensive`: among all the dates in the page's source, where a first of a month is what it
    makes of a lone month or year."""
    from htmldate import find_date

    if document.size > _LARGE:
        return None
    found = find_date(document.tree, original_date=True, url=document.url or None, extensive_search=extensive)
    # the first of January is what it makes of a lone year, such as that of a copyright
    return date_text.parse(found) if found and not found.endswith("-01" if extensive else "-01-01") else None


def sane(when: datetime, now: datetime | None) -> bool:
    """True when a page can have been published then."""
    return _OLDEST <= when.year < _LATEST and (now is None or when.astimezone(UTC) <= now + timedelta(days=1))
