"""Minimum scores of describing on our own texts, for clones without ../shared.

The full floors, on open texts by others, are in test_describing.py.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from syndicator.cli.demo.site_files import Story, load_stories
from syndicator.describing.describe import Description, describe
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.describing.text import sentences

ROOT = Path(__file__).resolve().parents[2]
SAMPLE: dict[str, Any] = tomllib.loads(
    (Path(__file__).parent / "data" / "describing.toml").read_text("utf-8")
)
FLOORS: dict[str, float] = SAMPLE["floors"]
ITEMS: list[dict[str, Any]] = SAMPLE["item"]
STORIES = [story for story in load_stories() if story.truth is not None and story.truth.is_article]
ENGLISH = [story for story in STORIES if story.language == "en"]  # the taxonomy's words are English


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return Taxonomy.from_toml(ROOT / "config" / "taxonomy.toml")


@pytest.fixture(scope="module")
def descriptions(taxonomy: Taxonomy) -> list[Description]:
    return [describe(item["title"], item["text"], taxonomy=taxonomy) for item in ITEMS]


@pytest.fixture(scope="module")
def described_stories(taxonomy: Taxonomy) -> list[Description]:
    return [
        describe(
            story.title,
            extract_text(story),
            section=story.section,
            keywords=story.labels,
            taxonomy=taxonomy,
        )
        for story in ENGLISH
    ]


def extract_text(story: Story) -> str:
    """The text of a story, a paragraph, heading, list item or table row a line."""
    tree = lxml.html.fragment_fromstring(story.body, create_parent="div")
    lines = (
        " ".join(part.text_content().split()) for part in tree.iter("p", "h2", "h3", "li", "tr")
    )
    return "\n".join(line for line in lines if line)


def measure_share(right: Sequence[bool]) -> float:
    return sum(right) / len(right)


def test_the_sample_has_every_category_twice(taxonomy: Taxonomy) -> None:
    """Our sample has two texts for each shipped category and only known tags."""
    names = [category.name for category in taxonomy.vocabulary.category]
    assert sorted(item["category"] for item in ITEMS) == sorted(names * 2)
    assert {tag for item in ITEMS for tag in item["tags"]} <= taxonomy.names


def test_categories(descriptions: list[Description]) -> None:
    """On our own texts the share of right categories reaches its minimum."""
    wrong = [
        (i["title"], d.category)
        for i, d in zip(ITEMS, descriptions, strict=True)
        if d.category != i["category"]
    ]
    assert 1 - len(wrong) / len(ITEMS) >= FLOORS["category"], wrong


def test_tags(descriptions: list[Description]) -> None:
    """On our own texts enough of the expected tags are given, and enough of the given tags are
    expected."""
    pairs = list(zip(ITEMS, descriptions, strict=True))
    share_of_expected = measure_share(
        [tag in given.tags for item, given in pairs for tag in item["tags"]]
    )
    share_of_given = measure_share(
        [tag in item["tags"] for item, given in pairs for tag in given.tags]
    )

    assert share_of_expected >= FLOORS["tags"], share_of_expected
    assert share_of_given >= FLOORS["wanted"], share_of_given


def test_the_demos_stories(described_stories: list[Description]) -> None:
    """Enough of the demo's stories get the category and the tags that they were written for."""
    truths = [story.truth for story in ENGLISH if story.truth is not None]
    category = measure_share(
        [
            given.category == (truth.category or "")
            for truth, given in zip(truths, described_stories, strict=True)
        ]
    )
    tags = measure_share(
        [
            tag in given.tags
            for truth, given in zip(truths, described_stories, strict=True)
            for tag in truth.tags
        ]
    )
    assert category >= FLOORS["demo_category"], category
    assert tags >= FLOORS["demo_tags"], tags


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.key)
def test_excerpts_are_whole_sentences_of_the_text(story: Story) -> None:
    """The excerpt of each story has no fault of form and only sentences of its text, in the
    right language."""
    text = extract_text(story)
    description = describe(story.title, text, language=story.language, taxonomy=Taxonomy())
    assert sentences.find_fault(description.excerpt, story.title) == ""
    assert description.language == story.language
    body = sentences.normalise_words(text)
    assert all(
        sentences.normalise_words(part) in body
        for part in description.excerpt.replace("! ", ". ").split(". ")
    )
