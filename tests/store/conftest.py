"""A store on a real file, and articles to put into it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicator.articles import fields
from syndicator.core.model import Article, FeedKey, make_article_id
from syndicator.core.ports import ArticleRecord, FileStamp, Progress, PublishedFile
from syndicator.publishing import paths
from syndicator.store.engine import Store, open_store
from tests.postgres import Server

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def make_article(number: int, **changes: Any) -> Article:
    """Return article `number` of a source; a higher number is older."""
    url = f"https://example.org/{number}"
    given: dict[str, Any] = {
        "title": f"Title {number}",
        "tags": ("AI",),
        "category": "Research",
        "published": NOW - timedelta(hours=number),
        "added": NOW - timedelta(hours=number),
        "source_key": "src",
        "source_id": f"guid-{number}",
        **changes,
    }
    return fields.settle(Article(id=make_article_id(url), url=url, **given))


def make_stamp(number: int) -> FileStamp:
    return FileStamp(path=f"2026/11/title-{number}.md", mtime_ns=1_000_000_000 + number, size=100)


def record_build(
    store: Store,
    *keys: FeedKey,
    fingerprint: str = "fingerprint",
    marks_read: Sequence[int] | None = None,
) -> None:
    """Record that the files of the feeds `keys` are on the disk. `marks_read`: the stale
    marks that their build read, None for all."""
    read = store.index.marks()
    for key in keys:
        stem = paths.get_stem(key)
        file = PublishedFile(
            name=f"{stem}.atom", owner=key, target=stem, made_of=fingerprint, sha256="d"
        )
        ended = read.get(key, ()) if marks_read is None else marks_read
        store.index.record_progress(Progress(files=[file], marks=ended, published={key: True}))


def record_article(
    store: Store, number: int, score: float | None = None, **changes: Any
) -> Article:
    """Store article `number`; return it. `changes`: of its fields."""
    article = make_article(number, **changes)
    store.visits.record(ArticleRecord(article=article, stamp=make_stamp(number), score=score))
    return article


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/state/syndicator.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def any_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/state/syndicator.db"
    server: Server = request.getfixturevalue("postgres")
    return server.schema()


@pytest.fixture
def store(any_database_url: str) -> Iterator[Store]:
    """A store on each kind of database."""
    with open_store(any_database_url, articles_exist=False) as opened:
        yield opened


@pytest.fixture
def file_store(database_url: str) -> Iterator[Store]:
    """A store in a file."""
    with open_store(database_url, articles_exist=False) as store:
        yield store
