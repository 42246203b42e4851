"""The origin of each field of an article, and the reasons for its tags and category."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from syndicator.articles.edits import mark_operator_edits, sign
from syndicator.articles.fields import settle
from syndicator.articles.frontmatter import dump, load
from syndicator.core.model import Article, Source
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.showing.field_origins import explain_category, explain_tags, find_origins

TEXT = (
    "The new GPU of the company is twice as fast. A graphics card of last year needs two days for"
    " what it does in one."
)
TOML = """\
[[category]]
name = "Hardware"
description = "Chips, graphics cards, computers and what is built into them"

[[tag]]
name = "GPU"
aliases = ["graphics card"]

[[tag]]
name = "Cooking"
"""


@pytest.fixture(scope="module")
def taxonomy(tmp_path_factory: pytest.TempPathFactory) -> Taxonomy:
    path = tmp_path_factory.mktemp("taxonomy") / "taxonomy.toml"
    path.write_text(TOML)
    return Taxonomy.from_toml(path)


def load_filed_article(**fields: object) -> Article:
    """An article as loaded from a file that we wrote."""
    article = Article(
        id="a", url="https://x.example/a", title="A new GPU", body=TEXT, excerpt_by="extractive"
    )
    return load(dump(sign(settle(replace(article, **fields)))))  # type: ignore[arg-type]


def edit_file(article: Article, old: str, new: str) -> Article:
    text = dump(article).decode()
    assert old in text
    return mark_operator_edits(load(text.replace(old, new, 1).encode()))


SOURCE = Source(key="s", url="https://x.example/feed", tags=("Mine",), category="Chips")


def test_what_the_page_says_is_its_own_and_the_rest_came_from_the_feed() -> None:
    """Fields that equal the new reading come from the page; others from the feed."""
    article = load_filed_article(author="Ann", excerpt="It is fast.")
    reading = replace(article, author="Bob")
    origins = find_origins(article, reading, {"title": {"from": "h1"}, "body": {"from": "page"}})

    assert origins == {
        "title": "its page: h1",
        "excerpt": "sentences of its text",
        "author": "its feed, or its page when it was filed",
        "body": "its page: page",
    }
    assert find_origins(article, None, {})["title"] == origins["author"]


def test_what_a_hand_edited_is_the_operators() -> None:
    """An edited field has the origin "your edit of the file"."""
    article = edit_file(load_filed_article(author="Ann"), "author: Ann", "author: Eve")
    assert (
        find_origins(article, article, {"author": {"from": "class"}})["author"]
        == "your edit of the file"
    )


@pytest.mark.parametrize(
    ("fields", "reasons"),
    [
        ({"tags": ("Mine",)}, {"Mine": "its source has it in sources.toml"}),
        ({"tags": ("GPU",)}, {"GPU": r"its text names it \(0\.\d\d\)"}),
        (
            {"tags": ("GPU",), "keywords": ("gpu",)},
            {"GPU": r"its publisher's, and its text names it \(0\.\d\d\)"},
        ),
        ({"tags": ("Old",)}, {"Old": "as it was filed: the taxonomy does not have it now"}),
        ({"tags": ("GPU",), "tags_by": "llm"}, {"GPU": "the language model"}),
    ],
)
def test_each_tag_has_a_reason(
    taxonomy: Taxonomy, fields: dict[str, object], reasons: dict[str, str]
) -> None:
    """Each tag of an article is explained: by its source, text, publisher, an older taxonomy or the
    language model."""
    explained = explain_tags(load_filed_article(**fields), SOURCE, taxonomy)
    assert explained.keys() == reasons.keys()
    for tag, reason in reasons.items():
        assert re.fullmatch(reason, explained[tag]), explained[tag]


def test_a_category_has_a_reason_with_its_score(taxonomy: Taxonomy) -> None:
    """A category is explained by its source, the score of its text, the fallback or the language
    model."""

    def told(category: str, source: Source | None = SOURCE, by: str = "") -> str:
        article = load_filed_article(category=category, category_by=by)
        return explain_category(article, source, taxonomy, "Unsorted")

    guess = taxonomy.category("A new GPU", TEXT)
    assert told("Hardware") == f"its text fits best ({guess.score:.2f})"
    assert told("Chips").startswith("its source has it in sources.toml; ")
    assert "describe.uncategorised" in told("Unsorted")
    assert told("Other", None).startswith("as it was filed; now Hardware (")
    assert told("Other", by="llm") == "the language model"


def test_a_taxonomy_of_nothing_has_no_scores(tmp_path: Path) -> None:
    """An empty taxonomy gives no tag scores."""
    assert Taxonomy().score_tags("A title", "A text.") == {}
