"""Fields of an article that a better reading of its saved page changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syndicator.articles.edits import sign
from syndicator.core.model import Article
from syndicator.filing.visit import merge_reading

OURS = Article(
    id="a",
    url="https://x.example/a",
    title="Old title",
    body="Old text. Join our event.",
    excerpt="Join our event.",
    excerpt_by="extractive",
    category="Old",
    tags=("Event",),
    tags_by="matched",
)
NEW = replace(
    OURS, title="New title", body="Old text.", excerpt="Old text.", category="New", tags=("Text",)
)


def sign_article(**fields: object) -> Article:
    """`OURS` with `fields` as our last write left it."""
    return sign(replace(OURS, **fields))


def get_description(article: Article) -> tuple[str, str, tuple[str, ...]]:
    return article.excerpt, article.category, article.tags


def test_what_the_text_gave_is_taken_from_the_better_text() -> None:
    """Excerpt, category and tags that came from the text are taken from the new reading; title
    and body stay."""
    better = merge_reading(sign_article(), NEW, "Other")

    assert better.title == "Old title"
    assert better.body == "Old text."
    assert get_description(better) == ("Old text.", "New", ("Text",))


def test_where_the_better_text_has_no_category_the_default_stands() -> None:
    """Without a category in the new reading, the default category ("Other") is used."""
    without_category = replace(NEW, category="")
    merged = merge_reading(sign_article(), without_category, "Other")

    assert merged.category == "Other"


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({"excerpt_by": "publisher"}, ("Join our event.", "New", ("Text",))),
        ({"excerpt_by": "llm"}, ("Join our event.", "Old", ("Text",))),
        ({"tags_by": "llm"}, ("Old text.", "Old", ("Event",))),
        ({"excerpt_by": "llm", "tags_by": "llm"}, ("Join our event.", "Old", ("Event",))),
        ({"category_by": "llm"}, ("Old text.", "Old", ("Text",))),
        ({"tags_by": "operator"}, ("Old text.", "New", ("Event",))),
    ],
)
def test_what_others_wrote_stays(
    fields: dict[str, object], kept: tuple[str, str, tuple[str, ...]]
) -> None:
    """The stored article has excerpt "Join our event.", category "Old" and tag "Event"; the new
    reading has "Old text.", "New" and "Text". Values that the publisher, a model ("llm") or the
    operator gave (`fields`) are kept when the text is read again."""
    stored = sign_article(**fields)
    merged = merge_reading(stored, NEW, "Other")

    assert get_description(merged) == kept


@pytest.mark.parametrize(
    ("edit", "kept"),
    [
        ({"category": "Mine"}, ("Old text.", "Mine", ("Text",))),
        ({"tags": ("Mine",)}, ("Old text.", "New", ("Mine",))),
        ({"excerpt": "Mine.", "excerpt_by": "operator"}, ("Mine.", "New", ("Text",))),
    ],
)
def test_what_a_hand_edited_stays(
    edit: dict[str, object], kept: tuple[str, str, tuple[str, ...]]
) -> None:
    """A value that the operator edited in the file (`edit`) is kept when the text is read again;
    the other two are those of the new reading."""
    edited = replace(sign_article(), **edit)
    merged = merge_reading(edited, NEW, "Other")

    assert get_description(merged) == kept
