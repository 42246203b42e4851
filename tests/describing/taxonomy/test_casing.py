"""Names of tags get the capital letters that their owners use."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from syndicator.describing.taxonomy import tag_names
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.describing.text import word_index

LISTS = ("casing_names", "casing_unseen")
WRONG = (str.lower, str.upper, str.title)
ARTICLES = [
    (
        "The engineers of zenBox say that the river barge is slow, but zenBox and QRZ pay for the"
        " Rhine Harbour canal."
    ),
    (
        "Last week zenBox bought a river barge from QRZ, and the Rhine Harbour got one river barge"
        " more than it had."
    ),
    (
        "It was zenBox that came first to the Rhine Harbour with a river barge, as QRZ said, and it"
        " was not quick."
    ),
    "Zenbox River Barge Sails To QRZ And Rhine Harbour.",
]


def read_names(file: str) -> list[str]:
    names: list[str] = tomllib.loads((Path(__file__).parent / f"{file}.toml").read_text("utf-8"))[
        "names"
    ]
    return names


@pytest.mark.parametrize("file", LISTS)
def test_the_lists_are_as_long_as_they_say(file: str) -> None:
    """Each of the two lists of names, by which spellings are measured, has 150 different ones."""
    assert len(set(read_names(file))) == 150


@pytest.mark.parametrize("file", LISTS)
@pytest.mark.parametrize("spoil", WRONG, ids=lambda f: f.__name__)
def test_names_come_out_right(spoil: Callable[[str], str], file: str) -> None:
    """At least 97 % of the names in each list are restored from lower case, capitals or title
    case."""
    wrong = [name for name in read_names(file) if tag_names.spell_tag(spoil(name)) != name]
    assert len(wrong) <= 0.03 * len(read_names(file)), wrong


@pytest.mark.parametrize("name", ["zenBox", "QRZ", "Rhine Harbour", "river barge"])
@pytest.mark.parametrize("spoil", WRONG, ids=lambda f: f.__name__)
def test_a_name_of_no_list_is_learnt_from_the_articles(
    spoil: Callable[[str], str], name: str
) -> None:
    """The spelling of a name that we do not know is learnt from the articles that have it, also
    if one of them has capitals throughout, and restored from lower case, capitals or title
    case."""
    learnt = word_index.learn_word_forms(ARTICLES)
    assert tag_names.spell_tag(spoil(name), "", learnt) == name


@pytest.mark.parametrize(
    ("tag", "text", "right"),
    [
        ("us", "The mail was sent to us by the office, and all of us read it.", "us"),
        ("us", "He said the US would pay, and the US paid.", "US"),
        ("it", "They saw it and took it with them.", "it"),
        ("go", "They want to go home, and go they will.", "go"),
        ("go", "A server written in Go, they say, needs Go tools.", "Go"),
        ("US", "", "US"),
    ],
)
def test_the_text_decides_on_names_that_are_words_too(tag: str, text: str, right: str) -> None:
    """The tags "us", "it" and "go" are spelled as the text of the article uses them, as words or
    as names, although other texts, from which spellings are learnt, have them as words."""
    other_texts = [
        "They told us that it will go on as it did before, said one of us who knows it well."
    ] * 5
    assert tag_names.spell_tag(tag, text, word_index.learn_word_forms(other_texts)) == right


def test_what_is_part_of_a_name_is_no_name() -> None:
    """The words "Army" and "University" have capitals only inside of longer names, so they are
    no names themselves."""
    texts = [
        "The soldiers of the US Army met at the Harvard University library, and the army of the"
        " king slept."
    ] * 3
    assert word_index.learn_word_forms(texts)["army"] == "army"
    assert "university" not in word_index.learn_word_forms(texts)


def test_learnt_forms_survive_a_save_without_any_tag(tmp_path: Path) -> None:
    """Articles without tags teach no tag, but how they spell names ("zenBox"); that is saved and
    loaded, too."""
    taxonomy = Taxonomy().learn([("T", text, ()) for text in ARTICLES])

    assert taxonomy.learnt is None

    taxonomy.save(tmp_path / "learnt.npz")
    loaded = Taxonomy().with_learnt(tmp_path / "learnt.npz")

    assert loaded.tags("T", "Text.", ["zenbox", "QRZ"]) == ("zenBox", "QRZ")
