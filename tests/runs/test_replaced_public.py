"""The public folder was replaced by an older copy: the next build repairs it."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from tests.instances import NOW, Instance, store_articles


def make_grown_instance(folder: Path) -> tuple[Instance, Path]:
    """An instance of today, and what it published yesterday."""
    instance = Instance(folder)
    yesterday = folder / "yesterday"
    with instance.open_app(create=True) as app:
        for number in range(3):
            store_articles(app, f"Old {number}", "Of it.", tags=("LLM",))
    instance.build()
    shutil.copytree(folder / "feeds/public", yesterday)
    with instance.open_app() as app:
        store_articles(app, "New", "Of it.", tags=("LLM",), added=NOW + timedelta(hours=1))
    instance.build()
    return instance, yesterday


@pytest.mark.parametrize("has_new_article", [False, True])
def test_the_next_build_writes_what_differs(tmp_path: Path, has_new_article: bool) -> None:
    """After yesterday's public folder was put back, a build rewrites each feed that differs; with
    `more`, a new article is published too."""
    instance, yesterday = make_grown_instance(tmp_path)
    digests_today = instance.read_digests("public")
    shutil.rmtree(tmp_path / "feeds/public")
    shutil.copytree(yesterday, tmp_path / "feeds/public")
    if has_new_article:  # something new makes the feed of everything stale, but not that of the tag
        with instance.open_app() as app:
            store_articles(app, "Newest", "Of it.", source="two", added=NOW + timedelta(hours=2))
    instance.build()
    digests = instance.read_digests("public")

    assert digests["tags/llm.atom"] == digests_today["tags/llm.atom"]
    assert (digests == digests_today) is not has_new_article


def test_a_file_that_is_gone_is_written_again(tmp_path: Path) -> None:
    """A build writes a missing published file again."""
    instance, _ = make_grown_instance(tmp_path)
    today = instance.read_digests("public")
    (tmp_path / "feeds/public/tags/llm.atom").unlink()
    instance.build()

    assert instance.read_digests("public") == today


def test_a_build_with_nothing_to_do_reads_few_files_and_writes_none(tmp_path: Path) -> None:
    """An idle build changes no file."""
    instance, _ = make_grown_instance(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "feeds/public").rglob("*")}
    instance.build()

    assert {
        path: path.stat().st_mtime_ns for path in (tmp_path / "feeds/public").rglob("*")
    } == before
