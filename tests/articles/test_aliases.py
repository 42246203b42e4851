"""Other addresses of an article in its file."""

from __future__ import annotations

from syndicator.articles.fields import aliases_of
from syndicator.core.model import Article


def test_an_article_is_found_by_its_addresses_on_its_own_site_and_its_guid() -> None:
    """The aliases of an article are its addresses on its own site, in normal form (without www),
    and its feed id with its source; an address on another site is none."""
    article = Article(
        id="a" * 26,
        url="https://bank.example/news",
        title="News",
        source_key="bank",
        source_id="tag:1",
        aliases=(
            "https://www.bank.example/news",
            "https://m.bank.example/n",
            "https://elsewhere.example/news",
        ),
    )

    assert aliases_of(article) == ["bank.example/news", "m.bank.example/n", "guid:bank:tag:1"]
