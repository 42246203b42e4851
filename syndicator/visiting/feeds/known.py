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
    """Return a pair (page pattern, feed template) for each well-known service. The pattern matches
    the address of a page. `re.Match.expand` makes the address of the page's feed from the match and
    the template."""
    path = files("syndicator.visiting").joinpath("data/known_feeds.toml")
    table = tomllib.loads(path.read_text("utf-8"))
    return tuple((re.compile(row["page"]), row["feed"]) for row in table["known"])


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed that a page links to, or the guessed address of a feed.

    `type`: the format of the feed ("atom", "rss", "rdf", "json", "xml", "opml", "sitemap"), or else
    how its address was found. This is "known" (by the page's service), "link" (an ordinary link
    that looks like a feed), "guess" (a common path) or "api" (an interface for posts).
    `instead_of`: the address of a feed that this one replaces if it can be read, "" without one."""

    url: str
    title: str = ""
    type: str = ""
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class Discovery:
    """The kind of a document, and feeds. `feeds`: if the document is a feed or a sitemap, the
    document itself, else the feeds that it links to and guessed ones. `title`: the title of the
    document."""

    kind: Literal["feed", "page", "opml", "sitemap"]
    feeds: tuple[FeedLink, ...] = ()
    title: str = ""
    article: bool = False  # the page says that it is an article (Open Graph's og:type)


def find_known_feeds(url: str) -> list[FeedLink]:
    """Return a list with the feed of the page at `url`, if data/known_feeds.toml knows the service
    of the page. If `url` is itself a feed, this is a better feed of the same service. Return [] if
    there is none; there is never more than one."""
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
