"""Find tags that are proper names by their capital letters."""

from __future__ import annotations

import pytest

from syndicator.describing.taxonomy import mentions

TAGS = ("robotics", "education", "Claude", "VR", "API", "Go", "OpenAI", "NASA", "Amazon")
MATCHER = mentions.build_matcher([*enumerate(TAGS), (0, "robot")])


def find_tags(text: str, title: str = "") -> set[str]:
    return {TAGS[number] for number in MATCHER.find(title, text)}


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("They spoke of Claude. The model Claude Haiku is small.", {"Claude"}),
        ("They asked the Robotics firm of Claude.", {"robotics", "Claude"}),
        ("Go's tests are quick.", {"Go"}),
        ("We heard of openai today.", {"OpenAI"}),
        ("They say that Nasa waits.", {"NASA"}),
    ],
)
def test_where_names_stand(text: str, tags: set[str]) -> None:
    """Names are found with a possessive, beside other names and in another case, as long as they
    are no common words."""
    assert find_tags(text) == tags


def test_a_name_that_is_a_word_needs_the_text() -> None:
    """The word "Go" in a title may be the verb: it is a tag only if the text uses it as a name."""
    title = "Where Do We Go From Here"
    assert find_tags("The suite in Go is slow.", title) == {"Go"}
    assert find_tags("The suite is slow.", title) == set()


def test_a_line_that_repeats_counts_once() -> None:
    """A line that occurs twice, such as an advertisement, counts as one mention."""
    text = "The phone.\nSee it now: Amazon\nThe clock.\nSee it now: Amazon"
    mention = MATCHER.find(title="", text=text)[TAGS.index("Amazon")]
    assert mention.text == 1


def test_two_spellings_at_one_place_are_one_mention() -> None:
    """The tag "robotics" may also be spelled "robot": one word is one mention."""
    mention = MATCHER.find(title="", text="A robot.")[TAGS.index("robotics")]
    assert mention.text == 1
