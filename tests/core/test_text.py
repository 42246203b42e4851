"""Markdown to plain text: each paragraph, heading, item or table row is one line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.core import text
from syndicator.reading import markdown as inline
from syndicator.reading.html.elements import Run

CASES = [
    ("A *b* **c** `d_e` ~~f~~", "A b c d_e f"),
    ("# Head\n\nText", "Head\n\nText"),
    ("- one\n- two\n  - three\n10. four", "one\ntwo\nthree\nfour"),
    ("> quoted\n> - item", "quoted\nitem"),
    ("[label](https://a.example/x?(1)) end", "[label](https://a.example/x?(1)) end"),
    ("[label](https://a.example/x) end", "label end"),
    ("[**bold** `[x]`](https://a.example/)", "bold [x]"),
    ('![alt](https://a.example/i.png "a \\"caption\\"") after', "after"),
    ("| a | b |\n| --- | --- |\n| 1 \\| 2 | c |", "a\tb\n1 | 2\tc"),
    ("```python\nx = '*a*'\n# no heading\n```\nend", "x = '*a*'\n# no heading\nend"),
    ("- item\n\n  ```\n  code\n    deeper\n  ```", "item\n\ncode\n  deeper"),
    ("&lt;script&gt; &amp;lt; \\*x\\* snake_case", "<script> &lt; *x* snake_case"),
    ("first\\\nsecond", "first\nsecond"),
    ("a\n\n---\n\nb", "a\n\nb"),
    ("1\\. no list", "1. no list"),
]


@pytest.mark.parametrize(("markdown", "expected"), CASES)
def test_plain(markdown: str, expected: str) -> None:
    """`plain` removes Markdown and keeps the text, as each case shows."""
    assert text.plain(markdown) == expected


_PRINTED = st.text(
    st.characters(
        min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=("Cs", "Cc", "Cf", "Zs")
    ),
    max_size=60,
)


@given(_PRINTED)
def test_what_is_escaped_comes_back(value: str) -> None:
    """Any line of text survives the way into markdown and back."""
    value = text.remove_illegal(value)
    assert text.plain(inline.render_runs([Run(value)], "https://a.example/")) == value.strip()


@given(
    st.lists(
        st.sampled_from(["`", "*", "[", "]", "(", ")", "!", "<", "|", "_", "\\", "a", " ", "\n"]),
        max_size=400,
    )
)
def test_plain_never_fails(parts: list[str]) -> None:
    """Any mixture of Markdown signs becomes plain text without an error."""
    assert isinstance(text.plain("".join(parts)), str)


@pytest.mark.parametrize(
    ("author", "names"),
    [
        (None, ()),
        ("", ()),
        (" , ", ()),
        ("Ann Writer", ("Ann Writer",)),
        ("Ann Writer, Bo Other", ("Ann Writer", "Bo Other")),
        ("Ann Writer,Bo Other , Cy Third", ("Ann Writer", "Bo Other", "Cy Third")),
        ("Ann Writer, Ann Writer", ("Ann Writer",)),
        ("Madonna, Bo Other", ("Madonna", "Bo Other")),
        ("Kim Lee, Jr., Bo Other", ("Kim Lee, Jr.", "Bo Other")),
        ("Ann Writer, Ph.D., MD", ("Ann Writer, Ph.D., MD",)),
        ("A. Writer, MS, RDN, LD, Bo Other", ("A. Writer, MS, RDN, LD", "Bo Other")),
        ("Acme, Inc.", ("Acme, Inc.",)),
        ("Okafor, Ines", ("Okafor, Ines",)),
        ("Johnson & Johnson", ("Johnson & Johnson",)),
        ("Department of Trade and Industry", ("Department of Trade and Industry",)),
        ("Jr., Bo Other", ("Jr.", "Bo Other")),
    ],
)
def test_names_stand_apart_by_commas(author: str | None, names: tuple[str, ...]) -> None:
    """Several authors are split at commas, but not before titles, "Inc." or a first name written
    last."""
    assert text.split_author_names(author) == names
