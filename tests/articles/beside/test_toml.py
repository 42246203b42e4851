"""Write a TOML table with any text as a value."""

from __future__ import annotations

import tomllib

from syndicator.articles.beside.toml_text import write_table


def test_texts_lists_and_truth_values_are_read_as_they_were_given() -> None:
    """Texts with quotes and escapes, lists and booleans that we write as TOML are read back
    unchanged by Python's parser."""
    row = {"key": 'a "b" \\ é 😀', "urls": ["https://a.example/\n", "x"], "dropped": True}

    assert tomllib.loads(write_table("[[feed]]", row)) == {"feed": [row]}


def test_characters_that_no_file_can_have_are_left_out() -> None:
    """Characters that TOML forbids, such as NUL and lone surrogates, are left out of written
    texts."""
    written_table = write_table("[[feed]]", {"key": "a\x7f\x00b\ud800", "urls": ["\x85c"]})

    assert tomllib.loads(written_table)["feed"] == [{"key": "ab", "urls": ["\x85c"]}]
