"""Store in the database which icons of sources are made, waiting or failed.
Raises StoreError, DiskError."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, select, update

from syndicator.core.axes import SOURCE
from syndicator.core.ports.subscriptions import IconRow
from syndicator.store import codec, schema
from syndicator.store.database import Database, chunks, upsert
from syndicator.store.tables.pictures import DUE_NOW

_i = schema.icons.c
_f = schema.feeds.c
_m = schema.members.c
_HAS_ARTICLES = select(_m.id).where(_m.axis == SOURCE, _m.slug == _f.slug).exists()
_IS_MADE = _i.name != ""
_SELECT_DUE = (
    select(_f.slug, _i.name, _i.tries)
    .outerjoin_from(schema.feeds, schema.icons, _i.source == _f.slug)
    .where(
        _f.axis == SOURCE,
        or_(_i.source.is_(None), _i.next_try <= bindparam("now")),
        _HAS_ARTICLES,
    )
    .order_by(_f.slug)
)
_SELECT_SHOWN = (
    select(_i.source, _i.name)
    .join_from(schema.icons, schema.feeds, _i.source == _f.slug)
    .where(_f.axis == SOURCE, _IS_MADE, _HAS_ARTICLES)
)
_SELECT_NAMES = select(_i.name).where(_IS_MADE).distinct()


class Icons:
    """The table of the icons of sources. Each write is a transaction."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def due(self, now: datetime) -> list[IconRow]:
        """Return the icons to look for at the time `now`: the icons of sources that have articles
        in feeds, if they were never looked for or must be tried again now."""
        rows: list[IconRow] = []
        for row in self._db.rows(_SELECT_DUE, {"now": codec.to_micros(now)}):
            # name and tries are NULL if the icon was never looked for
            name = row.name or ""
            tries = row.tries or 0
            rows.append(IconRow(source_key=row.slug, name=name, tries=tries, next_try=now))
        return rows

    def row(self, source_key: str) -> IconRow | None:
        """Return the stored icon of a source, or None if it was never looked for."""
        rows = self._db.rows(select(schema.icons).where(_i.source == source_key))
        if not rows:
            return None
        return _make_icon_row(rows[0])

    def save(self, row: IconRow) -> None:
        """Store the result of looking for an icon. This makes no feed stale: the next build finds
        the feeds to write, by comparing the icons with those of the last build."""
        values = {
            "source": row.source_key,
            "next_try": codec.to_micros(row.next_try),
            "name": row.name,
            "tries": row.tries,
            "reason": row.reason,
            "detail": row.detail,
        }
        with self._db.write() as connection:
            upsert(connection, schema.icons, [values])

    def shown(self) -> dict[str, str]:
        """Return source key -> name of its icon, for sources that have an icon and articles in
        feeds."""
        return dict(self._db.rows(_SELECT_SHOWN))

    def names(self) -> set[str]:
        """Return the names of the icons that were made, of all sources."""
        return {name for (name,) in self._db.rows(_SELECT_NAMES)}

    def requeue_lost(self, names: Iterable[str]) -> None:
        """Make the icons with these names due, since their files are lost."""
        not_made = {"name": "", "tries": 0, "next_try": DUE_NOW}
        with self._db.write() as connection:
            for part in chunks(sorted(names)):
                is_lost = _i.name.in_(part)
                connection.execute(update(schema.icons).where(is_lost).values(**not_made))


def _make_icon_row(row: Any) -> IconRow:
    """Return the icon that is in a row of the table `icons`."""
    return IconRow(
        source_key=row.source,
        next_try=codec.from_micros(row.next_try),
        name=row.name,
        tries=row.tries,
        reason=row.reason,
        detail=row.detail,
    )
