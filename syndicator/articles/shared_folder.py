"""Store articles in a folder that several machines share; they reserve paths in the database."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from syndicator.articles.article_store import FileArticleStore
from syndicator.articles.stores import paths as reserved
from syndicator.core.model import Article
from syndicator.core.ports.articles import ArticlePaths, Changes, FileStamp


class SharedArticleStore(FileArticleStore):
    """Article files in a folder that several machines share. The path of a new article is reserved
    in the database, so that two machines never choose the same path."""

    def __init__(
        self,
        root: Path,
        index: ArticlePaths,
        clock: Callable[[], datetime],
        in_turn: Callable[[], AbstractContextManager[object]],
    ) -> None:
        """`root`: the folder. `index`: the paths of articles and the reserved paths, in the
        database. `clock`: returns the present time. `in_turn`: returns a lock that keeps out other
        machines."""
        super().__init__(root, in_turn=in_turn)
        self._index = index
        self._clock = clock

    def find(self, article_id: str) -> str | None:
        """Return the path of the file of an article, by the database. Return None if the database
        has no path for it, or if the file at this path is not the article."""
        path = self._index.path(article_id)
        if path is None or self._id_of(path) != article_id:
            return None
        return path

    def find_left_behind(self) -> Changes:
        """Return the files of crashed writers as new files: they were written, but have no row."""
        return reserved.find_left_behind(self._index, self._clock(), self._find_stamp)

    def delete(self, path: str) -> bool:
        """Delete the file at `path` and its reservation. Return False if there was no file."""
        existed = super().delete(path)
        self._index.release(path)
        return existed

    def delete_all(self, paths: Iterable[str]) -> None:
        """Delete the files at `paths` that exist, and end all reservations of these paths."""
        all_paths = list(paths)
        super().delete_all(all_paths)
        for path in all_paths:
            self._index.release(path)

    def _choose_new_path(self, article: Article) -> str:
        """Reserve a path for a new article and return it."""
        free_path = reserved.choose_free_path(self._index, article)
        return self._index.reserve(article.id, free_path)

    def _find_stamp(self, path: str) -> FileStamp | None:
        """Return the stamp (path, time, size) of the file at `path`, None if there is no file."""
        try:
            return self.stamp(path)
        except FileNotFoundError:
            return None
