"""Copy a database into another one, of the same or another kind."""

from collections.abc import Mapping, Sequence
from itertools import islice

from sqlalchemy import Connection, Table, func, insert, select, text

from syndicator.core.errors import StoreError
from syndicator.store import postgres, schema
from syndicator.store.database import Database, drive

_AT_A_TIME = 1000  # rows in memory
_LEFT = (schema.hosts, schema.revision)  # leases of hosts are temporary


def copy(origin: str, target: str) -> Mapping[str, int]:
    """Copy all rows from `origin` into the empty tables at `target` in one transaction, and compare them. Return table
    name -> number of rows. Raises StoreError, leaving the target empty."""
    source, copied = Database(origin, 10), Database(target, 10)
    try:
        with copied.write() as connection:
            postgres.unlimited(connection)
            _need_empty(copied, connection)
            counts = {table.name: _copy(source, connection, table) for table in _tables()}
            _go_on_counting(connection)
            _compare(source, connection, counts)
        return counts
    finally:
        source.close()
        copied.close()


def _tables() -> Sequence[Table]:
    return [table for table in schema.metadata.sorted_tables if table not in _LEFT]


def _need_empty(database: Database, connection: Connection) -> None:
    for table in _tables():
        if connection.execute(select(table).limit(1)).first() is not None:
            raise StoreError(f"the database {database.name} is not new: it has rows in {table.name}; name an empty one")


def _copy(source: Database, connection: Connection, table: Table) -> int:
    count, rows = 0, source.stream(select(table))
    while part := [row._asdict() for row in islice(rows, _AT_A_TIME)]:
        connection.execute(insert(table), part)
        count += len(part)
    return count


def _go_on_counting(connection: Connection) -> None:
    if connection.dialect.name != "postgresql":
        return
    for table in _tables():
        if table.primary_key.columns.keys() != ["n"]:
            continue
        if (highest := connection.execute(select(func.max(table.c.n))).scalar()) is not None:
            named = {"table": table.name, "n": highest}
            connection.execute(text("SELECT setval(pg_get_serial_sequence(:table, 'n'), :n)"), named)


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
