"""Article files: a round trip loses nothing."""

from __future__ import annotations

from datetime import UTC, datetime

from syndicator.articles import document, fields
from syndicator.model import Article, article_id

URL = "https://example.org/a"


def test_a_round_trip_keeps_every_field() -> None:
    article = fields.settle(
        Article(
            id=article_id(URL), url=URL, title="on: no", tags=("1.10", "no"), added=datetime(2026, 11, 24, tzinfo=UTC)
        )
    )

    assert document.load(document.dump(article)) == article
