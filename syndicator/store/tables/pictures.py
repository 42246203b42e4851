"""Store in the database which thumbnails of articles are made, waiting or failed.
Raises StoreError, DiskError."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, func, select, update

from syndicator.core.model import Article, FeedKey
from syndicator.core.ports.subscriptions import Picture, Pictured, PictureRow
from syndicator.store import codec, schema
from syndicator.store.database import Database, chunks, insert_new, run_statement, upsert
from syndicator.store.tables.feed_members import Times, mark_stale

DUE_NOW: Final = 0  # `next_try` of a picture that is due now
_NOT_MADE: Final = {"name": "", "width": 0, "height": 0}
_NOT_TRIED: Final = ""  # reason of a picture that did not fail yet

_p = schema.pictures.c
_m = schema.members.c
_IS_SHOWN = select(_m.id).where(_m.id == _p.id).exists()
_IS_MADE = _p.name != ""
_SELECT_PICTURES = select(
    _p.id, _p.url, _p.next_try, _p.name, _p.width, _p.height, _p.tries, _p.reason, _p.detail
)
_SELECT_DUE = _SELECT_PICTURES.where(_p.next_try <= bindparam("now"), _IS_SHOWN).limit(
    bindparam("most")
)
_SELECT_THUMBNAILS = select(_p.id, _p.name, _p.width, _p.height).where(
    _IS_MADE, _p.id.in_(bindparam("ids", expanding=True))
)
_SELECT_NAMES = select(_p.name).where(_IS_MADE).distinct()
_COUNT_UNMADE = select(_p.reason, func.count()).where(~_IS_MADE, _IS_SHOWN).group_by(_p.reason)
_COUNT_MADE = select(func.count()).select_from(schema.pictures).where(_IS_MADE, _IS_SHOWN)
_SELECT_FEEDS = select(_m.axis, _m.slug, _m.added, _m.published).distinct()
_SELECT_URLS = select(_p.id, _p.url)


def update_picture(connection: Connection, article: Article, old: Article | None) -> None:
    """Store that the picture of an article must be fetched, if the article is new or if the address
    of the picture or the rules for its use have changed. `old`: the article before the change, None
    if it is new. Until the picture is fetched, the article has no thumbnail. In the caller's
    transaction."""
    if old is not None:
        address_and_rules = article.cover, article.robots, article.rights
        if address_and_rules == (old.cover, old.robots, old.rights):
            return
    if article.cover:
        upsert(connection, schema.pictures, [make_waiting_row(article)])
    elif old is not None:
        run_statement(connection, "DELETE FROM pictures WHERE id = ?", (article.id,))


def make_waiting_row(article: Article) -> dict[str, Any]:
    """Return the row of the table `pictures` for an article whose picture must be fetched."""
    return {
        "id": article.id,
        "url": article.cover or "",
        "added": codec.to_micros_or_never(article.added),
        "next_try": DUE_NOW,
        **_NOT_MADE,
        "tries": 0,
        "reason": _NOT_TRIED,
        "detail": "",
    }


def replace_pictures(connection: Connection, new_rows: Collection[dict[str, Any]]) -> None:
    """Replace all rows of the table `pictures` by `new_rows`. But if a stored row has the same
    article and the same address of the picture as a new one, the stored row stays, so that its
    thumbnail is not made again. In the caller's transaction."""
    new_by_id = {row["id"]: row for row in new_rows}
    outdated: list[str] = []
    for stored in connection.execute(_SELECT_URLS):
        new_row = new_by_id.get(stored.id)
        if new_row is None or new_row["url"] != stored.url:
            outdated.append(stored.id)
    for part in chunks(outdated):
        connection.execute(delete(schema.pictures).where(_p.id.in_(part)))
    insert_new(connection, schema.pictures, list(new_by_id.values()))


class Pictures:
    """The table of the thumbnails of articles. Each write is a transaction."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def due(self, now: datetime, most: int) -> list[PictureRow]:
        """Return the pictures to fetch at the time `now`, of articles that a feed shows; at most
        `most`. The newest articles come first."""
        newest_first = _SELECT_DUE.order_by(_p.added.desc(), _p.id)
        rows = self._db.rows(newest_first, {"now": codec.to_micros(now), "most": most})
        return [_make_picture_row(row) for row in rows]

    def has_due(self, now: datetime) -> bool:
        """Return True if a picture of an article that a feed shows is due at `now`."""
        return bool(self._db.rows(_SELECT_DUE, {"now": codec.to_micros(now), "most": 1}))

    def row(self, article_id: str) -> PictureRow | None:
        """Return the stored state of the picture of an article, or None if the article has no
        picture."""
        rows = self._db.rows(_SELECT_PICTURES.where(_p.id == article_id))
        if not rows:
            return None
        return _make_picture_row(rows[0])

    def save(self, row: PictureRow) -> None:
        """Store the result of fetching a picture, unless the article has another picture by now. If
        the name of its thumbnail changes, mark the feeds that show the article as stale."""
        values: dict[str, Any] = {
            "next_try": codec.to_micros_or_null(row.next_try),
            "tries": row.tries,
            "reason": row.reason,
            "detail": row.detail,
        }
        if row.picture is None:
            values |= _NOT_MADE
        else:
            values["name"] = row.picture.name
            values["width"] = row.picture.width
            values["height"] = row.picture.height
        with self._db.write() as connection:
            is_same_picture = (_p.id == row.id) & (_p.url == row.url)
            stored_name = connection.execute(select(_p.name).where(is_same_picture)).scalar()
            if stored_name is None:  # the article has another picture by now
                return
            connection.execute(update(schema.pictures).where(_p.id == row.id).values(**values))
            if stored_name != values["name"]:
                _mark_feeds_of(connection, [row.id])

    def list_thumbnails(self, ids: Sequence[str]) -> dict[str, Picture]:
        """Return article id -> its thumbnail; articles without a thumbnail are left out."""
        thumbnails: dict[str, Picture] = {}
        for part in chunks(ids):
            for article_id, name, width, height in self._db.rows(_SELECT_THUMBNAILS, {"ids": part}):
                thumbnails[article_id] = Picture(name=name, width=width, height=height)
        return thumbnails

    def names(self, *, shown: bool = True) -> set[str]:
        """Return the names of all thumbnails. `shown`: only of articles that a feed shows."""
        query = _SELECT_NAMES.where(_IS_SHOWN) if shown else _SELECT_NAMES
        return {name for (name,) in self._db.rows(query)}

    def requeue_lost(self, names: Iterable[str]) -> None:
        """Make the thumbnails with these names due again, since their files are lost. Mark the
        feeds that show them as stale."""
        with self._db.write() as connection:
            for part in chunks(sorted(names)):
                ids = list(connection.scalars(select(_p.id).where(_p.name.in_(part))))
                _mark_feeds_of(connection, ids)
                values: dict[str, Any] = {**_NOT_MADE, "tries": 0, "next_try": DUE_NOW}
                is_lost = _p.name.in_(part)
                connection.execute(update(schema.pictures).where(is_lost).values(**values))

    def counts(self) -> Pictured:
        """Count the thumbnails of the articles that feeds show: those that are made, those that
        wait, and those that failed, by reason."""
        unmade = dict(self._db.rows(_COUNT_UNMADE))  # by reason
        waiting = unmade.pop(_NOT_TRIED, 0)  # the others have failed
        made = int(self._db.scalar(_COUNT_MADE))
        return Pictured(made=made, waiting=waiting, failed=dict(sorted(unmade.items())))


def _mark_feeds_of(connection: Connection, ids: Collection[str]) -> None:
    """Mark the feeds that show the articles `ids` as stale."""
    changed = defaultdict[FeedKey, set[Times]](set)
    for axis, slug, added, published in connection.execute(_SELECT_FEEDS.where(_m.id.in_(ids))):
        changed[FeedKey(axis, slug)].add((added, published))
    mark_stale(connection, changed)


def _make_picture_row(row: Any) -> PictureRow:
    """Return the picture that is in a row of the query _SELECT_PICTURES."""
    picture = None
    if row.name:  # "" before the thumbnail is made
        picture = Picture(name=row.name, width=row.width, height=row.height)
    return PictureRow(
        id=row.id,
        url=row.url,
        tries=row.tries,
        next_try=codec.from_micros_or_null(row.next_try),
        picture=picture,
        reason=row.reason,
        detail=row.detail,
    )
