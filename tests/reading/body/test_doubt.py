"""Texts that may not be the article are marked as doubtful, with a reason."""

from __future__ import annotations

from syndicator.core.model import Entry
from syndicator.reading.reader import read

PROSE = (
    "The council of the town voted on Tuesday for a new bridge, which will take two years to"
    " build. "
)
PAGE = (
    "<html><head><title>A bridge</title></head><body><article><h1>A"
    " bridge</h1>{}</article></body></html>"
)


def find_doubt(inside: str, **more: object) -> str:
    draft = read(PAGE.format(inside).encode(), "https://one.example/bridge", **more)  # type: ignore[arg-type]
    return str(draft.trace["body"].get("doubt", ""))


def make_paragraphs(count: int) -> str:
    return "".join(f"<p>{PROSE}{PROSE}</p>" for _ in range(count))


def test_a_plain_article_is_in_no_doubt() -> None:
    """A page with a title and six paragraphs of prose is read without a doubt."""
    assert find_doubt(make_paragraphs(6)) == ""


def test_a_text_of_a_few_words_is_in_doubt_unless_the_feed_has_no_more() -> None:
    """A very short text, here of 28 letters, is doubtful, unless the feed's text is as short."""
    short = "<p>The council voted for a new bridge.</p>"
    assert find_doubt(short) == "the text has 28 letters"
    assert find_doubt(short, entry=Entry(id="a", content=short)) == ""


def test_a_page_with_less_than_its_feed_is_in_doubt() -> None:
    """The page has 6 of the 10 paragraphs that its feed has, so its text is doubtful; with all
    10 it is not."""
    ten_paragraphs = "".join(f"<p>{number} {PROSE}</p>" for number in range(10))
    six_paragraphs = "".join(f"<p>{number} {PROSE}</p>" for number in range(6))
    entry = Entry(id="a", content=ten_paragraphs)

    assert "the feed" in find_doubt(six_paragraphs, entry=entry)
    assert find_doubt(ten_paragraphs, entry=entry) == ""
