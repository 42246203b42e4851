"""What an article looks like once it has been through a file: the one normal form. Pure."""

from __future__ import annotations

from dataclasses import replace

from syndicator.articles import fields
from syndicator.articles.field_types import BODY
from syndicator.core.model import Article


def settle(article: Article) -> Article:
    """`article` as it would come back from its file: legal characters, UTC times of whole seconds, None for an empty
    author, cover or language, a tidy body. Idempotent."""
    settled = {
        row.attribute: row.type.settle(getattr(article, row.attribute)) for row in fields.TABLE if row.shown is None
    }
    normal = replace(article, **settled, body=BODY.settle(article.body))
    return replace(normal, category_by="") if normal.category_by == category_by(normal) else normal


def category_by(article: Article) -> str:
    """Who wrote the category where the file does not say: the language model where the excerpt or the tags are its own,
    which it gives together with the category."""
    return "llm" if "llm" in (article.excerpt_by, article.tags_by) else "matched"
