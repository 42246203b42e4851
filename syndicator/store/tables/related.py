"""Store in the database which articles are related to an article, until the article changes.
Only for articles with a page of their own. Each write is a transaction. Raises StoreError."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import bindparam, select, tuple_

from syndicator.core.axes import ALL
from syndicator.core.model import FeedKey
from syndicator.store import schema
from syndicator.store.database import Database, chunks, upsert
from syndicator.store.tables import sums

_RELATED: Final = "related"  # kind of fragment
_DIGEST_CHARACTERS: Final = 16
_a = schema.articles.c
_m = schema.members.c
_n = schema.fragments.c
_t = schema.texts.c
_IS_RELATED: Final = (_n.id == _m.id, _n.kind == _RELATED)
_IN_FEEDS: Final = tuple_(_m.axis, _m.slug).in_(bindparam("feeds", expanding=True))
_SELECT_MISSING = (
    select(_m.id)
    .join_from(schema.members, schema.texts, _t.id == _m.id)
    .where(_IN_FEEDS, ~select(_n.id).where(*_IS_RELATED).exists())
    .order_by(_m.added.desc(), _m.id)
    .limit(bindparam("most"))
)
_SELECT_LISTS = select(_n.id, _n.data).where(
    _n.id.in_(bindparam("ids", expanding=True)), _n.kind == _RELATED
)
_SELECT_LISTS_BY_DAY = (
    select((sums.get_shown_time(_m) // sums.DAY).label("day"), _n.id, _n.data)
    .join_from(schema.members, schema.fragments, _IS_RELATED[0] & _IS_RELATED[1])
    .where(_IN_FEEDS)
    .order_by("day", _n.id)
)
_SELECT_STAMPS = select(_a.id, _a.mtime_ns, _a.size).join_from(
    schema.members,
    schema.articles,
    (_a.id == _m.id) & (_m.axis == ALL.axis) & (_m.slug == ALL.slug),
)


class Related:
    """The stored lists of related articles."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def list_missing(self, feeds: Collection[FeedKey], most: int) -> list[str]:
        """Return the ids of articles in the feeds `feeds` that have no list of related articles
        yet, although their words are indexed for searches. The newest come first; there are at most
        `most`."""
        if not feeds:
            return []
        rows = self._db.rows(_SELECT_MISSING, {"feeds": list(feeds), "most": most})
        # an article may be in several of the feeds
        return list(dict.fromkeys(article_id for (article_id,) in rows))

    def save(self, lists: Mapping[str, Sequence[str]]) -> None:
        """Store lists of related articles. `lists`: article id -> ids of its related articles, the
        most similar first; an empty list if it has none."""
        notes: list[dict[str, Any]] = []
        for article_id, related_ids in lists.items():
            data = "\n".join(related_ids).encode()
            notes.append({"id": article_id, "kind": _RELATED, "data": data})
        with self._db.write() as connection:
            upsert(connection, schema.fragments, notes)

    def read_lists(self, ids: Sequence[str]) -> dict[str, list[str]]:
        """Return article id -> ids of its related articles, the most similar first. Articles
        without a stored list are left out."""
        lists: dict[str, list[str]] = {}
        for part in chunks(ids):
            for article_id, data in self._db.rows(_SELECT_LISTS, {"ids": part}):
                lists[article_id] = data.decode().split()
        return lists

    def related_days(self, feeds: Collection[FeedKey]) -> dict[str, str]:
        """Return UTC day, such as "2026-11-30" -> digest of the lists of related articles, for the
        articles in the feeds `feeds` that were published on this day. The digest changes if a list
        changes, if the file of a listed article changes, or if the feed of all articles starts or
        stops to show a listed article."""
        if not feeds:
            return {}
        lists = self._db.rows(_SELECT_LISTS_BY_DAY, {"feeds": list(feeds)})
        if not lists:
            return {}
        # by id, for the articles that the feed of all articles shows
        stamps: dict[str, str] = {}
        for article_id, mtime_ns, size in self._db.rows(_SELECT_STAMPS, {}):
            stamps[article_id] = f"{article_id} {mtime_ns} {size}"
        digests: dict[str, hashlib._Hash] = {}
        for day_number, article_id, data in lists:
            related_ids = data.decode().split()
            related_stamps = [stamps[related] for related in related_ids if related in stamps]
            line = f"{article_id}: {' '.join(related_stamps)}\n"
            digest = digests.setdefault(sums.format_date(day_number), hashlib.sha256())
            digest.update(line.encode())
        return {day: digest.hexdigest()[:_DIGEST_CHARACTERS] for day, digest in digests.items()}
