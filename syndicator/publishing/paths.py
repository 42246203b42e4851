"""Choose the names and addresses of published files. Pure."""

from typing import Final

from syndicator.core.axes import AXES, CATEGORY, QUERY, find_axis
from syndicator.core.formats import ATOM, PAGE, find_format
from syndicator.core.model import FeedKey

MAPS: Final = "maps/"  # redirect maps, not served by our own server
ARCHIVES: Final = "archive/"
QUESTIONS: Final = "q/"  # see `questions`
# A script that pages load to learn whether questions are answered. Its file is empty; a server that
# answers questions sends a script that says so instead.
PROBE: Final = f"{QUESTIONS}answers.js"
INDEX: Final = "index.html"
SEARCH: Final = "search/"
ARTICLES: Final = "articles/"  # pages of articles published whole
STORIES: Final = "stories/"  # a page for each story


def get_stem(key: FeedKey) -> str:
    """Return the path of a feed below the web root, without a file ending, such as "tags/ai"."""
    if key.slug.startswith(QUESTIONS):
        return key.slug  # such as q/tag.ai, a feed that readers combined: this is its path
    return find_axis(key.axis).folder + key.slug


def parse_stem(value: str) -> FeedKey | None:
    """Return the key of the feed that has a path, the reverse of `get_stem`: "tags/ai" gives the
    feed of the tag "ai". Return None if no feed has such a path."""
    if value.startswith(QUESTIONS):
        return FeedKey(QUERY, value)
    folder, slash, slug = value.rpartition("/")
    if not slug:
        return None
    for name, axis in AXES.items():
        may_have_slug = axis.only in ("", slug)  # an axis with `only` has a single feed
        if axis.folder == folder + slash and may_have_slug:
            return FeedKey(name, slug)
    return None


def file_name(key: FeedKey, feed_format: str) -> str:
    """Return the name of a feed's file below the web root, such as tags/ai.atom."""
    return f"{get_stem(key)}.{feed_format}"


def archive_name(key: FeedKey, month: str) -> str:
    """Return the name of the RFC 5005 archive document of a UTC month ("2026-11")."""
    return f"{ARCHIVES}{get_stem(key)}/{month}.{ATOM}"


def is_asked_often(name: str) -> bool:
    """Return True if a file is requested so often between two builds that it pays to store it
    compressed, too. These are the files at the web root, and the feeds of categories and saved
    queries. `name`: path of the file below the web root."""
    if "/" not in name:
        return True
    return is_head(name) and name.startswith((AXES[CATEGORY].folder, AXES[QUERY].folder))


def article_name(article_id: str) -> str:
    """Return the name of an article's own page. It is made of the id, since titles change."""
    return f"{ARTICLES}{article_id}.{PAGE}"


def story_name(story: str) -> str:
    """Return the name of a story's page."""
    return f"{STORIES}{story}.{PAGE}"


def is_head(name: str) -> bool:
    """Return True if a file is one to which programs subscribe: the newest entries of a feed in a
    feed format, not an archive document and not an HTML page. `name`: path of the file below the
    web root."""
    feed_format = find_format(name)
    if feed_format is None or not feed_format.subscribed:
        return False
    return not name.startswith((ARCHIVES, MAPS))
