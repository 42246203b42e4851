"""A folder of articles of other site generators becomes articles and feeds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from syndicator.errors import UsageError
from syndicator.services.article_files.importing import Imported, import_folder
from tests.services.places import Place

OURS = """\
---
title: The bridge
date: '2026-02-11'
tags: [Ai]
source: https://other.example/bridge
---

It is new.



And long.
"""
JEKYLL = "---\ntitle: Bees\ncategories: [Gardens]\nimage: /bee.jpg\n---\n\nThe bees came back on Monday.\n"
HUGO = """\
+++
title = "Roof"
date = 2025-03-04T10:00:00+01:00
tags = ["roofs"]
+++

The roof has {{< figure >}} a garden.
"""
DRAFT = "---\ntitle: Later\ndraft: true\n---\nSoon.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "blog"
    for name, text in {
        "posts/bridge.md": OURS,
        "_posts/2026-01-05-bees.markdown": JEKYLL,
        "posts/roof.md": HUGO,
        "posts/later.md": DRAFT,
        "posts/readme.md": "No frontmatter.\n",
        ".git/x.md": OURS,
    }.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(text)
    return made


def imported(place: Place, folder: Path, *, dry_run: bool = False) -> Imported:
    with place.app() as app:
        return import_folder(app, folder, dry_run=dry_run)


@pytest.fixture
def site(tmp_path: Path) -> Place:
    (tmp_path / "instance").mkdir()
    return Place(tmp_path / "instance", settings='[site]\nurl = "https://me.example/"\n[publish]\ntag_min = 1\n')


def test_articles_and_feeds_at_once_and_nothing_twice(site: Place, folder: Path) -> None:
    first = imported(site, folder)
    assert sorted(one.url for one in first.articles) == [
        "https://me.example/_posts/2026-01-05-bees",
        "https://me.example/posts/roof",
        "https://other.example/bridge",
    ]
    assert [Path(name).name for name in first.drafts] == ["later.md"]
    assert [(Path(one.what).name, one.reason) for one in first.problems] == [("readme.md", "bad-article-file")]
    assert {one.reason for one in first.oddities} == {"tag-casing", "blank-runs"}
    site.build()
    listed = json.loads(site.published("all.json"))["items"]
    assert sorted(one["title"] for one in listed) == ["Bees", "Roof", "The bridge"]
    assert "roofs" in site.published("tags/roofs.json")
    again = imported(site, folder)
    assert again.articles == ()
    assert len(again.known) == 3


def test_a_dry_run_writes_nothing(site: Place, folder: Path) -> None:
    assert len(imported(site, folder, dry_run=True).articles) == 3
    assert list((site.folder / "feeds/articles").rglob("*.md")) == []


def test_a_hand_edit_outlives_another_import(site: Place, folder: Path) -> None:
    imported(site, folder)
    (path,) = (site.folder / "feeds/articles").rglob("bees-*.md")
    path.write_text(path.read_text().replace("Monday", "Tuesday"))
    imported(site, folder)
    assert "Tuesday" in path.read_text()


def test_without_a_site_an_address_is_asked_for(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "instance").mkdir()
    found = imported(Place(tmp_path / "instance"), folder)
    assert [one.url for one in found.articles] == ["https://other.example/bridge"]
    bees = next(one for one in found.problems if "bees" in one.what)
    assert "set site.url" in bees.detail


def test_a_folder_without_articles_is_named(site: Place, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="no file ends in"):
        imported(site, tmp_path / "empty")
