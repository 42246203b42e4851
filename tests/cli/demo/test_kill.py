"""The demo that kills its runs: what it finds, and that it finds what is wrong."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from syndicator.cli.demo import kill
from syndicator.cli.demo.kill import Survived, survive
from tests import commands


@pytest.mark.slow
def test_nothing_is_lost_nothing_comes_twice(tmp_path: Path) -> None:
    done = commands.run("demo", "--kill", "3", "--dir", str(tmp_path / "demo"), "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["kills"], told["lost"], told["twice"], told["torn"]) == (3, [], [], [])
    assert told["articles"] > 20


ARTICLE = "---\ntitle: A\ndate: 2026-01-01\nsource: {url}\nid: {id}\n---\n\nText.\n"


def written(place: Path, *numbers: int) -> None:
    """An instance with these articles, all of them published."""
    folder = place / "feeds/articles"
    folder.mkdir(parents=True, exist_ok=True)
    for count, number in enumerate(numbers):
        text = ARTICLE.format(url=f"http://one.example/{number}", id=f"{number:026d}")
        (folder / f"{count}.md").write_text(text)
    (place / "feeds/public").mkdir(exist_ok=True)
    items = [{"url": f"http://one.example/{number}"} for number in numbers]
    (place / "feeds/public/all.json").write_text(json.dumps({"items": items}))


def lived(monkeypatch: pytest.MonkeyPatch, folder: Path, after: Callable[[Path], None]) -> Survived:
    """What is said of one kill after which a run leaves what `after` does."""
    ends = iter((False, True, False))  # the calm run, one that is killed, one that ends

    async def run(place: Path, limit: float | None) -> bool:
        if place.name == "calm":
            written(place, 1, 2, 3)
        else:
            shutil.rmtree(place / "feeds", ignore_errors=True)
            after(place)
        return next(ends)

    monkeypatch.setattr(kill, "_run", run)
    return asyncio.run(survive(folder, 1, stop=asyncio.Event(), say=lambda line: None))


def test_what_is_lost_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    survived = lived(monkeypatch, tmp_path, lambda place: written(place, 1, 3))
    assert survived.lost == ("filed: http://one.example/2", "published: http://one.example/2")
    assert not survived.well


def test_what_came_twice_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    survived = lived(monkeypatch, tmp_path, lambda place: written(place, 1, 2, 2, 3))
    assert survived.twice == ("filed: http://one.example/2", "published: http://one.example/2")
    assert not survived.well


def test_a_torn_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def torn(place: Path) -> None:
        written(place, 1, 2, 3)
        (place / "feeds/public/all.atom").write_text("<feed>")

    survived = lived(monkeypatch, tmp_path, torn)
    assert survived.torn == ("feeds/public/all.atom",)
    assert not survived.well


def test_a_run_that_leaves_everything_is_well(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    survived = lived(monkeypatch, tmp_path, lambda place: written(place, 1, 2, 3))
    assert survived.well and survived.kills == 1 and survived.articles == 3
