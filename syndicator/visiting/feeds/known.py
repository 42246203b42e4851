"""Find the feeds of a page on a well-known service by patterns of addresses. Pure.

data/known_feeds.toml lists the services. Also defines the result of discovery."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

MOST = 50  # links of a page that are read
_LONGEST_ADDRESS = 500  # characters; a longer address is of no known service


@cache
def _load_table() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the known services: a pattern for the address of a page, and a template for the
    address of its feed (`re.Match.expand`)."""
    path = files("syndicator.visiting").joinpath("data/known_feeds.toml")
    table = tomllib.loads(path.read_text("utf-8"))
    return tuple((re.compile(row["page"]), row["feed"]) for row in table["known"])


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed that a page links to, or the guessed address of a feed.

    `type`: the format of the feed ("atom", "rss", "rdf", "json", "xml", "opml", "sitemap"), or how
    its address was found: "known" (by the page's service), "link" (an ordinary link that looks like
    a feed), "guess" (a common path), "api" (an interface for posts). `instead_of`: the address of a
    feed that this feed replaces if it works."""

    url: str
    title: str = ""
    type: str = ""
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a document is. `feeds`: the document itself if it is a feed or a sitemap, else the feeds
    that it links to and those that are guessed."""

    kind: Literal["feed", "page", "opml", "sitemap"]
    feeds: tuple[FeedLink, ...] = ()
    title: str = ""
    article: bool = False  # the page says that it is an article (Open Graph's og:type)


def find_known_feeds(url: str) -> list[FeedLink]:
    """Return the feed of the page `url`, or a better feed than the feed `url`, if
    data/known_feeds.toml knows its service; else []. There is at most one."""
    if len(url) > _LONGEST_ADDRESS:
        return []
    for page_pattern, feed in _load_table():
        match = page_pattern.fullmatch(url)
        if match is None:
            continue
        address = match.expand(feed)
        if address and address != url:
            return [FeedLink(address, "", "known")]
        return []
    return []
