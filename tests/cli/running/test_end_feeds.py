"""The command line asks for a confirmation before an edit ends more than ten feeds."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import commands
from tests.commands import ROOT
from tests.instances import SOURCES, store_articles
from tests.instances import Instance as FilledInstance

MOST = 10  # that end at once
AXES = ("all", "categories", "tags", "queries", "sources")
_SECONDS = 90  # for `up` to build


class Instance:
    """A folder with `count` tags and saved queries, whose feeds are published."""

    def __init__(self, folder: Path, count: int) -> None:
        self.filled = FilledInstance(folder)
        self.count = count
        (folder / "config/sources.toml").write_text(SOURCES.replace("url", "enabled = false\nurl"))
        self.tags = [f"Tag {number}" for number in range(count)]
        self.set_axes(AXES)
        self.set_queries(count)
        with self.filled.open_app() as app:
            store_articles(app, "First", "Text.", tags=tuple(self.tags), category="AI")
        self.run_json("build")

    def set_axes(self, axes: tuple[str, ...]) -> None:
        text = f'[publish]\ntag_min = 1\nlisten = "127.0.0.1:0"\naxes = {json.dumps(axes)}\n'
        (self.filled.config / "syndicator.toml").write_text(text)

    def set_queries(self, count: int, *, first: int = 0) -> None:
        numbers = range(first, count)
        tables = [f'[[feed]]\nslug = "q{n}"\nquery = "tag:tag-{n}"\n' for n in numbers]
        (self.filled.config / "feeds.toml").write_text("\n".join(tables))

    def count_articles_to_build(self) -> int:
        """0: no feed is stale."""
        with self.filled.open_app() as app:
            return app.archive.store.index.newest_mark()

    def run_json(self, *words: str) -> Any:
        done = commands.run_syndicator(*words, "--json", "--config", str(self.filled.config))
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def list_published(self, kind: str) -> set[str]:
        folder = self.filled.folder / "feeds/public" / kind
        return {path.stem for path in folder.glob("*.atom")}

    def list_gone(self) -> list[str]:
        moved = json.loads(self.filled.read_published("maps/moved.json"))
        return [name for name in moved["gone"] if name.endswith(".atom")]

    def read_condition(self) -> Any:
        conditions = self.run_json("status")["conditions"]
        return next((item for item in conditions if item["kind"] == "feeds-would-end"), None)


def take_out_tags(instance: Instance) -> None:
    instance.set_axes(tuple(axis for axis in AXES if axis != "tags"))


def take_out_queries(instance: Instance) -> None:
    instance.set_queries(0)


def take_out_kind_of_queries(instance: Instance) -> None:
    instance.set_axes(tuple(axis for axis in AXES if axis != "queries"))


EDITS = [
    (take_out_tags, "tags"),
    (take_out_queries, "queries"),
    (take_out_kind_of_queries, "queries"),
]
each_edit = pytest.mark.parametrize(
    ("edit", "kind"), EDITS, ids=lambda value: getattr(value, "__name__", value)
)


@each_edit
def test_eleven_wait_and_ten_end(
    tmp_path: Path, edit: Callable[[Instance], None], kind: str
) -> None:
    """`edit` takes all feeds of a kind out of the configuration. Up to ten of them (MOST) end by
    themselves; if there is one more, all wait for `--end-feeds`, and a condition says so."""
    (tmp_path / "eleven").mkdir()
    (tmp_path / "ten").mkdir()
    eleven = Instance(tmp_path / "eleven", count=MOST + 1)
    ten = Instance(tmp_path / "ten", count=MOST)
    eleven_before = eleven.list_published(kind)
    edit(eleven)
    edit(ten)

    # ten end
    built = ten.run_json("build")

    assert len(built["ended"]) == MOST
    assert built["ending"] == []
    assert ten.list_published(kind) == set()
    assert len(ten.list_gone()) == MOST
    assert ten.read_condition() is None

    # eleven wait, whatever builds; they are one group of `ending`
    for words in (("build",), ("build", "--all"), ("refresh",)):
        built = eleven.run_json(*words)
        assert not built.get("ended"), words
        assert len(built["ending"]) == 1, words
        assert eleven.list_published(kind) == eleven_before, words
        assert eleven.list_gone() == [], words

    condition = eleven.read_condition()

    assert condition["count"] == MOST + 1
    assert condition["needs_you"] is True
    assert f"{kind}/" in condition["detail"]
    assert "--end-feeds" in condition["cure"]

    # confirmed, they end
    built = eleven.run_json("build", "--end-feeds")

    assert len(built["ended"]) == MOST + 1
    assert built["ending"] == []
    assert eleven.list_published(kind) == set()
    assert len(eleven.list_gone()) == MOST + 1
    assert eleven.read_condition() is None


def test_feeds_of_a_kind_that_waits_go_on(tmp_path: Path) -> None:
    """Feeds of tags whose end waits for confirmation are still updated, and linked from other
    feeds until it is confirmed."""
    instance = Instance(tmp_path, count=MOST + 1)
    take_out_tags(instance)
    instance.run_json("build")

    # a new article, with one of these tags
    with instance.filled.open_app() as app:
        store_articles(app, "Second", "Text.", tags=("Tag 1",), category="AI")
    instance.run_json("build")

    assert "Second" in instance.filled.read_published("tags/tag-1.atom")
    assert "tags/tag-1.html" in instance.filled.read_published("all.atom")

    instance.run_json("build", "--end-feeds")

    assert "tags/tag-1.html" not in instance.filled.read_published("all.atom")


def test_queries_that_wait_leave_nothing_to_build(tmp_path: Path) -> None:
    """Of twelve queries eleven are removed, and wait for confirmation: their feeds are not updated,
    and no build leaves a new article marked as yet to be built."""
    instance = Instance(tmp_path, count=MOST + 2)
    instance.set_queries(MOST + 2, first=MOST + 1)  # only the last stays
    instance.run_json("build")
    before = instance.filled.read_published("queries/q1.atom")

    # a new article, which the removed query q1 would find
    with instance.filled.open_app() as app:
        store_articles(app, "Second", "Text.", tags=("Tag 1",), category="AI")

    for _ in range(2):
        instance.run_json("build")
        assert instance.count_articles_to_build() == 0

    assert instance.filled.read_published("queries/q1.atom") == before


def test_an_edit_that_is_taken_back_needs_no_word(tmp_path: Path) -> None:
    """If the operator reverts the edit that would end feeds, no confirmation is needed, and all
    published files are as before."""
    instance = Instance(tmp_path, count=MOST + 1)
    before = instance.filled.read_digests("public")

    for edit in (take_out_tags, take_out_queries):
        edit(instance)
        instance.run_json("build")
        assert instance.count_articles_to_build() == 0

        # back to what it was
        instance.set_axes(AXES)
        instance.set_queries(MOST + 1)
        assert instance.run_json("build")["ending"] == []
        assert instance.read_condition() is None

    assert instance.filled.read_digests("public") == before


def test_a_confirmation_holds_for_the_feeds_that_were_named(tmp_path: Path) -> None:
    """`build --end-feeds` ends only feeds that an earlier build named; it is no permission for
    later edits."""
    instance = Instance(tmp_path, count=MOST + 1)

    # the queries are taken out; no build named them yet: this one names them and ends none
    take_out_queries(instance)

    assert instance.run_json("build", "--end-feeds")["ended"] == []

    # the tags are taken out, too: this build ends the queries, and names the tags
    take_out_tags(instance)
    built = instance.run_json("build", "--end-feeds")

    assert {name.partition("/")[0] for name in built["ended"]} == {"queries"}
    assert instance.read_condition()["count"] == MOST + 1
    assert len(instance.list_published("tags")) == MOST + 1

    # and this one ends the tags
    instance.run_json("build", "--end-feeds")

    assert instance.list_published("tags") == set()

    # the tags come back and are taken out again: that was not confirmed
    instance.set_axes(AXES)
    instance.run_json("build")
    take_out_tags(instance)

    assert instance.run_json("build")["ended"] == []
    assert len(instance.list_published("tags")) == MOST + 1


def test_those_who_read_are_told(tmp_path: Path) -> None:
    """A build that keeps feeds from ending says so with `--end-feeds`, every time, and `status`
    reports it."""
    instance = Instance(tmp_path, MOST + 1)
    take_out_tags(instance)
    for _ in range(2):  # the second has nothing to build
        done = commands.run_syndicator("build", "--config", str(instance.filled.config))
        assert "11 feeds (tags/tag-0, " in done.stdout
        assert "--end-feeds" in done.stdout

    assert "feeds-would-end" in instance.run_json("status")["conditions"][0]["kind"]


@pytest.mark.slow
def test_up_ends_none(tmp_path: Path) -> None:
    """`up` opens a condition and leaves the feeds when too many would end."""
    instance = Instance(tmp_path, MOST + 1)
    take_out_tags(instance)
    command = [sys.executable, "-m", "syndicator", "up", "--config", str(instance.filled.config)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        try:
            end = time.monotonic() + _SECONDS
            while instance.read_condition() is None:
                assert time.monotonic() < end
                assert process.poll() is None
                time.sleep(0.5)
        finally:
            process.terminate()

    assert len(instance.list_published("tags")) == MOST + 1
    assert instance.list_gone() == []
