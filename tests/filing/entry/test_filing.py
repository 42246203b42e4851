"""Complete an article with values of its entry and source."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from syndicator.core.model import Article, Entry, Source, SourceState
from syndicator.filing.entry.new_article import complete_article
from tests.instances import NOW

SOURCE = Source(key="one", url="https://one.example/feed")


def complete_article_with(**fields: object) -> Article:
    read = replace(Article(id="a", url="https://one.example/a", title="A"), **fields)
    return complete_article(
        read, Entry(id="guid", url=read.url), SOURCE, SourceState(key="one", url=""), NOW, "Other"
    )


def test_what_claims_to_be_from_the_future_is_of_now() -> None:
    """Dates in the future are replaced by the current time."""
    article = complete_article_with(
        published=NOW + timedelta(days=3), updated=NOW + timedelta(days=4)
    )

    assert article.published == NOW
    assert article.updated == NOW
    assert article.added == NOW

    past = NOW - timedelta(days=3)

    assert complete_article_with(published=past).published == past
    assert complete_article_with().published is None


def test_the_operators_category_stands_where_the_text_has_none() -> None:
    """The default category of a source is used only without a category."""
    assert complete_article_with(category="AI").category == "AI"
    assert complete_article_with().category == "Other"
