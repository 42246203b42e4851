"""Remove a second copy of the article from a page."""

from __future__ import annotations

from syndicator.reading.reader import read
from tests.reading.body.test_class_words import TEXTS, make_page

NAMES = ["The boat and its crew", "The five islands", "What the office says", "How it goes on"]


def test_a_list_of_section_names_above_the_sections_cuts_none_of_them() -> None:
    """A table of contents does not make the headings that it lists count as repeated: all
    sections stay."""
    names = "".join(f"<li>{name}</li>" for name in NAMES)
    sections = "".join(
        f"<h2>{name}</h2><p>{text} It was the talk of the harbour.</p>"
        for name, text in zip(NAMES, TEXTS[1:], strict=True)
    )
    contents = f"<ul>{names}</ul>"
    page = make_page(f"<main><h1>The last ferry</h1><p>{TEXTS[0]}</p>{contents}{sections}</main>")
    body = read(page, "https://a.example/b").body

    assert [text for text in TEXTS if text not in body] == []
    assert [name for name in NAMES if f"## {name}" not in body] == []


def test_a_second_copy_of_the_article_goes() -> None:
    """An article of five paragraphs that is twice on the page is read once."""
    story = "".join(f"<p>{text}</p>" for text in TEXTS)
    page = make_page(f"<main><h1>The last ferry</h1>{story}<div>{story}</div></main>")
    body = read(page, "https://a.example/b").body

    assert [body.count(text) for text in TEXTS] == [1, 1, 1, 1, 1]


def test_a_copy_with_a_changed_line_is_cut_whole() -> None:
    """A second copy of the article is cut with the line "Print", which only the copy has."""
    story = "".join(f"<p>{text}</p>" for text in TEXTS)
    copy = story.replace("</p>", "</p><p>Print</p>", 1)  # behind the first paragraph
    page = make_page(f"<main><h1>The last ferry</h1>{story}<div>{copy}</div></main>")
    body = read(page, "https://a.example/b").body

    assert "Print" not in body
