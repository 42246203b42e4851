"""The length of an excerpt."""

from __future__ import annotations

import pytest

from syndicator.describing.text.sentences import is_too_long


@pytest.mark.parametrize(
    ("excerpt", "is_over"),
    [
        ("word " * 55, False),
        ("word " * 56, True),
        ("x" * 360, False),
        ("x" * 361, True),
        ("字" * 180, False),
        ("字" * 181, True),  # a wide character counts two
    ],
)
def test_words_and_columns_are_counted(excerpt: str, is_over: bool) -> None:
    """An excerpt may have up to 55 words and 360 columns; wide characters take two columns each."""
    assert is_too_long(excerpt) == is_over
