"""Articles whose every field is a text that breaks things, and what a site generator should find in
their files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from syndicator.articles.article_store import FileArticleStore
from syndicator.core.model import Article, make_article_id
from tests.articles.samples import TRAPS, make_full_article

LOOKS_TYPED = [
    "1e3",
    "0o14",
    "1_000",
    ".5",
    "0x1F",
    "1:30",
    "2026-02-11",
    "2026-02-11T10:00:00Z",
    "2026-02-30",
    "NaN",
]
SHORTCODES = [
    "{{< title >}}",
    "{{% title %}}",
    "<!--more-->",
    "---",
    "---js",
    "+++",
    "import x from 'y'",
]


def store_wild_articles(root: Path) -> dict[str, Article]:
    """Articles whose every field is a text that breaks things, by the path of their file."""
    store = FileArticleStore(root, durable=False)
    texts = [text for text in (*LOOKS_TYPED, *SHORTCODES, *TRAPS) if text.strip()]
    results = {}
    for number, text in enumerate(texts):
        url = f"https://example.org/{number}"
        fields: dict[str, Any] = dict.fromkeys(("title", "excerpt", "author", "category"), text)
        wild = make_full_article(
            id=make_article_id(url),
            url=url,
            tags=(text, "x"),
            body=f"# {text}\n\n{text}\n\n---\n\nEnd.",
            **fields,
        )
        article, stamp, _ = store.put(wild)
        results[str(root / stamp.path)] = article
    return results


def list_expected_fields(article: Article) -> dict[str, Any]:
    return {
        "title": article.title,
        "excerpt": article.excerpt,
        "coverImage": article.cover or "",
        "author": article.author or "",
        "tags": list(article.tags),
        "category": article.category,
        "source": article.url,
    }
