"""Rows of terms of articles and their tokens in the text index, in the caller's transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from syndicator.searching.documents import Document
from syndicator.store import schema
from syndicator.store.database import chunks, drive, insert, marks


def mark_due(connection: Connection, ids: Iterable[str]) -> None:
    """Let the terms of these articles be read again."""
    insert(connection, schema.texts_due, [{"id": id} for id in ids])


def mark_all_due(connection: Connection) -> None:
    """Let the terms of all articles be read again, and delete those of deleted articles."""
    gone = "SELECT id FROM texts WHERE id NOT IN (SELECT id FROM articles)"
    ids = [id for (id,) in drive(connection, gone)]
    drop_tokens(connection, ids)
    drop_texts(connection, ids)
    drive(connection, "DELETE FROM texts_due")
    drive(connection, "INSERT INTO texts_due (id) SELECT id FROM articles ORDER BY added, id")


def drop_all(connection: Connection) -> None:
    """Delete the terms of all articles, also from the parts of the text index that FTS5 keeps, and
    let them be read again."""
    if connection.dialect.name == "sqlite":
        drive(connection, "INSERT INTO text_tokens (text_tokens) VALUES ('delete-all')")
    else:
        drive(connection, "DELETE FROM text_tokens")
    drive(connection, "DELETE FROM texts")
    mark_all_due(connection)


def drop_texts(connection: Connection, ids: Sequence[str]) -> None:
    """Delete the terms of articles. Call `drop_tokens` before."""
    for part in chunks(ids):
        drive(connection, f"DELETE FROM texts WHERE id IN ({marks(part)})", tuple(part))


def drop_tokens(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    """Delete the tokens of articles; return the numbers that they had, by id."""
    numbers: dict[str, int] = {}
    query = "SELECT n, id, data FROM texts WHERE id IN ({})"
    for part in chunks(ids):
        for n, id, data in drive(connection, query.format(marks(part)), tuple(part)):
            numbers[id] = n
            if connection.dialect.name == "sqlite":
                tokens = _joined(Document.unpack(data).tokens)
                drive(
                    connection,
                    "INSERT INTO text_tokens (text_tokens, rowid, tokens) VALUES ('delete', ?, ?)",
                    (n, tokens),
                )
            else:
                drive(connection, "DELETE FROM text_tokens WHERE n = ?", (n,))
    return numbers


def wipe_deleted(connection: Connection) -> None:
    """Rewrite the text index without the tokens that were deleted: FTS5 keeps them until it merges
    its parts."""
    if connection.dialect.name == "sqlite":
        drive(connection, "INSERT INTO text_tokens (text_tokens) VALUES ('optimize')")


def add_tokens(connection: Connection, tokens_of: Mapping[int, Collection[str]]) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    for n in sorted(tokens_of):
        if is_sqlite:
            statement = "INSERT INTO text_tokens (rowid, tokens) VALUES (?, ?)"
            values: tuple[Any, ...] = (n, _joined(tokens_of[n]))
        else:
            statement = (
                "INSERT INTO text_tokens (n, tokens)"
                " VALUES (?, array_to_tsvector(CAST(? AS text[])))"
            )
            values = (n, sorted(tokens_of[n]))
        drive(connection, statement, values)


def _joined(tokens: Collection[str]) -> str:
    return " ".join(sorted(tokens))


def find_articles(connection: Connection, read: Mapping[str, Document]) -> list[str]:
    """Return the ids of `read` whose articles still exist, in their order."""
    there: set[str] = set()
    for part in chunks(list(read)):
        query = f"SELECT id FROM articles WHERE id IN ({marks(part)})"
        there.update(id for (id,) in drive(connection, query, tuple(part)))
    return [id for id in read if id in there]


def read_numbers(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for part in chunks(ids):
        query = f"SELECT id, n FROM texts WHERE id IN ({marks(part)})"
        numbers |= dict(drive(connection, query, tuple(part)))
    return numbers
