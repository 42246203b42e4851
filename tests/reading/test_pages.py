"""Read our sample pages: each has its expected body and metadata."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from syndicator.core import text
from syndicator.core.model import Draft
from syndicator.reading.reader import read

from .structures import count_structures

PAGES = Path(__file__).parent / "pages"
# more systems, with the truth of their metadata and of the body
META_PAGES = Path(__file__).parent / "metadata" / "pages"
NAMES = sorted(path.stem for path in PAGES.glob("*.toml"))


def read_page(name: str) -> tuple[Draft, dict[str, object]]:
    truth = tomllib.loads((PAGES / f"{name}.toml").read_text("utf-8"))
    return read((PAGES / f"{name}.html").read_bytes(), truth["url"]), truth


def join_spaces(value: str) -> str:
    return re.sub(r"\s+", " ", value)


@pytest.mark.parametrize("name", NAMES)
def test_the_body_has_the_expected_texts_and_no_others(name: str) -> None:
    """Each sample page's body contains all texts that its `.toml` file requires and none that it
    forbids."""
    draft, truth = read_page(name)
    body = join_spaces(text.plain(draft.body))

    assert [s for s in truth["must_have"] if s not in body] == []
    assert [s for s in truth["must_not"] if s in body or s in draft.body] == []


@pytest.mark.parametrize("name", sorted(path.stem for path in META_PAGES.glob("*.toml")))
def test_the_body_of_a_page_with_rich_metadata(name: str) -> None:
    """The samples for metadata have required and forbidden texts of the body, too."""
    truth = tomllib.loads((META_PAGES / f"{name}.toml").read_text("utf-8"))
    body = join_spaces(
        text.plain(read((META_PAGES / f"{name}.html").read_bytes(), truth["url"]).body)
    )

    assert [s for s in truth["must_have"] if join_spaces(s) not in body] == []
    assert [s for s in truth["must_not"] if join_spaces(s) in body] == []


@pytest.mark.parametrize("name", NAMES)
def test_structure_survives(name: str) -> None:
    """Each sample page keeps as many list items, headings, table rows and code blocks as its
    `.toml` file states."""
    draft, truth = read_page(name)
    result = count_structures(draft.body)
    for kind in ("lists", "headings", "tables", "code"):
        assert sum(result[kind].values()) == truth[kind], (kind, list(result[kind]))


@pytest.mark.parametrize("name", NAMES)
def test_metadata(name: str) -> None:
    """Each sample page has the title, authors, date, cover and language that its `.toml` file
    states."""
    draft, truth = read_page(name)

    assert draft.title == truth["title"]
    assert ([part.strip() for part in draft.author.split(",")] if draft.author else []) == truth[
        "author"
    ]
    assert (draft.published.date().isoformat() if draft.published else "") == truth["date"]
    assert (draft.cover or "") == truth["image"]
    assert (draft.language or "") == truth["language"]


def test_there_are_forty_pages_in_six_languages() -> None:
    """The samples stay varied: at least 40 pages, and all of six named languages."""
    truths = [
        tomllib.loads(path.read_text("utf-8"))
        for path in (*PAGES.glob("*.toml"), *META_PAGES.glob("*.toml"))
    ]
    assert len(truths) >= 40
    assert {"en", "de", "fr", "es", "ru", "ja"} <= {
        read_page(name)[1]["language"] for name in NAMES
    }
