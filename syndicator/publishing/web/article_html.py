"""Prepare articles for HTML pages: fields for templates, list items by day, schema.org data.

The list item of an article is rendered once in a build, and used on every page that shows it. So
its links to our pages begin with a placeholder, ROOT, which each page replaces by its own path to
the web root. An article without a picture has the first letter of its source instead, in a colour
chosen for the source."""

import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
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

# The link to a category or tag, as the template of list items (story.html) writes it.
_CHIP: Final = re.compile(
    rb' ?<(?P<tag>a|span)(?: class="category")?(?: href="(?P<link>[^"]*)")?>'
    rb"(?P<label>[^<]*)</(?P=tag)>"
)
_NO_TOPICS: Final = b'<p class="topics"></p>\n'
COLOURS: Final = 8  # classes mono-0 to mono-7 of site.css
_MOST_CACHED_DAYS: Final = 4096
_DATE_LENGTH: Final = 10  # of "2026-11-26"
_SHORT_MONTH_LENGTH: Final = 3  # of "Nov"
_STAMP_FORMAT: Final = "%Y-%m-%dT%H:%M:%SZ"
_ROOT_BYTES: Final = ROOT.encode()
MOST_ALSO: Final = 6  # further outlets of a story that are named
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
    """Return the values for the template of an article's own page, by name. `view`: the article;
    `site_language`: the language of the whole site; `neighbours`: two articles, the one before and
    the one after this one, each None if there is none; `root`: the path from the page to the web
    root, such as "../"."""
    previous, following = neighbours
    shown_picture = view.cover if view.picture else ""
    return {
        "entry": view,
        "text": adapt_text(view.html, shown_picture),
        "host": _name_site(view),
        "previous": _link_page(previous, root),
        "following": _link_page(following, root),
        **make_shared_fields(view, links, site_language),
    }


def _link_page(view: View | None, root: str) -> tuple[str, str]:
    """Return (title, link) of our page of an article; ("", "") if `view` is None, for no article.
    `root`: the path from the page with the link to the web root."""
    if view is None:
        return "", ""
    return view.title, root + paths.article_name(view.id)


def make_related_fields(view: View) -> _Fields:
    """Return the values for the template of a line that links to a related article (`view`), by
    name."""
    return {
        "title": view.title,
        "url": view.url,
        "outlet": view.origin.title,
        "language": view.language,
        "date": _format_date(view.published),
        "stamp": view.published.strftime(_STAMP_FORMAT),
    }


def make_article_data(view: View, picture: str) -> _Fields:
    """Return the structured data of an article for search engines (https://schema.org/Article),
    without empty fields. An author who only has the name of the publisher is left out: the
    publisher is a field of its own. `picture`: the address of the article's thumbnail, "" if it has
    none."""
    publisher = {"@type": "Organization", "name": view.origin.title, "url": view.origin.site}
    authors = [
        {"@type": "Person", "name": name} for name in view.authors if name != view.origin.title
    ]
    fields = {
        "headline": view.title,
        "url": view.url,
        "mainEntityOfPage": view.url,
        "datePublished": view.published.strftime(_STAMP_FORMAT),
        "dateModified": view.updated.strftime(_STAMP_FORMAT),
        "author": authors,
        "publisher": _drop_empty_fields(publisher),
        "image": picture,
        "articleSection": view.category,
        "keywords": list(view.tags),
        "inLanguage": view.language,
        "license": view.licence,
    }
    return _drop_empty_fields(fields)


def _drop_empty_fields(fields: Mapping[str, Any]) -> _Fields:
    """Return the fields whose value is neither "" nor an empty list."""
    return {name: value for name, value in fields.items() if value}


def render_story(view: View, links: Links, templates: Templates, site_language: str) -> bytes:
    """Return an article as an item of the lists on feed pages, as bytes. The first line is its time
    of publication, by which pages sort their items; HTML follows. Pages in several folders show the
    same item, so its links to our pages begin with the placeholder ROOT, which each page replaces
    by its own path to the web root."""
    letter, colour = choose_badge(view.origin.title)  # shown if the source has no picture
    own_page = ""
    if view.html:
        own_page = ROOT + paths.article_name(view.id)
    story_page = ""
    if view.story:
        story_page = ROOT + paths.story_name(view.story)
    html = templates.render(
        "story.html",
        entry=view,
        root=ROOT,
        own_page=own_page,
        letter=letter,
        colour=colour,
        timeline=story_page,
        **make_shared_fields(view, links, site_language),
    )
    time_line = f"{view.published.strftime(_STAMP_FORMAT)}\n"
    return time_line.encode() + html


def choose_badge(name: str) -> tuple[str, int]:
    """Return (letter, number of a colour) to show in place of a picture of a source. `name`: of the
    source. The letter is its first; the same name always gives the same colour."""
    letters = [character for character in name if character.isalnum()]
    letter = letters[0].upper()[:1] if letters else "·"  # upper() may give two, as of "ß"
    colour = zlib.crc32(name.encode("utf-8", "replace")) % COLOURS
    return letter, colour


def make_shared_fields(view: View, links: Links, site_language: str) -> _Fields:
    """Return the values of an article that three templates need, by name: its own page, its list
    item and its line on the front page. A tag that only repeats the category is left out, and so is
    the category that unclassified articles have. `site_language`: the language of our site."""
    topic = view.category if view.category != links.unclassified else ""
    category_link = links.category(topic) if topic else ""
    # the page states the language of the site, so that articles need to state only others
    is_site_language = view.language.lower() == site_language.lower()
    other_tags = [tag for tag in view.tags if tag.casefold() != view.category.casefold()]
    return {
        "topic": topic,
        "lang": "" if is_site_language else view.language,
        "direction": get_direction(view.language or site_language),
        "date": _format_date(view.published),
        "time": f"{view.published:%H:%M} UTC",
        "stamp": view.published.strftime(_STAMP_FORMAT),
        "source": links.source(view.source_key),
        "category": category_link,
        "tags": [(tag, links.tag(tag)) for tag in other_tags],
        "also": _list_named_hosts(view.related),
        "reports": view.also,
    }


def _format_date(moment: datetime) -> str:
    """Return a date such as "26 Nov 2026"."""
    month_name = _MONTHS[moment.month - 1]
    short_name = month_name[:_SHORT_MONTH_LENGTH]
    return f"{moment.day} {short_name} {moment.year}"


def _list_named_hosts(addresses: Iterable[str]) -> list[tuple[str, str]]:
    """Return the first six addresses as (host, address), to show the host as the text of the link.
    An address whose host is a number, which says nothing to people, is left out."""
    hosts = [(get_host(address), address) for address in addresses]
    with_named_host = [(host, address) for host, address in hosts if not is_numeric_host(host)]
    return with_named_host[:MOST_ALSO]


def _name_site(view: View) -> str:
    """Return the name of an article's site: its host or, if that is a number, the title of its
    source."""
    host = get_host(view.url)
    return view.origin.title if is_numeric_host(host) else host


def group_by_day(items: Iterable[bytes], root: str) -> list[Day]:
    """Group list items by their UTC day; return the days with their items, both newest first.
    `items`: from `render_story`, each a line with the time, then HTML; `root`: the path from the
    page that shows the items to the web root, which replaces the placeholder ROOT in them."""
    root_bytes = root.encode()
    # each item as [time, HTML]
    stamped_items = [item.replace(_ROOT_BYTES, root_bytes).split(b"\n", 1) for item in items]
    stamped_items.sort(key=lambda stamped: stamped[0], reverse=True)
    days: list[Day] = []
    for date, items_of_day in groupby(stamped_items, key=_get_date):
        stories = [html.decode() for _, html in items_of_day]
        days.append(Day(date, name_day(date), stories))
    return days


def _get_date(stamped_item: Sequence[bytes]) -> str:
    """Return the day of an item, such as "2026-11-26". `stamped_item`: its time and its HTML."""
    return stamped_item[0][:_DATE_LENGTH].decode()


def drop_own_chip(item: bytes, page: str, name: str) -> bytes:
    """Return a list item of an article without the chip (label) of the category or tag whose page
    shows the item: all items of that page would have it. `item`: from `render_story`; `page`: the
    file name of the page; `name`: the name of its category or tag."""
    page_address = ROOT + page

    def remove_own_chip(chip: re.Match[bytes]) -> bytes:
        if chip["link"] is not None:
            is_of_page = unescape(chip["link"].decode()) == page_address
        else:
            is_of_page = unescape(chip["label"].decode()) == name
        return b"" if is_of_page else chip[0]

    remaining = _CHIP.sub(remove_own_chip, item)
    return remaining.replace(_NO_TOPICS, b"")  # the empty list, if this was the only chip


def unwrap_story(item: bytes) -> bytes:
    """Return the HTML of a list item from `render_story` for a page at the web root: without the
    line with its time, and with ROOT replaced by the empty path."""
    _, story = item.split(b"\n", 1)
    return story.replace(_ROOT_BYTES, b"")


def find_newest_time(items: Sequence[bytes]) -> datetime | None:
    """Return when the newest of these list items from `render_story` was published, None if there
    are no items."""
    newest = max((item.partition(b"\n")[0] for item in items), default=b"")
    return datetime.fromisoformat(newest.decode()) if newest else None


@lru_cache(_MOST_CACHED_DAYS)
def name_day(date: str) -> str:
    """Return the name of a day: "2026-11-26" gives "Thursday, 26 November 2026". It is in English
    whatever the locale is, so that every machine makes the same pages of the same articles."""
    day = datetime.fromisoformat(date)
    return f"{_WEEKDAYS[day.weekday()]}, {day.day} {_MONTHS[day.month - 1]} {day.year}"


def name_span(span: str) -> str:
    """Return the name of a year, month or day to show to people: "2026" stays, "2026-11" gives
    "November 2026", "2026-11-26" gives "Thursday, 26 November 2026"."""
    match span.count("-"):
        case 0:  # a year
            return span
        case 1:
            year, month = span.split("-")
            return f"{_MONTHS[int(month) - 1]} {year}"
    return name_day(span)


def get_host(url: str) -> str:
    """Return the host of an address without "www.", to show people where an article is from; "the
    mailbox" if the address is that of a mail."""
    if is_mail(url):
        return "the mailbox"
    return (urlsplit(url).hostname or url).removeprefix("www.")
