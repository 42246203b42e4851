"""A whole database copied into another one, of another kind or the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, text

from syndicator.core.errors import StoreError
from syndicator.store import postgres, schema
from syndicator.store.database import Database, drive

_AT_A_TIME = 1000  # rows in memory
# Who works on which host holds for the moment alone.
_LEFT = (schema.hosts, schema.revision)


def copy(origin: str, target: str) -> Mapping[str, int]:
    """Copy all rows from `origin` to the empty tables at `target`, of the same version, in one transaction, and compare
    them; the rows by table. Raises StoreError, leaving the target empty."""
    source, made = Database(origin, 10), Database(target, 10)
    try:
        with made.write() as connection:
            postgres.unlimited(connection)
            _need_empty(made, connection)
            counts = {table.name: _copy(source, connection, table) for table in _tables()}
            _go_on_counting(connection)
            _compare(source, connection, counts)
        return counts
    finally:
        source.close()
        made.close()


def _tables() -> Sequence[Table]:
    return [table for table in schema.metadata.sorted_tables if table not in _LEFT]


def _need_empty(database: Database, connection: Connection) -> None:
    for table in _tables():
        if connection.execute(select(table).limit(1)).first() is not None:
            raise StoreError(f"the database {database.name} is not new: it has rows in {table.name}; name an empty one")


def _copy(source: Database, connection: Connection, table: Table) -> int:
    count, found = 0, source.stream(select(table))
    while part := [row._asdict() for row in islice(found, _AT_A_TIME)]:
        connection.execute(insert(table), part)
        count += len(part)
    return count


def _go_on_counting(connection: Connection) -> None:
    """The next number that the database gives is higher than those that were copied."""
    if connection.dialect.name != "postgresql":
        return
    for table, column in _numbered():
        if (highest := connection.execute(select(func.max(column))).scalar()) is not None:
            named = {"table": table.name, "column": column.name, "n": highest}
            connection.execute(text("SELECT setval(pg_get_serial_sequence(:table, :column), :n)"), named)


def _numbered() -> Iterator[tuple[Table, Any]]:
    for table in _tables():
        if list(table.primary_key.columns.keys()) == ["n"]:
            yield table, table.c.n


def _compare(source: Database, connection: Connection, counts: Mapping[str, int]) -> None:
    for table in _tables():
        there = connection.execute(select(func.count()).select_from(table)).scalar()
        if there != counts[table.name] or there != source.scalar(select(func.count()).select_from(table)):
            raise StoreError(
                f"{table.name} has {there} rows after the move, not {counts[table.name]}; nothing was moved"
            )
    ids = "SELECT id FROM articles"
    if set(drive(connection, ids)) != set(source.driven(ids)):
        raise StoreError("the articles have other ids after the move; nothing was moved")
