"""Define the axes by which articles are divided into feeds: tag, source, author and others. Pure.
Exceptions for single feeds are in publishing/selection/feeds.py."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from syndicator.core.model import Article, FeedKey
from syndicator.core.text import slug, split_author_names

ALL: Final = FeedKey("all", "all")
STORIES: Final = FeedKey("story", "stories")  # events that several outlets report
AUTHOR: Final = "author"
CATEGORY: Final = "category"
DIGEST: Final = "digest"
QUERY: Final = "query"
SOURCE: Final = "source"
TAG: Final = "tag"

# The key of a source becomes the name of a published file. It is checked because article files, in
# which it stands, may be edited by hand.
SOURCE_KEY: Final = re.compile(r"\w[^/\\\x00-\x1f]{0,59}")

Members = Iterable[tuple[str, str]]  # (slug, name) of each feed that shows an article


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """An axis of feeds. Its name is a part of the published ids of its feeds. `members`, `found`:
    both return the feeds of this axis that show an article; `members` is called when the article is
    stored, `found` when feeds are built. They are None if articles do not say to which feeds of
    this axis they belong."""

    members: Callable[[Article], Members] | None
    found: Callable[[Article], Members] | None = None
    default: bool = True  # the default of `publish.axes` has it
    folder: str  # of its feeds below the web root, with a last slash
    only: str = ""  # slug of its only feed, which is at the web root; "": it may have several
    heading: str  # of its section on the index page
    place: int  # number of that section, by which sections are sorted
    copies: bool = False  # its feeds show copies of other articles, too
    archived: bool = False  # its feeds have archives (RFC 5005)
    configured: bool = False  # a feed ends if the operator deletes its name from the configuration
    outlines: bool = False  # each of its feeds has an OPML file of its own

    @property
    def word(self) -> str:
        """The word for this axis in the setting `publish.axes`: "tags", "sources", "all"."""
        return self.folder.rstrip("/") or self.only


def _name_slugs(names: Iterable[str]) -> Members:
    """Return the slug (the form for URLs) and the name of each name that is not empty."""
    return [(slug(name), name) for name in names if name]


def _list_authors(article: Article) -> Members:
    return _name_slugs(article.authors or split_author_names(article.author))


def _list_sources(article: Article) -> Members:
    """Return the key and the name of the source of an article, as a list of one pair. The list is
    empty if the key cannot be the name of a file, because somebody edited it."""
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
    """Return `word` if it is the name of an axis in settings, such as "tags". Raises ValueError,
    which lists the valid names, if it is not."""
    words = [axis.word for _, axis in list_axes_by_place()]
    if word not in words:
        raise ValueError(f"{word!r} is none of {', '.join(words)}")
    return word


def check_archived(word: str) -> str:
    """Return `word` if it is the name of an axis ("tags") or of a feed ("tags/ai") that may have
    archives. Raises ValueError if it is not."""
    folder, slash, name = word.partition("/")
    if word == STORIES.slug:
        raise ValueError(f"{word!r} has no archives: its entries change")
    if not slash:
        return check_axis(word)
    folders = [axis.folder for axis in AXES.values()]
    if not name or f"{folder}/" not in folders:
        raise ValueError(f'{word!r} names no feed, as "tags/ai" does')
    return word


def list_axes_by_place() -> list[tuple[str, Axis]]:
    """Return the name and the axis of each axis, in the order of the sections on the index page."""
    return sorted(AXES.items(), key=lambda item: item[1].place)


def find_axis(name: str) -> Axis:
    """Return the axis with this name, such as "tag". Raises KeyError for an unknown name."""
    # not in AXES, because its feeds have no articles of their own
    if name == DIGEST:
        return Axis(members=None, folder="digests/", heading="Digests", place=7)
    return AXES[name]
