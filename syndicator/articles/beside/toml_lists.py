"""Read and rewrite TOML lists beside the articles, such as feeds.toml and sources.toml.
They have only what the articles do not tell. Edits take effect, and so do files restored from a
backup (`app.beside`)."""

import json
import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from syndicator.articles.beside.toml_text import write_table
from syndicator.core.axes import AXES
from syndicator.core.errors import ConfigError
from syndicator.core.model import FeedKey
from syndicator.core.ports.articles import KeptFile, KeptFiles

_FEEDS_NOTE = """\
# Feeds of which the articles do not tell everything: the slug that a feed's id is made of, where it moved to, that it
# ended, that it is published with few articles, its name. Back this file up with the articles; an edit counts.
"""  # noqa: E501
_SOURCES_NOTE = """\
# The keys of sources with the addresses that they had, the newest last, so that a source which is added again goes on
# where it was. Back this file up with the articles; an edit counts.
"""  # noqa: E501
_TEXT = r'"[^"\\\x00-\x1f\x7f]+"'
_TABLE = re.compile(rf"\n\[\[source\]\]\nkey = ({_TEXT})\nurls = (\[{_TEXT}(?:, {_TEXT})*\])\n")
_AROUND = len("\n[[source]]\nkey = \nurls = \n")  # characters of a table besides its values
_NOT_OURS: Final = (
    "not as Syndicator writes it ({error}); mend it, restore it from a backup, or delete it: it is"
    " written again from the database"
)
T = TypeVar("T")
KeptSource = tuple[str, tuple[str, ...]]  # key, addresses, the newest last


@dataclass(frozen=True, slots=True)
class KeptFeed:
    """What the articles of a feed do not tell about it. `name`, `first_slug`: "" if the articles
    tell them; `dropped`: the feed has ended. A feed that has only defaults has no entry in the
    file."""

    key: FeedKey
    name: str = ""
    first_slug: str = ""
    moved_to: FeedKey | None = None
    dropped: bool = False
    published: bool = False  # although it has fewer articles than a feed needs at first


def parse_our_sources(data: bytes) -> list[KeptSource] | None:
    """Return the sources in `data`, the bytes of sources.toml, 20 times faster than a TOML parser.
    Return None if the file is not exactly as we write it; then a TOML parser is needed."""
    try:
        text = data.decode().removeprefix(_SOURCES_NOTE)
    except UnicodeDecodeError:
        return None
    tables = _TABLE.findall(text)
    # if the tables do not fill the whole text, a person has edited it
    parsed_length = _AROUND * len(tables)
    for key_text, urls_text in tables:
        parsed_length += len(key_text) + len(urls_text)
    if parsed_length != len(text):
        return None
    # We write texts that JSON reads like TOML. One call for all keys and one for all addresses is
    # much faster than two calls for each table.
    all_keys = ",".join([key_text for key_text, _ in tables])
    all_urls = ",".join([urls_text for _, urls_text in tables])
    keys = json.loads(f"[{all_keys}]")
    urls_of_keys = json.loads(f"[{all_urls}]")
    return [(key, tuple(urls)) for key, urls in zip(keys, urls_of_keys, strict=True)]


def _write_source_row(entry: KeptSource) -> dict[str, Any]:
    """Return the values of a source's table in the file: its key and its addresses. Return {} if it
    has no addresses."""
    key, urls = entry
    if not urls:
        return {}
    return {"key": key, "urls": list(urls)}


def _write_feed_row(entry: KeptFeed) -> dict[str, Any]:
    """Return the values of a feed's table in the file. Values that are the default are left out.
    Return {}, for no table, if all are."""
    row: dict[str, Any] = {}
    if entry.name:
        row["name"] = entry.name
    if entry.first_slug and entry.first_slug != entry.key.slug:
        row["first_slug"] = entry.first_slug
    if entry.moved_to:
        row["moved_to"] = _format_key(entry.moved_to)
    if entry.dropped:
        row["dropped"] = True
    if entry.published:
        row["published"] = True
    if not row:
        return {}
    return {"feed": _format_key(entry.key), **row}


def _parse_feed_row(row: dict[str, Any]) -> KeptFeed:
    """Return the feed that a table of the file records. Remove the keys that we know from `row`,
    the values of the table, so that unknown ones remain. Raises ValueError if a value is
    invalid."""
    texts = {key: row.pop(key, "") for key in ("feed", "name", "first_slug", "moved_to")}
    flags = {key: row.pop(key, False) for key in ("dropped", "published")}
    for text in texts.values():
        _check(isinstance(text, str), "a text is wanted")
    for flag in flags.values():
        _check(isinstance(flag, bool), "dropped and published are true or false")
    first_slug = texts["first_slug"]
    _check(not first_slug or _is_valid_slug(first_slug), f"{first_slug!r} is no slug")
    key = _parse_key(texts["feed"])
    moved_to: FeedKey | None = None
    if texts["moved_to"]:
        moved_to = _parse_key(texts["moved_to"])
    return KeptFeed(
        key=key,
        name=texts["name"],
        first_slug=first_slug,
        moved_to=moved_to,
        dropped=flags["dropped"],
        published=flags["published"],
    )


def _parse_source_row(row: dict[str, Any]) -> KeptSource:
    """Return the source that a table of the file records, as a pair (key, addresses). Remove these
    two values from `row`, so that unknown ones remain. Raises ValueError if a value is invalid, and
    KeyError if it is missing."""
    key = row.pop("key")
    urls = row.pop("urls")
    _check(isinstance(key, str) and bool(key), "key is a text")
    are_texts = isinstance(urls, list) and all(isinstance(url, str) for url in urls)
    _check(are_texts, "urls is a list of texts")
    return key, tuple(urls)


def _format_key(key: FeedKey) -> str:
    return f"{key.axis}/{key.slug}"


def _parse_key(value: str) -> FeedKey:
    """Return the feed that a text such as "tag/ai" names. Raises ValueError for any other text."""
    axis, _, slug = value.partition("/")
    is_valid = axis in AXES and _is_valid_slug(slug)
    _check(is_valid, f'{value!r} names no feed, as "tag/ai" does')
    return FeedKey(axis, slug)


def _is_valid_slug(slug: str) -> bool:
    """Return True if the files of a feed may be named `slug`."""
    if not slug or slug in (".", ".."):
        return False
    return slug.isprintable() and "/" not in slug and "\\" not in slug


def _check(is_valid: bool, fault: str) -> None:
    """Raise ValueError with the message `fault` unless `is_valid`."""
    if not is_valid:
        raise ValueError(fault)


def _parse_none(data: bytes) -> None:
    """Return None: a list without a fast parser of its own is parsed as TOML."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class TomlList(Generic[T]):
    """A kind of TOML list beside the articles, with a table for each entry. Methods raise OSError,
    and ConfigError, whose message names the file and the cure."""

    name: str  # of the file
    note: str  # first lines of the file, for the operator
    table: str  # name of the tables
    # returns the entry of a table, and removes the keys that it knows from it
    parse: Callable[[dict[str, Any]], T]
    row: Callable[[T], dict[str, Any]]  # returns the table of an entry, {} if it needs none
    order: Callable[[T], Any]  # returns the key by which entries are sorted in the file
    fault: str = _NOT_OURS  # message for an invalid file; {error}: what is wrong
    has_others: bool = False  # True: unknown tables and keys are no error
    # returns the entries of a file that we wrote, faster than TOML; None if it was edited
    parse_ours: Callable[[bytes], list[T] | None] = _parse_none

    def read(self, files: KeptFiles) -> list[T]:
        """Return the entries, [] if there is no file."""
        file = self.file(files)
        return self._parse(file.read() or b"", file)

    def update(
        self, files: KeptFiles, change: Callable[[list[T] | None], Iterable[T] | None]
    ) -> None:
        """Rewrite the file with new entries. `change`: a function that gets the present entries, or
        None if there is no file. It returns the new entries, or None to leave the file as it is. It
        may be called more than once."""
        file = self.file(files)

        def rewrite(data: bytes | None) -> bytes | None:
            """Return the new bytes of the file, or None to leave it as it is. `data`: its present
            bytes, None if there is no file. `file.update` calls this."""
            present_entries = None if data is None else self._parse(data, file)
            new_entries = change(present_entries)
            if new_entries is None:
                return None
            rows: list[dict[str, Any]] = []
            for entry in sorted(new_entries, key=self.order):
                row = self.row(entry)
                if row:
                    rows.append(row)
            return _write_tables(data, self.note, self.table, rows)

        file.update(rewrite)

    def stamp(self, files: KeptFiles) -> str | None:
        """Return a value that changes with the file, None if there is no file."""
        return self.file(files).stamp()

    def file(self, files: KeptFiles) -> KeptFile:
        """Return the file of this list, which need not exist."""
        return files.file(self.name)

    def _parse(self, data: bytes, file: KeptFile) -> list[T]:
        """Return the entries in `data`, the bytes of `file`. Raises ConfigError, which names the
        file, if they cannot be read."""
        # a fast parser, for a file exactly as we wrote it
        entries = self.parse_ours(data)
        if entries is not None:
            return entries
        try:
            tables = tomllib.loads(data.decode())
            rows = tables.pop(self.table, [])
            _check(isinstance(rows, list), f"{self.table} is no array of tables")
            _check(self.has_others or not tables, f"only [[{self.table}]] is known")
            return [self._parse_row(row) for row in rows]
        except (
            tomllib.TOMLDecodeError,
            UnicodeDecodeError,
            KeyError,
            ValueError,
            TypeError,
            AttributeError,
        ) as error:
            raise ConfigError(f"{file}: {self.fault.format(error=error)}") from error

    def _parse_row(self, row: dict[str, Any]) -> T:
        """Return the entry of a table. Raises ValueError if it has a key that is not known."""
        entry = self.parse(row)
        _check(self.has_others or not row, f"{', '.join(row)} is not known in [[{self.table}]]")
        return entry


def _write_tables(
    before: bytes | None, note: str, table: str, rows: list[dict[str, Any]]
) -> bytes | None:
    """Return the new bytes of a file: the text `note`, and a table for each row. `before`: its
    present bytes, None if there is no file. Return None, so that none is made, if there are no rows
    and no file. `table`: the name of the tables."""
    if not rows and before is None:
        return None
    tables = [write_table(f"[[{table}]]", row) for row in rows]
    return (note + "".join(tables)).encode()


FEEDS: Final = TomlList(
    name="feeds.toml",
    note=_FEEDS_NOTE,
    table="feed",
    parse=_parse_feed_row,
    row=_write_feed_row,
    order=lambda entry: entry.key,
)
SOURCES: Final = TomlList(
    name="sources.toml",
    note=_SOURCES_NOTE,
    table="source",
    parse=_parse_source_row,
    row=_write_source_row,
    order=lambda entry: entry[0],
    parse_ours=parse_our_sources,
)
