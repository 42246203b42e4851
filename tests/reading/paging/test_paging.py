"""Find the next page of an article, and never take the next article for it."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.core.errors import NotAnArticle
from syndicator.core.model import Draft
from syndicator.reading.html.document import parse
from syndicator.reading.next_page import find_next_page
from syndicator.reading.paging import (
    Missing,
    Part,
    append_page,
    append_pages,
    join_pages,
    read_page_number,
    split_pages,
)

HERE = Path(__file__).parent
SHAPES: list[dict[str, Any]] = tomllib.loads((HERE / "shapes.toml").read_text(encoding="utf-8"))[
    "case"
]
PAGES: list[dict[str, Any]] = tomllib.loads((HERE / "pages.toml").read_text(encoding="utf-8"))[
    "row"
]
FIRST = "https://a.example/2026/story"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize("case", SHAPES, ids=lambda case: case["url"])
def test_shapes(case: dict[str, Any]) -> None:
    """Each address in `shapes.toml` is a numbered page of the article or not; `sure` means that
    no other page looks so."""
    page_number = read_page_number(case["url"], case["first"])
    assert (page_number.number if page_number else 0) == case.get("number", 0)
    assert bool(page_number and page_number.sure) == case.get("sure", False)


@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.get("html", row.get("head", ""))[:60])
def test_next_pages(row: dict[str, Any]) -> None:
    """Each page in `pages.toml` has the next page that its row states, or none."""
    number = row.get("number", 1)
    html = f"<html><head>{row.get('head', '')}</head><body><p>Text</p>{row.get('html', '')}</body></html>"  # noqa: E501
    here = FIRST if number == 1 else f"{FIRST}/{number}"
    next_page = find_next_page(parse(html.encode(), here), FIRST, number)

    assert (next_page.url if next_page else "") == (
        f"https://a.example{row['next']}" if "next" in row else ""
    )


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=5), st.booleans())
def test_joined_pages_are_split_again(pages: list[bytes], lacking: bool) -> None:
    """`split_pages` reverses `join_pages`, also with a missing page; changed data or a wrong
    header count as one page."""
    parts = [Part(html, f"{FIRST}/{n}") for n, html in enumerate(pages)]
    missing = Missing("https://a.example/x", "timeout") if lacking else None
    html, header = join_pages(parts, missing)

    assert split_pages(html, parts[0].url, header) == (parts, missing)
    assert split_pages(html + b"x", FIRST, header) == ([Part(html + b"x", FIRST)], None)
    assert (
        split_pages(html, FIRST, {"x-pages": "[]"})
        == split_pages(html, FIRST, {})
        == ([Part(html, FIRST)], None)
    )


def make_paragraphs(*names: str) -> str:
    return "\n\n".join(
        f"{name} was a paragraph of some length, as they are in articles of this kind."
        for name in names
    )


def make_draft(body: str, url: str = FIRST, title: str = "The story", **more: Any) -> Draft:
    results = {
        "author": None,
        "published": NOW,
        "updated": None,
        "cover": None,
        "description": "",
        "language": "en",
    }
    return Draft(url=url, title=title, body=body, **(results | more))


ONE = make_draft(make_paragraphs("A", "B", "C"), trace={"title": 1})
TWO = f"{FIRST}/2"


def test_a_page_is_appended_without_repeated_paragraphs() -> None:
    """The next page adds only its new paragraphs: its heading and paragraph A, which page one
    has, are left out."""
    later_draft = make_draft(
        f"# The story (page 2)\n\n{make_paragraphs('A', 'D', 'E', 'F')}",
        TWO,
        "The story - page 2",
        blocks=("x",),
    )
    result = append_page(ONE, later_draft, TWO, sure=True)

    assert isinstance(result, Draft)
    assert result.body.strip() == make_paragraphs("A", "B", "C", "D", "E", "F")
    assert result.blocks == ("x",)


@pytest.mark.parametrize(
    ("later", "sure", "why"),
    [
        (make_draft(make_paragraphs("A", "B", "C", "X"), TWO), True, "it repeats the pages before"),
        (
            make_draft(make_paragraphs("X", "Y"), TWO, published=NOW + timedelta(days=7)),
            True,
            "it has another date",
        ),
        (
            make_draft(make_paragraphs("X", "Y"), "https://a.example/other"),
            True,
            "it says that it is another page",
        ),
        (make_draft(make_paragraphs("X", "Y"), TWO, "Another"), False, "it has another title"),
        (make_draft(make_paragraphs("X", "Y"), TWO, author="B"), True, None),
    ],
)
def test_a_page_of_another_article_is_not_appended(
    later: Draft, sure: bool, why: str | None
) -> None:
    """A page that repeats or contradicts the first in address, date, title or author is not
    appended, with that reason."""
    result = append_page(ONE, later, TWO, sure=sure)
    assert result == why if why else isinstance(result, Draft)
    if why is None:
        assert (
            append_page(make_draft(ONE.body, author="A"), later, TWO, sure=sure)
            == "it has another author"
        )


def test_an_article_ends_before_a_foreign_page_and_is_partial_if_a_page_is_missing() -> None:
    """If page 3 is a list, the article ends with page 2 and is whole; if page 3 could not be
    fetched, it is partial."""
    texts = {TWO: make_paragraphs("D", "E"), f"{FIRST}/3": ""}

    def read(part: Part) -> Draft:
        if not texts[part.url]:
            raise NotAnArticle("listing", "")
        return make_draft(texts[part.url], part.url)

    two = Part(b"", TWO)
    three = Part(b"", f"{FIRST}/3")
    result = append_pages(ONE, FIRST, [two, three], None, read)
    assert result.body.strip() == make_paragraphs("A", "B", "C", "D", "E")
    assert not result.partial
    assert result.trace == {
        "title": 1,
        "pages": {"pages": [FIRST, TWO], "stopped": f"{FIRST}/3: listing"},
    }
    lacking = append_pages(ONE, FIRST, [two], Missing(f"{FIRST}/3", "timeout"), read)
    assert lacking.partial
    assert lacking.trace["pages"]["stopped"] == f"{FIRST}/3: timeout"
