"""Write the terms of articles, and their tokens in the database's text index.
All functions work in the caller's transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import Connection

from syndicator.searching.documents import Document
from syndicator.store import schema
from syndicator.store.database import chunks, delete_rows, insert, run_statement, write_placeholders

# FTS5 deletes a row only with the tokens that it had.
_DELETE_FTS_TOKENS: Final = (
    "INSERT INTO text_tokens (text_tokens, rowid, tokens) VALUES ('delete', ?, ?)"
)
_ADD_FTS_TOKENS: Final = "INSERT INTO text_tokens (rowid, tokens) VALUES (?, ?)"
_ADD_TSVECTOR: Final = (
    "INSERT INTO text_tokens (n, tokens) VALUES (?, array_to_tsvector(CAST(? AS text[])))"
)


def mark_due(connection: Connection, ids: Iterable[str]) -> None:
    """Mark these articles, so that their terms are read again."""
    insert(connection, schema.texts_due, [{"id": article_id} for article_id in ids])


def mark_all_due(connection: Connection) -> None:
    """Mark all articles as due, so that their terms (words for searches) are read again, the oldest
    article first. Delete the terms of articles that do not exist any more."""
    select_deleted = "SELECT id FROM texts WHERE id NOT IN (SELECT id FROM articles)"
    deleted_ids = [article_id for (article_id,) in run_statement(connection, select_deleted)]
    drop_tokens(connection, deleted_ids)
    drop_texts(connection, deleted_ids)
    run_statement(connection, "DELETE FROM texts_due")
    mark_articles = "INSERT INTO texts_due (id) SELECT id FROM articles ORDER BY added, id"
    run_statement(connection, mark_articles)


def drop_all(connection: Connection) -> None:
    """Delete the terms (words for searches) of all articles, also from the text index. Mark all
    articles as due, so that their terms are read again."""
    if connection.dialect.name == "sqlite":
        run_statement(connection, "INSERT INTO text_tokens (text_tokens) VALUES ('delete-all')")
    else:
        run_statement(connection, "DELETE FROM text_tokens")
    run_statement(connection, "DELETE FROM texts")
    mark_all_due(connection)


def drop_texts(connection: Connection, ids: Sequence[str]) -> None:
    """Delete the terms of articles. Call `drop_tokens` first, which needs them."""
    delete_rows(connection, "texts", ids)


def drop_tokens(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    """Delete the tokens of the articles `ids` from the text index; a token is a word as the index
    has it. Return article id -> its number in the index, for the articles that are in it."""
    numbers: dict[str, int] = {}
    is_sqlite = connection.dialect.name == "sqlite"
    for part in chunks(ids):
        query = f"SELECT n, id, data FROM texts WHERE id IN ({write_placeholders(part)})"
        for number, article_id, data in run_statement(connection, query, tuple(part)):
            numbers[article_id] = number
            if is_sqlite:  # its index needs the old tokens to delete them
                tokens = _join_tokens(Document.unpack(data).tokens)
                run_statement(connection, _DELETE_FTS_TOKENS, (number, tokens))
            else:
                run_statement(connection, "DELETE FROM text_tokens WHERE n = ?", (number,))
    return numbers


def wipe_deleted(connection: Connection) -> None:
    """Rewrite SQLite's text index, so that nothing of deleted tokens remains in it: FTS5 keeps them
    until it merges its parts."""
    if connection.dialect.name == "sqlite":
        run_statement(connection, "INSERT INTO text_tokens (text_tokens) VALUES ('optimize')")


def add_tokens(connection: Connection, tokens_by_number: Mapping[int, Collection[str]]) -> None:
    """Add articles to the text index. `tokens_by_number`: number of an article in the table `texts`
    -> its tokens, the words as the index has them."""
    is_sqlite = connection.dialect.name == "sqlite"
    for number, tokens in sorted(tokens_by_number.items()):
        if is_sqlite:
            run_statement(connection, _ADD_FTS_TOKENS, (number, _join_tokens(tokens)))
        else:
            run_statement(connection, _ADD_TSVECTOR, (number, sorted(tokens)))


def _join_tokens(tokens: Collection[str]) -> str:
    return " ".join(sorted(tokens))


def list_existing_articles(connection: Connection, read: Mapping[str, Document]) -> list[str]:
    """Return those ids of `read` whose articles still exist, in the order of `read`. `read`:
    article id -> its terms."""
    existing: set[str] = set()
    for part in chunks(list(read)):
        query = f"SELECT id FROM articles WHERE id IN ({write_placeholders(part)})"
        rows = run_statement(connection, query, tuple(part))
        existing.update(article_id for (article_id,) in rows)
    return [article_id for article_id in read if article_id in existing]


def read_numbers(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    """Return article id -> its number in the table `texts`, for those of the articles `ids` that
    have terms stored there."""
    numbers: dict[str, int] = {}
    for part in chunks(ids):
        query = f"SELECT id, n FROM texts WHERE id IN ({write_placeholders(part)})"
        numbers |= dict(run_statement(connection, query, tuple(part)))
    return numbers
