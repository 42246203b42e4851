"""The article store at a place that the operator names: a folder, or s3://bucket/prefix."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from syndicator.articles.article_store import FileArticleStore
from syndicator.core.ports.articles import ArticleStore


def open_articles(place: str, environ: Mapping[str, str]) -> ArticleStore:
    """For what needs no index: reading by path, and what lies beside. Credentials are in `environ`. Raises MissingError
    where an object store needs a package that is not installed, OSError."""
    if "://" not in place:
        return FileArticleStore(Path(place))
    from syndicator.articles.object_store.bucket import Bucket
    from syndicator.articles.stores.object_articles import ObjectArticleStore

    return ObjectArticleStore(Bucket(place, environ))
