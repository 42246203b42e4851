"""List withdrawn articles in the file withdrawn.toml, and keep their article files for a while."""

import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from syndicator.articles import disk, fields
from syndicator.articles.beside.toml_lists import TomlList
from syndicator.articles.fields import aliases_of, feeds_of
from syndicator.core import text
from syndicator.core.model import Article, FeedKey
from syndicator.core.ports.articles import ArticleStore, KeptFiles, Withdrawn

_NOTE: Final = (
    "# Articles that were withdrawn: they are in no feed and are never fetched again. Delete an"
    " entry to undo it.\n"
)


def _make_table(withdrawn: Withdrawn) -> dict[str, Any]:
    """Return the values of the TOML table that records a withdrawn article. Feeds are written as
    "axis/slug"."""
    return {
        "id": withdrawn.id,
        "url": withdrawn.url,
        "at": fields.format_iso(withdrawn.at),
        "aliases": list(withdrawn.aliases),
        "feeds": [f"{key.axis}/{key.slug}" for key in withdrawn.feeds],
    }


def _parse_table(row: dict[str, Any]) -> Withdrawn:
    """Return the withdrawn article that the values of a TOML table record. `_make_table` makes
    them. Raises KeyError or ValueError if the table is invalid."""
    feeds: list[FeedKey] = []
    for feed_name in row.get("feeds", []):
        axis, slug = str(feed_name).split("/", 1)
        feeds.append(FeedKey(axis, slug))
    aliases = [str(alias) for alias in row.get("aliases", [])]
    return Withdrawn(
        id=str(row["id"]),
        at=fields.parse_time(str(row["at"])),
        feeds=tuple(feeds),
        url=str(row.get("url", "")),
        aliases=tuple(aliases),
    )


WITHDRAWN: Final = TomlList(
    name="withdrawn.toml",
    note=_NOTE,
    table="withdrawn",
    parse=_parse_table,
    row=_make_table,
    order=lambda entry: (entry.at, entry.id),
    fault="not a list of withdrawn articles ({error}); restore it from a backup",
    has_others=True,
)


def enter_withdrawal(
    article_store: ArticleStore,
    article: Article,
    at: datetime,
    feeds: Iterable[FeedKey] | None = None,
) -> None:
    """Add `article` to the list of withdrawn articles. The caller must delete its file. `at`: when
    it was withdrawn. `feeds`: the feeds that announce the withdrawal, None for the feeds that have
    the article."""
    announcing_feeds = feeds_of(article) if feeds is None else feeds
    aliases = [text.remove_illegal(alias) for alias in aliases_of(article)]
    entry = Withdrawn(
        id=article.id,
        at=fields.to_utc(at) or at,
        feeds=tuple(announcing_feeds),
        url=text.remove_illegal(article.url),
        aliases=tuple(dict.fromkeys(aliases)),
    )
    article_store.remember_paths([article.id])
    add_withdrawals(article_store, [entry])


def add_withdrawals(files: KeptFiles, new: Iterable[Withdrawn]) -> None:
    """Add the withdrawals `new` to the list. An article that is listed already keeps its entry."""
    new_by_id = {entry.id: entry for entry in new}

    def add_missing(listed: list[Withdrawn] | None) -> Iterable[Withdrawn] | None:
        """Return the list with the new entries; None to leave the file as it is, if all are listed
        already. `update` calls this."""
        listed_by_id = {entry.id: entry for entry in listed or ()}
        if new_by_id.keys() <= listed_by_id.keys():
            return None
        return (new_by_id | listed_by_id).values()

    WITHDRAWN.update(files, add_missing)


def unlist_withdrawn(files: KeptFiles, article_id: str) -> None:
    """Remove an article from the list of withdrawn articles."""

    def remove_article(listed: list[Withdrawn] | None) -> Iterable[Withdrawn]:
        """Return the new list, without the article. `update` calls this."""
        return [entry for entry in listed or () if entry.id != article_id]

    WITHDRAWN.update(files, remove_article)


class KeptAway:
    """The files of withdrawn articles, in a folder of their own, from which they can be put back.
    Each has its path in the article store below its id: `folder`/<id>/YYYY/MM/<name>.md."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, article_id: str, path: str, data: bytes) -> None:
        """Write the file of an article durably. `path`: its path in the article store. Raises
        OSError."""
        disk.write(self.folder / article_id / path, data)

    def ids(self) -> list[str]:
        """Return the ids of the articles whose files are here, sorted."""
        if not self.folder.is_dir():
            return []
        return sorted(path.name for path in self.folder.iterdir() if path.is_dir())

    def get(self, article_id: str) -> tuple[str, bytes] | None:
        """Return the file of a withdrawn article as a pair: its path in the article store, and its
        bytes. Return None if there is no such file."""
        folder = self.folder / article_id
        for file in sorted(folder.rglob("*.md")):
            if not file.name.startswith("."):
                return file.relative_to(folder).as_posix(), file.read_bytes()
        return None

    def drop(self, article_id: str) -> bool:
        """Delete the file of a withdrawn article. Return False if there is none."""
        if article_id not in self.ids():
            return False
        shutil.rmtree(self.folder / article_id)
        return True
