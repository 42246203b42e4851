"""What an article is found by. Pure."""

from __future__ import annotations

from syndicator.core import urls
from syndicator.core.model import Article


def aliases_of(article: Article) -> list[str]:
    """Every alias key of `article`, each once: its URL, its other URLs below the same domain (earlier versions filed
    those of other hosts there; now they are of one host), its GUID within its source."""
    own = (url for url in article.aliases if urls.same_publisher(url, article.url))
    found = [urls.alias(article.url), *map(urls.alias, own)]
    if article.source_id:
        found.append(urls.guid_alias(article.source_key, article.source_id))
    return list(dict.fromkeys(found))
