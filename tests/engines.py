"""Statements that are compiled once a test process: the engines of all its SQLite databases share
what they compiled.

Compiling SQL was a fifth of the tests' CPU: each test opens databases of its own, and each engine
starts with an empty cache (SQLAlchemy keys compiled statements by dialect, so that is shared with
the cache)."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Table, create_engine
from sqlalchemy.schema import CreateIndex, CreateTable

from syndicator.store import database, schema


def share_engines(patch: pytest.MonkeyPatch) -> None:
    """From now on the engines of this process share their dialect, compiled statements and tables'
    definitions."""
    shared: dict[str, Engine] = {}

    def create(*args: Any, **options: Any) -> Engine:
        engine = create_engine(*args, **options)
        if engine.dialect.name == "sqlite":
            first = shared.setdefault("sqlite", engine)
            engine.dialect = first.dialect
            engine._compiled_cache = first._compiled_cache
        return engine

    patch.setattr(database, "create_engine", create)
    patch.setattr(schema.metadata, "create_all", make_tables)


def make_tables(connection: Connection) -> None:
    """What `metadata.create_all` does to an empty database, with statements that were written
    once."""
    cursor = connection.connection.cursor()
    for statement in _definitions(connection.dialect):
        cursor.execute(statement)
    cursor.close()


@cache
def _definitions(dialect: Any) -> tuple[str, ...]:
    parts = [part for table in schema.metadata.sorted_tables for part in _of_table(table)]
    statements = (str(part.compile(dialect=dialect)) for part in parts)
    return (*statements, *schema.written_statements(dialect.name))


def _of_table(table: Table) -> list[CreateTable | CreateIndex]:
    indexes = sorted(table.indexes, key=lambda index: str(index.name))
    return [CreateTable(table), *map(CreateIndex, indexes)]
