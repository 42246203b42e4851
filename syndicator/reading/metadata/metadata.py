"""What a page says of itself beside its text: title, author, dates, cover, identity, each with its rung. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from syndicator import text
from syndicator.model import Entry, Rules
from syndicator.reading.html import jsonld
from syndicator.reading.html.page import Page
from syndicator.reading.html.schema_org import articles
from syndicator.reading.metadata import author, cover, date, identity, survey, title
from syndicator.reading.metadata.candidates import Choice

_MOST_KEYWORDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What was read; unknown is None or empty, never a guess. Datetimes are aware: a date alone is midnight."""

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
    canonical: str
    aliases: tuple[str, ...]
    duplicate_of: str | None
    alternate: str | None
    trace: Mapping[str, Any] = field(default_factory=dict)


def read_metadata(
    page: Page, *, entry: Entry | None = None, rules: Rules = Rules(), now: datetime | None = None
) -> Metadata:
    """The metadata of `page`. What the feed `entry` says wins where it is sane; dates after `now` do not count."""
    site = identity.sitename(page)
    headline = title.read(page, site, entry, rules)
    seen = survey.survey(page.tree, headline.value or "")
    byline = author.read(page, site, entry, seen)
    when, changed = date.published(page, entry, seen, now), date.updated(page, entry, now)
    picture, who = cover.read(page, entry), identity.identify(page)
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
        description=_description(page),
        language=(entry.language if entry else "") or page.language,
        keywords=_keywords(page),
        section=page.meta("article:section", "parsely-section", "section"),
        sitename=site,
        robots=identity.robots(page),
        canonical=who.canonical,
        aliases=who.aliases,
        duplicate_of=who.duplicate_of,
        alternate=who.alternate,
        trace={name: choice.trace() for name, choice in fields.items()},
    )


def _description(page: Page) -> str:
    stated = page.meta("description", "og:description", "twitter:description", "dc.description")
    found = (value for item in articles(page)[:1] for value in jsonld.strings(item.get("description")))
    return jsonld.clean(stated) or next(found, "")


def _keywords(page: Page) -> tuple[str, ...]:
    values = [part for value in _stated_keywords(page) for part in value.split(",")]
    cleaned = (text.line(value) for value in values)
    return tuple(dict.fromkeys(value for value in cleaned if 0 < len(value) <= 60))[:_MOST_KEYWORDS]


def _stated_keywords(page: Page) -> Iterator[str]:
    yield from page.metas.get("article:tag", ())
    yield from (value for item in articles(page) for value in jsonld.strings(item.get("keywords"), "name"))
    yield page.meta("news_keywords", "keywords", "parsely-tags", "sailthru.tags")
