"""A folder with a configuration, an article store and a clock, filled by hand: no network, no
pages."""

from __future__ import annotations

import asyncio
import atexit
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from syndicator.app.container import App, open_app
from syndicator.articles.frontmatter import load
from syndicator.core.model import Article, make_article_id
from syndicator.core.ports import ArticleRecord
from syndicator.publishing.kinds.targets import BuildReport
from syndicator.runs.build import build_feeds

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
TAXONOMY = """\
# what our feeds are called
[[category]]
name = "AI"
description = "Artificial intelligence: language models, machine learning, chatbots"

[[tag]]
name = "LLM"  # as everybody says
aliases = ["large language model"]

# makers of chips
[[tag]]
name = "GPU"
"""
SHORT = "[publish]\ntag_min = 1\nlimit = 1\nwindow_hours = 0\n"  # so that feeds have archives
SOURCES = """\
[[source]]
key = "one"
url = "https://one.example/feed"

[[source]]
key = "two"
url = "https://two.example/feed"
"""


class Instance:
    """An instance in `folder`, with the clock `now`, that tests fill by hand."""

    def __init__(
        self, folder: Path, *, taxonomy: str = TAXONOMY, settings: str = "[publish]\ntag_min = 1\n"
    ) -> None:
        self.folder = folder
        self.config = folder / "config"
        self.now = NOW
        self.config.mkdir()
        (self.config / "syndicator.toml").write_text(settings)
        (self.config / "sources.toml").write_text(SOURCES)
        self.write_taxonomy(taxonomy)

    @property
    def taxonomy(self) -> str:
        return (self.config / "taxonomy.toml").read_text()

    def write_taxonomy(self, text: str) -> None:
        (self.config / "taxonomy.toml").write_text(text)

    def fill_once(self, fill: Callable[[Instance], object]) -> Instance:
        """Return this instance with all that `fill` puts into it. An instance of this configuration
        is filled once a process, and copied with the times of its files."""
        first = _filled(
            fill, tuple((path.name, path.read_text()) for path in sorted(self.config.iterdir()))
        )
        shutil.copytree(first.folder, self.folder, dirs_exist_ok=True)
        self.now = first.now
        return self

    @contextmanager
    def open_app(self, *, create: bool = False) -> Iterator[App]:
        with open_app(
            self.config, clock=lambda: self.now, jitter=lambda: 0.5, environ={}, create=create
        ) as app:
            yield app

    def tell_of_withdrawals(self) -> None:
        """Feeds of this instance have tombstones."""
        path = self.config / "syndicator.toml"
        path.write_text(path.read_text() + 'extensions = ["tombstones"]\n')

    def build(self) -> BuildReport:
        with self.open_app() as app:
            app.archive.beside.record_sources(app.configuration.sources)
            return asyncio.run(build_feeds(app))

    def load_article(self, title: str) -> Article:
        return load(self.find_file(title).read_bytes())

    def load_articles(self) -> list[Article]:
        return [
            load(path.read_bytes())
            for path in sorted((self.folder / "feeds/articles").rglob("*.md"))
        ]

    def find_file(self, title: str) -> Path:
        files = sorted((self.folder / "feeds/articles").rglob("*.md"))
        return next(path for path in files if load(path.read_bytes()).title == title)

    def edit_file(self, title: str, old: str, new: str) -> None:
        path = self.find_file(title)
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def read_published(self, name: str) -> str:
        return (self.folder / "feeds/public" / name).read_text()

    def read_digests(self, part: str) -> dict[str, str]:
        root = self.folder / "feeds" / part
        files = sorted(
            path for path in root.rglob("*") if path.is_file() and path.name != "newest.txt"
        )
        return {
            str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files
        }


@cache
def _filled(fill: Callable[[Instance], object], config: tuple[tuple[str, str], ...]) -> Instance:
    folder = Path(tempfile.mkdtemp(prefix="place-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT")))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    instance = Instance(folder)
    for name, text in config:
        (instance.config / name).write_text(text)
    fill(instance)
    return instance


def store_articles(
    app: App, title: str, body: str, *, source: str = "one", **fields: Any
) -> Article:
    """An article put in the article store as a visit does."""
    url = f"https://{source}.example/{title.casefold().replace(' ', '-')}"
    hours = len(list(app.archive.article_store.walk()))
    article = Article(
        id=make_article_id(url),
        url=url,
        title=title,
        body=body,
        published=NOW - timedelta(days=1) + timedelta(hours=hours),
        added=NOW - timedelta(days=1) + timedelta(hours=hours),
        source_key=source,
        source_id=url,
        language="en",
    )
    stored, stamp, _ = app.archive.article_store.put(replace(article, **fields))
    app.archive.store.visits.record(ArticleRecord(article=stored, stamp=stamp))
    return stored


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path)


@pytest.fixture(autouse=True)
def keep_workers(kept_workers: None) -> None:
    """All tests of the folder run in this process."""
