"""A table of a TOML file is added or changed, and nothing else of the file."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.configuration.tables import with_table

FILE = """# ours
[[feed]]  # the first
slug = "a"
query = 'tag:A'  # why

# about the second
[[feed]]
query = "tag:B"
slug = "b"
limit = 5

# the end
"""
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)


def test_what_is_not_said_stays() -> None:
    changed = with_table(FILE, "feed", 0, {"slug": "a", "query": "tag:C"})
    assert changed == FILE.replace("query = 'tag:A'", 'query = "tag:C"')
    added = with_table(FILE, "feed", None, {"slug": "c", "query": "x"})
    assert added == FILE.rstrip() + '\n\n[[feed]]\nslug = "c"\nquery = "x"\n'
    assert with_table("", "feed", None, {"slug": "c"}) == '[[feed]]\nslug = "c"\n'


@given(number=st.sampled_from([None, 0, 1]), slug=WORDS, query=WORDS)
def test_whatever_is_written_is_one_value(number: int | None, slug: str, query: str) -> None:
    before = tomllib.loads(FILE)["feed"]
    after = tomllib.loads(with_table(FILE, "feed", number, {"slug": slug, "query": query}))["feed"]
    said = {"slug": slug, "query": query}
    wanted = (
        [*before, said]
        if number is None
        else [one | said if at == number else one for at, one in enumerate(before)]
    )
    assert after == wanted


@pytest.mark.parametrize(
    "text",
    [
        'feed = [{slug = "a"}, {slug = "b"}]\n',
        'title = """\n[[feed]]\n"""\n[[feed]]\nslug = "a"\n\n[[feed]]\nslug = "b"\n',
    ],
)
def test_a_file_that_is_written_otherwise_stays(text: str) -> None:
    for number in (None, 1):
        try:
            made = with_table(text, "feed", number, {"slug": "c"})
        except ValueError:
            continue
        there = tomllib.loads(text)["feed"]
        assert tomllib.loads(made)["feed"] == (
            [*there, {"slug": "c"}] if number is None else [there[0], {"slug": "c"}]
        )
    with pytest.raises(ValueError, match=r"feed|header|safely"):
        with_table(text, "feed", 1, {"slug": "c"})
