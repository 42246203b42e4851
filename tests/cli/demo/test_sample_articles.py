"""The generator of synthetic articles: their number, variety and repeatability."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import islice

from syndicator.cli.demo.trip import DAYS, FIRST, generate_articles
from syndicator.core.model import make_article_id


def test_the_same_seed_gives_the_same_articles() -> None:
    """Generated articles depend on the seed alone: equal for one seed, different for another."""
    assert list(generate_articles(20, seed=7)) == list(generate_articles(20, seed=7))
    assert [article.title for article in generate_articles(20, seed=7)] != [
        article.title for article in generate_articles(20, seed=8)
    ]


def test_it_is_lazy() -> None:
    """Articles are generated one by one: the first three of ten million come at once."""
    articles = generate_articles(10_000_000)
    assert len(list(islice(articles, 3))) == 3


def test_the_spread_is_as_promised() -> None:
    """2,000 generated articles have unique ids, 200 tags (five each), 12 categories and 20 sources,
    and their dates fill the promised period."""
    articles = list(generate_articles(2000, seed=1))

    assert len({article.id for article in articles}) == 2000
    assert all(article.id == make_article_id(article.url) for article in articles)
    assert len({tag for article in articles for tag in article.tags}) == 200
    assert {len(set(article.tags)) for article in articles} == {5}
    assert len({article.category for article in articles}) == 12
    assert len(Counter(article.source_key for article in articles)) == 20

    added = [article.added for article in articles if article.added]

    assert min(added) >= FIRST
    assert max(added) < FIRST + timedelta(days=DAYS, hours=1)
    assert max(added) - min(added) > timedelta(days=DAYS - 2)


def test_they_read_like_articles() -> None:
    """Each generated article has 120 to 350 words, an excerpt of whole sentences and no unfilled
    `{placeholder}`."""
    for article in generate_articles(50):
        words = len(article.body.split())
        assert 120 <= words <= 350
        assert article.excerpt.endswith((".", "said."))
        assert "{" not in article.title + article.body + article.excerpt
        assert len(article.excerpt) <= 360
