"""Define the fields of article files: how each is read and written, and since which schema.
TABLE has a row for each field. A new field is a row here, with the schema after the last released
one, and an attribute of `model.Article`. The schema of a file is a number in it (no number: 1); a
key is ours in files of its schema or a later one. A file has the lowest schema that its values
need, so that old files keep their bytes. If a later field gets a key that an operator uses already,
the key stays the operator's in old files: `operator_keys` lists it. Times are UTC, whole seconds,
ISO 8601 with a Z."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from syndicator.core import text, urls
from syndicator.core.axes import AXES
from syndicator.core.errors import ConfigError
from syndicator.core.model import Article, Enclosure, FeedKey, Origin
from syndicator.core.urls import BadUrl, canonical, is_mail

_NEWLINE = re.compile(r"\r\n?")
_BLANKS = re.compile(r"\n(?:[ \t]*\n){2,}")
_JOINER = "\u2060"  # WORD JOINER, which is invisible
_SHORTCODE = re.compile(r"\{\{(?=[<%])")  # of Hugo
_GUARDED = re.compile(rf"\{{\{{{_JOINER}+(?=[<%])")
_WHOLE = re.compile(r"\d{1,18}")  # below 2**63, what databases and feed readers hold
_DAY_CHARS = 10  # of a time in ISO 8601
_UNKNOWN_NUMBER = 0
_TRUE = ("true", "yes", "on", "1")
_SHOWN_CHARS = 40  # of a wrong value, in a message
SCHEMA = "schema"
OPERATOR_KEYS = "operator_keys"


def to_utc(value: datetime | None) -> datetime | None:
    """Return a time in UTC and whole seconds. A time without a zone counts as UTC. Return None for
    None."""
    if value is None:
        return None
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return aware.astimezone(UTC).replace(microsecond=0)


def parse_time(value: str) -> datetime:
    """Return a time in ISO 8601 as UTC. Raises ValueError."""
    return to_utc(datetime.fromisoformat(value)) or datetime.min.replace(tzinfo=UTC)


def format_iso(value: datetime | None) -> str:
    """Return a time in UTC in the form of ISO 8601, such as "2026-11-24T10:00:00Z". Return "" for
    None."""
    if value is None:
        return ""
    # strftime writes years before 1000 without leading zeros on some systems: fill up to 20
    # characters
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


def day(article: Article) -> str:
    """Return the UTC day of an article, such as "2026-11-24": when it was published, otherwise when
    it was added, "" if neither is known."""
    time = to_utc(article.published or article.added)
    return format_iso(time)[:_DAY_CHARS]


@dataclass(frozen=True, slots=True)
class FieldType:
    """How values of a field are converted. `settle`: returns the normal form of a value; `write`:
    returns the YAML value of a settled value; `read`: returns the value of a YAML value, given with
    its place for error messages, and raises ConfigError; `absent`: what is read if the key is
    missing."""

    settle: Callable[[Any], Any]
    write: Callable[[Any], Any]
    read: Callable[[Any, str], Any]
    absent: Any = ""


def _keep_value(value: Any) -> Any:
    return value


def _make_legal(value: str) -> str:
    """Return a text without characters that are illegal in XML and YAML."""
    return text.remove_illegal(str(value))  # str: YAML cannot write a member of a StrEnum


def _read_text(value: Any, where: str) -> str:
    """Return a text from YAML. `where`: the place for ConfigError, if it is no text."""
    if not isinstance(value, str):
        raise ConfigError(f"{where}: has to be one text; put it in quotes")
    return text.remove_illegal(value)


def _read_texts(value: Any, where: str) -> tuple[str, ...]:
    """Return the texts in a YAML value: a list, or one text with commas, as people write tags.
    Raises ConfigError for another value. `where`: the file and key, for its message."""
    if isinstance(value, str):
        parts = [part.strip() for part in value.split(",")]
        return tuple(part for part in parts if part)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ConfigError(f"{where}: has to be a list of texts, one a line after a hyphen")
    return tuple(value)


def _read_time(value: Any, where: str) -> datetime | None:
    """Return the time in a YAML value, None if it is "". Raises ConfigError if it is not a time.
    `where`: the file and key, for its message."""
    value_text = _read_text(value, where)
    if not value_text:
        return None
    try:
        return to_utc(datetime.fromisoformat(value_text))
    except ValueError as error:
        cure = "write it like '2026-11-24T10:00:00Z'"
        raise ConfigError(f"{where}: {value_text[:_SHOWN_CHARS]!r} is no time; {cure}") from error


def read_day(value: str, where: str) -> datetime:
    """Return the start of the day `value`, such as "2026-11-24", in UTC. A full time in ISO 8601 is
    returned as this time. Raises ConfigError if `value` is not a day. `where`: its place, for the
    message."""
    try:
        start = datetime.fromisoformat(value)
    except ValueError as error:
        raise ConfigError(
            f"{where}: {value[:_SHOWN_CHARS]!r} is no day; write it like '2026-11-24'"
        ) from error
    return to_utc(start) or start.replace(tzinfo=UTC)


def _read_address(value: Any, where: str) -> str:
    """Return the address of an article in a YAML value: a URL, or the address of a newsletter.
    Raises ConfigError for another value. `where`: the file and key, for its message."""
    url = _read_text(value, where)
    if is_mail(url):
        return url
    try:
        canonical(url)
    except BadUrl as error:
        raise ConfigError(f"{where}: has to be the article's URL, not {url[:80]!r}") from error
    return url


@lru_cache(8)  # called five times with the same body while a file is written
def normalise_body(value: str) -> str:
    """Return the body of an article in normal form: lines end with a line feed, there are never two
    blank lines in a row, and none at the begin and the end. The invisible characters that
    `guard_shortcodes` inserts stay."""
    unix_lines = _NEWLINE.sub("\n", text.remove_illegal(value))
    tidy = _BLANKS.sub("\n\n", unix_lines).rstrip()
    # drop blank lines at the start, but keep the spaces of the first line: they may mean code
    blank_length = len(tidy) - len(tidy.lstrip())
    first_line_start = tidy.rfind("\n", 0, blank_length) + 1
    return tidy[first_line_start:]


def guard_shortcodes(value: str) -> str:
    """Return `value` with an invisible character inside each `{{<` and `{{%`: the site generator
    Hugo takes these for commands and stops. Reading the file removes the character again."""
    return _SHORTCODE.sub(f"{{{{{_JOINER}", value)


def _settle_text_or_none(value: str | None) -> str | None:
    """Return a text without illegal characters, None if nothing is left."""
    return text.remove_illegal(value or "") or None


def _write_text_or_none(value: str | None) -> str:
    return value or ""


def _settle_texts(values: Iterable[str]) -> tuple[str, ...]:
    """Return the texts without illegal characters, and without empty texts."""
    legal_texts = [text.remove_illegal(value) for value in values]
    return tuple(legal_text for legal_text in legal_texts if legal_text)


def _read_flag(value: Any, where: str) -> bool:
    """Return True for a text from YAML such as "yes", False for any other text. `where`: the place
    for ConfigError."""
    return _read_text(value, where).lower() in _TRUE


def _settle_whole_number(value: int) -> int:
    return max(_UNKNOWN_NUMBER, value)


def _read_whole_number(value: Any, where: str) -> int:
    """Return the whole number in a YAML value; 0, which means unknown, for any other text. Raises
    ConfigError for a list or mapping. `where`: the file and key, for its message."""
    match = _WHOLE.fullmatch(_read_text(value, where))
    if match is None:
        return _UNKNOWN_NUMBER
    return int(match[0])


def _settle_body(value: str) -> str:
    """Return a body in normal form, without the characters of `guard_shortcodes`."""
    return _GUARDED.sub("{{", normalise_body(value))


TEXT = FieldType(_make_legal, _keep_value, _read_text)
TEXT_OR_NONE = FieldType(_settle_text_or_none, _write_text_or_none, _read_text)
TEXTS = FieldType(_settle_texts, list, _read_texts, [])
TIME = FieldType(to_utc, format_iso, _read_time)
FLAG = FieldType(bool, _keep_value, _read_flag)
WHOLE = FieldType(_settle_whole_number, _keep_value, _read_whole_number)
ADDRESS = FieldType(_make_legal, _keep_value, _read_address)
# Markdown with line feeds only, never two blank lines in a row, none at either end. Not in the
# frontmatter.
BODY = FieldType(_settle_body, _keep_value, _read_text)


@dataclass(frozen=True, slots=True)
class _Record:
    """A dataclass `kind`, which is a mapping in YAML. `types`: name of a field of the dataclass ->
    its type; `needs`: name of a field without which the whole value counts as missing, so None; ""
    if no field is needed."""

    kind: type[Any]
    types: Mapping[str, FieldType]
    needs: str

    def settle(self, value: Any) -> Any:
        """Return `value`, an object of the class `kind`, with each attribute in normal form. Return
        None for None, and if the attribute `needs` is empty."""
        if value is None:
            return None
        settled: dict[str, Any] = {}
        for name, field_type in self.types.items():
            settled[name] = field_type.settle(getattr(value, name))
        if self.needs and not settled[self.needs]:
            return None
        return self.kind(**settled)

    def write(self, value: Any) -> dict[str, Any]:
        """Return the attributes of `value`, an object of the class `kind`, as a YAML mapping
        without empty ones. Return {} for None."""
        if not value:
            return {}
        yaml_values: dict[str, Any] = {}
        for name, field_type in self.types.items():
            yaml_value = field_type.write(getattr(value, name))
            if yaml_value:  # empty values are left out
                yaml_values[name] = yaml_value
        return yaml_values

    def read(self, value: Any, where: str) -> Any:
        """Return the object of the class `kind` that a YAML mapping states. Return None if the
        attribute `needs` is empty. Raises ConfigError if `value` is not such a mapping. `where`:
        the file and key, for its message."""
        if not isinstance(value, dict):
            raise ConfigError(f"{where}: has to be indented `key: value` lines")
        yaml_values = {str(name): inner for name, inner in value.items()}
        if self.needs:
            needed_type = self.types[self.needs]
            needed_value = yaml_values.get(self.needs, "")
            if not needed_type.read(needed_value, f"{where}: {self.needs}"):
                return None
        attributes: dict[str, Any] = {}
        for name, field_type in self.types.items():
            yaml_value = yaml_values.get(name, field_type.absent)
            attributes[name] = field_type.read(yaml_value, f"{where}: {name}")
        return self.kind(**attributes)


def _make_record_type(kind: type[Any], needs: str = "", **types: FieldType) -> FieldType:
    """Return the field type for a dataclass; the parameters are those of `_Record`."""
    record = _Record(kind, types, needs)
    return FieldType(record.settle, record.write, record.read, {})


ENCLOSURE = _make_record_type(
    Enclosure, needs="url", url=TEXT, type=TEXT, length=WHOLE, duration=TEXT, podcast=TEXTS
)
ORIGIN = _make_record_type(Origin, title=TEXT, url=TEXT, site=TEXT, id=TEXT, updated=TIME)


@dataclass(frozen=True, slots=True)
class Field:
    """A key of the frontmatter. `schema`: the first schema that has the key; `name`: the attribute
    of Article with the value, "" if it is called like the key; `shown`: computes the value that is
    written, which is then not read; `always`: the key is written even if the value is empty;
    `signed`: `digest2` has a hash of the value; `until`: the schema that replaced this key by
    another one, 0 if none did: older files keep the key if `mine` accepts its value as ours."""

    key: str
    type: FieldType
    schema: int
    name: str = ""
    shown: Callable[[Article], Any] | None = None
    always: bool = False
    signed: bool = False
    until: int = 0
    mine: Callable[[Any], bool] = lambda value: True

    @property
    def attribute(self) -> str:
        """The name of the attribute of Article that has the value."""
        return self.name or self.key

    def value(self, article: Article) -> Any:
        """Return the value of this field of `article`, before it is converted for YAML."""
        if self.shown:
            return self.shown(article)
        return getattr(article, self.attribute)

    def written(self, article: Article) -> Any:
        """Return the YAML value of this field as a file would have it, empty if the article has
        none."""
        return self.type.write(self.type.settle(self.value(article)))


def _always(
    key: str, field_type: FieldType, name: str = "", shown: Callable[[Article], Any] | None = None
) -> Field:
    """Return a field of the first schema that is written even if it is empty."""
    return Field(key, field_type, 1, name, shown, always=True)


def _are_addresses(value: Any) -> bool:
    """Return True if the YAML value of the key `aliases` has only whole URLs. Then we wrote it.
    Site generators use the same key for paths, from which they redirect."""
    if isinstance(value, str):
        items = value.split(",")
    elif isinstance(value, list):
        items = [str(item) for item in value]
    else:
        return not value  # None, so that there is nothing of the operator's
    return all("://" in item for item in items if item.strip())


# In the order of the file. The body follows the frontmatter and is no key of it.
TABLE: tuple[Field, ...] = (
    _always("title", TEXT),
    _always("date", TEXT, "published", day),  # for people and site generators; read only if edited
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
    Field("enclosure", ENCLOSURE, 1),
    Field("also", TEXTS, 1),
    Field("revisions", TEXTS, 1),
    Field("origin", ORIGIN, 1),
    Field("partial", FLAG, 1),
    Field("robots", TEXTS, 1),
    Field("aliases", TEXTS, 1, until=3, mine=_are_addresses),
    Field("keywords", TEXTS, 1),
    Field("section", TEXT, 1),
    Field("merged_into", TEXT, 1),
    Field("split_from", TEXTS, 1),
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

_ROWS = {row.key: row for row in TABLE}
_SCHEMAS = {str(row.schema): row.schema for row in TABLE}


def row(key: str) -> Field:
    """Return the field with the key `key`. Raises KeyError."""
    return _ROWS[key]


def list_signed() -> tuple[Field, ...]:
    """Return the fields whose hashes are in `digest2`, not in `digest`."""
    return tuple(row for row in TABLE if row.signed)


def schema_of(values: Mapping[str, Any]) -> int:
    """Return the schema of a file by its frontmatter `values`, all of them texts. If `schema` has
    another value than ours it is a key of the operator's, and the schema is 1."""
    return _SCHEMAS.get(str(values.get(SCHEMA)), 1)


def list_our_fields(values: Mapping[str, Any]) -> list[Field]:
    """Return the fields that this program has written into the frontmatter (YAML header) of a file.
    Its other keys are the operator's own. `values`: the frontmatter, by key, each value as a text
    or list."""
    schema = schema_of(values)
    operator_keys: list[str] = []
    listed = values.get(OPERATOR_KEYS)
    # a key of later schemas that the operator used before is listed in the file itself
    if schema > 1 and isinstance(listed, list):
        operator_keys = listed
    return [row for row in TABLE if _is_ours(row, schema, values, operator_keys)]


def _is_ours(
    row: Field, schema: int, values: Mapping[str, Any], operator_keys: Iterable[str]
) -> bool:
    """Return True if the key of `row` is ours, not the operator's, in a file with the frontmatter
    `values`. `schema`: the schema that the file states. `operator_keys`: the keys that it lists as
    the operator's own."""
    if row.until:  # a key that a later schema replaced
        return schema < row.until and row.mine(values.get(row.key))
    if row.schema == 1:  # in every file that we wrote
        return True
    return row.schema <= schema and row.key not in operator_keys


def list_our_keys(values: Mapping[str, Any]) -> frozenset[str]:
    """Return all keys that this program has written into the frontmatter of a file: those of
    fields, and the keys `schema` and `operator_keys`. `values`: the frontmatter, by key, each value
    as a text or list."""
    keys = {row.key for row in list_our_fields(values)}
    if schema_of(values) > 1:
        keys |= {SCHEMA, OPERATOR_KEYS}
    return frozenset(keys)


def make_frontmatter(
    settled: Article, theirs: Iterable[str] = (), *, aged: bool = False
) -> dict[str, Any]:
    """Return the frontmatter (the YAML header) of an article as YAML values by key, in the order of
    TABLE. A schema is a version of the set of keys; the result has the lowest one that has all keys
    of its values.

    `settled`: the article in normal form (`settle`). `theirs`: the operator's own keys in the file,
    which are not written. `aged`: True to write a value under the key that it had in an earlier
    schema, if it had one."""
    operator_keys = frozenset(theirs)
    values = [(row, row.type.write(row.value(settled))) for row in TABLE]
    early_key_by_attribute = {row.attribute: row.key for row in TABLE if row.until}

    # values under keys of later schemas: they need the keys `schema` and `operator_keys`, and are
    # left out if the operator uses one of these two for something else
    later: list[tuple[Field, Any]] = []
    if not operator_keys & {SCHEMA, OPERATOR_KEYS}:
        for row, value in values:
            if row.schema == 1 or not value or row.key in operator_keys:
                continue
            keeps_early_key = aged and row.attribute in early_key_by_attribute
            if not keeps_early_key:
                later.append((row, value))

    # values under keys of the first schema, also under early keys that a later one replaces
    # (`until`), unless the value is written under the later key
    replaced_keys = {early_key_by_attribute.get(row.attribute) for row, _ in later}
    result: dict[str, Any] = {}
    for row, value in values:
        is_written = bool(value) or row.always
        if row.schema > 1 or not is_written:
            continue
        is_taken = row.key in replaced_keys or row.key in operator_keys
        is_left_out = bool(row.until) and is_taken
        if not is_left_out:
            result[row.key] = value
    if not later:
        return result

    schema = max(row.schema for row, _ in later)
    result[SCHEMA] = schema
    for row, value in later:
        result[row.key] = value
    # tell readers of the file which keys of later schemas are the operator's own
    our_later_keys = {row.key for row in TABLE if 1 < row.schema <= schema}
    clashing_keys = our_later_keys & operator_keys
    if clashing_keys:
        result[OPERATOR_KEYS] = sorted(clashing_keys)
    return result


def settle(article: Article) -> Article:
    """Return `article` in normal form: texts without illegal characters, times in UTC and whole
    seconds, None for empty records (such as an enclosure without an address). An article in normal
    form is returned as it is."""
    values: dict[str, Any] = {}
    for row in TABLE:
        if row.shown is None:  # not computed from other attributes
            values[row.attribute] = row.type.settle(getattr(article, row.attribute))
    settled = replace(article, **values, body=BODY.settle(article.body))
    if settled.category_by == category_by(settled):
        return replace(settled, category_by="")
    return settled


def category_by(article: Article) -> str:
    """Return who wrote the category of an article whose `category_by` is empty: "llm" if a language
    model wrote its excerpt or tags, otherwise "matched"."""
    if "llm" in (article.excerpt_by, article.tags_by):
        return "llm"
    return "matched"


def feeds_of(article: Article) -> list[FeedKey]:
    """Return the feeds that have `article`. This is [] if the article is on hold, and only the feed
    of its source if it is unlisted or a copy of another article."""
    if article.hold:
        return []
    keys = list(named_feeds_of(article))
    if article.merged_into or article.unlisted:
        return [key for key in keys if AXES[key.axis].copies]
    return keys


def named_feeds_of(article: Article) -> dict[FeedKey, str]:
    """Return the names of all feeds to which `article` belongs, by feed. They include feeds that do
    not have it because it is on hold or a copy. A feed gets this name if it is new."""
    names: dict[FeedKey, str] = {}
    for axis_name, axis in AXES.items():
        if axis.members is None:  # feeds of this axis do not follow from the article itself
            continue
        for slug, name in axis.members(article):
            names.setdefault(FeedKey(axis_name, slug), name)
    return names


def aliases_of(article: Article) -> list[str]:
    """Return the alias keys of `article`, by which it is recognised when it is found again. The
    first is that of its URL. Those of its other URLs follow, if they are of the same publisher or
    if it was filed there. The last is that of the id which its feed gave it."""
    aliases = [urls.alias(article.url)]
    for url in article.aliases:
        if urls.same_publisher(url, article.url) or article.was_filed_at(url):
            aliases.append(urls.alias(url))
    if article.source_id:
        aliases.append(urls.guid_alias(article.source_key, article.source_id))
    return list(dict.fromkeys(aliases))
