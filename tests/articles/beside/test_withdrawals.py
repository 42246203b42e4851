"""withdrawn.toml: the withdrawn articles."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from syndicator.articles.article_store import FileArticleStore
from syndicator.articles.beside.withdrawals import WITHDRAWN, enter_withdrawal
from syndicator.core.errors import ConfigError
from syndicator.core.model import FeedKey, make_article_id
from tests.articles.samples import NOW, TRAPS, make_full_article


def test_nothing_is_withdrawn_at_first(tmp_path: Path) -> None:
    """Without a file withdrawn.toml, no article is withdrawn."""
    assert WITHDRAWN.read(FileArticleStore(tmp_path)) == []


def test_a_withdrawal_comes_back_with_all_that_finds_the_article(tmp_path: Path) -> None:
    """A withdrawal stores id, time, address, aliases (addresses and feed id) and feeds, once per
    article: a second one changes nothing."""
    article_store = FileArticleStore(tmp_path)
    article = make_full_article(tags=("C++",), source_key="example")

    enter_withdrawal(article_store, article, NOW)
    enter_withdrawal(article_store, article, NOW + timedelta(days=1))

    (entry,) = WITHDRAWN.read(article_store)
    assert entry.id == article.id
    assert entry.at == NOW
    assert entry.url == article.url
    assert entry.aliases == (
        "example.org/a",
        "example.org/?p=1",
        "guid:example:tag:example.org,2026:1",
    )
    assert FeedKey("tag", "c-plus-plus") in entry.feeds
    assert FeedKey("source", "example") in entry.feeds


def test_any_text_survives_and_the_order_is_that_of_time(tmp_path: Path) -> None:
    """Withdrawals of articles with difficult strings as feed ids and aliases are read, oldest
    first, and an emoji comes back unchanged."""
    article_store = FileArticleStore(tmp_path)
    odd_texts = TRAPS[::3]
    # each a day older than the one before
    for days_ago, odd_text in enumerate(odd_texts):
        article = make_full_article(id=make_article_id(str(days_ago)), source_id=odd_text)
        enter_withdrawal(article_store, article, NOW - timedelta(days=days_ago))
    oldest = make_full_article(id="all", aliases=tuple(TRAPS), source_id="😀 emoji")
    enter_withdrawal(article_store, oldest, NOW - timedelta(days=999))

    first, *others = WITHDRAWN.read(article_store)

    oldest_first = reversed(range(len(odd_texts)))
    assert [entry.id for entry in others] == [
        make_article_id(str(days_ago)) for days_ago in oldest_first
    ]
    entries = [first, *others]
    assert "guid:example:😀 emoji" in {alias for entry in entries for alias in entry.aliases}


def test_an_entry_deleted_by_hand_is_lifted(tmp_path: Path) -> None:
    """If the operator deletes an entry from withdrawn.toml, that article is no longer withdrawn."""
    article_store = FileArticleStore(tmp_path)
    enter_withdrawal(article_store, make_full_article(), NOW)
    (tmp_path / "withdrawn.toml").write_text("# none\n")

    assert WITHDRAWN.read(article_store) == []


@pytest.mark.parametrize(
    "data",
    ["[[withdrawn]]", "withdrawn = 1", "x", "[[withdrawn]]\nid='a'\nat='soon'", "withdrawn=['a']"],
)
def test_a_broken_file_is_named(tmp_path: Path, data: str) -> None:
    """A withdrawn.toml that cannot be read is an error that says where to restore it from: ignoring
    it would publish withdrawn articles."""
    (tmp_path / "withdrawn.toml").write_text(data)

    with pytest.raises(ConfigError, match=r"withdrawn.toml: not a list of .*restore it from"):
        WITHDRAWN.read(FileArticleStore(tmp_path))
