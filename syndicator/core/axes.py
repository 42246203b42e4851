"""Define the axes (tag, source, author, ...) that divide articles into feeds. Pure.
A feed's exceptions are in publishing/selection/feeds.py."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from syndicator.core.model import Article, FeedKey
from syndicator.core.text import persons, slug

ALL: Final = FeedKey("all", "all")
STORIES: Final = FeedKey("story", "stories")  # events that several outlets report
AUTHOR: Final = "author"
CATEGORY: Final = "category"
DIGEST: Final = "digest"
QUERY: Final = "query"
SOURCE: Final = "source"
TAG: Final = "tag"

# The name of a file in feeds/public; article files may be edited by hand.
SOURCE_KEY: Final = re.compile(r"\w[^/\\\x00-\x1f]{0,59}")

Members = Iterable[tuple[str, str]]  # (slug, name) of feeds


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """An axis of feeds; feed ids contain its name. `members`, `found`: return an article's feeds,
    the latter by builds."""

    members: Callable[[Article], Members] | None
    found: Callable[[Article], Members] | None = None
    default: bool = True  # in the default of `publish.axes`
    folder: str  # of its feeds below the web root, with a last slash
    only: str = ""  # the slug of its only feed, at the web root
    heading: str  # of its section on the index page
    place: int  # order of that section
    copies: bool = False  # its feeds include merged articles
    archived: bool = False  # its feeds have archives (RFC 5005)
    configured: bool = False  # its feeds end with their name in the configuration
    outlines: bool = False  # each of its feeds has an OPML file of its own

    @property
    def word(self) -> str:
        """The word for the axis in `publish.axes`: tags, sources, all."""
        return self.folder.rstrip("/") or self.only


def _name_slugs(names: Iterable[str]) -> Members:
    return [(slug(name), name) for name in names if name]


def _list_authors(article: Article) -> Members:
    return _name_slugs(article.authors or persons(article.author))


def _list_sources(article: Article) -> Members:
    """Return the source of an article; nothing if its key cannot be the name of a file."""
    key = article.source_key
    if not SOURCE_KEY.fullmatch(key):
        return []
    return [(key, article.origin.title or key)]


AXES: Final[dict[str, Axis]] = {
    "all": Axis(
        members=lambda article: [(ALL.slug, "all")],
        folder="",
        only=ALL.slug,
        heading="",
        place=0,
        archived=True,
    ),
    TAG: Axis(
        members=lambda article: _name_slugs(article.tags),
        folder="tags/",
        heading="Tags",
        place=2,
        archived=True,
    ),
    CATEGORY: Axis(
        members=lambda article: _name_slugs([article.category]),
        folder="categories/",
        heading="Categories",
        place=1,
        archived=True,
        configured=True,
        outlines=True,
    ),
    SOURCE: Axis(members=_list_sources, folder="sources/", heading="Sources", place=4, copies=True),
    AUTHOR: Axis(
        members=None,
        found=_list_authors,
        default=False,
        folder="authors/",
        heading="Authors",
        place=5,
    ),
    QUERY: Axis(members=None, folder="queries/", heading="Saved queries", place=3, configured=True),
    STORIES.axis: Axis(members=None, folder="", only=STORIES.slug, heading="Stories", place=6),
}


def check_axis(word: str) -> str:
    """Return `word` if it names an axis. Raise ValueError with the valid words otherwise."""
    words = [axis.word for _, axis in list_axes_by_place()]
    if word not in words:
        raise ValueError(f"{word!r} is none of {', '.join(words)}")
    return word


def check_archived(word: str) -> str:
    """Return `word` if it names an axis ("tags") or a feed ("tags/ai") that may have archives.
    Raise ValueError otherwise."""
    kind, slash, name = word.partition("/")
    if word == STORIES.slug:
        raise ValueError(f"{word!r} has no archives: its entries change")
    if not slash:
        return check_axis(word)
    if not name or not any(axis.folder == f"{kind}/" for axis in AXES.values()):
        raise ValueError(f'{word!r} names no feed, as "tags/ai" does')
    return word


def list_axes_by_place() -> list[tuple[str, Axis]]:
    """Return all axes with their names, in the order of the index page."""
    return sorted(AXES.items(), key=lambda item: item[1].place)


def find_axis(name: str) -> Axis:
    """Return an axis of AXES, or that of digests, whose feeds have no articles."""
    if name == DIGEST:
        return Axis(members=None, folder="digests/", heading="Digests", place=7)
    return AXES[name]
