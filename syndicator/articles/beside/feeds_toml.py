"""feeds.toml and sources.toml beside the articles, and the files of withdrawn articles. Both hold
only exceptions; edits and restored files take effect (`services.beside`)."""

import json
import re
import shutil
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from syndicator.articles import disk
from syndicator.articles.beside.toml_text import write_table
from syndicator.core.axes import AXES
from syndicator.core.errors import ConfigError
from syndicator.core.model import FeedKey
from syndicator.core.ports.articles import KeptFile

FEEDS, SOURCES = "feeds.toml", "sources.toml"
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
T = TypeVar("T")


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


def read_feeds(file: KeptFile) -> dict[FeedKey, KeptFeed]:
    """Return the entries of feeds.toml by feed, {} without a file. Raises ConfigError naming file
    and cure."""
    return _feeds(file.read(), file)


def update_feeds(
    file: KeptFile, change: Callable[[dict[FeedKey, KeptFeed] | None], Iterable[KeptFeed]]
) -> None:
    """Write `change(entries)` (None: no file), sorted by axis and slug. Raises ConfigError,
    OSError."""

    def changed(data: bytes | None) -> bytes | None:
        entries = sorted(
            change(None if data is None else _feeds(data, file)), key=lambda entry: entry.key
        )
        return _written(data, _FEEDS_NOTE, "feed", list(filter(None, map(_feed_row, entries))))

    file.update(changed)


def read_sources(file: KeptFile) -> dict[str, tuple[str, ...]]:
    """Return the addresses by source key, the newest last; {} without a file. Raises ConfigError as
    `read_feeds`."""
    return _sources(file.read(), file)


def update_sources(
    file: KeptFile, change: Callable[[dict[str, tuple[str, ...]]], Mapping[str, tuple[str, ...]]]
) -> None:
    """Write `change(addresses)` sorted by key, as `update_feeds` does."""

    def changed(data: bytes | None) -> bytes | None:
        addresses = change(_sources(data, file))
        rows = [
            {"key": key, "urls": list(addresses[key])}
            for key in sorted(addresses)
            if addresses[key]
        ]
        return _written(data, _SOURCES_NOTE, "source", rows)

    file.update(changed)


def _sources(data: bytes | None, file: KeptFile) -> dict[str, tuple[str, ...]]:
    plain = plain_sources(data or b"")
    return dict(_read(data, file, "source", _source)) if plain is None else plain


def plain_sources(data: bytes) -> dict[str, tuple[str, ...]] | None:
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
    return dict(zip(keys, map(tuple, addresses), strict=True))


def _feeds(data: bytes | None, file: KeptFile) -> dict[FeedKey, KeptFeed]:
    return {entry.key: entry for entry in _read(data, file, "feed", _feed)}


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


def _source(row: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    key, urls = row.pop("key"), row.pop("urls")
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


def _read(
    data: bytes | None, file: KeptFile, table: str, parsed: Callable[[dict[str, Any]], T]
) -> list[T]:
    entries: list[T] = []
    try:
        tables = tomllib.loads((data or b"").decode())
        rows = tables.pop(table, [])
        _check(isinstance(rows, list) and not tables, f"only [[{table}]] is known")
        for row in rows:
            entries.append(parsed(row))
            _check(not row, f"{', '.join(row)} is not known in [[{table}]]")
    except (
        tomllib.TOMLDecodeError,
        UnicodeDecodeError,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
    ) as error:
        cure = (
            "mend it, restore it from a backup, or delete it: it is written again from the database"
        )
        raise ConfigError(f"{file}: not as Syndicator writes it ({error}); {cure}") from error
    return entries


def _written(
    before: bytes | None, note: str, table: str, rows: list[dict[str, Any]]
) -> bytes | None:
    if not rows and before is None:
        return None
    return (note + "".join(write_table(f"[[{table}]]", row) for row in rows)).encode()


class KeptAway:
    """Withdrawn articles' files by id, under their path in the article store:
    `folder`/<id>/YYYY/MM/<name>.md."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, id: str, path: str, data: bytes) -> None:
        """Write the file of article `id` durably; `path`: in the article store. Raises OSError."""
        disk.write(self.folder / id / path, data)

    def ids(self) -> list[str]:
        """Return the sorted ids of the articles here."""
        return (
            sorted(path.name for path in self.folder.iterdir() if path.is_dir())
            if self.folder.is_dir()
            else []
        )

    def get(self, id: str) -> tuple[str, bytes] | None:
        """Return path and bytes of an article's file, or None."""
        place = self.folder / id
        file = next(
            (path for path in sorted(place.rglob("*.md")) if not path.name.startswith(".")), None
        )
        return (file.relative_to(place).as_posix(), file.read_bytes()) if file else None

    def drop(self, id: str) -> bool:
        """Delete an article's file; False if there was none."""
        if id not in self.ids():
            return False
        shutil.rmtree(self.folder / id)
        return True
