"""Sketches of events: names, first words and numbers of an article."""

from __future__ import annotations

import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.sketches.events import (
    KEYS,
    NAMES,
    NUMBERS,
    STEPS,
    WORDS,
    choose_lookup_keys,
    cut_stems,
    find_terms,
    get_rarity,
    hash_term,
    make_sketch,
    pack,
    unpack,
    unpack_terms,
)

TITLE = "Norvik Air cancels 140 flights"
TEXT = (
    "The airline said that 19,000 passengers were stranded. Egil Tamm of Norvik called it"
    " irresponsible."
)
HOSTILE = [
    "A" * 500_000,
    "A. " * 200_000,
    "1," * 200_000,
    "«" * 300_000,
    " \n" * 200_000,
    "Ab\u3042" * 100_000,
    "é" * 300_000,
]
# that reading a hostile text may execute: far from what its length would take if it was read whole
LINES = 60_000


def hash_words(*words: str) -> set[int]:
    return set(map(hash_term, cut_stems(words)))


def test_names_are_words_in_capitals_that_begin_no_sentence() -> None:
    """Words with a capital count as names, except those that begin a sentence ("The", "Egil"),
    also after a quotation mark or a line break."""
    names = make_sketch(TITLE, TEXT).names.keys()

    assert hash_words("Norvik", "Tamm", "Air") <= names
    assert not hash_words("The", "Egil", "passengers") & names  # two begin a sentence
    assert make_sketch(
        "x", 'It flew." Perhaps, Norvik\n"Maybe". So Tamm'
    ).names.keys() == hash_words("Norvik", "Tamm")


def test_words_of_the_title_and_the_beginning_count_more_and_numbers_without_their_signs() -> None:
    """A word of the title ("cancels") counts 5, one of the beginning ("stranded") 3, one far below
    ("zebra") 1. Of the numbers 140 and 19,000 the latter is stored as 19000."""
    sketch = make_sketch(TITLE, TEXT + " Wordless." + " and" * 150 + " zebra")
    title_word, first_word, last_word = (
        hash_term(stem) for stem in cut_stems(["cancels", "stranded", "zebra"])
    )

    assert sketch.words[title_word] == 5.0
    assert sketch.words[first_word] == 3.0
    assert sketch.words[last_word] == 1.0
    assert hash_words("140", "19000") == sketch.numbers.keys()


def test_a_repeated_word_counts_more() -> None:
    """A word that occurs twice counts more than one that occurs once."""
    words = make_sketch("x", "The gull met another gull. Then the tern went home.").words
    assert words[hash_term("gull")] > words[hash_term("tern")]


def test_guides_have_another_tone_than_news() -> None:
    """A guide has a tone below -1; news, and texts in a language without rules, have 0."""
    guide = make_sketch("How to choose your best mattress", "Here is what you need for your home.")
    report = make_sketch("Two held after the raid", "He said that police were told. She had left.")
    unknown = make_sketch("Zwei Festnahmen", "Die Polizei nahm sie in ihrem Haus fest.")

    assert guide.tone < -1
    assert report.tone == 0.0
    assert unknown.tone == 0.0  # German


def test_in_scripts_without_capitals_two_characters_are_a_name() -> None:
    """Without capitals every pair of neighbouring characters counts as a name."""
    assert hash_words("東京", "京都") <= make_sketch("東京都", "").names.keys()


@given(st.text(max_size=300), st.text(max_size=3000))
def test_any_text_is_packed_and_unpacked(title: str, text: str) -> None:
    """The sketch of any text has a limited size, loses only rounding when packed, and has few
    keys for lookup."""
    sketch = make_sketch(title, text)
    packed = pack(sketch)

    assert len(packed) <= 4 + 5 * (WORDS + NAMES + NUMBERS)

    # words, names and numbers with their weights, then the tone
    again = unpack(packed)
    for kind, before in zip(again[:3], sketch[:3], strict=True):
        assert kind.keys() == before.keys()
        assert all(abs(kind[term] - before[term]) <= 1 / STEPS for term in kind)

    assert abs(again.tone - sketch.tone) <= 1 / STEPS
    assert pack(unpack(packed)) == packed
    assert unpack_terms(packed) == find_terms(sketch)
    assert len(choose_lookup_keys(sketch)) <= KEYS


def test_the_rarest_terms_are_kept() -> None:
    """Of more names than fit, the rare ones stay in the sketch and a common one ("France") is
    dropped."""
    assert get_rarity(hash_term("klopsto")) > get_rarity(hash_term("france"))

    names = make_sketch(
        "x", "in France and " + " and ".join(f"Klo{n}st" for n in "abcdefghijklmnopqrst")
    )

    assert len(names.names) == NAMES
    assert hash_term("france") not in names.names


def test_a_sketch_of_the_form_before_is_read_without_a_tone() -> None:
    """A stored sketch of an earlier version lacks the last byte, the tone: it counts as 0."""
    assert unpack(pack(make_sketch(TITLE, TEXT))[:-1]).tone == 0.0


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_costs_what_its_beginning_does(text: str) -> None:
    """A huge hostile text takes fewer than `LINES` executed lines, counted by a trace: only its
    beginning is read."""
    counted = 0

    def count(*_: object) -> object:
        nonlocal counted
        counted += 1
        assert counted < LINES
        return count

    # `count` is called for each executed line
    assert threading.gettrace() is None
    before = sys.gettrace()
    sys.settrace(count)  # type: ignore[arg-type]
    try:
        sketch = make_sketch("x", text)
    finally:
        sys.settrace(before)
    assert [len(kind) for kind in sketch[:3]] <= [WORDS, NAMES, NUMBERS]
