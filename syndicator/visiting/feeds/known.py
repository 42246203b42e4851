"""Find the feed of a page on a well-known service; define the result of discovery. Pure.
data/known_feeds.toml has the services."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

MOST = 50  # links of a page
_LONGEST = 500  # characters of an address that are looked at


@cache
def _load_table() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the services: a pattern for addresses of pages, and the address of the feed."""
    path = files("syndicator.visiting").joinpath("data/known_feeds.toml")
    table = tomllib.loads(path.read_text("utf-8"))
    return tuple((re.compile(row["page"]), row["feed"]) for row in table["known"])


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed link of a page, or a guess. `type`: its format, or "known" (by its service), "link"
    (looks like a feed), "guess" (a common path), "api" (posts). `instead_of`: the link that it may
    replace."""

    url: str
    title: str = ""
    type: str = ""
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class Discovery:
    """The kind of a document. `feeds`: itself, or the feeds it links to."""

    kind: Literal["feed", "page", "opml", "sitemap"]
    feeds: tuple[FeedLink, ...] = ()
    title: str = ""
    article: bool = False  # the page says that it is an article (Open Graph's og:type)


def find_known_feeds(url: str) -> list[FeedLink]:
    """Return the feed for the page `url`, or one better than the feed `url`, if
    data/known_feeds.toml has one."""
    if len(url) > _LONGEST:
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
