"""The fields of an article file: one row each. The writer, the loader, the normal form and the keys that are ours
derive from the table, so that a new field is a row here and an attribute of `model.Article`.

A key is ours from a schema on. Files without a `schema` are of schema 1. Its keys are ours in every file; a key of a
later schema is ours only in a file that says that schema or a later one, because operators and site generators have
keys of their own (`authors`, `rights`), which must stay as they are. A file says the lowest schema that its values
need: one that uses no later field stays as it is, to the byte. A new row takes the schema after the last one that was
released: with a released one's number its key would be taken from operators who use it in files that say that schema.

Where an operator's own key has the name of a later field and the file needs that schema for another one, the key stays
the operator's, `operator_keys` lists it, and our field is not kept in that file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from syndicator.articles import times
from syndicator.articles.field_types import ADDRESS, ENCLOSURE, FLAG, ORIGIN, TEXT, TEXT_OR_NONE, TEXTS, TIME, FieldType
from syndicator.core.model import Article

SCHEMA = "schema"
OPERATOR_KEYS = "operator_keys"


@dataclass(frozen=True, slots=True)
class Field:
    """One key of the frontmatter. `name`: the attribute of Article, where it is not the key. `shown`: makes the value
    from the article, where it is not the attribute. `always`: written even when it is empty. `signed`: a field of a
    later schema that an operator may edit; `digest2` has its hash. `until`: the schema whose files have the field under
    another key; its old key is ours in files before that where `mine` says so of what it holds, and written only where
    the other one cannot be."""

    key: str
    type: FieldType
    schema: int
    name: str = ""
    shown: Callable[[Article], Any] | None = None
    always: bool = False
    signed: bool = False
    until: int = 0
    mine: Callable[[Any], bool] = lambda held: True

    @property
    def attribute(self) -> str:
        return self.name or self.key

    def value(self, article: Article) -> Any:
        return self.shown(article) if self.shown else getattr(article, self.attribute)

    def written(self, article: Article) -> Any:
        """What a file holds of the field of any article; empty where the field is at its default."""
        return self.type.write(self.type.settle(self.value(article)))


def _always(key: str, type: FieldType, name: str = "", shown: Callable[[Article], Any] | None = None) -> Field:
    """A field that every file has."""
    return Field(key, type, 1, name, shown, always=True)


def _where_set(key: str, type: FieldType) -> Field:
    """A field of schema 1 that is written where it is not empty."""
    return Field(key, type, 1)


def _addresses(held: Any) -> bool:
    """True for what we wrote under `aliases`: whole URLs. Site generators redirect from the paths that stand there."""
    listed = held.split(",") if isinstance(held, str) else held or []
    return isinstance(listed, list) and all("://" in str(one) for one in listed if str(one).strip())


# In the order of the file. The body follows the frontmatter and is no key of it.
TABLE: tuple[Field, ...] = (
    _always("title", TEXT),
    _always("date", TEXT, "published", times.day),  # for people and site generators; read where a hand changed it
    _always("excerpt", TEXT),
    _always("coverImage", TEXT_OR_NONE, "cover"),
    _always("author", TEXT_OR_NONE),
    _always("tags", TEXTS),
    _always("category", TEXT),
    _always("source", ADDRESS, "url"),
    _always("id", TEXT),
    _always("published", TIME),
    _always("updated", TIME),
    _always("added", TIME),
    _always("language", TEXT_OR_NONE),
    _always("source_key", TEXT),
    _always("source_id", TEXT),
    _always("digest", TEXT),
    _always("excerpt_by", TEXT),
    _always("tags_by", TEXT),
    _where_set("enclosure", ENCLOSURE),
    _where_set("also", TEXTS),
    _where_set("revisions", TEXTS),
    _where_set("origin", ORIGIN),
    _where_set("partial", FLAG),
    _where_set("robots", TEXTS),
    Field("aliases", TEXTS, 1, until=3, mine=_addresses),
    _where_set("keywords", TEXTS),
    _where_set("section", TEXT),
    _where_set("merged_into", TEXT),
    _where_set("split_from", TEXTS),
    Field("authors", TEXTS, 2, signed=True),
    Field("rights", TEXTS, 2, signed=True),
    Field("hold", FLAG, 2, signed=True),
    Field("hold_reason", TEXT, 4),
    Field("carriers", TEXTS, 2),
    Field("title_by", TEXT, 2),
    Field("category_by", TEXT, 2),
    Field("digest2", TEXT, 2),
    Field("other_urls", TEXTS, 3, "aliases"),
    Field("unlisted", FLAG, 5),
)


def row(key: str) -> Field:
    """The row of `key`, which the table has."""
    return next(row for row in TABLE if row.key == key)


def signed() -> tuple[Field, ...]:
    """The rows whose hashes are in `digest2`."""
    return tuple(row for row in TABLE if row.signed)


def schema_of(values: Mapping[str, Any]) -> int:
    """The schema of a file with the frontmatter `values` (scalars as text). A `schema` that is none of ours is the
    operator's own key."""
    value = values.get(SCHEMA)
    if value is None:
        return 1
    return next((number for number in {row.schema for row in TABLE} if value == str(number)), 1)


def known(values: Mapping[str, Any]) -> list[Field]:
    """The rows whose keys are ours in a file with the frontmatter `values` (scalars as text)."""
    schema = schema_of(values)
    listed = values.get(OPERATOR_KEYS) if schema > 1 else None
    theirs = listed if isinstance(listed, list) else []
    return [row for row in TABLE if _is_ours(row, schema, values, theirs)]


def _is_ours(row: Field, schema: int, values: Mapping[str, Any], theirs: Iterable[str]) -> bool:
    if row.until:
        return schema < row.until and row.mine(values.get(row.key))
    return row.schema == 1 or (row.schema <= schema and row.key not in theirs)


def own_keys(values: Mapping[str, Any]) -> frozenset[str]:
    """All keys that are ours in a file with the frontmatter `values` (scalars as text)."""
    keys = (row.key for row in known(values))
    return frozenset((*keys, SCHEMA, OPERATOR_KEYS) if schema_of(values) > 1 else keys)


def front(settled: Article, theirs: Iterable[str] = (), *, aged: bool = False) -> dict[str, Any]:
    """The frontmatter of an article in normal form, in the order of the table; `theirs`: the operator's own keys.
    `aged`: under the keys of earlier schemas where a field has one."""
    taken = frozenset(theirs)
    pairs = [(row, row.type.write(row.value(settled))) for row in TABLE]
    old = {row.attribute: row.key for row in TABLE if row.until}
    later = [(row, value) for row, value in pairs if row.schema > 1 and value and row.key not in taken]
    if taken & {SCHEMA, OPERATOR_KEYS}:
        later = []
    if aged:
        later = [(row, value) for row, value in later if row.attribute not in old]
    again = {old.get(row.attribute) for row, _ in later} | taken
    first = {
        row.key: value
        for row, value in pairs
        if row.schema == 1 and (value or row.always) and not (row.until and row.key in again)
    }
    if not later:
        return first
    schema = max(row.schema for row, _ in later)
    clashing = sorted(row.key for row in TABLE if 1 < row.schema <= schema and row.key in taken)
    kept = {row.key: value for row, value in later}
    return first | {SCHEMA: schema} | kept | ({OPERATOR_KEYS: clashing} if clashing else {})
