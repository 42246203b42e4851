"""The page on which a subscriber puts tags, categories and sources together. Pure.

It counts among the newest articles alone, so that its data stay small however many there are."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from syndicator.core.model import Article
from syndicator.publishing.render.view import name

PAGE: Final = "combine.html"
DATA: Final = "combine-data.js"
ARTICLES: Final = 1000  # counted among: their data take some 10 KB as gzip
_MOST: Final = 150  # names of a kind, those with most articles


@dataclass(frozen=True, slots=True)
class Facet:
    """One thing to tick. `field` and `value`: as a query has them (`rules.query`)."""

    number: int
    field: str
    value: str
    label: str
    count: int


def facets(articles: Collection[Article], titles: dict[str, str]) -> list[Facet]:
    """The categories, tags and sources of these articles, in this order, those of a kind by how many have them.
    `titles`: of sources, by key."""
    found: list[Facet] = []
    for field in ("category", "tag", "source"):
        counts = Counter(value for article in articles for value in _values(article, field))
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0].casefold(), item[0]))[:_MOST]
        found += [
            Facet(len(found) + place, field, value, titles.get(value, value) if field == "source" else value, count)
            for place, (value, count) in enumerate(ranked)
        ]
    return found


def data(articles: Iterable[Article], found: Sequence[Facet]) -> bytes:
    """The script that says which of `found` each article has, by their numbers."""
    known = {(facet.field, facet.value): facet.number for facet in found}
    rows = [
        [
            known[field, value]
            for field in ("category", "tag", "source")
            for value in _values(one, field)
            if (field, value) in known
        ]
        for one in articles
    ]
    return f"combine({json.dumps(rows, separators=(',', ':'))});\n".encode()


def _values(article: Article, field: str) -> list[str]:
    """What an article has of a kind, as far as a query can say it: in quotation marks, so without any inside."""
    if field == "tag":
        values = [name(tag) for tag in article.tags]
    elif field == "category":
        values = [name(article.category)]
    else:
        values = [article.source_key]
    return [value for value in values if value and '"' not in value]
