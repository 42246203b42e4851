"""Shortcuts for common texts give the same result as the full rule."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from syndicator.core import text
from syndicator.describing.text import sentences
from syndicator.reading.body import overlap, sequence
from syndicator.reading.html import hints

# Text of what the shortcuts turn on: words of several scripts, marks, blanks of all kinds, what may
# not be in XML.
_TEXT = st.text(
    st.sampled_from(
        "aZßéİıАя中1٣ _.!?'\"“”«»’-–|#>*`~\n\t\u00a0\u200b\u2028\x00\ud800\u0345\u037e"
    ),
    max_size=40,
)


@given(_TEXT)
def test_one_line_is_legal_nfc_and_has_lone_blanks(value: str) -> None:
    """`text.line` equals the slow rule: legal characters, Unicode NFC, single blanks, none at
    the ends."""
    legal = text.remove_illegal(value)
    composed = unicodedata.normalize("NFC", legal)
    expected = re.sub(r"\s+", " ", composed).strip()

    assert text.line(value) == expected


@given(_TEXT)
def test_letters_are_those_and_digits_in_lower_case(value: str) -> None:
    """`extract_letters` equals the slow rule: letters and digits of the lower-cased text."""
    letters_and_digits = re.findall(r"[^\W_]+", value.lower())
    assert overlap.extract_letters(value) == "".join(letters_and_digits)


@given(_TEXT)
def test_a_line_that_begins_with_a_letter_has_no_marker(value: str) -> None:
    """`text.plain` has a shortcut for lines of Markdown that begin with a letter. It gives the
    same text as the full rules, which the same line as a quotation (`>`) goes through."""
    line = "a" + value.replace("\n", " ").rstrip()
    by_shortcut = text.plain(f"x\n{line}")
    by_full_rules = text.plain(f"x\n> {line}")

    assert by_shortcut == by_full_rules


@given(
    st.lists(
        st.sampled_from(["ab", "A", "b", "Äh", ".", "!", "۔", "“", '"', "”", "«", " ", "„"])
    ).map("".join)
)
def test_the_shortcut_misses_no_glued_sentence(value: str) -> None:
    """Wherever the full rule finds sentences without a blank between them, the quick check does,
    too."""
    for glued_sentence in sentences._GLUED.finditer(value):
        assert sentences._PERHAPS_GLUED.search(value), glued_sentence


@given(_TEXT)
def test_quotes_are_replaced_with_and_without_the_shortcut(value: str) -> None:
    """`normalise_phrase` equals the slow rule: plain quotes, marks stripped from the ends, lower
    case."""
    with_plain_quotes = value.translate(hints._PLAIN_QUOTES)
    expected = with_plain_quotes.strip(" \t\n-–—*•|:<>[]()»").lower()

    assert hints.normalise_phrase(value) == expected


@given(_TEXT)
def test_capitals_are_upper_case_characters(value: str) -> None:
    """`count_capitals` equals counting the characters that `str.isupper` accepts."""
    capitals = [character for character in value if character.isupper()]
    assert sequence.count_capitals(value) == len(capitals)
