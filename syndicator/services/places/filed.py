"""An article store with its rows, however it was opened."""

from __future__ import annotations

from typing import Protocol

from syndicator.ports.articles import ArticleStore
from syndicator.store.engine import Store


class Filed(Protocol):
    """What has article files and the rows of them."""

    @property
    def store(self) -> Store: ...

    @property
    def article_store(self) -> ArticleStore: ...
