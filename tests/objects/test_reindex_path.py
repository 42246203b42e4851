"""`reindex PATH` takes in one file that was written, edited or deleted by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from syndicator.app.container import App, open_app
from syndicator.articles.stores.object_articles import ObjectArticleStore
from syndicator.core.errors import UsageError
from syndicator.core.reasons import FileReason
from syndicator.upkeep import pruning, reindex
from tests.objects.s3_server import S3

_OF_A_HAND = (
    b"---\ntitle: %s\nsource: https://one.example/a\npublished: 2026-11-20T10:00:00Z\n---\n\nSome"
    b" words.\n"
)


@contextmanager
def open_instance(
    folder: Path, s3: S3 | None
) -> Iterator[tuple[App, Callable[[str, bytes | None], None]]]:
    """An instance, and what an editor does to a file."""
    (folder / "config").mkdir()
    (folder / "config/sources.toml").touch()
    at = f'[paths]\narticles = "{s3.url("hand")}"\n' if s3 else ""
    (folder / "config/syndicator.toml").write_text(at)

    def edit(path: str, data: bytes | None) -> None:
        file = folder / "feeds/articles" / path
        if s3 and data is None:
            s3.objects.pop(f"hand/{path}")
        elif s3 and data is not None:
            s3.put(f"hand/{path}", data)
        elif data is None:
            file.unlink()
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)

    with open_app(folder / "config", environ=s3.environ if s3 else {}) as app:
        yield app, edit


@pytest.mark.parametrize("kind", ["folder", "bucket"])
def test_a_file_is_taken_in_when_it_is_named(kind: str, tmp_path: Path, s3: S3) -> None:
    """`reindex PATH` records one file that was added, edited or deleted by hand; a broken one is
    reported and its last version stays. A path may follow the name of the store; one without a
    file and without an article is an error."""
    path = "2026/11/by-hand.md"
    with open_instance(tmp_path, s3 if kind == "bucket" else None) as (app, edit):

        def reindex_path(path: str) -> reindex.Reindexed:
            return reindex.record_edited_files(app.archive, app.configuration, [path])

        def list_titles() -> list[str]:
            return [article.title for article in app.archive.store.index.each()]

        # an added file
        edit(path, _OF_A_HAND % b"First")

        assert reindex_path(path).articles == 1
        assert list_titles() == ["First"]

        # an edited file, by its path after the name of the store
        edit(path, _OF_A_HAND % b"Second")

        assert reindex_path(f"{app.archive.article_store.name}/{path}").articles == 1
        assert list_titles() == ["Second"]
        assert reindex_path(path).problems == ()

        # a broken file
        edit(path, b"---\ntitle: [\n---\n")
        (problem,) = reindex_path(path).problems

        assert problem.what == path
        assert problem.reason == FileReason.BAD_ARTICLE_FILE
        assert list_titles() == ["Second"]

        # a deleted file
        edit(path, None)

        assert reindex_path(path).articles == 1
        assert list_titles() == []
        with pytest.raises(UsageError, match="is no article file in"):
            reindex_path(path)


def test_a_pruned_file_that_a_crash_left_in_a_bucket_is_found(
    tmp_path: Path, s3: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If a crash ends pruning after the row is deleted and before the file is, the file is still
    found by its id."""

    def crash(store: ObjectArticleStore, paths: object) -> None:
        raise OSError("the process ends")

    with open_instance(tmp_path, s3) as (app, edit):
        edit("2026/11/by-hand.md", _OF_A_HAND % b"First")
        reindex.record_edited_files(app.archive, app.configuration, ["2026/11/by-hand.md"])
        (article,) = app.archive.store.index.each()
        this_article = pruning.Criteria(named=(article.id,))
        planned = pruning.plan_pruning(app.archive, app.configuration.sources, this_article)

        # pruning deletes the row, then the file by `delete_all`
        monkeypatch.setattr(ObjectArticleStore, "delete_all", crash)
        with pytest.raises(OSError, match="the process ends"):
            pruning.prune_articles(app.archive, app.configuration.settings, planned)

        assert app.archive.store.index.path(article.id) is None
        assert app.archive.article_store.find(article.id) == "2026/11/by-hand.md"
