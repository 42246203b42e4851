"""Everything about a page beside its text: title, author, dates, cover, identity, and where each is from. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from syndicator.core import text
from syndicator.core.model import Entry, Rules
from syndicator.reading.html import jsonld
from syndicator.reading.html.document import Document
from syndicator.reading.html.schema_org import articles
from syndicator.reading.metadata import cover, date, identity, ruled, survey, title, usage
from syndicator.reading.metadata.authors import author
from syndicator.reading.metadata.candidates import Choice

_MOST_KEYWORDS = 30
_LONGEST_KEYWORD = 60  # characters; longer ones are sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What was read; unknown is None or empty, never a guess. Datetimes are aware: a date alone is midnight UTC."""

    title: str
    author: str | None  # several as "A, B"
    published: datetime | None
    updated: datetime | None
    cover: str | None
    description: str
    language: str | None
    keywords: tuple[str, ...]
    section: str
    sitename: str
    robots: tuple[str, ...]
    rights: tuple[str, ...]
    canonical: str
    aliases: tuple[str, ...]
    duplicate_of: str | None
    alternate: str | None
    trace: Mapping[str, Any] = field(default_factory=dict)


def read_metadata(
    document: Document, *, entry: Entry | None = None, rules: Rules = Rules(), now: datetime | None = None
) -> Metadata:
    """The metadata of the page `document`.

    `entry` is what the feed announced; it wins where it is sane. `rules` are the operator's for the source. Dates more
    than a day after `now` do not count.
    """
    site = identity.sitename(document)
    headline = ruled.title(document, rules) or title.read(document, site, entry, rules)
    seen = survey.survey(document.tree, headline.value or "")
    byline = ruled.author(document, rules) or author.read(document, site, entry, seen)
    when = ruled.published(document, rules, now) or date.published(document, entry, seen, now)
    changed = date.updated(document, entry, now)
    picture = ruled.ruled_picture(document, rules) or cover.read(document, entry)
    who = identity.identify(document)
    fields: dict[str, Choice[Any]] = {
        "title": headline,
        "author": byline,
        "published": when,
        "updated": changed,
        "cover": picture,
    }
    return Metadata(
        title=headline.value or "",
        author=byline.value,
        published=when.value,
        updated=changed.value,
        cover=picture.value,
        description=_description(document),
        language=(entry.language if entry else "") or document.language,
        keywords=_keywords(document),
        section=document.meta("article:section", "parsely-section", "section"),
        sitename=site,
        robots=identity.robots(document),
        rights=usage.read(document, entry),
        canonical=who.canonical,
        aliases=who.aliases,
        duplicate_of=who.duplicate_of,
        alternate=who.alternate,
        trace={name: choice.trace() for name, choice in fields.items()},
    )


def _description(document: Document) -> str:
    stated = document.meta("description", "og:description", "twitter:description", "dc.description")
    found = (value for item in articles(document)[:1] for value in jsonld.strings(item.get("description")))
    return jsonld.clean(stated) or next(found, "")


def _keywords(document: Document) -> tuple[str, ...]:
    values = [part for value in _stated_keywords(document) for part in value.split(",")]
    cleaned = (text.line(value) for value in values)
    return tuple(dict.fromkeys(value for value in cleaned if 0 < len(value) <= _LONGEST_KEYWORD))[:_MOST_KEYWORDS]


def _stated_keywords(document: Document) -> Iterator[str]:
    yield from document.metas.get("article:tag", ())
    yield from (value for item in articles(document) for value in jsonld.strings(item.get("keywords"), "name"))
    yield document.meta("news_keywords", "keywords", "parsely-tags", "sailthru.tags")
