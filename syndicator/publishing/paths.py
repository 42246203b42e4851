"""File names and addresses of what is published. Pure."""

from typing import Final

from syndicator.core.axes import AUTHOR, AXES, QUERY, TAG
from syndicator.core.formats import ATOM, PAGE, of_file
from syndicator.core.model import FeedKey

MAPS: Final = "maps/"  # redirect maps for web servers; our own server does not hand them out
ARCHIVES: Final = "archive/"
QUESTIONS: Final = "q/"  # feeds that an address asks for, see `questions`
INDEX: Final = "index.html"
SEARCH: Final = "search/"
ARTICLES: Final = "articles/"  # pages of those that are published whole
STORIES: Final = "stories/"  # a page for each story
DIGEST: Final = "digest"  # an axis of feeds that have no articles


def stem(key: FeedKey) -> str:
    """The path of a feed below the web root without its ending: all, tags/ai, sources/example; a saved query whose slug
    is the address of a question has that."""
    folder = "digests/" if key.axis == DIGEST else AXES[key.axis].folder
    return key.slug if key.slug.startswith(QUESTIONS) else folder + key.slug


def parse_stem(value: str) -> FeedKey | None:
    """The feed of a path as `stem` writes it, None when there is no such kind of feed."""
    if value.startswith(QUESTIONS):
        return FeedKey(QUERY, value)
    folder, slash, slug = value.rpartition("/")
    fitting = (name for name, axis in AXES.items() if axis.folder == folder + slash and axis.only in ("", slug))
    axis = next(fitting, None)
    return FeedKey(axis, slug) if axis and slug else None


def file_name(key: FeedKey, format: str) -> str:
    """The name of a feed's file below the web root."""
    return f"{stem(key)}.{format}"


def archive_name(key: FeedKey, month: str) -> str:
    """The name of the RFC 5005 archive document of a UTC month ("2026-11")."""
    return f"{ARCHIVES}{stem(key)}/{month}.{ATOM}"


def is_asked_often(name: str) -> bool:
    """True for a file that is sent compressed again and again between two builds: a feed, which programs poll, and what
    stands at the web root. Archives, the pages of feeds, and feeds of single tags and authors are asked for by few."""
    few = (AXES[TAG].folder, AXES[AUTHOR].folder)
    return "/" not in name or (is_head(name) and not name.startswith(few)) or name.startswith(SEARCH)


def article_name(id: str) -> str:
    """The name of an article's own page, where it has one. Made of the id, which outlives its title and its address."""
    return f"{ARTICLES}{id}.{PAGE}"


def story_name(story: str) -> str:
    """The name of a story's page."""
    return f"{STORIES}{story}.{PAGE}"


def is_head(name: str) -> bool:
    """True for a file that programs subscribe to."""
    format = of_file(name)
    return format is not None and format.subscribed and not name.startswith((ARCHIVES, MAPS))
