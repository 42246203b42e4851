"""What articles are compared by: names, first words and numbers, packed and unpacked, of any
text."""

from __future__ import annotations

import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.stories.sketch import KEYS, TERMS, keys, number, pack, sketch, stems, unpack

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


def terms(*words: str) -> set[int]:
    return set(map(number, stems(words)))


def test_names_are_words_in_capitals_that_begin_no_sentence() -> None:
    names = sketch(TITLE, TEXT).names.keys()
    assert terms("Norvik", "Tamm", "Air") <= names
    assert not terms("The", "Egil", "passengers") & names  # two begin a sentence
    assert sketch("x", 'It flew." Perhaps, Norvik\n"Maybe". So Tamm').names.keys() == terms(
        "Norvik", "Tamm"
    )


def test_words_count_at_the_beginning_alone_and_numbers_without_their_signs() -> None:
    made = sketch(TITLE, TEXT + " word" * 200 + " zebra")
    assert terms("stranded") <= made.lead.keys()
    assert not terms("zebra") & made.lead.keys()
    assert terms("140", "19000") == made.numbers.keys()


def test_in_scripts_without_capitals_two_characters_are_a_name() -> None:
    assert terms("東京", "京都") <= sketch("東京都", "").names.keys()


@given(st.text(max_size=300), st.text(max_size=3000))
def test_any_text_is_packed_and_unpacked(title: str, text: str) -> None:
    made = sketch(title, text)
    packed = pack(made)
    assert len(packed) <= 3 * (1 + 5 * TERMS)
    for kind, before in zip(unpack(packed), made, strict=True):
        assert kind.keys() == before.keys()
        assert all(abs(kind[term] - before[term]) <= 1 / 255 for term in kind)
    assert pack(unpack(packed)) == packed
    assert len(keys(made)) <= KEYS


def test_terms_that_are_rare_weigh_more() -> None:
    names = sketch("x", "in France and Klopstokia").names
    assert names[number("klopsto")] > names[number("france")]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_costs_what_its_beginning_does(text: str) -> None:
    counted = 0

    def count(*_: object) -> object:
        nonlocal counted
        counted += 1
        assert counted < LINES
        return count

    assert threading.gettrace() is None
    before = sys.gettrace()
    sys.settrace(count)  # type: ignore[arg-type]
    try:
        made = sketch("x", text)
    finally:
        sys.settrace(before)
    assert all(len(kind) <= TERMS for kind in made)
