"""Stories: an article as pages show it. Each is made once in a build and stands on every page that has it.

What stands where a story has no picture: the first letter of its source, on the source's own colour."""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Any, Final
from urllib.parse import urlsplit

from syndicator.publishing import paths
from syndicator.publishing.render.head import Links
from syndicator.publishing.render.view import View
from syndicator.publishing.web.shell import page_text
from syndicator.publishing.web.templates import ROOT, Templates

COLOURS: Final = 8  # classes mono-0 to mono-7 of site.css


_STAMP: Final = "%Y-%m-%dT%H:%M:%SZ"
_ROOT: Final = ROOT.encode()
MOST_ALSO: Final = 6  # further sources of one story that are named
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Day:
    """The stories of a UTC day on a page, newest first."""

    date: str  # "2026-11-26"
    name: str  # "Thursday, 26 November 2026"
    stories: list[str]  # list items, as HTML


def article(
    view: View, links: Links, site_language: str, neighbours: Sequence[View | None], root: str
) -> dict[str, Any]:
    """What the page of an article shows besides its shell. `neighbours`: the articles before and after it, None where
    there is none; `root`: the way from the page to the web root."""
    previous, following = ((one.title, root + paths.article_name(one.id)) if one else ("", "") for one in neighbours)
    return {
        "entry": view,
        "text": page_text(view.html, view.cover if view.picture else ""),
        "host": host(view.url),
        "previous": previous,
        "following": following,
        **told(view, links, site_language),
    }


def facts(view: View, picture: str) -> dict[str, Any]:
    """What schema.org says of an article (https://schema.org/Article), whose page is its publisher's. `picture`: the
    address of its thumbnail, "" for none."""
    publisher = {"@type": "Organization", "name": view.origin.title, "url": view.origin.site}
    made = {
        "headline": view.title,
        "url": view.url,
        "mainEntityOfPage": view.url,
        "datePublished": view.published.strftime(_STAMP),
        "dateModified": view.updated.strftime(_STAMP),
        "author": [{"@type": "Person", "name": name} for name in view.authors if name != view.origin.title],
        "publisher": {name: value for name, value in publisher.items() if value},
        "image": picture,
        "articleSection": view.category,
        "keywords": list(view.tags),
        "inLanguage": view.language,
        "license": view.licence,
    }
    return {name: value for name, value in made.items() if value}


def story(view: View, links: Links, templates: Templates, site_language: str) -> bytes:
    """The list item of an article, after a line with the moment of its publication, by which pages sort. Addresses
    within the site begin with `ROOT`, those of `links` too."""
    name = view.origin.title
    made = templates.render(
        "story.html",
        entry=view,
        root=ROOT,
        own_page=ROOT + paths.article_name(view.id) if view.html else "",
        letter=badge(name)[0],
        colour=badge(name)[1],
        timeline=ROOT + paths.story_name(view.story) if view.story else "",
        **told(view, links, site_language),
    )
    return f"{view.published.strftime(_STAMP)}\n".encode() + made


def badge(name: str) -> tuple[str, int]:
    """The letter that stands for a source, and the number of its colour."""
    letter = next((char for char in name if char.isalnum()), "·").upper()[:1]
    return letter, zlib.crc32(name.encode("utf-8", "replace")) % COLOURS


def told(view: View, links: Links, site_language: str) -> dict[str, Any]:
    """The fields of an article that its page, its list item and its line on the front page share."""
    topic = view.category if view.category != links.unsaid else ""
    return {
        "topic": topic,
        "lang": view.language if view.language.lower() != site_language.lower() else "",
        "date": f"{view.published.day} {_MONTHS[view.published.month - 1][:3]} {view.published.year}",
        "time": clock(view.published),
        "stamp": view.published.strftime(_STAMP),
        "source": links.source(view.source_key),
        "category": links.category(topic) if topic else "",
        "tags": [(tag, links.tag(tag)) for tag in view.tags if tag.casefold() != view.category.casefold()],
        "also": [(host(url), url) for url in view.related[:MOST_ALSO]],
        "reports": view.also,
    }


def days(parts: Iterable[bytes], root: str) -> list[Day]:
    """The stories that `story` made, day by day, newest first; `root`: the way from their page to the web root."""
    way = root.encode()
    split = (part.replace(_ROOT, way).split(b"\n", 1) for part in parts)
    ordered = sorted(split, key=lambda part: part[0], reverse=True)
    return [
        Day(date, day_name(date), [made.decode() for _, made in found])
        for date, found in groupby(ordered, key=lambda part: part[0][:10].decode())
    ]


def alone(part: bytes) -> bytes:
    """A story that `story` made, as it stands on a page at the web root."""
    return part.split(b"\n", 1)[1].replace(_ROOT, b"")


def newest(parts: Sequence[bytes]) -> datetime | None:
    """When the newest of these stories was published."""
    latest = max((part.partition(b"\n")[0] for part in parts), default=b"")
    return datetime.fromisoformat(latest.decode()) if latest else None


@lru_cache(4096)
def day_name(date: str) -> str:
    """A day "2026-11-26" as people say it. In English whatever the locale, so that the same store gives the same
    bytes."""
    day = datetime.fromisoformat(date)
    return f"{_WEEKDAYS[day.weekday()]}, {day.day} {_MONTHS[day.month - 1]} {day.year}"


def span_name(span: str) -> str:
    """A year "2026", a month "2026-11" or a day as people say it."""
    match span.count("-"):
        case 0:
            return span
        case 1:
            return f"{_MONTHS[int(span[5:7]) - 1]} {span[:4]}"
    return day_name(span)


def clock(moment: datetime) -> str:
    """The time of day of a moment in UTC."""
    return f"{moment:%H:%M} UTC"


def host(url: str) -> str:
    """Whose an address is, for people: its host without www."""
    return (urlsplit(url).hostname or url).removeprefix("www.")
