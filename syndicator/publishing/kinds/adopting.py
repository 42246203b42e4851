"""Find published files that the database does not know, so that builds delete old ones.

They are those of an earlier version, or of a database that was lost. They get rows in the table of
files."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from syndicator.core.formats import ATOM, FORMATS, PAGE
from syndicator.core.model import FeedKey
from syndicator.core.ports import FeedRow, Outlet, PublishedFile
from syndicator.publishing import paths
from syndicator.publishing.kinds.targets import ARTICLES, DIGESTS, SEARCH, STORY_PAGES

_FORMAT: Final = "|".join(FORMATS)
# names that builds have given, whatever else is in these folders
_OURS: Final = (
    (ARTICLES, paths.ARTICLES, re.compile(r"[a-z2-7]{26}\.html")),
    (STORY_PAGES, paths.STORIES, re.compile(r"[0-9a-z-]+\.html")),
    (SEARCH, paths.SEARCH, re.compile(r"(index|[0-9]{4}[0-9.-]*\.[td][0-9]+)\.js")),
    (DIGESTS, "digests/", re.compile(rf"[a-z0-9-]+\.({_FORMAT})")),
)
_OLDER: Final = re.compile(rf"[0-9]{{4}}(-[0-9]{{2}}){{0,2}}(\.[01]+)?\.({_FORMAT})")


def adopt_unknown_files(rows: Iterable[FeedRow], outlet: Outlet) -> Iterator[PublishedFile]:
    """Yield a row for each published file, marked as out of date. `rows`: all feeds, also ended
    ones."""
    for owner, folder, our_names in _OURS:
        yield from _adopt_folder(outlet, owner, folder, our_names)
    for row in rows:
        stem = paths.stem(row.key)
        yield from _adopt_folder(outlet, row.key, f"{paths.ARCHIVES}{stem}/", _OLDER)
        if not row.built:
            continue
        names = [paths.file_name(row.key, feed_format) for feed_format in FORMATS]
        for name in (*names, f"{stem}.opml"):
            if outlet.written(name):
                yield PublishedFile(name=name, owner=row.key, target=stem)


def _adopt_folder(
    outlet: Outlet, owner: FeedKey, folder: str, our_names: re.Pattern[str]
) -> Iterator[PublishedFile]:
    """Yield the files of `folder` that have names which builds give."""
    for name in sorted(outlet.names(folder)):
        if our_names.fullmatch(name.removeprefix(folder)):
            yield PublishedFile(name=name, owner=owner, target=_get_target(name))


def _get_target(name: str) -> str:
    """Return the id of the target that a file belongs to. Archive documents have the id of their
    Atom file; any other file is a target of its own. A wrong guess is corrected when the file is
    made."""
    stem, _, feed_format = name.rpartition(".")
    if feed_format == PAGE or not name.startswith(paths.ARCHIVES):
        return name
    return f"{stem}.{ATOM}"
