"""The list of withdrawn articles beside the article files, so that a lost database never brings one back."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from syndicator import text
from syndicator.articles import disk, times
from syndicator.articles.membership import feeds_of
from syndicator.errors import ConfigError
from syndicator.model import Article, FeedKey
from syndicator.ports import Withdrawn
from syndicator.urls import alias, site

NAME = "withdrawn.toml"
_NOTE = "# Articles that were withdrawn: they are in no feed and are never fetched again. Delete an entry to undo it.\n"


def withdrawn_of(article: Article, at: Any, feeds: Iterable[FeedKey] | None = None) -> Withdrawn:
    """What is remembered of `article` once it is withdrawn: what belongs to it, on its own site. `feeds`: those that
    showed it, None for those that it tells of."""
    found = [alias(article.url), *(alias(url) for url in article.aliases if site(url) == site(article.url))]
    if article.source_id:
        found.append(f"guid:{article.source_key}:{article.source_id}")
    return Withdrawn(
        id=article.id,
        at=times.moment(at) or at,
        feeds=tuple(feeds_of(article) if feeds is None else feeds),
        url=text.legal(article.url),
        aliases=tuple(dict.fromkeys(map(text.legal, found))),
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
    lines = {
        "id": withdrawn.id,
        "url": withdrawn.url,
        "at": times.iso(withdrawn.at),
        "aliases": list(withdrawn.aliases),
        "feeds": [f"{key.axis}/{key.slug}" for key in withdrawn.feeds],
    }
    # JSON strings of legal characters are TOML strings
    return "\n[[withdrawn]]\n" + "".join(f"{key} = {json.dumps(v, ensure_ascii=False)}\n" for key, v in lines.items())


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
