"""What a page says of hubs. For the worker. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from syndicator.core.model import ParsedFeed
from syndicator.visiting.feeds.discovery import head_links

_BYTES = 200_000  # of a page that are looked at for the links of its head: a choice


def page_links(body: bytes, url: str, headers: Mapping[str, str]) -> ParsedFeed:
    """What the head of a page says of hubs (WebSub, section 4), as the feed that it would be."""
    found = head_links(body[:_BYTES], url, headers)
    return ParsedFeed(
        format="page",
        hubs=tuple(target for rels, target in found if "hub" in rels),
        self_url=next((target for rels, target in found if "self" in rels), ""),
    )
