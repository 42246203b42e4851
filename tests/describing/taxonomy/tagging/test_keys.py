"""Spellings of a tag that differ in case, hyphens or plural have the same key."""

from __future__ import annotations

import pytest

from syndicator.describing.taxonomy.mentions import choose_spellings, count_spellings, make_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Web-Scraping", "web scraping"),
        ("vulnerability", "Vulnerabilities"),
        ("LLM", "LLMs"),
        ("box", "boxes"),
        ("data_science", "data science"),
    ],
)
def test_spellings_of_one_tag(one: str, other: str) -> None:
    """Two spellings of one tag, which differ in case, hyphens or plural, have the same key."""
    assert make_key(one) == make_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("C", "C++"), ("C", "C#"), ("game", "gaming"), ("Amazon", "amazon.com"), ("bu", "bus")],
)
def test_other_tags(one: str, other: str) -> None:
    """Two tags that only look alike have different keys."""
    assert make_key(one) != make_key(other)


def test_the_commonest_spelling_stands_for_a_tag_and_capitals_win_a_draw() -> None:
    """Of the spellings of one tag the most frequent is used ("open source", twice); "linux" and
    "Linux" occur once each, so the capital wins."""
    tags_of_articles = [["open source", "linux"], ["Open-Source", "Linux"], ["open source"]]
    spellings = choose_spellings(count_spellings(tags_of_articles))

    assert set(spellings.values()) == {"open source", "Linux"}
