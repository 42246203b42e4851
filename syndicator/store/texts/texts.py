"""Store the terms of articles in the database, and find candidates for searches by a text index.

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

_NEWEST_COUNTED: Final = 5000  # the newest articles, among which those with a term are counted
_t = schema.texts.c
_due = schema.texts_due.c
_a = schema.articles.c
_SELECT_DUE = (
    select(_due.n, _due.id)
    .join_from(schema.texts_due, schema.articles, _a.id == _due.id, isouter=True)
    .order_by(_a.added, _due.id, _due.n)
    .limit(bindparam("most"))
)
# {found}: a query that selects numbers n of articles; {data}: the column with the terms, or NULL
_SELECT_CANDIDATES = """SELECT texts.n, texts.id, {data}, articles.added
FROM ({found}) AS found JOIN texts ON texts.n = found.n JOIN articles ON articles.id = texts.id
ORDER BY texts.n DESC"""
_SELECT_NEWEST = (
    "SELECT texts.id FROM ({found}) AS found JOIN texts ON texts.n = found.n ORDER BY texts.n DESC"
)
_FIND_ALL = "SELECT n FROM texts WHERE n < ? ORDER BY n DESC LIMIT ?"
# key: True for SQLite, False for PostgreSQL
_FIND_MATCHING: Final = {
    True: (
        "SELECT rowid AS n FROM text_tokens WHERE text_tokens MATCH ? AND rowid < ?"
        " ORDER BY rowid DESC LIMIT ?"
    ),
    False: (
        "SELECT n FROM text_tokens WHERE tokens @@ CAST(? AS tsquery) AND n < ?"
        " ORDER BY n DESC LIMIT ?"
    ),
}
_MERGE_PARTS: Final = "INSERT INTO text_tokens (text_tokens, rank) VALUES ('merge', ?)"
_MERGED_PAGES: Final = 500
_COUNT_MATCHING: Final = {
    True: "SELECT count(*) FROM text_tokens WHERE text_tokens MATCH ? AND rowid > ?",
    False: "SELECT count(*) FROM text_tokens WHERE tokens @@ CAST(? AS tsquery) AND n > ?",
}
END: Final = 2**31 - 1  # above the numbers of all articles
_NO_MORE: Final = 0  # below the numbers of all articles


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """Articles that may match a search, those whose terms were read last first. `n`: the number
    below which the next candidates are found, 0 if there are no more."""

    candidates: Sequence[Candidate]
    n: int


class Texts:
    """The tables of the terms of articles, and the text index."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def due(self, most: int) -> dict[int, str]:
        """Return number of a mark -> article id, for articles whose terms must be read, the oldest
        articles first, at most `most` marks."""
        return {row.n: row.id for row in self._db.rows(_SELECT_DUE, {"most": most})}

    def has_due(self) -> bool:
        """Return True if the terms of any article must be read."""
        return bool(self._db.rows(select(_due.n).limit(1)))

    def save(self, read: Mapping[str, Document], ended: Collection[int]) -> None:
        """Store the terms (words for searches) of articles, in place of earlier ones, and delete
        the marks with the numbers `ended`, which said that articles must be read. One transaction.
        `read`: article id -> its terms; articles that were deleted meanwhile are left out."""
        with self._db.write() as connection:
            ids = tokens.list_existing_articles(connection, read)
            numbers = tokens.drop_tokens(connection, ids)
            tokens.drop_texts(connection, ids)
            # an article that had terms keeps its number; the database numbers the others
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

            # add their tokens to the text index, by the numbers of the articles
            numbers |= tokens.read_numbers(connection, ids)
            tokens_by_number = {numbers[article_id]: read[article_id].tokens for article_id in ids}
            tokens.add_tokens(connection, tokens_by_number)
            for part in chunks(sorted(ended)):
                connection.execute(delete(schema.texts_due).where(_due.n.in_(part)))

    def tidy(self) -> None:
        """Merge some parts of SQLite's text index, so that searches read fewer parts. Quick if
        there is little to merge. For PostgreSQL do nothing."""
        if self._db.sqlite:
            with self._db.write() as connection:
                run_statement(connection, _MERGE_PARTS, (_MERGED_PAGES,))

    def frequencies(self, terms: Iterable[str]) -> Frequencies:
        """Count for each of `terms` in how many of the newest articles it is. At most 5,000
        articles are searched; their number is in the result, too."""
        highest_number = int(self._db.scalar(select(func.max(_t.n))) or 0)
        last_uncounted = max(0, highest_number - _NEWEST_COUNTED)
        count_matching = _COUNT_MATCHING[self._db.sqlite]
        counts: dict[str, int] = {}
        for term in dict.fromkeys(terms):
            query = self._write_query(Term("", term))
            ((count,),) = self._db.run_query(count_matching, query, last_uncounted)
            counts[term] = int(count)
        return Frequencies(total=highest_number - last_uncounted, terms=counts)

    def find_candidates(
        self,
        requirement: Expr | None,
        most: int,
        below: int = END,
        *,
        with_texts: bool = True,
    ) -> Proposed:
        """Return the articles that fulfil `requirement`, the newest `most` of those whose number in
        the text index is lower than `below`; also return the number from which to go on.
        `requirement`: a simple search made by `searching.candidates`, None for all articles;
        `with_texts`: also return the terms of the articles, otherwise these are empty."""
        data_column = "texts.data" if with_texts else "NULL"
        if requirement is None:
            query = _SELECT_CANDIDATES.format(data=data_column, found=_FIND_ALL)
            rows = self._db.run_query(query, below, most)
        else:
            find_matching = _FIND_MATCHING[self._db.sqlite]
            query = _SELECT_CANDIDATES.format(data=data_column, found=find_matching)
            rows = self._db.run_query(query, self._write_query(requirement), below, most)

        candidates: list[Candidate] = []
        lowest_number = _NO_MORE  # rows have the highest number first
        for number, article_id, data, added in rows:
            document = Document.unpack(bytes(data)) if data else Document()
            candidates.append(Candidate(id=article_id, added=added, document=document))
            lowest_number = number
        may_have_more = len(rows) >= most
        next_below = lowest_number if may_have_more else _NO_MORE
        return Proposed(candidates=candidates, n=next_below)

    def list_newest(self, requirement: Expr, most: int) -> list[str]:
        """Return the ids of the newest `most` articles that fulfil `requirement`, a simple search
        made by `searching.candidates`."""
        query = _SELECT_NEWEST.format(found=_FIND_MATCHING[self._db.sqlite])
        rows = self._db.run_query(query, self._write_query(requirement), END, most)
        return [article_id for (article_id,) in rows]

    def _write_query(self, requirement: Expr) -> str:
        """Return `requirement` in the query language of this database's text index."""
        return write_fts(requirement) if self._db.sqlite else write_tsquery(requirement)


def write_fts(requirement: Expr) -> str:
    """Return a requirement in the query language of SQLite's FTS5, such as `("a" AND "b")`."""
    return _write_requirement(requirement, quote='"', and_sign=" AND ", or_sign=" OR ")


def write_tsquery(requirement: Expr) -> str:
    """Return a requirement as a tsquery of PostgreSQL, such as `('a' & 'b')`."""
    return _write_requirement(requirement, quote="'", and_sign=" & ", or_sign=" | ")


def _write_requirement(requirement: Expr, *, quote: str, and_sign: str, or_sign: str) -> str:
    """Write a requirement, a search of terms joined by AND and OR, in the language of a database's
    text index: with `quote` around each term, `and_sign` or `or_sign` between the terms, and each
    group in parentheses. Raises TypeError for a Not, since requirements exclude no article."""
    if isinstance(requirement, Term):
        return f"{quote}{requirement.value}{quote}"
    if isinstance(requirement, Not):
        raise TypeError("a requirement excludes nothing")
    parts = [
        _write_requirement(part, quote=quote, and_sign=and_sign, or_sign=or_sign)
        for part in requirement.parts
    ]
    sign = and_sign if isinstance(requirement, And) else or_sign
    return f"({sign.join(parts)})"
