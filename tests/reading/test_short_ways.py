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
    assert (
        text.line(value)
        == re.sub(r"\s+", " ", unicodedata.normalize("NFC", text.remove_illegal(value))).strip()
    )


@given(_TEXT)
def test_letters_are_those_and_digits_in_lower_case(value: str) -> None:
    """`extract_letters` equals the slow rule: letters and digits of the lower-cased text."""
    assert overlap.extract_letters(value) == "".join(re.findall(r"[^\W_]+", value.lower()))


@given(_TEXT)
def test_a_line_that_begins_with_a_letter_has_no_marker(value: str) -> None:
    """The shortcut for lines that begin with a letter gives the same text as the full rules,
    which a quoted line goes through."""
    line = f"a{value.replace(chr(10), ' ').rstrip()}"
    assert text.plain(f"x\n{line}") == text.plain(f"x\n> {line}")


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
    assert (
        hints.normalise_phrase(value)
        == value.translate(hints._PLAIN_QUOTES).strip(" \t\n-–—*•|:<>[]()»").lower()
    )


@given(_TEXT)
def test_capitals_are_upper_case_characters(value: str) -> None:
    """`count_capitals` equals counting the characters that `str.isupper` accepts."""
    assert sequence.count_capitals(value) == sum(map(str.isupper, value))
