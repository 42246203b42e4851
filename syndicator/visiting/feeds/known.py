"""Feeds of pages whose service is known: data/known_feeds.toml. Pure."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

_LONGEST = 500  # characters of an address that are looked at


def known_feed(url: str) -> str | None:
    """The feed of the page at `url`, or a better one than the feed `url`; None for an address that no row knows."""
    for page, feed in _table():
        found = page.fullmatch(url) if len(url) <= _LONGEST else None
        if found:
            return found.expand(feed)
    return None


@cache
def _table() -> tuple[tuple[re.Pattern[str], str], ...]:
    rows = tomllib.loads(files("syndicator.visiting").joinpath("data/known_feeds.toml").read_text("utf-8"))
    return tuple((re.compile(row["page"]), row["feed"]) for row in rows["known"])
