"""Read and rewrite TOML lists beside the articles, such as feeds.toml and sources.toml.
Both hold only exceptions; edits and restored files take effect (`app.beside`)."""

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
_AROUND = len("\n[[source]]\nkey = \nurls = \n")
_NOT_OURS: Final = (
    "not as Syndicator writes it ({error}); mend it, restore it from a backup, or delete it: it is"
    " written again from the database"
)
T = TypeVar("T")
KeptSource = tuple[str, tuple[str, ...]]  # key, addresses, the newest last


@dataclass(frozen=True, slots=True)
class KeptFeed:
    """Facts of a feed that its articles do not show. If all fields but `key` have defaults, there
    is no entry."""

    key: FeedKey
    name: str = ""
    first_slug: str = ""
    moved_to: FeedKey | None = None
    dropped: bool = False
    published: bool = False  # although it has fewer articles than a feed needs at first


def plain_sources(data: bytes) -> list[KeptSource] | None:
    """Parse a file that we wrote 20 times faster than TOML. None if it was edited, or TOML and JSON
    may differ."""
    try:
        text = data.decode().removeprefix(_SOURCES_NOTE)
    except UnicodeDecodeError:
        return None
    tables = _TABLE.findall(text)
    if sum(len(key) + len(urls) for key, urls in tables) + _AROUND * len(tables) != len(text):
        return None
    keys, addresses = (json.loads(f"[{','.join(row[at] for row in tables)}]") for at in (0, 1))
    return [(key, tuple(urls)) for key, urls in zip(keys, addresses, strict=True)]


def _source_row(entry: KeptSource) -> dict[str, Any]:
    key, urls = entry
    return {"key": key, "urls": list(urls)} if urls else {}


def _feed_row(entry: KeptFeed) -> dict[str, Any]:
    values = {
        "name": entry.name,
        "first_slug": entry.first_slug if entry.first_slug != entry.key.slug else "",
        "moved_to": _named(entry.moved_to) if entry.moved_to else "",
        "dropped": entry.dropped,
        "published": entry.published,
    }
    exceptions = {key: value for key, value in values.items() if value}
    return {"feed": _named(entry.key), **exceptions} if exceptions else {}


def _feed(row: dict[str, Any]) -> KeptFeed:
    texts = {key: row.pop(key, "") for key in ("feed", "name", "first_slug", "moved_to")}
    flags = {key: row.pop(key, False) for key in ("dropped", "published")}
    _check(all(isinstance(value, str) for value in texts.values()), "a text is wanted")
    _check(
        all(isinstance(value, bool) for value in flags.values()),
        "dropped and published are true or false",
    )
    _check(
        not texts["first_slug"] or _plain(texts["first_slug"]),
        f"{texts['first_slug']!r} is no slug",
    )
    return KeptFeed(
        key=_key(texts["feed"]),
        name=texts["name"],
        first_slug=texts["first_slug"],
        moved_to=_key(texts["moved_to"]) if texts["moved_to"] else None,
        **flags,
    )


def _source(row: dict[str, Any]) -> KeptSource:
    key = row.pop("key")
    urls = row.pop("urls")
    _check(isinstance(key, str) and bool(key), "key is a text")
    _check(
        isinstance(urls, list) and all(isinstance(url, str) for url in urls),
        "urls is a list of texts",
    )
    return key, tuple(urls)


def _named(key: FeedKey) -> str:
    return f"{key.axis}/{key.slug}"


def _key(value: str) -> FeedKey:
    axis, _, slug = value.partition("/")
    _check(axis in AXES and _plain(slug), f'{value!r} names no feed, as "tag/ai" does')
    return FeedKey(axis, slug)


def _plain(slug: str) -> bool:
    return (
        bool(slug) and slug.isprintable() and slug not in (".", "..") and not set(slug) & set("/\\")
    )


def _check(fine: bool, what: str) -> None:
    if not fine:
        raise ValueError(what)


def _parse_none(data: bytes) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class TomlList(Generic[T]):
    """A list beside the articles with a table for each entry. Methods raise OSError; ConfigError
    naming file and cure."""

    name: str  # of the file
    note: str  # the head of the file
    table: str
    parse: Callable[[dict[str, Any]], T]  # removes the keys that it knows from a table
    row: Callable[[T], dict[str, Any]]  # of an entry, {} if it says nothing
    order: Callable[[T], Any]  # of the entries in the file
    fault: str = _NOT_OURS  # {error}: what is wrong
    has_others: bool = False  # True: tables and keys that are not known are no error
    # parses a file that we wrote faster than TOML; None: it was edited
    parse_ours: Callable[[bytes], list[T] | None] = _parse_none

    def read(self, files: KeptFiles) -> list[T]:
        """Return the entries, [] without a file."""
        file = self.file(files)
        return self._parse(file.read() or b"", file)

    def update(
        self, files: KeptFiles, change: Callable[[list[T] | None], Iterable[T] | None]
    ) -> None:
        """Write `change(entries)` (of None: no file) unless it returns None."""
        file = self.file(files)

        def changed(data: bytes | None) -> bytes | None:
            entries = change(None if data is None else self._parse(data, file))
            if entries is None:
                return None
            rows = [self.row(entry) for entry in sorted(entries, key=self.order)]
            return _written(data, self.note, self.table, [row for row in rows if row])

        file.update(changed)

    def stamp(self, files: KeptFiles) -> str | None:
        """Return a value that changes with the file, or None if it is missing."""
        return self.file(files).stamp()

    def file(self, files: KeptFiles) -> KeptFile:
        return files.file(self.name)

    def _parse(self, data: bytes, file: KeptFile) -> list[T]:
        ours = self.parse_ours(data)
        if ours is not None:
            return ours
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
        entry = self.parse(row)
        _check(self.has_others or not row, f"{', '.join(row)} is not known in [[{self.table}]]")
        return entry


def _written(
    before: bytes | None, note: str, table: str, rows: list[dict[str, Any]]
) -> bytes | None:
    if not rows and before is None:
        return None
    return (note + "".join(write_table(f"[[{table}]]", row) for row in rows)).encode()


FEEDS: Final = TomlList(
    name="feeds.toml",
    note=_FEEDS_NOTE,
    table="feed",
    parse=_feed,
    row=_feed_row,
    order=lambda entry: entry.key,
)
SOURCES: Final = TomlList(
    name="sources.toml",
    note=_SOURCES_NOTE,
    table="source",
    parse=_source,
    row=_source_row,
    order=lambda entry: entry[0],
    parse_ours=plain_sources,
)
