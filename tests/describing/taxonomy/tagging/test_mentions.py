"""Find tags whose words are in a text."""

from __future__ import annotations

import pytest

from syndicator.describing.taxonomy import mentions

TAGS = ("bridges", "Apple", "Go", "LLM", "C++", "community call", "community")
MATCHER = mentions.build_matcher(list(enumerate(TAGS)))


def find_tags(text: str, title: str = "") -> set[str]:
    return {TAGS[number] for number in MATCHER.find(title, text)}


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("They closed a bridge and two bridges.", {"bridges"}),
        ("They say that Apple pays.", {"Apple"}),
        ("They ate an apple. Apple is a fruit.", set()),
        ("They wrote it in Go, they say.", {"Go"}),
        ("Go home, and go soon.", set()),
        # one word in lower case: it moves no other
        ("Web.APP is theirs. They wrote it in Go, they say.", {"Go"}),
        ("Some LLMs are small.", {"LLM"}),
        ("An llm is small.", set()),
        ("It is written in C++ and C.", {"C++"}),
        ("The next community call is on Monday.", {"community call", "community"}),
        ("It is a bridge-building firm.", set()),
        ("See apple.com and bridges.txt.", set()),
        ("公司今日发布了LLM模型。", {"LLM"}),
        ("会社はC++とLLMを使う。", {"C++", "LLM"}),
        ("LLM는 새 모델이다.", {"LLM"}),
    ],
)
def test_where_tags_stand(text: str, tags: set[str]) -> None:
    """Tags are found as words of the text, also plurals; names and short forms only with their
    capitals, and no parts of words."""
    assert find_tags(text) == tags


def test_a_capital_in_a_title_alone_proves_no_name() -> None:
    """In a title all words have capitals: "Apple" counts as a name only if the text writes it so
    within a sentence."""
    assert find_tags("The fruit is red.", title="An Apple A Day") == set()
    assert find_tags("They say that Apple pays.", title="An Apple A Day") == {"Apple"}


def test_mentions_are_counted_in_title_text_and_head() -> None:
    """Mentions are counted separately in the title, in the text and in its beginning, which has
    one of two."""
    text = "A bridge. " + "More words of text. " * 60 + "Another bridge."  # is not in the head
    mention = MATCHER.find(title="The bridge", text=text)[TAGS.index("bridges")]

    assert mention.title == 1
    assert mention.text == 2
    assert mention.head == 1


def test_an_acronym_is_as_telling_as_a_long_word() -> None:
    """A short acronym counts as if it had as many letters as a long word."""
    mention = MATCHER.find(title="", text="An LLM is small.")[TAGS.index("LLM")]
    assert mention.letters == mentions.ACRONYM


def test_what_stands_only_far_behind_is_not_found() -> None:
    """A tag that occurs only after 3,000 words is not found: it is not what the text is about."""
    assert find_tags("word " * 3000 + "bridge") == set()
