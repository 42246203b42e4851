"""The list of withdrawn articles beside the article files, so that a lost database never brings one back."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from syndicator import text
from syndicator.articles import disk, times
from syndicator.articles.aliases import aliases_of
from syndicator.articles.beside import toml
from syndicator.articles.membership import feeds_of
from syndicator.errors import ConfigError
from syndicator.model import Article, FeedKey
from syndicator.ports import Withdrawn

NAME = "withdrawn.toml"
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


def read(path: Path) -> list[Withdrawn]:
    """The withdrawals in the file, none when there is no file. Raises ConfigError."""
    try:
        listed = tomllib.loads(path.read_text(encoding="utf-8")).get("withdrawn", [])
        return [_parsed(entry) for entry in listed]
    except FileNotFoundError:
        return []
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ConfigError(f"{path}: not a list of withdrawn articles ({error}); restore it from a backup") from error


def write(path: Path, withdrawals: Iterable[Withdrawn]) -> None:
    """Writes the file whole, in order of time."""
    ordered = sorted(withdrawals, key=lambda entry: (entry.at, entry.id))
    disk.write(path, (_NOTE + "".join(map(_entry, ordered))).encode())


def _entry(withdrawn: Withdrawn) -> str:
    row = {
        "id": withdrawn.id,
        "url": withdrawn.url,
        "at": times.iso(withdrawn.at),
        "aliases": list(withdrawn.aliases),
        "feeds": [f"{key.axis}/{key.slug}" for key in withdrawn.feeds],
    }
    return toml.table("withdrawn", row)


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
