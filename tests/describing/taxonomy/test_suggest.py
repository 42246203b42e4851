"""Suggest new tags from titles and texts."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from syndicator.describing.taxonomy.suggest import Proposal, suggest_tags
from syndicator.describing.taxonomy.vocabulary import TagDef, Vocabulary

TALK = "People of all sorts speak of it, here and there, and nobody knows why that should be so."
OTHERS = [("Of nothing", TALK, ())] * 20  # a shelf on which nothing is everywhere


def propose_tags(
    title: str,
    text: str,
    tags: Sequence[str] = (),
    *,
    titles: int = 3,
    texts: int = 3,
    known: Vocabulary | None = None,
) -> dict[str, Proposal]:
    """Proposals from `texts` articles with such a text, `titles` of which have such a title."""
    past = [(title if n < titles else f"Nothing {n}", text, tags) for n in range(texts)]
    return {tag.name: tag for tag in suggest_tags([*past, *OTHERS], known)}


@pytest.mark.parametrize(
    ("title", "text", "names"),
    [
        (
            "Heat Pumps Explained",
            "We all like heat pumps. A heat pump is quiet, and heat pumps last.",
            {"heat pumps"},
        ),
        (
            "ACME LABS grows",
            "He said Acme Labs is quick. It was for Acme Labs to say.",
            {"Acme Labs"},
        ),
        (
            "The quick way",
            "This is the quick one and that was a quick thing, but quick cars are rare.",
            set(),
        ),
        (
            "How to install",
            "We can install it. You should install the thing, and they install a lot.",
            set(),
        ),
        ("You and us", "They said you and us, and of you and us they spoke.", set()),
        ("Plan B for X", "It was the plan for x, and x is what it was; so x it is.", set()),
        (
            "Best guide: tips",
            "The best guide has tips. It is a guide of tips, for the best.",
            set(),
        ),
        ("The best Acme", "He likes Acme. It was an Acme of sorts, said Acme.", {"Acme"}),
        ("New York", "He is from New York. In New York they say it is New York.", {"New York"}),
        (
            "Climate change",
            "It is climate change. The climate is one thing and climate change is.",
            {"climate change"},
        ),
        ("Gen Z", "It is a thing of Gen Z. So say those of Gen Z.", {"Gen Z"}),
        (
            "Über Wärmepumpen",
            "Viele haben Wärmepumpen, und Wärmepumpen sind leise.",
            {"Wärmepumpen"},
        ),
    ],
)
def test_a_subject_is_told_from_other_words_of_titles(
    title: str, text: str, names: set[str]
) -> None:
    """Of the words in the title and text of three equal articles only those that name a subject
    are suggested as tags."""
    assert propose_tags(title, f"{text} {TALK}").keys() == names


def test_two_titles_and_three_texts_are_needed() -> None:
    """A new tag is suggested if it is in at least two titles and three texts of articles."""
    text = "We all like heat pumps. Heat pumps are quiet."

    assert "heat pumps" in propose_tags("Heat pumps", text, titles=2, texts=3)
    assert propose_tags("Heat pumps", text, titles=1, texts=3) == {}
    assert propose_tags("Heat pumps", text, titles=2, texts=2) == {}


def test_publishers_tags_stand_for_titles_and_not_for_texts() -> None:
    """A publisher's keyword counts like a mention in a title, but the texts must mention it,
    too."""
    mentioned = propose_tags("Nothing", "We speak of web scraping.", tags=["web scraping", "news"])
    not_mentioned = propose_tags("Nothing", "We speak of it.", tags=["web scraping"])

    assert mentioned.keys() == {"web scraping"}
    assert not_mentioned == {}


def test_what_the_taxonomy_has_is_left_out_whatever_it_is_called() -> None:
    """The tag "heat pumps" is not suggested if the taxonomy has it under another spelling or as
    an alias."""
    text = "We all like heat pumps. Heat pumps are quiet."
    other_spelling = TagDef(name="Heat-Pump")
    alias_of_other_tag = TagDef(name="warmth", aliases=("heat pump", "best of all"))

    for known_tag in (other_spelling, alias_of_other_tag):
        assert propose_tags("Heat pumps", text, known=Vocabulary(tag=(known_tag,))) == {}


def test_a_word_of_every_text_tells_nothing() -> None:
    """A word that is in all texts is not suggested; it is if many other texts (`OTHERS`) lack
    it."""
    on_robots = [("Of robots", "A robot is a robot, and robots are robots.", ())] * 30
    suggested = suggest_tags([*on_robots, *OTHERS * 10])

    assert suggest_tags(on_robots) == []
    assert [tag.name for tag in suggested] == ["robot"]


def test_the_most_telling_come_first() -> None:
    """A subject that its articles mention often comes before one that they mention in passing."""
    often = f"Heat pumps here, heat pumps there, and heat pumps last. {TALK}"
    in_passing = f"He has solar panels. {TALK}"
    past = [("On solar panels", in_passing, ())] * 3 + [("On heat pumps", often, ())] * 3

    suggested = suggest_tags([*past, *OTHERS])

    assert [tag.name for tag in suggested] == ["heat pumps", "solar panels"]


def test_a_longer_form_of_the_same_is_an_alias() -> None:
    """The forms "sourdough bread" and "sourdough" are one suggestion: one is the alias of the
    other."""
    text = (
        "He bakes sourdough bread and likes sourdough bread. Of sourdough they say sourdough is old"
        " as sourdough."
    )
    (proposal,) = propose_tags("Of sourdough bread", f"{text} {TALK}").values()

    assert {proposal.name, *proposal.aliases} == {"sourdough", "sourdough bread"}


def test_a_name_that_texts_come_back_to_needs_no_title() -> None:
    """A name that texts repeat is suggested without being in a title; German nouns have capitals
    but are no names."""
    text = (
        "He works at Kestrel now. They say that Kestrel is good, and so is what Kestrel makes of it"
        " all."
    )

    assert "Kestrel" in propose_tags("Nothing", f"{text} {TALK}")

    german = (
        "Der Hund und die Katze sehen den Baum vor dem Haus, und im Baum ist eine Krähe mit ihrem"
        " Nest."
    )

    assert propose_tags("Nichts", german) == {}


def test_a_proposal_shows_titles() -> None:
    """A suggestion quotes the titles of two articles as examples, here of equal ones."""
    text = f"We all like heat pumps. Heat pumps are quiet. {TALK}"
    (proposal,) = propose_tags("Heat pumps", text).values()
    assert proposal.examples == ("Heat pumps", "Heat pumps")


def test_texts_without_words_propose_nothing() -> None:
    """Empty texts, numbers and punctuation lead to no suggestion and no error."""
    assert suggest_tags([("", "", ()), ("…", "1. – 2.", ("",))] * 5) == []
