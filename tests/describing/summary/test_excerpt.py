"""Excerpts consist of whole sentences that cover the text."""

from __future__ import annotations

from typing import Any

import pytest

from syndicator.describing.summary import excerpt
from syndicator.describing.summary.excerpt import (
    ENOUGH,
    LIKE,
    choose_excerpt,
    extend_passage,
    measure_likeness,
    summarize,
)
from syndicator.describing.text.sentences import Sentence

TITLE = "Chatbot maker raises billions"
TEXT = """The maker of ChatGPT has raised six billion dollars from investors, it said on Tuesday.
The money will pay for chips that train larger large language models, a form of artificial intelligence.
Rivals are raising money as well, and ChatGPT now has a hundred million users. Read more about it here."""  # noqa: E501
OWN = "The maker of ChatGPT raised six billion dollars from investors."


def test_an_excerpt_is_sentences_of_the_text() -> None:
    """The excerpt starts with the sentence of the text that tells the news, here its first."""
    assert summarize(TITLE, TEXT).startswith("The maker of ChatGPT has raised six billion dollars")


def test_a_sound_description_wins_and_a_cut_one_loses() -> None:
    """The publisher's description (`OWN`) is the excerpt if it is a whole sentence; if it was cut
    off, sentences of the text are."""
    assert choose_excerpt(TITLE, TEXT, OWN, "en") == (OWN, "publisher")

    cut_off = OWN[:-10] + "..."
    _, excerpt_by = choose_excerpt(TITLE, TEXT, cut_off, "en")

    assert excerpt_by == "extractive"


@pytest.mark.parametrize(
    ("description", "excerpt"),
    [
        (f"{OWN} The money will pay for chips that tra...", OWN),  # its end was cut off
        (f"{TITLE}! {OWN}", OWN),
        (f"Money\n{OWN}", OWN),  # a heading in a line of its own
        (OWN[:-1], ""),  # a heading, or its end was cut off
        (f"News Today {TEXT.split(chr(10))[0]}", ""),  # a heading is before it
    ],
)
def test_the_sound_passage_of_a_description_is_taken(description: str, excerpt: str) -> None:
    """Of a partly sound description the whole sentences are taken; "" means that nothing is
    sound and the text is used."""
    chosen, excerpt_by = choose_excerpt(TITLE, TEXT, description, "en")
    if excerpt:
        assert chosen == excerpt
        assert excerpt_by == "publisher"
    else:
        assert excerpt_by == "extractive"


def test_no_sentence_stands_twice() -> None:
    """Two sentences that differ only in the kind of hyphen (U+2011) count as one."""
    sentence = "Choosing a system for customers is one of the high-impact decisions of the year."
    with_other_hyphen = sentence.replace("-", "\u2011")

    assert summarize("Systems", f"{sentence}\n{with_other_hyphen}") == sentence


def test_a_dateline_with_a_country_of_several_words_goes() -> None:
    """A dateline such as "DUBAI, United Arab Emirates —" is removed."""
    text = "DUBAI, United Arab Emirates — The carrier of the city bought thirty jets on Wednesday."
    assert summarize("Jets", text) == "The carrier of the city bought thirty jets on Wednesday."


def test_a_description_of_something_else_loses() -> None:
    """A description that has words of the article ("chatbot", "raises"), but is not about it, is
    not used: its likeness to the article is below the limit, that of a sentence of the text is
    not."""
    other = (
        "Chatbot Weekly of Bergen covers kitchens and gardens, and raises its prices on Tuesday."
    )
    first_line = TEXT.split("\n")[0]
    _, excerpt_by = choose_excerpt(TITLE, TEXT, other, "en")

    assert excerpt_by == "extractive"
    assert measure_likeness(other, TITLE, TEXT) < LIKE
    assert measure_likeness(first_line, TITLE, TEXT) >= LIKE


def test_a_heading_is_no_excerpt() -> None:
    """A heading in any markdown form is never an excerpt; a line with "#1" is no heading."""
    heading = "How did the maker of ChatGPT raise six billion dollars in a week?"
    excerpt_of_text = summarize("Money", TEXT)

    for marked in (f"# {heading}", f"### {heading}", f"{heading}\n-----", f"{heading}\n==="):
        assert summarize("Money", marked) == ""
        assert summarize("Money", f"{marked}\n\n{TEXT}") == excerpt_of_text

    assert summarize("Money", f"Number #1 is here to stay for years.\n{TEXT}") != ""


def test_a_text_without_a_whole_sentence_has_no_excerpt() -> None:
    """A menu has no whole sentence, so its excerpt is empty."""
    assert summarize("Menu", "Home\nAbout us\nContact") == ""


def test_housekeeping_short_and_repeated_sentences_are_no_candidates() -> None:
    """Of a very short sentence and a text that stands twice, with three sentences and "Read more
    about it here.", only the three sentences are candidates for an excerpt, once each."""
    opener = excerpt.find_opener(TITLE, f"It is so.\n{TEXT}\n{TEXT}", "en")
    candidates = [sentence.text for sentence in opener.sentences]

    assert len(candidates) == 3
    assert len(set(candidates)) == 3
    assert "It is so." not in candidates
    assert not any("Read more" in candidate for candidate in candidates)


def test_an_excerpt_goes_on_with_what_follows_within_the_caps() -> None:
    """An excerpt continues with the sentences that follow: up to three short ones, no long one,
    and none if the first is long enough."""
    short = [Sentence(f"Oslo has sentence {n} of a text.", n, 0, True, n) for n in range(6)]
    long = [sentence._replace(text=sentence.text + " on and on" * 10) for sentence in short]
    long_first = short[0]._replace(text=f"{short[0].text} {'word ' * ENOUGH}.")

    # given the index of the sentence that opens, the indices of the excerpt are returned
    assert extend_passage(short, 1) == (1, 2, 3)
    assert extend_passage(short, 5) == (5,)  # nothing follows the last one
    assert extend_passage(long, 1) == (1,)
    assert extend_passage([long_first, *short[1:]], 0) == (0,)


@pytest.mark.parametrize(
    "change", [{"order": 9}, {"cut": True}], ids=["a gap", "its start was cut"]
)
def test_an_excerpt_does_not_jump(change: dict[str, Any]) -> None:
    """A passage grows to the next sentence only if it follows directly and is not cut at its
    start."""
    first = Sentence("Oslo has a bridge.", 0, 0, True, 0)
    second = Sentence("It is old and red.", 0, 1, True, 1)
    changed_second = second._replace(**change)

    # indices of the sentences of the passage that the first one opens
    assert extend_passage([first, second], 0) == (0, 1)
    assert extend_passage([first, changed_second], 0) == (0,)


def test_where_no_sentence_stands_alone_the_best_one_opens() -> None:
    """If every sentence depends on another one, the excerpt is still not empty."""
    text = "He has sold the machine to a museum in Oslo.\nThey had printed newspapers in Bergen."
    assert summarize("", text) != ""


def test_a_wind_up_is_passed_over_for_the_news() -> None:
    """A general first sentence is skipped for the one that tells what happened."""
    text = (
        "Everything has its time.\nThe Harbour Press of Bergen has sold its last printing machine"
        " to a museum in Oslo."
    )
    assert summarize("Harbour Press sells its last machine", text).startswith("The Harbour Press")


@pytest.mark.parametrize(
    ("description", "excerpt_by"),
    [
        # opens well and is about the article
        ("A museum in Oslo will show it, readers say.", "publisher"),
        # opens with a pronoun
        ("It has sold its last printing machine.", "extractive"),
        # its first letter is missing
        ("he Harbour Press of Bergen has sold its last printing machine.", "extractive"),
        # speaks of the article
        ("In this article readers of the Harbour Press say it.", "extractive"),
        # has nothing of the title
        ("Readers of Bergen say so of the Harbour Press.", "extractive"),
    ],
)
def test_a_description_that_opens_badly_or_speaks_of_something_else_loses(
    description: str, excerpt_by: str
) -> None:
    """Only a publisher's description that opens well and is about this article is the excerpt;
    otherwise that is made of sentences of the text."""
    title = "A museum in Oslo shows a printing machine"
    text = (
        "The Harbour Press of Bergen has sold its last printing machine. A museum in Oslo will"
        " show it, readers say."
    )
    assert choose_excerpt(title, text, description, "en")[1] == excerpt_by
