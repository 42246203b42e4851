"""Which origin of a value may overwrite which other: the operator, the site, our own guess."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from syndicator.articles import edits, frontmatter
from syndicator.articles.edits import By, find_writer, list_field_keys, may_write, sign
from syndicator.core.model import Article
from tests.articles.samples import make_full_article

EDITED: dict[str, dict[str, Any]] = {
    "excerpt": {"excerpt": "Mine."},
    "tags": {"tags": ("Mine",)},
    "category": {"category": "Mine"},
}
DESCRIBED_BY: dict[str, list[By | None]] = {
    "excerpt": [None, By.PUBLISHER, By.EXTRACTIVE, By.LLM, By.OPERATOR],
    "tags": [None, By.PUBLISHER, By.MATCHED, By.LEARNT, By.LLM, By.OPERATOR],
    "category": [By.MATCHED, By.LLM, By.OPERATOR],
    **{
        name: [By.PUBLISHER, By.OPERATOR]
        for name in list_field_keys()
        if name not in ("excerpt", "tags", "category")
    },
}
# who wrote it -> who may write over it; the rest may not
WHO_MAY_OVERWRITE: dict[By | None, set[By]] = {
    None: set(By),
    By.PUBLISHER: set(By),
    By.EXTRACTIVE: set(By),
    By.MATCHED: set(By),
    By.LEARNT: set(By),
    By.LLM: {By.PUBLISHER, By.LLM, By.OPERATOR},
    By.OPERATOR: {By.OPERATOR},
}


def write_and_load(article: Article) -> Article:
    return frontmatter.load(frontmatter.dump(sign(article)))


def make_article_from(field: str, current: By | None) -> Article:
    """An article as loaded, whose `field` is from `current`."""
    article = write_and_load(make_full_article(excerpt_by="extractive", tags_by="matched"))
    if field in ("excerpt", "tags"):
        return replace(article, **{f"{field}_by": current or ""})
    if current is By.LLM:
        return replace(article, excerpt_by="llm")
    changed = (
        {"published": None, "added": None}
        if field == "date"
        else {"cover" if field == "coverImage" else field: "x"}
    )
    return replace(article, **changed) if current is By.OPERATOR else article


@pytest.mark.parametrize("by", By)
@pytest.mark.parametrize(
    ("field", "current"),
    [(field, current) for field, currents in DESCRIBED_BY.items() for current in currents],
)
def test_who_may_write_over_whom(field: str, current: By | None, by: By) -> None:
    """A value may be overwritten only by the writers that WHO_MAY_OVERWRITE lists for its current
    writer: one of the operator by the operator only, one of the language model also by the
    publisher and itself, any other by all."""
    article = make_article_from(field, current)

    assert find_writer(article, field) == current
    assert may_write(article, field, by) is (by in WHO_MAY_OVERWRITE[current])


@pytest.mark.parametrize("field", EDITED)
def test_what_a_hand_edited_is_the_operators_whatever_the_file_says(field: str) -> None:
    """A field whose value was edited in the file belongs to the operator, even if `excerpt_by` or
    `tags_by` says "llm"; no other field does."""
    written = write_and_load(make_full_article(excerpt_by="llm", tags_by="llm"))
    article = replace(written, **EDITED[field])

    of_the_operator = {key for key in list_field_keys() if find_writer(article, key) is By.OPERATOR}
    assert of_the_operator == {field}
    assert find_writer(edits.mark_operator_edits(article), field) is By.OPERATOR


def test_a_category_is_the_models_where_it_wrote_excerpt_or_tags() -> None:
    """If the language model wrote excerpt or tags, the category is taken as its own, too, since
    files of earlier versions do not say it."""
    assert find_writer(write_and_load(make_full_article(excerpt_by="llm")), "category") is By.LLM
    assert find_writer(write_and_load(make_full_article(tags_by="llm")), "category") is By.LLM
    assert find_writer(write_and_load(make_full_article()), "category") is By.MATCHED


def test_the_file_says_whose_the_category_is_only_where_nothing_else_does() -> None:
    """`category_by` is written only if it cannot be derived from `excerpt_by`: by "llm" if that is
    "llm", else "matched"."""
    for excerpt_by, category_by in (("llm", "llm"), ("extractive", "matched"), ("extractive", "")):
        without = make_full_article(excerpt_by=excerpt_by)
        given = replace(without, category_by=category_by)
        assert frontmatter.dump(given) == frontmatter.dump(without)

    # others come back from the file
    for excerpt_by, by in (("llm", By.MATCHED), ("extractive", By.LLM), ("llm", By.OPERATOR)):
        article = write_and_load(make_full_article(excerpt_by=excerpt_by, category_by=by))
        assert article.category_by == by
        assert find_writer(article, "category") == by


def test_the_models_category_stays_its_own_when_a_hand_edits_its_excerpt() -> None:
    """If the operator edits the excerpt of the language model, the category stays the model's, so
    that our matching does not overwrite it, also after a rewrite of the file."""
    in_file = replace(write_and_load(make_full_article(excerpt_by="llm")), excerpt="Mine.")
    loaded = edits.mark_operator_edits(in_file)
    rewritten = frontmatter.load(frontmatter.dump(edits.merge(loaded, in_file)))

    for article in (loaded, rewritten, edits.mark_operator_edits(rewritten)):
        assert find_writer(article, "category") is By.LLM
        assert not may_write(article, "category", By.MATCHED)

    # a new reading of the page brings its own category
    assert find_writer(edits.merge(make_full_article(), in_file), "category") is By.MATCHED


def test_a_title_is_the_publishers_unless_the_file_says_otherwise() -> None:
    """A file with `title_by: operator` has a title of the operator: a later visit does not replace
    it by "New"."""
    in_file = write_and_load(make_full_article(title="A title", title_by="operator"))

    assert find_writer(in_file, "title") is By.OPERATOR
    assert edits.merge(make_full_article(title="New"), in_file).title == "A title"


def test_a_word_that_names_nobody_protects_nothing() -> None:
    """An unknown writer in `tags_by` counts as none: anybody may overwrite the tags."""
    assert find_writer(write_and_load(make_full_article(tags_by="somebody")), "tags") is None


def test_a_writer_is_plain_text_in_the_file() -> None:
    """The writer of a field is stored as a plain word, not as a Python enum."""
    assert b"\nexcerpt_by: llm\ntags_by: operator\n" in frontmatter.dump(
        make_full_article(excerpt_by=By.LLM, tags_by=By.OPERATOR)
    )
