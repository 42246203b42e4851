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
def _table() -> tuple[tuple[re.Pattern[str], str], ...]:
    rows = tomllib.loads(
        files("syndicator.visiting").joinpath("data/known_feeds.toml").read_text("utf-8")
    )
    return tuple((re.compile(row["page"]), row["feed"]) for row in rows["known"])


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


def known_feeds(url: str) -> list[FeedLink]:
    """Return the feed for the page `url`, or one better than the feed `url`, if
    data/known_feeds.toml has one."""
    matches = ((page.fullmatch(url), feed) for page, feed in _table() if len(url) <= _LONGEST)
    address = next((match.expand(feed) for match, feed in matches if match), "")
    return [FeedLink(address, "", "known")] if address and address != url else []
