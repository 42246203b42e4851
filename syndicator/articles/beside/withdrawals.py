"""The list of withdrawn articles beside the article files, so that a lost database never brings one back."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from typing import Any

from syndicator.articles import times
from syndicator.articles.aliases import aliases_of
from syndicator.articles.beside import toml
from syndicator.articles.membership import feeds_of
from syndicator.core import text
from syndicator.core.errors import ConfigError
from syndicator.core.model import Article, FeedKey
from syndicator.core.ports import Withdrawn
from syndicator.core.ports.articles import KeptFile

WITHDRAWN_TOML = "withdrawn.toml"
_NOTE = "# Articles that were withdrawn: they are in no feed and are never fetched again. Delete an entry to undo it.\n"


def withdrawn_of(article: Article, at: Any, feeds: Iterable[FeedKey] | None = None) -> Withdrawn:
    """What is remembered of `article` once it is withdrawn: what belongs to it, on its own site. `feeds`: those that
    showed it, None for those that it tells of."""
    return Withdrawn(
        id=article.id,
        at=times.moment(at) or at,
        feeds=tuple(feeds_of(article) if feeds is None else feeds),
        url=text.legal(article.url),
        aliases=tuple(dict.fromkeys(map(text.legal, aliases_of(article)))),
    )


def read(file: KeptFile) -> list[Withdrawn]:
    """The withdrawals in the file, none when there is no file. Raises ConfigError."""
    return _listed(file.read(), file)


def _listed(data: bytes | None, file: KeptFile) -> list[Withdrawn]:
    try:
        listed = tomllib.loads((data or b"").decode()).get("withdrawn", [])
        return [_parsed(entry) for entry in listed]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ConfigError(f"{file}: not a list of withdrawn articles ({error}); restore it from a backup") from error


def write(file: KeptFile, withdrawals: Iterable[Withdrawn]) -> None:
    """Writes the file whole, in order of time."""
    update(file, lambda before: withdrawals)


def update(file: KeptFile, change: Callable[[list[Withdrawn]], Iterable[Withdrawn] | None]) -> None:
    """Writes what `change` makes of the withdrawals in the file; nothing for None. Raises ConfigError, OSError."""

    def changed(data: bytes | None) -> bytes | None:
        found = change(_listed(data, file))
        if found is None:
            return None
        ordered = sorted(found, key=lambda entry: (entry.at, entry.id))
        return (_NOTE + "".join(map(_entry, ordered))).encode()

    file.update(changed)


def _entry(withdrawn: Withdrawn) -> str:
    row = {
        "id": withdrawn.id,
        "url": withdrawn.url,
        "at": times.iso(withdrawn.at),
        "aliases": list(withdrawn.aliases),
        "feeds": [f"{key.axis}/{key.slug}" for key in withdrawn.feeds],
    }
    return toml.toml_table("withdrawn", row)


def _parsed(entry: dict[str, Any]) -> Withdrawn:
    keys: list[Any] = [str(feed).split("/", 1) for feed in entry.get("feeds", [])]
    at = times.parsed(str(entry["at"]))
    return Withdrawn(
        id=str(entry["id"]),
        at=at,
        feeds=tuple(FeedKey(axis, slug) for axis, slug in keys),
        url=str(entry.get("url", "")),
        aliases=tuple(map(str, entry.get("aliases", []))),
    )
