"""Paths that are reserved in the index before their files are written, and what a crash leaves of that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from syndicator.articles.stores import paths
from syndicator.articles.stores.paths import ID_CHARS
from syndicator.core.model import Article
from syndicator.core.ports.articles import ArticlePaths, Changes, FileStamp

# How long whoever reserved a path may be writing its file: longer than the most patient request.
WRITING: Final = timedelta(minutes=10)


def new_reserved_path(index: ArticlePaths, article: Article) -> str:
    """A path that no other article has whose id begins alike."""
    near = index.near(article.id, ID_CHARS)
    return paths.new_path(article, {other[:size] for other in near for size in range(ID_CHARS, len(other) + 1)})


def left_behind(
    index: ArticlePaths, now: datetime, look: Callable[[str], FileStamp | None], *, sweep: bool = True
) -> Changes:
    """What was reserved and not confirmed in time: files without rows are new, the rest is good for nothing, and ends
    unless `sweep` is False. `look`: the file at a path, None for none."""
    since, new = now - WRITING, []
    if sweep:
        index.sweep(since)
    for one in index.reserved():
        if one.writing and one.at > since:
            continue
        found = look(one.path)
        if found is not None:
            new.append(found)
        elif sweep:
            index.release(one.path)
    return Changes(new=tuple(sorted(new, key=lambda stamp: stamp.path)))
