"""File names and addresses of what is published. Pure."""

from __future__ import annotations

from typing import Final

from syndicator.model import Axis, FeedKey

FORMATS: Final = ("atom", "rss", "json", "html")

# Media types: RFC 4287 section 7, the RSS board's recommendation, JSON Feed 1.1, OPML 2.0.
TYPES: Final = {
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "json": "application/feed+json",
    "html": "text/html",
    "opml": "text/x-opml",
}

_FOLDERS: Final = {"tag": "tags/", "category": "categories/", "source": "sources/", "query": "queries/"}
_AXES: Final[dict[str, Axis]] = {"tags": "tag", "categories": "category", "sources": "source", "queries": "query"}

MAPS: Final = "maps/"  # redirect maps for web servers; our own server does not hand them out
ARCHIVES: Final = "archive/"
INDEX: Final = "index.html"


def stem(key: FeedKey) -> str:
    """The path of a feed below the web root without its ending: all, tags/ai, sources/example."""
    return "all" if key.axis == "all" else _FOLDERS[key.axis] + key.slug


def parse_stem(value: str) -> FeedKey | None:
    """The feed of a path as `stem` writes it, None when there is no such kind of feed."""
    if value == "all":
        return FeedKey("all", "all")
    folder, _, slug = value.partition("/")
    axis = _AXES.get(folder)
    return FeedKey(axis, slug) if axis and slug and "/" not in slug else None


def file_name(key: FeedKey, format: str) -> str:
    """The name of a feed's file below the web root."""
    return f"{stem(key)}.{format}"


def archive_name(key: FeedKey, month: str) -> str:
    """The name of the RFC 5005 archive document of a UTC month ("2026-11")."""
    return f"{ARCHIVES}{stem(key)}/{month}.atom"


def is_feed(name: str) -> bool:
    """True for a file that programs subscribe to."""
    return name.endswith((".atom", ".rss", ".json"))
