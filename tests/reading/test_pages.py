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
    plain_body = join_spaces(text.plain(draft.body))

    assert [wanted for wanted in truth["must_have"] if wanted not in plain_body] == []
    # neither in the plain text nor in its Markdown
    assert [bad for bad in truth["must_not"] if bad in plain_body or bad in draft.body] == []


@pytest.mark.parametrize("name", sorted(path.stem for path in META_PAGES.glob("*.toml")))
def test_the_body_of_a_page_with_rich_metadata(name: str) -> None:
    """The samples for metadata have required and forbidden texts of the body, too."""
    truth = tomllib.loads((META_PAGES / f"{name}.toml").read_text("utf-8"))
    draft = read((META_PAGES / f"{name}.html").read_bytes(), truth["url"])
    body = join_spaces(text.plain(draft.body))

    assert [wanted for wanted in truth["must_have"] if join_spaces(wanted) not in body] == []
    assert [unwanted for unwanted in truth["must_not"] if join_spaces(unwanted) in body] == []


@pytest.mark.parametrize("name", NAMES)
def test_structure_survives(name: str) -> None:
    """Each sample page keeps as many list items, headings, table rows and code blocks as its
    `.toml` file states."""
    draft, truth = read_page(name)
    found = count_structures(draft.body)  # of each kind, the texts and how often each is there

    for kind in ("lists", "headings", "tables", "code"):
        assert sum(found[kind].values()) == truth[kind], (kind, list(found[kind]))


@pytest.mark.parametrize("name", NAMES)
def test_metadata(name: str) -> None:
    """Each sample page has the title, authors, date, cover and language that its `.toml` file
    states."""
    draft, truth = read_page(name)

    authors = [part.strip() for part in draft.author.split(",")] if draft.author else []

    assert draft.title == truth["title"]
    assert authors == truth["author"]
    assert (draft.published.date().isoformat() if draft.published else "") == truth["date"]
    assert (draft.cover or "") == truth["image"]
    assert (draft.language or "") == truth["language"]


def test_there_are_forty_pages_in_six_languages() -> None:
    """The samples stay varied: at least 40 pages in both folders, and those of the first in at
    least these six languages."""
    all_samples = [*PAGES.glob("*.toml"), *META_PAGES.glob("*.toml")]
    truths = [read_page(name)[1] for name in NAMES]

    assert len(all_samples) >= 40
    assert {"en", "de", "fr", "es", "ru", "ja"} <= {truth["language"] for truth in truths}
