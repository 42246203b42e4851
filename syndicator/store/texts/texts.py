"""Store the terms of articles, and find candidates for searches by a text index.

The index is FTS5 in SQLite, a tsvector with a GIN index in PostgreSQL, both over our own tokens
(`searching.documents`). Both propose the same articles in the same order. Raises StoreError,
DiskError."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, select

from syndicator.searching.documents import Document
from syndicator.searching.language import And, Expr, Not, Term
from syndicator.searching.ranking import Candidate, Frequencies
from syndicator.store import schema
from syndicator.store.database import Database, chunks, insert, run_statement
from syndicator.store.texts import tokens

_NEWEST_COUNTED: Final = 5000  # articles of which those with a term are counted
_t = schema.texts.c
_due = schema.texts_due.c
_a = schema.articles.c
_DUE = (
    select(_due.n, _due.id)
    .join_from(schema.texts_due, schema.articles, _a.id == _due.id, isouter=True)
    .order_by(_a.added, _due.id, _due.n)
    .limit(bindparam("most"))
)
# {found}: a query that yields n
_CANDIDATES = """SELECT texts.n, texts.id, {data}, articles.added
FROM ({found}) AS found JOIN texts ON texts.n = found.n JOIN articles ON articles.id = texts.id
ORDER BY texts.n DESC"""
_NEWEST = (
    "SELECT texts.id FROM ({found}) AS found JOIN texts ON texts.n = found.n ORDER BY texts.n DESC"
)
_ALL = "SELECT n FROM texts WHERE n < ? ORDER BY n DESC LIMIT ?"
_MATCHING: Final = {
    True: (
        "SELECT rowid AS n FROM text_tokens WHERE text_tokens MATCH ? AND rowid < ?"
        " ORDER BY rowid DESC LIMIT ?"
    ),
    False: (
        "SELECT n FROM text_tokens WHERE tokens @@ CAST(? AS tsquery) AND n < ?"
        " ORDER BY n DESC LIMIT ?"
    ),
}
_MERGE: Final = "INSERT INTO text_tokens (text_tokens, rank) VALUES ('merge', ?)"
_MERGED_PAGES: Final = 500
_COUNT_MATCHING: Final = {
    True: "SELECT count(*) FROM text_tokens WHERE text_tokens MATCH ? AND rowid > ?",
    False: "SELECT count(*) FROM text_tokens WHERE tokens @@ CAST(? AS tsquery) AND n > ?",
}
END: Final = 2**31 - 1  # above all numbers
_NO_MORE: Final = 0  # below all numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """Candidates, the last read first. `n`: the number of the last one, 0 if there are no more."""

    candidates: Sequence[Candidate]
    n: int


class Texts:
    """The terms of all articles."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def due(self, most: int) -> dict[int, str]:
        """Return marks of articles whose terms must be read, and their ids, the oldest first."""
        return {row.n: row.id for row in self._db.rows(_DUE, {"most": most})}

    def has_due(self) -> bool:
        """Return True if terms of articles must be read."""
        return bool(self._db.rows(select(_due.n).limit(1)))

    def save(self, read: Mapping[str, Document], ended: Collection[int]) -> None:
        """Store the documents of articles, by id, and delete the marks `ended`. One transaction."""
        with self._db.write() as connection:
            ids = tokens.find_articles(connection, read)
            numbers = tokens.drop_tokens(connection, ids)
            tokens.drop_texts(connection, ids)
            numbered_rows: list[dict[str, Any]] = []
            new_rows: list[dict[str, Any]] = []
            for article_id in ids:
                row: dict[str, Any] = {"id": article_id, "data": read[article_id].pack()}
                if article_id in numbers:
                    numbered_rows.append(row | {"n": numbers[article_id]})
                else:
                    new_rows.append(row)
            insert(connection, schema.texts, numbered_rows)
            insert(connection, schema.texts, new_rows)
            numbers |= tokens.read_numbers(connection, ids)
            tokens_of = {numbers[article_id]: read[article_id].tokens for article_id in ids}
            tokens.add_tokens(connection, tokens_of)
            for part in chunks(sorted(ended)):
                connection.execute(delete(schema.texts_due).where(_due.n.in_(part)))

    def tidy(self) -> None:
        """Merge some parts of the index, so that searches read fewer of them. Cheap if there is
        little to merge."""
        if self._db.sqlite:
            with self._db.write() as connection:
                run_statement(connection, _MERGE, (_MERGED_PAGES,))

    def frequencies(self, terms: Iterable[str]) -> Frequencies:
        """Return how many of the newest articles there are, and how many have each of `terms`."""
        newest = int(self._db.scalar(select(func.max(_t.n))) or 0)
        last_uncounted = max(0, newest - _NEWEST_COUNTED)
        counts: dict[str, int] = {}
        for term in dict.fromkeys(terms):
            query = self._write_query(Term("", term))
            ((count,),) = self._db.run_query(
                _COUNT_MATCHING[self._db.sqlite], query, last_uncounted
            )
            counts[term] = int(count)
        return Frequencies(total=newest - last_uncounted, terms=counts)

    def propose(
        self,
        requirement: Expr | None,
        most: int,
        below: int = END,
        *,
        with_texts: bool = True,
    ) -> Proposed:
        """Return the last `most` articles that fulfil `requirement` (of `searching.candidates`,
        None: all), of those with a number under `below`. Their documents are empty unless
        `with_texts`."""
        data_column = "texts.data" if with_texts else "NULL"
        if requirement is None:
            query = _CANDIDATES.format(data=data_column, found=_ALL)
            rows = self._db.run_query(query, below, most)
        else:
            query = _CANDIDATES.format(data=data_column, found=_MATCHING[self._db.sqlite])
            rows = self._db.run_query(query, self._write_query(requirement), below, most)
        candidates: list[Candidate] = []
        last_number = _NO_MORE
        for number, article_id, data, added in rows:
            document = Document.unpack(bytes(data)) if data else Document()
            candidates.append(Candidate(id=article_id, added=added, document=document))
            last_number = number
        if len(rows) < most:
            last_number = _NO_MORE
        return Proposed(candidates=candidates, n=last_number)

    def list_newest(self, requirement: Expr, most: int) -> list[str]:
        """Return the ids of the last `most` articles that fulfil `requirement`."""
        query = _NEWEST.format(found=_MATCHING[self._db.sqlite])
        rows = self._db.run_query(query, self._write_query(requirement), END, most)
        return [article_id for (article_id,) in rows]

    def _write_query(self, requirement: Expr) -> str:
        """Return a requirement in the language of the database's text index."""
        return write_fts(requirement) if self._db.sqlite else write_tsquery(requirement)


def write_fts(requirement: Expr) -> str:
    """Return a requirement in the language of FTS5."""
    return _write(requirement, quote='"', and_sign=" AND ", or_sign=" OR ")


def write_tsquery(requirement: Expr) -> str:
    """Return a requirement as a tsquery of PostgreSQL."""
    return _write(requirement, quote="'", and_sign=" & ", or_sign=" | ")


def _write(requirement: Expr, *, quote: str, and_sign: str, or_sign: str) -> str:
    """Return a requirement in parentheses, with these signs around and between its terms."""
    if isinstance(requirement, Term):
        return f"{quote}{requirement.value}{quote}"
    if isinstance(requirement, Not):
        raise TypeError("a requirement excludes nothing")
    parts = [
        _write(part, quote=quote, and_sign=and_sign, or_sign=or_sign) for part in requirement.parts
    ]
    sign = and_sign if isinstance(requirement, And) else or_sign
    return f"({sign.join(parts)})"
