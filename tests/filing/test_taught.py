"""Learning reads only articles changed since the last time, with the same result as from all."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from syndicator.articles.article_store import FileArticleStore
from syndicator.core.model import Article, make_article_id
from syndicator.core.ports import FileStamp
from syndicator.describing.taxonomy.vocabulary import TaxonomyFiles
from syndicator.upkeep import learn
from syndicator.upkeep.learn import learn_from_files

WORDS = tuple(
    re.findall(
        r"\w+", "harbour bridge ferry toll river boat quay iron lane town Acme Labs GPU model rain"
    )
)
TAGS = ("ferries", "bridges", "GPU", "rain")
KEEP = 4  # newest articles whose text is kept here


class Counting(FileArticleStore):
    """Which files are read."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, durable=False)
        self.got: list[str] = []

    def get(self, path: str) -> Article:
        self.got.append(path)
        return super().get(path)


class Shelf:
    """A folder of articles that changes at random."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.store = Counting(folder / "articles")
        self.random = random.Random(seed)
        self.folder = folder
        self.stamps: list[FileStamp] = []
        self.made = 0
        self.toml("ferries")

    def toml(self, *names: str) -> None:
        (self.folder / "taxonomy.toml").write_text(
            "".join(f'[[tag]]\nname = "{name}"\n' for name in names)
        )

    def make_article(self, url: str) -> Article:
        some = self.random
        text = ". ".join(" ".join(some.choices(WORDS, k=12)).capitalize() for _ in range(4)) + "."
        tags = tuple(some.sample(TAGS, some.randint(0, 2)))
        by = some.choice(("operator", "publisher", "matched", "llm"))
        return Article(
            id=make_article_id(url),
            url=url,
            title=f"Of {some.choice(WORDS)}",
            body=text,
            tags=tags,
            tags_by=by,
            keywords=tuple(some.sample(TAGS, 1)),
            source_key=some.choice("ab"),
        )

    def add_article(self) -> None:
        self.made += 1
        self.stamps.append(self.store.put(self.make_article(f"https://x.example/{self.made}"))[1])

    def change_article(self) -> None:
        place = self.random.randrange(len(self.stamps))
        stamp = self.stamps[place]
        match self.random.choice(("edit", "edit", "delete", "break", "taxonomy", "add", "nothing")):
            case "edit":
                new = replace(
                    self.make_article(self.store.get(stamp.path).url),
                    id=self.store.get(stamp.path).id,
                )
                self.stamps[place] = self.store.put(new, stamp.path)[1]
            case "delete":
                self.store.delete(self.stamps.pop(place).path)
            case "break":
                (self.store.root / self.stamps.pop(place).path).write_text("no article")
            case "taxonomy":
                self.toml(*self.random.sample(TAGS, 2))
            case "add":
                self.add_article()

    def learn(self, where: str) -> dict[str, Any]:
        learnt = self.folder / where / "learnt.npz"
        learnt.parent.mkdir(exist_ok=True)
        files = TaxonomyFiles.of(self.folder / "taxonomy.toml", learnt)
        learn_from_files(files, str(self.store.root), self.stamps, 1)
        if not learnt.exists():
            return {}
        with np.load(learnt) as state:
            return {name: state[name] for name in state.files}


@pytest.fixture
def few_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    from syndicator.upkeep import learn

    monkeypatch.setattr(learn, "MOST_TEXTS", KEEP)
    monkeypatch.setattr("syndicator.describing.taxonomy.taxonomy.MOST_TEXTS", KEEP)


@pytest.mark.parametrize("seed", range(4))
def test_it_learns_what_it_would_learn_from_everything(
    tmp_path: Path, seed: int, few_texts: None
) -> None:
    """After random changes of the articles, learning from the changed ones gives the same file
    as learning from all."""
    shelf = Shelf(tmp_path, seed)
    for _ in range(8):
        shelf.add_article()
    for step in range(8):
        for _ in range(shelf.random.randint(0, 3)):
            shelf.change_article()
        result = shelf.learn("kept")
        anew = shelf.learn(f"anew{step}")
        assert result.keys() == anew.keys()
        assert all(np.array_equal(result[name], anew[name]) for name in result), step


def read_taught_files(shelf: Shelf, newest: int = 2) -> list[str]:
    """The files that are read this time."""
    shelf.store.got.clear()
    learn.read_taught(shelf.store, shelf.stamps, shelf.folder / "learnt.npz", newest)
    return shelf.store.got


def test_only_what_changed_is_read(tmp_path: Path) -> None:
    """Only changed article files are read again."""
    shelf = Shelf(tmp_path, 1)
    for _ in range(6):
        shelf.add_article()
    paths = [stamp.path for stamp in shelf.stamps]

    assert read_taught_files(shelf) == paths
    assert read_taught_files(shelf) == []

    new = replace(shelf.store.get(paths[3]), tags=("Mine",))
    shelf.stamps[3] = shelf.store.put(new)[1]

    assert read_taught_files(shelf) == [paths[3]]

    shelf.add_article()

    assert read_taught_files(shelf) == [shelf.stamps[-1].path]


def test_a_text_that_was_not_kept_is_read_again_when_it_is_needed(tmp_path: Path) -> None:
    """Texts are remembered for the newest two articles; if those are deleted, the next two are
    read again."""
    shelf = Shelf(tmp_path, 1)
    for _ in range(4):
        shelf.add_article()
    bare = [replace(shelf.store.get(stamp.path), tags=(), tags_by="") for stamp in shelf.stamps]
    shelf.stamps = [shelf.store.put(article)[1] for article in bare]
    read_taught_files(shelf)
    for stamp in shelf.stamps[2:]:
        shelf.store.delete(stamp.path)
    del shelf.stamps[2:]

    assert read_taught_files(shelf) == [stamp.path for stamp in shelf.stamps]
    assert read_taught_files(shelf) == []


@pytest.mark.parametrize("damage", [b"", b"no gzip", b"\x1f\x8b\x08\x00"])
def test_a_damaged_memory_is_none(tmp_path: Path, damage: bytes) -> None:
    """If the stored memory of what was learnt is damaged or deleted, the articles are read
    again."""
    shelf = Shelf(tmp_path, 1)
    shelf.add_article()

    assert len(read_taught_files(shelf)) == 1

    learn.find_cache_path(tmp_path / "learnt.npz").write_bytes(damage)

    assert len(read_taught_files(shelf)) == 1

    learn.delete_cache(tmp_path / "learnt.npz")

    assert len(read_taught_files(shelf)) == 1
