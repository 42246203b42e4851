"""Define the feed formats: label, media type, caching; and media types of published files.
Settings, file names and links come from this table."""

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
CACHE_CONTROL: Final = "no-cache"  # of all other files: clients revalidate each time
PICTURES: Final = "pictures/"  # thumbnails, named after their bytes, so immutable
IMMUTABLE: Final = "max-age=31536000, immutable"
# On 1,000 of our documents 7 % larger than level 6, in two thirds of the time.
GZIP_LEVEL: Final = 5
ATOM: Final = "atom"  # format of archives (RFC 5005), and for comparing versions of a feed
RSS: Final = "rss"
JSON: Final = "json"  # its archives are further pages (next_url)
PAGE: Final = "html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A feed format. Its name in FORMATS is the file extension."""

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


def checked(name: str) -> str:
    """Return `name` if it is a format. Raise ValueError with the valid names otherwise."""
    if name not in FORMATS:
        raise ValueError(f"the formats are {', '.join(FORMATS)}")
    return name


def subscribed(names: Container[str]) -> list[str]:
    """Return the formats among `names` that feed readers subscribe to, in table order."""
    return [
        name for name, feed_format in FORMATS.items() if feed_format.subscribed and name in names
    ]


def of_file(name: str) -> Format | None:
    """Return the format of a file by its extension, or None."""
    return FORMATS.get(name.rpartition(".")[2])


def cache_control(name: str) -> str:
    """Return the Cache-Control header of a published file."""
    return IMMUTABLE if name.startswith(PICTURES) else CACHE_CONTROL


def media_type(name: str) -> str:
    """Return the media type of a published file, or "" if files of this kind are not served."""
    feed_format = of_file(name)
    return (
        f"{feed_format.media_type}; charset=utf-8"
        if feed_format
        else TYPES.get(f".{name.rpartition('.')[2]}", "")
    )
