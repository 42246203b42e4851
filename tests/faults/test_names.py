"""Hostile names as titles, tags, authors, source keys and entry ids."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from syndicator.articles.article_store import FileArticleStore
from syndicator.articles.fields import feeds_of
from syndicator.articles.stores.paths import NAME_BYTES
from syndicator.configuration.sources.schema import parse_sources
from syndicator.configuration.toml_files import TomlFile
from syndicator.core.errors import ConfigError
from syndicator.core.model import Article, make_article_id
from syndicator.publishing import paths
from tests.faults.instance import START
from tests.faults.table import mark_fault
from tests.samples import Samples

RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.I)


def assert_portable_name(name: str) -> None:
    """A file name that every system takes."""
    assert len(name.encode()) <= NAME_BYTES, name
    assert name not in (".", "..") and not set(name) & set('/\\\0:*?"<>|\n'), name
    assert not RESERVED.fullmatch(name) and name == name.strip(" .").lower(), name


@mark_fault(
    "hostile names as titles, tags, authors",
    how="the names of the samples (vectors/paths) through `put`",
    holds=(
        "nothing outside its folder, no reserved name, at most 120 bytes; every text survives its"
        " file"
    ),
)
def test_titles_and_tags(samples: Samples, tmp_path: Path) -> None:
    """Articles with hostile names in every field get portable file names and stay in the folder."""
    names = [row["name"] for row in samples.rows("paths", every=150)]
    article_store = FileArticleStore(tmp_path / "deep/article store")
    article_store.instance()
    for number, name in enumerate(names):
        url = f"https://example.org/{number}"
        article = Article(
            id=make_article_id(url),
            url=url,
            title=name,
            author=name,
            tags=(name,),
            category=name,
            added=START,
            body=name,
        )
        stored, stamp, _ = article_store.put(article)
        assert_portable_name(stamp.path.rpartition("/")[2])
        assert article_store.get(stamp.path) == stored
    inside = set((tmp_path / "deep/article store").rglob("*"))

    assert {path for path in tmp_path.rglob("*") if path.is_file()} <= inside
    assert len(list(article_store.walk())) == len(names)


@mark_fault(
    "hostile names as feeds",
    how="every name as tag and category: the addresses of their feeds",
    holds="inside its folder, no reserved name, at most 120 bytes",
)
@pytest.mark.parametrize("every", [20, pytest.param(1, marks=pytest.mark.slow)])
def test_feeds(samples: Samples, every: int) -> None:
    """Hostile names give portable file names for feeds."""
    slugs: dict[str, str] = {}
    for name in (row["name"] for row in samples.rows("paths", every)):
        for key in feeds_of(
            Article(id="a", url="https://example.org/", title="t", tags=(name,), category=name)
        ):
            parts = paths.file_name(key, "atom").split("/")
            assert len(parts) <= 2
            for part in parts:
                assert_portable_name(part)
            slugs.setdefault(key.slug, name)
    assert len(slugs) > 100


@mark_fault(
    "hostile names as source keys",
    how="each in sources.toml",
    holds="refused by name, or a sound file name",
)
def test_keys(samples: Samples) -> None:
    """Hostile source keys are refused or give portable file names."""
    for row in samples.rows("paths", every=5):
        try:
            [source] = parse_sources(
                TomlFile(
                    Path("sources.toml"),
                    {"source": [{"key": row["name"], "url": "https://example.org/"}]},
                )
            )
        except ConfigError:
            assert not row.get("key"), row
        else:
            assert row.get("key", True), row
            assert_portable_name(source.key)


@pytest.mark.parametrize("name", ["../x", "CON", "a" * 300, "", ".", "nul.txt"])
def test_the_worst_keys_are_refused(name: str) -> None:
    """A source key that is dangerous or reserved as a file name is refused."""
    with pytest.raises(ConfigError):
        parse_sources(
            TomlFile(
                Path("sources.toml"), {"source": [{"key": name, "url": "https://example.org/"}]}
            )
        )
