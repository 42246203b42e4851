"""Choose the names and addresses of published files. Pure."""

from typing import Final

from syndicator.core.axes import AXES, CATEGORY, QUERY, listed
from syndicator.core.formats import ATOM, PAGE, of_file
from syndicator.core.model import FeedKey

MAPS: Final = "maps/"  # redirect maps, not served by our own server
ARCHIVES: Final = "archive/"
QUESTIONS: Final = "q/"  # see `questions`
# a script that pages load to learn whether anything answers questions: the file of it is empty, and
# what answers questions answers this address with a script that says so
PROBE: Final = f"{QUESTIONS}answers.js"
INDEX: Final = "index.html"
SEARCH: Final = "search/"
ARTICLES: Final = "articles/"  # pages of articles published whole
STORIES: Final = "stories/"  # a page for each story


def stem(key: FeedKey) -> str:
    """Return a feed's path below the web root without ending, such as tags/ai; a question's slug is
    its path."""
    return key.slug if key.slug.startswith(QUESTIONS) else listed(key.axis).folder + key.slug


def parse_stem(value: str) -> FeedKey | None:
    """Return the feed of a path that `stem` returned, None if no axis fits."""
    if value.startswith(QUESTIONS):
        return FeedKey(QUERY, value)
    folder, slash, slug = value.rpartition("/")
    fitting = (
        name
        for name, axis in AXES.items()
        if axis.folder == folder + slash and axis.only in ("", slug)
    )
    axis = next(fitting, None)
    return FeedKey(axis, slug) if axis and slug else None


def file_name(key: FeedKey, feed_format: str) -> str:
    """Return the name of a feed's file below the web root."""
    return f"{stem(key)}.{feed_format}"


def archive_name(key: FeedKey, month: str) -> str:
    """Return the name of the RFC 5005 archive document of a UTC month ("2026-11")."""
    return f"{ARCHIVES}{stem(key)}/{month}.{ATOM}"


def is_asked_often(name: str) -> bool:
    """Return True for files that are requested often between two builds: those at the web root, and
    feeds of categories and saved queries. Web servers compress the others."""
    return "/" not in name or (
        is_head(name) and name.startswith((AXES[CATEGORY].folder, AXES[QUERY].folder))
    )


def article_name(article_id: str) -> str:
    """Return the name of an article's own page, made of the id, which never changes."""
    return f"{ARTICLES}{article_id}.{PAGE}"


def story_name(story: str) -> str:
    return f"{STORIES}{story}.{PAGE}"


def is_head(name: str) -> bool:
    """Return True for a file that programs subscribe to."""
    feed_format = of_file(name)
    return (
        feed_format is not None and feed_format.subscribed and not name.startswith((ARCHIVES, MAPS))
    )
