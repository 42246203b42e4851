"""Store articles in a folder of several machines, which reserve paths in the database."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from syndicator.articles.article_store import FileArticleStore
from syndicator.articles.stores import paths as reserved
from syndicator.core.model import Article
from syndicator.core.ports.articles import ArticlePaths, Changes, FileStamp


class SharedArticleStore(FileArticleStore):
    """An ArticleStore in a folder that several machines share: new paths are reserved in the
    database."""

    def __init__(
        self,
        root: Path,
        index: ArticlePaths,
        clock: Callable[[], datetime],
        in_turn: Callable[[], AbstractContextManager[object]],
    ) -> None:
        super().__init__(root, in_turn=in_turn)
        self._index = index
        self._clock = clock

    def find(self, article_id: str) -> str | None:
        path = self._index.path(article_id)
        return path if path is not None and self._id_of(path) == article_id else None

    def left_behind(self) -> Changes:
        return reserved.left_behind(self._index, self._clock(), self._stamp_of)

    def delete(self, path: str) -> bool:
        there = super().delete(path)
        self._index.release(path)
        return there

    def delete_all(self, paths: Iterable[str]) -> None:
        going = list(paths)
        super().delete_all(going)
        for path in going:
            self._index.release(path)

    def _new_path(self, article: Article) -> str:
        return self._index.reserve(article.id, reserved.new_reserved_path(self._index, article))

    def _stamp_of(self, path: str) -> FileStamp | None:
        try:
            return self.stamp(path)
        except FileNotFoundError:
            return None
