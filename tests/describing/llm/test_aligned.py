"""The check of model-written excerpts refuses false ones and passes a share of honest ones."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from syndicator.describing.llm.aligned import find_unfounded_sentence, get_writing_instruction
from syndicator.describing.text import sentences

ARTICLES = tomllib.loads((Path(__file__).parent / "claims.toml").read_text("utf-8"))["article"]
FALSE = [(one["text"], one["language"], case["says"]) for one in ARTICLES for case in one["false"]]
TRUE = [(one["text"], one["language"], says) for one in ARTICLES for says in one["true"]]


@pytest.mark.parametrize(("text", "language", "says"), FALSE, ids=lambda value: value[:60])
def test_no_falsehood_passes(text: str, language: str, says: str) -> None:
    """Each false statement about an article in `claims.toml` is refused as unfounded."""
    assert find_unfounded_sentence(says, text, language)


def test_nearly_half_of_the_honest_sentences_pass() -> None:
    """The check is strict, but at least 14 of the 29 honest sentences in `claims.toml` pass. That
    file has at least 26 false ones, of which none passes by the test above."""
    passed = [
        says for text, language, says in TRUE if not find_unfounded_sentence(says, text, language)
    ]

    assert len(passed) >= 14
    assert len(TRUE) == 29
    assert len(FALSE) >= 26


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article["title"])
def test_the_articles_own_sentences_pass(article: dict[str, str]) -> None:
    """Every sentence that is quoted from the article passes the check against it."""
    code = article["language"]
    refused = [
        sentence.text
        for sentence in sentences.split(article["text"], language=code)
        if find_unfounded_sentence(sentence.text, article["text"], code)
    ]
    assert refused == []


TEXT = (
    "Marlow bought Brightwater on Thursday. It paid 340 million euros, which banks lent. Ines"
    " Hartog runs Marlow."
)


@pytest.mark.parametrize(
    ("says", "is_passed"),
    [
        ("Marlow bought Brightwater on Thursday. It paid 340 million euros.", True),
        # a word is missing between them
        ("Marlow has bought Brightwater and paid 340 million euros.", False),
        ("Marlow has bought Brightwater. It paid 340 million euros, which banks lent.", True),
        ("It paid 340 million euros. Marlow bought Brightwater.", False),
        ("Marlow bought Brightwater. Ines Hartog runs Marlow.", False),  # no neighbours
        ("Marlow buys Brightwater.", False),
        ("Marlow bought Brightwaters on Thursday.", False),  # a name has one form
        ("It paid 341 million euros.", False),
        ("", True),
    ],
)
def test_sentences_follow_each_other_as_in_the_article(says: str, is_passed: bool) -> None:
    """A written excerpt passes the check only if its words are those of the article, and its
    sentences follow each other as there: that Marlow bought Brightwater on Thursday, that it paid
    340 million euros, which banks lent, and that Ines Hartog runs Marlow."""
    passes = not find_unfounded_sentence(says, TEXT, "en")
    assert passes == is_passed


def test_there_is_writing_only_in_languages_with_rules() -> None:
    """A model may write only in languages for which the check has rules, such as German; for
    others the instruction is empty."""
    assert get_writing_instruction("de") == "Schreibe auf Deutsch."
    assert get_writing_instruction("ja") == ""
    assert get_writing_instruction(None) == ""
