"""Define the formats of feeds, and the media types and caching of all published files. Pure.
Settings, file names and links come from the table FORMATS."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Final

# Media types of other published files, by extension.
TYPES: Final = {
    ".opml": "text/x-opml; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
}
CACHE_CONTROL: Final = "no-cache"  # clients ask each time whether the file has changed
# folder of thumbnails, which are named after their bytes, so that a file never changes
PICTURES: Final = "pictures/"
IMMUTABLE: Final = "max-age=31536000, immutable"  # header of files that never change
# For 1,000 of our documents the result is 7 % larger than by level 6, in two thirds of the time.
GZIP_LEVEL: Final = 5
ATOM: Final = "atom"  # also of archives (RFC 5005), and compared to notice changes of a feed
RSS: Final = "rss"
JSON: Final = "json"  # its archives are further pages, by `next_url` (JSON Feed 1.1)
PAGE: Final = "html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format of feeds. Its name in FORMATS is also the extension of its files."""

    label: str  # its name on pages
    media_type: str
    xml: bool = False  # may be in OPML; browsers show it with a stylesheet
    subscribed: bool = True  # False: a page for people, not for feed readers


# Media types: RFC 4287 section 7, the RSS Advisory Board's recommendation, JSON Feed 1.1, HTML (RFC
# 2854).
FORMATS: Final[dict[str, Format]] = {
    "atom": Format(label="Atom", media_type="application/atom+xml", xml=True),
    "rss": Format(label="RSS", media_type="application/rss+xml", xml=True),
    "json": Format(label="JSON Feed", media_type="application/feed+json"),
    "html": Format(label="Web page", media_type="text/html", subscribed=False),
}


def check_format(name: str) -> str:
    """Return `name` if it is the name of a feed format, such as "atom". Raises ValueError, which
    lists the valid names, if it is not."""
    if name not in FORMATS:
        raise ValueError(f"the formats are {', '.join(FORMATS)}")
    return name


def subscribed(names: Container[str]) -> list[str]:
    """Return the formats in `names` that feed readers subscribe to, in the order of FORMATS.
    `names`: names of feed formats."""
    return [
        name for name, feed_format in FORMATS.items() if feed_format.subscribed and name in names
    ]


def find_format(name: str) -> Format | None:
    """Return the feed format of the file `name`, by its extension, or None if it is no feed."""
    return FORMATS.get(name.rpartition(".")[2])


def cache_control(name: str) -> str:
    """Return the value of the header Cache-Control for the published file `name`."""
    return IMMUTABLE if name.startswith(PICTURES) else CACHE_CONTROL


def media_type(name: str) -> str:
    """Return the media type of a published file, such as "text/html; charset=utf-8", by its name.
    Return "" if files with its extension are not served."""
    feed_format = find_format(name)
    if feed_format is not None:
        return f"{feed_format.media_type}; charset=utf-8"
    extension = name.rpartition(".")[2]
    return TYPES.get(f".{extension}", "")
