"""Article stores of each kind, over the same index."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from syndicator.articles.article_store import FileArticleStore
from syndicator.articles.stores.object_articles import ObjectArticleStore
from syndicator.core.ports.articles import ArticleStore, Objects
from syndicator.store.engine import Store, open_store

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


@dataclass
class ArticleStores:
    """An article store and its database. `raw` and `write` go past the store: they read and write
    the bytes at a path."""

    article_store: ArticleStore
    database: Store
    raw: Callable[[str], bytes | None]
    write: Callable[[str, bytes], object]


@contextmanager
def open_folder_stores(root: Path) -> Iterator[ArticleStores]:
    articles = FileArticleStore(root / "articles")

    def raw(path: str) -> bytes | None:
        file = articles.root / path
        return file.read_bytes() if file.exists() else None

    def write(path: str, data: bytes) -> None:
        (articles.root / path).parent.mkdir(parents=True, exist_ok=True)
        (articles.root / path).write_bytes(data)

    with open_store(f"sqlite:///{root}/index.db", articles_exist=False) as store:
        yield ArticleStores(articles, store, raw, write)


@contextmanager
def open_bucket_stores(
    root: Path, objects: Objects, clock: Callable[[], datetime] = lambda: NOW
) -> Iterator[ArticleStores]:
    def raw(path: str) -> bytes | None:
        result = objects.get(path)
        return result[0] if result else None

    with open_store(f"sqlite:///{root}/index.db", articles_exist=False) as store:
        articles = ObjectArticleStore(objects, store.reservations.with_clock(clock), clock)
        yield ArticleStores(articles, store, raw, lambda path, data: objects.put(path, data))
