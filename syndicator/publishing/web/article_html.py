"""Prepare articles for pages: their fields, list items by day, schema.org data.

Each is rendered once in a build and used on every page that shows it.

An article without a picture has the first letter of its source instead, in the colour of the
source."""

import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from html import unescape
from itertools import groupby
from typing import Any, Final
from urllib.parse import urlsplit

from syndicator.core.urls import is_mail, is_numeric_host
from syndicator.publishing import paths
from syndicator.publishing.render.head import Links
from syndicator.publishing.render.view import View, get_direction
from syndicator.publishing.web.shell import adapt_text
from syndicator.publishing.web.templates import ROOT, Templates

# a category or tag as the template of items writes it
_CHIP: Final = re.compile(
    rb' ?<(?P<tag>a|span)(?: class="category")?(?: href="(?P<link>[^"]*)")?>'
    rb"(?P<label>[^<]*)</(?P=tag)>"
)
_NO_TOPICS: Final = b'<p class="topics"></p>\n'
COLOURS: Final = 8  # classes mono-0 to mono-7 of site.css
_STAMP: Final = "%Y-%m-%dT%H:%M:%SZ"
_ROOT: Final = ROOT.encode()
MOST_ALSO: Final = 6  # further sources of one story that are named
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_Fields = dict[str, Any]  # of a template


@dataclass(frozen=True, slots=True)
class Day:
    """The articles of a UTC day on a page, newest first."""

    date: str  # "2026-11-26"
    name: str  # "Thursday, 26 November 2026"
    stories: list[str]  # list items, as HTML


def make_page_fields(
    view: View, links: Links, site_language: str, neighbours: Sequence[View | None], root: str
) -> _Fields:
    """Return the fields of an article's page. `neighbours`: the articles before and after it;
    `root`: see `days`."""
    previous, following = (
        (near.title, root + paths.article_name(near.id)) if near else ("", "")
        for near in neighbours
    )
    return {
        "entry": view,
        "text": adapt_text(view.html, view.cover if view.picture else ""),
        "host": _name_site(view),
        "previous": previous,
        "following": following,
        **make_shared_fields(view, links, site_language),
    }


def make_related_fields(view: View) -> _Fields:
    """Return the fields of the line that links a related article."""
    return {
        "title": view.title,
        "url": view.url,
        "outlet": view.origin.title,
        "language": view.language,
        "date": _write_date(view.published),
        "stamp": view.published.strftime(_STAMP),
    }


def facts(view: View, picture: str) -> _Fields:
    """Return the data of an article (https://schema.org/Article). `picture`: the address of its
    thumbnail or ""."""
    publisher = {"@type": "Organization", "name": view.origin.title, "url": view.origin.site}
    fields = {
        "headline": view.title,
        "url": view.url,
        "mainEntityOfPage": view.url,
        "datePublished": view.published.strftime(_STAMP),
        "dateModified": view.updated.strftime(_STAMP),
        "author": [
            {"@type": "Person", "name": name} for name in view.authors if name != view.origin.title
        ],
        "publisher": {name: value for name, value in publisher.items() if value},
        "image": picture,
        "articleSection": view.category,
        "keywords": list(view.tags),
        "inLanguage": view.language,
        "license": view.licence,
    }
    return {name: value for name, value in fields.items() if value}


def render_story(view: View, links: Links, templates: Templates, site_language: str) -> bytes:
    """Render the list item of an article after a line with its time, by which pages sort. Our links
    begin with ROOT."""
    name = view.origin.title
    item = templates.render(
        "story.html",
        entry=view,
        root=ROOT,
        own_page=ROOT + paths.article_name(view.id) if view.html else "",
        letter=choose_badge(name)[0],
        colour=choose_badge(name)[1],
        timeline=ROOT + paths.story_name(view.story) if view.story else "",
        **make_shared_fields(view, links, site_language),
    )
    return f"{view.published.strftime(_STAMP)}\n".encode() + item


def choose_badge(name: str) -> tuple[str, int]:
    """Return the letter that stands for a source, and the number of its colour."""
    letter = next((char for char in name if char.isalnum()), "·").upper()[:1]
    return letter, zlib.crc32(name.encode("utf-8", "replace")) % COLOURS


def make_shared_fields(view: View, links: Links, site_language: str) -> _Fields:
    """Return the fields that the page of an article, its list item and its line on the front page
    share."""
    topic = view.category if view.category != links.unsaid else ""
    return {
        "topic": topic,
        "lang": view.language if view.language.lower() != site_language.lower() else "",
        "direction": get_direction(view.language or site_language),
        "date": _write_date(view.published),
        "time": f"{view.published:%H:%M} UTC",
        "stamp": view.published.strftime(_STAMP),
        "source": links.source(view.source_key),
        "category": links.category(topic) if topic else "",
        "tags": [
            (tag, links.tag(tag)) for tag in view.tags if tag.casefold() != view.category.casefold()
        ],
        "also": _name_hosts(view.related),
        "reports": view.also,
    }


def _write_date(moment: datetime) -> str:
    return f"{moment.day} {_MONTHS[moment.month - 1][:3]} {moment.year}"


def _name_hosts(addresses: Iterable[str]) -> list[tuple[str, str]]:
    """Return host and address of the first of `addresses`, without numeric hosts: a number tells
    a reader nothing."""
    named = [(get_host(url), url) for url in addresses if not is_numeric_host(get_host(url))]
    return named[:MOST_ALSO]


def _name_site(view: View) -> str:
    """Return the host of an article or, if it is a number, the title of its source."""
    name = get_host(view.url)
    return view.origin.title if is_numeric_host(name) else name


def group_by_day(parts: Iterable[bytes], root: str) -> list[Day]:
    """Group the items that `story` rendered by day, newest first. `root`: the path from their page
    to the web root."""
    way = root.encode()
    split = (part.replace(_ROOT, way).split(b"\n", 1) for part in parts)
    ordered = sorted(split, key=lambda part: part[0], reverse=True)
    return [
        Day(date, name_day(date), [item.decode() for _, item in items])
        for date, items in groupby(ordered, key=lambda part: part[0][:10].decode())
    ]


def drop_own_chip(part: bytes, page: str, name: str) -> bytes:
    """Return an item that `story` rendered, without the category or tag of the page that shows it.
    `page`: the path of that page; `name`: of its feed, for a chip that links to no page."""
    address = ROOT + page

    def is_own(chip: re.Match[bytes]) -> bool:
        if chip["link"] is not None:
            return unescape(chip["link"].decode()) == address
        return unescape(chip["label"].decode()) == name

    shown = _CHIP.sub(lambda chip: b"" if is_own(chip) else chip[0], part)
    return shown.replace(_NO_TOPICS, b"")


def alone(part: bytes) -> bytes:
    """Return an item that `story` rendered, for a page at the web root."""
    return part.split(b"\n", 1)[1].replace(_ROOT, b"")


def find_newest_time(parts: Sequence[bytes]) -> datetime | None:
    """Return when the newest of these items was published."""
    latest = max((part.partition(b"\n")[0] for part in parts), default=b"")
    return datetime.fromisoformat(latest.decode()) if latest else None


@lru_cache(4096)
def name_day(date: str) -> str:
    """Return the name of a day "2026-11-26", in English whatever the locale, so that equal stores
    give equal bytes."""
    day = datetime.fromisoformat(date)
    return f"{_WEEKDAYS[day.weekday()]}, {day.day} {_MONTHS[day.month - 1]} {day.year}"


def name_span(span: str) -> str:
    """Return the name of a year "2026", a month "2026-11" or a day."""
    match span.count("-"):
        case 0:
            return span
        case 1:
            return f"{_MONTHS[int(span[5:7]) - 1]} {span[:4]}"
    return name_day(span)


def get_host(url: str) -> str:
    """Return the host of an address without www., to show whose it is."""
    if is_mail(url):
        return "the mailbox"
    return (urlsplit(url).hostname or url).removeprefix("www.")
