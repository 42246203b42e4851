"""Show a changed field to the operator: one line, or paragraphs of a body."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syndicator.core.model import Article
from syndicator.upkeep.passes.compare import show_change
from syndicator.upkeep.passes.revision import FieldChange

LONG = "The council met on Thursday and spoke about the bridge over the river "
TEN = "\n\n".join(f"Paragraph {number}." for number in range(10))


def show_field_change(old: str = "", new: str = "", field: str = "body") -> list[str]:
    before = Article(id="a", url="https://x.example/a", title="T", body=old)
    change = FieldChange(field=field, old=old, new=new)
    return list(show_change(change, before, replace(before, body=new)))


@pytest.mark.parametrize(
    ("field", "old", "new", "line"),
    [
        ("title", "Old", "New", "title: Old → New"),
        ("tags", "", "AI, LLM", "tags: none → AI, LLM"),
        ("author", "Ann", "", "author: Ann → none"),
        (
            "excerpt",
            LONG + "twice.",
            LONG + "once.",
            "excerpt: …r the river twice. → …r the river once.",
        ),
        ("title", "a\nb\x1b[1m", "c", "title: a b\\u001b[1m → c"),
    ],
)
def test_a_field_is_one_line_that_shows_where_it_differs(
    field: str, old: str, new: str, line: str
) -> None:
    """A changed field is shown as one line: an empty value as "none", of a long one only the part
    around the difference, line breaks as spaces and control characters escaped."""
    assert show_field_change(old, new, field) == [line]


def test_a_body_shows_how_many_paragraphs_go_and_come_and_the_first() -> None:
    """The summary of a changed body counts removed and added paragraphs and shows them."""
    assert show_field_change("One.\n\nTwo.\n\nThree.", "One.\n\nThree.\n\nFour.") == [
        "body: -1 +1 paragraphs",
        "  - Two.",
        "  + Four.",
    ]


def test_a_paragraph_that_changed_shows_where() -> None:
    """For a long paragraph that changed, only the part around the difference is shown."""
    body = show_field_change(LONG + "twice.", LONG + "once.")
    assert body == ["body: -1 +1 paragraphs", "  - …r the river twice.", "  + …r the river once."]


def test_of_many_paragraphs_the_first_are_shown_and_the_others_counted() -> None:
    """Of ten removed paragraphs (TEN) the first ones are shown, and "4 more" are counted."""
    lines = show_field_change(TEN, "")

    assert lines[0] == "body: -10 +0 paragraphs"
    assert lines[1] == "  - Paragraph 0."
    assert lines[-1] == "  … 4 more"
