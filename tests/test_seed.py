"""An article file written by hand in a fresh checkout is a full article: commands, feeds."""

from __future__ import annotations

import json
import shutil
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from syndicator.publishing.validate import find_atom_fault
from tests import commands

ROOT = Path(__file__).resolve().parent.parent
FILE = """\
---
title: The harbour gets a new light
date: '2026-02-11'
excerpt: The old lamp is taken down on Tuesday.
coverImage: https://harbour.example/light.jpg
author: Ada Winter
tags: ['Harbour', 'Lighthouses', 'Public works']
category: Local news
source: https://harbour.example/news/light
---

The old lamp is taken down on Tuesday. Its light was seen for eleven miles.

## What comes next

The new one is seen for twenty.
"""
TAGS = ("harbour", "lighthouses", "public-works")


@pytest.fixture
def cloned_folder(tmp_path: Path) -> Path:
    """The configuration as it is shipped, and the file beside it."""
    shutil.copytree(ROOT / "config", tmp_path / "config")
    (tmp_path / "feeds/articles").mkdir(parents=True)
    (tmp_path / "feeds/articles/light.md").write_text(FILE)
    return tmp_path


def run_command(clone: Path, *words: str) -> CompletedProcess[str]:
    done = commands.run_syndicator(*words, "--config", str(clone / "config"))
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.parametrize("command", ["reindex", "build", "status"])
def test_every_command_takes_it_first(cloned_folder: Path, command: str) -> None:
    """The hand-written article is published whichever command runs first."""
    run_command(cloned_folder, command)
    run_command(cloned_folder, "build")

    assert (cloned_folder / "feeds/public/tags/harbour.atom").exists()
    assert (cloned_folder / "feeds/articles/light.md").read_text() == FILE


def test_its_tags_have_valid_feeds_with_its_date(cloned_folder: Path) -> None:
    """An article written by hand is in valid feeds of its tags, with its own date, and of its
    category."""
    run_command(cloned_folder, "build")
    for tag in TAGS:
        path = cloned_folder / f"feeds/public/tags/{tag}.atom"
        assert find_atom_fault(path.read_bytes()) is None
        entry = ElementTree.parse(path).find("{*}entry")
        assert entry is not None
        assert (
            entry.findtext("{*}published", "")[:10]
            == entry.findtext("{*}updated", "")[:10]
            == "2026-02-11"
        )
        assert entry.findtext("{*}title") == "The harbour gets a new light"
    assert (cloned_folder / "feeds/public/categories/local-news.json").exists()


@pytest.mark.slow
def test_the_entry_is_the_same_with_a_new_database(cloned_folder: Path) -> None:
    """After the database is lost, `reindex` and a build give the same feeds byte for byte."""
    run_command(cloned_folder, "build")
    before = {
        path.name: path.read_bytes() for path in (cloned_folder / "feeds/public").rglob("*.atom")
    }
    shutil.rmtree(cloned_folder / "feeds/state")
    run_command(cloned_folder, "reindex")
    run_command(cloned_folder, "build", "--all")

    assert {
        path.name: path.read_bytes() for path in (cloned_folder / "feeds/public").rglob("*.atom")
    } == before


@pytest.mark.slow
def test_without_an_excerpt_feeds_show_sentences_of_its_text(cloned_folder: Path) -> None:
    """Feeds of an article without an excerpt show its first sentences; the file is not changed."""
    file = cloned_folder / "feeds/articles/light.md"
    bare = FILE.replace("excerpt: The old lamp is taken down on Tuesday.\n", "")
    file.write_text(bare)
    for words in ("build",), ("reindex",):
        run_command(cloned_folder, *words)
        run_command(cloned_folder, "build", "--all")
        (item,) = json.loads((cloned_folder / "feeds/public/all.json").read_text())["items"]
        assert (
            item["summary"]
            == "The old lamp is taken down on Tuesday. Its light was seen for eleven miles."
        )

    assert file.read_text() == bare


def test_an_instance_that_published_it_and_lost_its_uuid_says_so(cloned_folder: Path) -> None:
    """Without instance.toml `build` fails and prints the id to restore."""
    run_command(cloned_folder, "build")
    lines = (cloned_folder / "feeds/articles/instance.toml").read_text().splitlines()
    (minted,) = (line for line in lines if line.startswith("id = "))
    (cloned_folder / "feeds/articles/instance.toml").unlink()
    done = commands.run_syndicator("build", "--config", str(cloned_folder / "config"))

    assert done.returncode == 78
    assert "instance.toml is lost" in done.stderr
    assert minted in done.stderr

    (cloned_folder / "feeds/articles/instance.toml").write_text(minted + "\n")
    run_command(cloned_folder, "build")


@pytest.mark.parametrize(
    ("line", "wrong", "named"),
    [
        (
            "source: https://harbour.example/news/light",
            "source: harbour",
            "source: has to be the article's URL",
        ),
        ("source: https://harbour.example/news/light\n", "", "source: has to be the article's URL"),
        ("date: '2026-02-11'", "date: '2026-02-31'", "'2026-02-31' is no day"),
        ("date: '2026-02-11'\n", "", "date: write the day"),
        ("title: The", "title: Now: the", "the frontmatter is not valid YAML"),
        ("title: The harbour gets a new light\n", "", "title: write"),
    ],
)
@pytest.mark.slow
def test_a_flaw_is_named(cloned_folder: Path, line: str, wrong: str, named: str) -> None:
    """`check` and `build` name the file and the flaw, and publish the other article."""
    (cloned_folder / "feeds/articles/other.md").write_text(
        FILE.replace(line, wrong).replace("news/light", "news/other")
    )
    for words in (("check", "--json"), ("build",)):
        done = commands.run_syndicator(*words, "--config", str(cloned_folder / "config"))
        assert "other.md" in done.stdout + done.stderr
        assert named in (done.stdout + done.stderr).replace("\\'", "'")
    items = json.loads((cloned_folder / "feeds/public/all.json").read_text())["items"]

    assert [item["url"] for item in items] == ["https://harbour.example/news/light"]
