"""Store which icons of sources are made, waiting or failed. Raises StoreError, DiskError."""

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
_DUE = (
    select(_f.slug, _i.name, _i.tries)
    .outerjoin_from(schema.feeds, schema.icons, _i.source == _f.slug)
    .where(
        _f.axis == SOURCE,
        or_(_i.source.is_(None), _i.next_try <= bindparam("now")),
        _HAS_ARTICLES,
    )
    .order_by(_f.slug)
)
_SHOWN = (
    select(_i.source, _i.name)
    .join_from(schema.icons, schema.feeds, _i.source == _f.slug)
    .where(_f.axis == SOURCE, _IS_MADE, _HAS_ARTICLES)
)
_NAMES = select(_i.name).where(_IS_MADE).distinct()


class Icons:
    """The icons of sources, on a database. Each write is a transaction."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def due(self, now: datetime) -> list[IconRow]:
        """Return the icons to look for, of sources with articles in feeds."""
        due = self._db.rows(_DUE, {"now": codec.micros(now)})
        return [
            IconRow(source_key=row.slug, name=row.name or "", tries=row.tries or 0, next_try=now)
            for row in due
        ]

    def row(self, source_key: str) -> IconRow | None:
        found = self._db.rows(select(schema.icons).where(_i.source == source_key))
        return _icon_row(found[0]) if found else None

    def save(self, row: IconRow) -> None:
        """Save the result for an icon. The next build compares the icons with those it showed."""
        values = {
            "source": row.source_key,
            "next_try": codec.micros(row.next_try),
            "name": row.name,
            "tries": row.tries,
            "reason": row.reason,
            "detail": row.detail,
        }
        with self._db.write() as connection:
            upsert(connection, schema.icons, [values])

    def shown(self) -> dict[str, str]:
        """Return source key -> name of its icon, for sources with articles in feeds."""
        return dict(self._db.rows(_SHOWN))

    def names(self) -> set[str]:
        """Return the names of the icons of all sources."""
        return {name for (name,) in self._db.rows(_NAMES)}

    def lost(self, names: Iterable[str]) -> None:
        """Look again for the icons `names`, whose files are lost."""
        with self._db.write() as connection:
            for part in chunks(sorted(names)):
                again = {"name": "", "tries": 0, "next_try": DUE_NOW}
                connection.execute(update(schema.icons).where(_i.name.in_(part)).values(**again))


def _icon_row(row: Any) -> IconRow:
    return IconRow(
        source_key=row.source,
        next_try=codec.moment(row.next_try),
        name=row.name,
        tries=row.tries,
        reason=row.reason,
        detail=row.detail,
    )
