"""Read all database rows that must be known to write an article: its copies, carriers and feeds.
In the caller's transaction; `Database.write` translates driver errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from syndicator.core.model import Article, FeedKey
from syndicator.store import codec
from syndicator.store.database import run_statement, write_placeholders
from syndicator.store.tables.feed_members import choose_feeds, resolve_moves

# The first column is the kind of a row. `{ids}`: articles; `{into}`: articles that some of them
# will be merged into.
_SELECT_KNOWN: Final = """SELECT 'article', id, merged_into, data, behind FROM articles WHERE id IN ({ids})
UNION ALL SELECT 'copy', merged_into, NULL, data, NULL FROM articles WHERE merged_into IN ({ids})
UNION ALL SELECT 'withdrawn', id, NULL, NULL, NULL FROM withdrawn WHERE id IN ({ids})
UNION ALL SELECT 'carrier', id, source, NULL, NULL FROM carriers WHERE id IN ({ids})
UNION ALL SELECT 'member', id, axis, slug, NULL FROM members WHERE id IN ({ids})
UNION ALL SELECT 'original', id, NULL, data, NULL FROM articles
WHERE id IN (SELECT merged_into FROM articles WHERE id IN ({ids})) OR id IN ({into})
UNION ALL SELECT 'moved', axis, slug, moved_axis, moved_slug FROM feeds WHERE moved_axis IS NOT NULL"""  # noqa: E501
# An article is up to seven values of the query, and SQLite before 3.32 takes 999.
_ARTICLES_IN_QUERY: Final = 100
NOT_MERGED: Final = ""


@dataclass(slots=True)
class KnownArticle:
    """The stored data of an article, read before the article is written. `moves` is about feeds,
    not about this article: it has all feeds that moved."""

    article: Article | None = None  # None: it is not stored yet
    merged_into: str | None = None  # id of the article that it is a copy of
    behind: str | None = None  # id of the article whose entry stands for it, see `story_updates`
    is_withdrawn: bool = False
    # articles that it is or will be merged into, by id
    originals: dict[str, Article] = field(default_factory=dict)
    copies: list[Article] = field(default_factory=list)
    carriers: list[str] = field(default_factory=list)  # keys of sources
    feeds: set[FeedKey] = field(default_factory=set)  # those that show it
    moves: dict[FeedKey, FeedKey] = field(default_factory=dict)  # feed -> feed that it moved to

    def choose_feeds(self, article: Article, original_id: str | None) -> dict[FeedKey, str]:
        """Return feed -> name of the feed, for the feeds that should show `article`, the new form
        of this article. `original_id`: the id of its original if it is a copy, otherwise None or
        "". A copy is shown like other articles if its original is not stored or is on hold."""
        # the id of the article that is shown in its place, None if there is none
        shown_instead = self.behind
        if original_id:
            original = self.originals.get(original_id)
            if original is not None and not original.hold:
                shown_instead = original_id
        carriers = sorted(self.carriers)
        feeds = choose_feeds(
            article, shown_instead, is_withdrawn=self.is_withdrawn, carriers=carriers
        )
        return resolve_moves(self.moves, feeds)


def read_known(connection: Connection, article_id: str) -> KnownArticle:
    """Return what the database has about an article. It need not be stored. One query."""
    return read_all_known(connection, {article_id: NOT_MERGED})[article_id]


def read_all_known(
    connection: Connection, merge_into: Mapping[str, str]
) -> dict[str, KnownArticle]:
    """Read all that the database has about the articles in `merge_into`; they need not be stored.
    Return article id -> its stored data. `merge_into`: article id -> id of the article of which it
    will be a copy, "" if it will be no copy."""
    originals: dict[str, Article] = {}  # by id
    moves: dict[FeedKey, FeedKey] = {}  # feed -> the feed to which it has moved
    known = {
        article_id: KnownArticle(originals=originals, moves=moves) for article_id in merge_into
    }

    ids = list(merge_into)
    for start in range(0, len(ids), _ARTICLES_IN_QUERY):
        part = ids[start : start + _ARTICLES_IN_QUERY]
        targets = [merge_into[article_id] for article_id in part if merge_into[article_id]]
        query = _SELECT_KNOWN.format(ids=write_placeholders(part), into=write_placeholders(targets))
        values = (*part * _SELECT_KNOWN.count("{ids}"), *targets)
        # the rows come from several tables; `kind` says from which
        for kind, *columns in run_statement(connection, query, values):
            match kind:
                case "article":
                    article_id, merged_into, data, behind = columns
                    known[article_id].article = codec.unpack(Article, data)
                    known[article_id].merged_into = merged_into
                    known[article_id].behind = behind
                case "copy":
                    original_id, _, data, _ = columns
                    known[original_id].copies.append(codec.unpack(Article, data))
                case "withdrawn":
                    known[columns[0]].is_withdrawn = True
                case "carrier":
                    article_id, source, _, _ = columns
                    known[article_id].carriers.append(source)
                case "member":
                    article_id, axis, slug, _ = columns
                    known[article_id].feeds.add(FeedKey(axis, slug))
                case "original":
                    original_id, _, data, _ = columns
                    originals[original_id] = codec.unpack(Article, data)
                case "moved":
                    axis, slug, moved_axis, moved_slug = columns
                    moves[FeedKey(axis, slug)] = FeedKey(moved_axis, moved_slug)
    return known
