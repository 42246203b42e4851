"""A tag that is a part of a longer name is no mention; names are known by their capitals."""

from __future__ import annotations

import pytest

from syndicator.describing.taxonomy import mentions

TAGS = ("robotics", "education", "Claude", "VR", "API", "Go", "OpenAI", "NASA", "Amazon")
MATCHER = mentions.build([*enumerate(TAGS), (0, "robot")])


def found(text: str, title: str = "") -> set[str]:
    return {TAGS[number] for number in MATCHER.find(title, text)}


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("They asked Harrow Robotics for a lander.", set()),
        ("It went to the Department of Education in May.", set()),
        ("He leads the Investor Education Foundation, they say.", set()),
        ("The Robotics firm is small.", {"robotics"}),
        ("A Guide To Robotics And Education\nIt is long.", {"robotics", "education"}),
        ("They spoke of Claude Lenoir, the mayor.", set()),
        ("They spoke of Claude. The model Claude Haiku is small.", {"Claude"}),
        ("They pay with VR Payment in the shop.", set()),
        ("They play in VR and buy the VR Headset.", {"VR"}),
        ("The active pharmaceutical ingredient (API) is rare. The API is dear.", set()),
        ("The application programming interface (API) is new.", {"API"}),
        ("Go's tests are quick.", {"Go"}),
        ("We heard of openai today.", {"OpenAI"}),
        ("They say that Nasa waits.", {"NASA"}),
    ],
)
def test_where_names_stand(text: str, tags: set[str]) -> None:
    assert found(text) == tags


def test_a_name_that_is_a_word_counts_in_a_title_with_small_words() -> None:
    assert found("The suite is slow.", "How we test services in Go with mocks") == {"Go"}
    assert found("The suite is slow.", "Where Do We Go From Here") == set()


def test_a_line_that_repeats_counts_once() -> None:
    mention = MATCHER.find("", "The phone.\nSee it now: Amazon\nThe clock.\nSee it now: Amazon")[TAGS.index("Amazon")]
    assert mention.text == 1


def test_two_spellings_at_one_place_are_one_mention() -> None:
    assert MATCHER.find("", "A robot.")[0].text == 1


def test_a_line_in_capitals_says_nothing_of_names() -> None:
    assert mentions.in_title_case("Five Ways Of Teaching")
    assert not mentions.in_title_case("Five ways of teaching in Berlin")
