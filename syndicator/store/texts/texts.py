"""Terms of articles, and the text index that proposes candidates for searches: FTS5 in SQLite, a
tsvector with a GIN index in PostgreSQL, both over our own tokens (`searching.documents`). Both
propose the same articles in the same order. Raises StoreError, DiskError."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, delete, func, select

from syndicator.searching.documents import Document
from syndicator.searching.language import And, Expr, Not, Term
from syndicator.searching.ranking import Candidate, Frequencies
from syndicator.store import schema
from syndicator.store.database import Database, chunks, drive, insert
from syndicator.store.texts import tokens

_COUNTED: Final = 5000  # newest articles of which those with a term are counted
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
_NUMBER: Final = {
    True: "SELECT count(*) FROM text_tokens WHERE text_tokens MATCH ? AND rowid > ?",
    False: "SELECT count(*) FROM text_tokens WHERE tokens @@ CAST(? AS tsquery) AND n > ?",
}
END: Final = 2**31 - 1  # above all numbers


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
            there = tokens.find_articles(connection, read)
            numbers = tokens.drop_tokens(connection, there)
            tokens.drop_texts(connection, there)
            rows = [{"id": article_id, "data": read[article_id].pack()} for article_id in there]
            old = [row | {"n": numbers[row["id"]]} for row in rows if row["id"] in numbers]
            insert(connection, schema.texts, old)
            insert(connection, schema.texts, [row for row in rows if row["id"] not in numbers])
            numbers |= tokens.read_numbers(connection, there)
            tokens.add_tokens(
                connection, {numbers[article_id]: read[article_id].tokens for article_id in there}
            )
            for part in chunks(sorted(ended)):
                connection.execute(delete(schema.texts_due).where(_due.n.in_(part)))

    def tidy(self) -> None:
        """Merge some parts of the index, so that searches read fewer of them. Cheap if there is
        little to merge."""
        if self._db.sqlite:
            with self._db.write() as connection:
                drive(connection, _MERGE, (_MERGED_PAGES,))

    def frequencies(self, terms: Iterable[str]) -> Frequencies:
        """Return how many of the newest articles there are, and how many have each of `terms`."""
        newest = int(self._db.scalar(select(func.max(_t.n))) or 0)
        oldest_counted = max(0, newest - _COUNTED)
        counts = {}
        for term in dict.fromkeys(terms):
            query = self._write_query(Term("", term))
            rows = self._db.driven(_NUMBER[self._db.sqlite], query, oldest_counted)
            counts[term] = int(rows[0][0])
        return Frequencies(total=newest - oldest_counted, terms=counts)

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
        data = "texts.data" if with_texts else "NULL"
        if requirement is None:
            found = _CANDIDATES.format(data=data, found=_ALL)
            rows = self._db.driven(found, below, most)
        else:
            found = _CANDIDATES.format(data=data, found=_MATCHING[self._db.sqlite])
            rows = self._db.driven(found, self._write_query(requirement), below, most)
        candidates = [
            Candidate(
                id=article_id,
                added=added,
                document=Document.unpack(bytes(data)) if data else Document(),
            )
            for _, article_id, data, added in rows
        ]
        return Proposed(candidates=candidates, n=rows[-1][0] if len(rows) == most else 0)

    def list_newest(self, requirement: Expr, most: int) -> list[str]:
        """Return the ids of the last `most` articles that fulfil `requirement`."""
        found = _NEWEST.format(found=_MATCHING[self._db.sqlite])
        return [
            article_id
            for (article_id,) in self._db.driven(found, self._write_query(requirement), END, most)
        ]

    def _write_query(self, requirement: Expr) -> str:
        return write_fts(requirement) if self._db.sqlite else write_tsquery(requirement)


def write_fts(requirement: Expr) -> str:
    """Return a requirement in the language of FTS5."""
    return _write(requirement, '"', " AND ", " OR ")


def write_tsquery(requirement: Expr) -> str:
    """Return a requirement as a tsquery of PostgreSQL."""
    return _write(requirement, "'", " & ", " | ")


def _write(requirement: Expr, quote: str, every: str, some: str) -> str:
    if isinstance(requirement, Term):
        return f"{quote}{requirement.value}{quote}"
    if isinstance(requirement, Not):
        raise TypeError("a requirement excludes nothing")
    parts = [_write(part, quote, every, some) for part in requirement.parts]
    return f"({(every if isinstance(requirement, And) else some).join(parts)})"
