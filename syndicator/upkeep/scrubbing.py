"""Remove the secrets in sources' addresses from articles, database and kept pages."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from typing import TypeVar

from syndicator.core import secrets
from syndicator.core.errors import ConfigError
from syndicator.core.model import Source
from syndicator.core.ports.articles import ArticleStore, KeptFile, Snapshots
from syndicator.filing.save_article import write_article
from syndicator.store.engine import Store

NOTE = "scrubbed"
T = TypeVar("T")


def scrub(
    sources: Iterable[Source],
    environ: Mapping[str, str],
    article_store: ArticleStore,
    store: Store,
    snapshots: Snapshots,
    now: datetime,
) -> int:
    """Remove secrets in source addresses from all stored data. Returns the number of changed
    article files."""
    values = {
        name: value
        for source in sources
        for name, value in secrets.read_known_values(source.url, environ).items()
    }
    if not values:
        return 0
    visits = store.visits
    done = set(json.loads(visits.note(NOTE) or "[]"))
    new = {
        name: value
        for name, value in values.items()
        if _digest(article_store, name, value) not in done
    }
    if not new:
        return 0
    store.scrub(secrets.spellings(new))
    changed = sum(
        _article(article_store, store, stamp.path, new) for stamp in list(article_store.walk())
    )
    for file in article_store.beside():
        _scrub(file, new)
    snapshots.scrub(lambda data: secrets.mask_bytes(data, new) != data)
    noted = done | {_digest(article_store, name, value) for name, value in new.items()}
    visits.set_note(NOTE, json.dumps(sorted(noted)), now)
    return changed


def _digest(article_store: ArticleStore, name: str, value: str) -> str:
    """Return a digest too short to guess the value from."""
    return hashlib.sha256(f"{article_store.instance()}\0{name}\0{value}".encode()).hexdigest()[:8]


def _article(
    article_store: ArticleStore, store: Store, path: str, values: Mapping[str, str]
) -> bool:
    """Remove the values from an article file. True if it changed."""
    data = article_store.read(path)
    if secrets.mask_bytes(data, values) == data:
        return False
    try:
        article = article_store.get(path)
        write_article(
            article_store, store.visits, _masked(article, values), before=article, path=path
        )
    except ConfigError:  # no article any more
        pass
    _scrub(article_store.file(path), values)
    return True


def _scrub(file: KeptFile, values: Mapping[str, str]) -> None:
    file.update(lambda data: None if data is None else secrets.mask_bytes(data, values))


def _masked(value: T, values: Mapping[str, str]) -> T:
    masked: object = value
    if isinstance(value, str):
        masked = secrets.mask_text(value, values)
    elif isinstance(value, tuple):
        masked = tuple(_masked(item, values) for item in value)
    elif is_dataclass(value) and not isinstance(value, type):
        masked = replace(
            value,
            **{item.name: _masked(getattr(value, item.name), values) for item in fields(value)},
        )
    return masked  # type: ignore[return-value]
