"""Paths that only look like article files (folders, links, pipes) are reported and skipped."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from syndicator.articles.article_store import FileArticleStore
from syndicator.cli import app, load_commands
from syndicator.health.check.installation import check
from syndicator.health.observing import open_read_only
from syndicator.health.summary import read_health
from syndicator.upkeep import reconcile
from tests.instances import Instance, store_articles

load_commands()
ARTICLE = (
    "---\ntitle: By hand\ndate: 2026-03-01\nsource: https://mine.example/1\n---\n\nA text that says"
    " something.\n"
)


def bind_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        here = Path.cwd()
        os.chdir(path.parent)  # the path of a socket is short
        try:
            bound.bind(path.name)
        finally:
            os.chdir(here)


KINDS: dict[str, Callable[[Path], object]] = {
    "a folder": lambda path: path.mkdir(),
    "a named pipe": os.mkfifo,
    "a socket": bind_socket,
    "a link to a device": lambda path: path.symlink_to("/dev/zero"),
    "a link to a folder": lambda path: path.symlink_to("."),
    "a link that leads nowhere": lambda path: path.symlink_to("nowhere.md"),
}


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    instance = Instance(tmp_path)
    with instance.open_app(create=True) as app:
        store_articles(app, "A story", "A text that says something.")
    return instance


@pytest.mark.parametrize("folder", ["", "2026/03"])
@pytest.mark.parametrize("kind", KINDS)
def test_it_is_named_and_the_build_goes_on(instance: Instance, kind: str, folder: str) -> None:
    """Something with the name of an article that is not a file (folder, pipe, socket …) is reported
    by `status`, by `check` and when files are read in; the other article, "A story", is built."""
    path = instance.folder / "feeds/articles" / folder / "d.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    make_it_at = KINDS[kind]
    make_it_at(path)

    result = CliRunner().invoke(
        app, ["build", "--config", str(instance.config)], catch_exceptions=False
    )

    assert result.exit_code == 0
    assert "A story" in instance.read_published("all.atom")

    # what `status` shows
    with open_read_only(instance.config, now=lambda: instance.now, environ={}) as looked:
        (found,) = read_health(looked).need_you

    assert found.kind == "article-file"
    assert found.code == "no-file"
    assert found.detail == f"it is {kind}"
    assert found.subject == f"{folder}/d.md".lstrip("/")
    assert found.cure

    (reported,) = (item for item in check(instance.config, environ={}) if item.reason == "no-file")

    assert reported.file == str(path)
    assert reported.detail == f"it is {kind}"

    with instance.open_app() as opened:
        (problem,) = reconcile.update_from_files(opened.archive, opened.configuration)

    assert problem.reason == "no-file"


def test_a_link_in_a_circle_is_named(instance: Instance) -> None:
    """A symbolic link that leads to itself in the article folder is reported as one that leads
    nowhere."""
    path = instance.folder / "feeds/articles/d.md"
    path.symlink_to("d.md")

    with instance.open_app() as app:
        (problem,) = reconcile.update_from_files(app.archive, app.configuration)

    assert problem.what == "d.md"
    assert problem.detail == "it is a link that leads nowhere"


def test_a_link_to_an_article_file_is_one(instance: Instance, tmp_path: Path) -> None:
    """A symbolic link to an article file elsewhere is read as an article without a problem, beside
    the one that the instance has."""
    elsewhere = tmp_path / "elsewhere.md"
    elsewhere.write_text(ARTICLE)
    (instance.folder / "feeds/articles/d.md").symlink_to(elsewhere)
    with instance.open_app() as app:
        assert reconcile.update_from_files(app.archive, app.configuration) == ()
        assert len(app.archive.store.visits.stamps()) == 2


@pytest.mark.parametrize("name", ["notes.txt", "notes", "notes.markdown"])
def test_a_pipe_that_is_no_article_is_not_read(instance: Instance, name: str) -> None:
    """A named pipe without the ending .md is neither opened, which would wait for ever, nor
    reported."""
    os.mkfifo(instance.folder / "feeds/articles" / name)
    with instance.open_app() as app:
        assert reconcile.update_from_files(app.archive, app.configuration) == ()
        assert reconcile.list_ignored_files(app.archive.article_store) == ()


def test_a_file_that_became_a_pipe_does_not_hang_who_reads_it(tmp_path: Path) -> None:
    """Reading a named pipe raises at once and does not block."""
    store = FileArticleStore(tmp_path)
    os.mkfifo(tmp_path / "d.md")

    with pytest.raises(OSError, match="no regular file"):
        store.read("d.md")
    # nor is it listed
    assert list(store.walk()) == []
    assert list(store.names()) == []


def test_names_are_those_of_visible_files_in_order(tmp_path: Path) -> None:
    """`names` lists visible files, those of the upper folder first, sorted; hidden files and
    folders are left out."""
    for name in ("b.txt", "a.md", ".hidden", "2026/03/c.md", "2026/a.md", ".git/x.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    assert list(FileArticleStore(tmp_path).names()) == [
        "a.md",
        "b.txt",
        "2026/a.md",
        "2026/03/c.md",
    ]
    assert list(FileArticleStore(tmp_path / "nowhere").names()) == []
