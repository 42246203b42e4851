"""Find published files that the database does not know, so that builds can delete them.

Such files were written by an earlier version, or before the database was lost. They get rows in the
table of files."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from syndicator.core.formats import ATOM, FORMATS, PAGE
from syndicator.core.model import FeedKey
from syndicator.core.ports import FeedRow, Outlet, PublishedFile
from syndicator.publishing import paths
from syndicator.publishing.kinds.targets import ARTICLES, DIGESTS, SEARCH, STORY_PAGES

_FORMAT_CHOICES: Final = "|".join(FORMATS)
# Owner, folder, and names of the files that builds write there. The operator may have put other
# files into these folders; those are left alone.
_FOLDERS_OF_BUILDS: Final = (
    (ARTICLES, paths.ARTICLES, re.compile(r"[a-z2-7]{26}\.html")),
    (STORY_PAGES, paths.STORIES, re.compile(r"[0-9a-z-]+\.html")),
    (SEARCH, paths.SEARCH, re.compile(r"(index|[0-9]{4}[0-9.-]*\.[td][0-9]+)\.js")),
    (DIGESTS, "digests/", re.compile(rf"[a-z0-9-]+\.({_FORMAT_CHOICES})")),
)
# documents of a year, month or day of a feed, or of a part of a month: "2026-11.0110.atom"
_OLDER_FILE_NAME: Final = re.compile(
    rf"[0-9]{{4}}(-[0-9]{{2}}){{0,2}}(\.[01]+)?\.({_FORMAT_CHOICES})"
)


def adopt_unknown_files(rows: Iterable[FeedRow], outlet: Outlet) -> Iterator[PublishedFile]:
    """Yield a row for the table of files for each published file that our builds may have made. The
    rows are marked as out of date, so that builds make these files again or delete them. `rows`:
    all feeds, also ended ones; `outlet`: the published files."""
    for owner, folder, our_names in _FOLDERS_OF_BUILDS:
        yield from _adopt_folder(outlet, owner, folder, our_names)
    for row in rows:
        stem = paths.get_stem(row.key)
        yield from _adopt_folder(outlet, row.key, f"{paths.ARCHIVES}{stem}/", _OLDER_FILE_NAME)
        if not row.built:
            continue
        names = [paths.file_name(row.key, feed_format) for feed_format in FORMATS]
        for name in (*names, f"{stem}.opml"):
            if outlet.written(name):
                yield PublishedFile(name=name, owner=row.key, target=stem)


def _adopt_folder(
    outlet: Outlet, owner: FeedKey, folder: str, our_names: re.Pattern[str]
) -> Iterator[PublishedFile]:
    """Yield a row for the table of files for each published file in a folder that our builds may
    have made. `owner`: the feed to which the files belong; `folder`: with a final slash;
    `our_names`: matches the names of such files, without the folder."""
    for name in sorted(outlet.names(folder)):
        if our_names.fullmatch(name.removeprefix(folder)):
            yield PublishedFile(name=name, owner=owner, target=_get_target(name))


def _get_target(name: str) -> str:
    """Return the id of the target that a file belongs to. A target is a group of files that a build
    makes together. All formats of an archive document belong to the target with the name of its
    Atom file; any other file is taken for a target of its own. If that is wrong, the next build of
    the file corrects it. `name`: of the file."""
    stem, _, feed_format = name.rpartition(".")
    if feed_format == PAGE or not name.startswith(paths.ARCHIVES):
        return name
    return f"{stem}.{ATOM}"
