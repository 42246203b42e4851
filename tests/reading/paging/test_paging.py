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
    """Each case of `shapes.toml` has an address, that of an article's first page and the number
    that the address has as a page of it, if it is one. `sure` means that no other page has an
    address of this form."""
    found = read_page_number(case["url"], case["first"])

    if "number" in case:
        assert found
        assert found.number == case["number"]
        assert found.sure == case.get("sure", False)
    else:
        assert not found


@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.get("html", row.get("head", ""))[:60])
def test_next_pages(row: dict[str, Any]) -> None:
    """Each row of `pages.toml` has the markup of a page with this `number` of an article, and
    the address of the `next` page, which is found in it; without `next` none is."""
    number = row.get("number", 1)
    body = f"<body><p>Text</p>{row.get('html', '')}</body>"
    html = f"<html><head>{row.get('head', '')}</head>{body}</html>"
    own_url = FIRST if number == 1 else f"{FIRST}/{number}"
    next_page = find_next_page(parse(html.encode(), own_url), FIRST, number)

    if "next" in row:
        assert next_page
        assert next_page.url == f"https://a.example{row['next']}"
    else:
        assert next_page is None


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=5), st.booleans())
def test_joined_pages_are_split_again(pages: list[bytes], is_page_missing: bool) -> None:
    """`split_pages` reverses `join_pages`, also with a missing page; if the data was changed, or
    the header is wrong or missing, all of the data counts as one page."""
    parts = [Part(html, f"{FIRST}/{n}") for n, html in enumerate(pages)]
    missing = Missing("https://a.example/x", "timeout") if is_page_missing else None
    joined, header = join_pages(parts, missing)

    assert split_pages(joined, parts[0].url, header) == (parts, missing)

    changed = joined + b"x"

    assert split_pages(changed, FIRST, header) == ([Part(changed, FIRST)], None)
    assert split_pages(joined, FIRST, {"x-pages": "[]"}) == ([Part(joined, FIRST)], None)
    assert split_pages(joined, FIRST, {}) == ([Part(joined, FIRST)], None)


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
    """The second page adds only its new paragraphs: its heading and paragraph A, which page one
    (with A, B and C) has, are left out. Its digests of blocks are added, too."""
    second_page = make_draft(
        f"# The story (page 2)\n\n{make_paragraphs('A', 'D', 'E', 'F')}",
        url=TWO,
        title="The story - page 2",
        blocks=("digest",),
    )
    joined = append_page(ONE, second_page, TWO, sure=True)

    assert isinstance(joined, Draft)
    assert joined.body.strip() == make_paragraphs("A", "B", "C", "D", "E", "F")
    assert joined.blocks == ("digest",)


@pytest.mark.parametrize(
    ("later", "is_address_sure", "reason"),
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
    ],
)
def test_a_page_of_another_article_is_not_appended(
    later: Draft, is_address_sure: bool, reason: str
) -> None:
    """A page that repeats the first, or contradicts it in address, date or title, is not
    appended, with that reason."""
    assert append_page(ONE, later, TWO, sure=is_address_sure) == reason


def test_a_page_of_another_author_is_not_appended() -> None:
    """A page by B is not appended to one by A, but to one that names no author."""
    by_b = make_draft(make_paragraphs("X", "Y"), TWO, author="B")
    by_a = make_draft(ONE.body, author="A")
    by_nobody = make_draft(ONE.body, author=None)

    assert append_page(by_a, by_b, TWO, sure=True) == "it has another author"
    assert isinstance(append_page(by_nobody, by_b, TWO, sure=True), Draft)


def test_an_article_ends_before_a_foreign_page_and_is_partial_if_a_page_is_missing() -> None:
    """If page 3 is a list, the article ends with page 2 and is whole; if page 3 could not be
    fetched, it is partial."""
    two = Part(b"", f"{FIRST}/2")
    three = Part(b"", f"{FIRST}/3")

    def read(part: Part) -> Draft:
        if part == three:
            raise NotAnArticle("listing", "")
        return make_draft(make_paragraphs("D", "E"), url=part.url)

    # page 1 has the paragraphs A, B and C, and "title" in its trace
    whole = append_pages(ONE, FIRST, [two, three], None, read)

    assert whole.body.strip() == make_paragraphs("A", "B", "C", "D", "E")
    assert not whole.partial
    assert whole.trace == {
        "title": 1,
        "pages": {"pages": [FIRST, f"{FIRST}/2"], "stopped": f"{FIRST}/3: listing"},
    }

    partial = append_pages(ONE, FIRST, [two], Missing(f"{FIRST}/3", "timeout"), read)

    assert partial.partial
    assert partial.trace["pages"]["stopped"] == f"{FIRST}/3: timeout"
