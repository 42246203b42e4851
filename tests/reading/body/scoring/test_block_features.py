"""Each feature of a block measures what its name says."""

from __future__ import annotations

import pytest

from syndicator.reading.body import block_features, overlap
from syndicator.reading.html.blocks import read_blocks
from syndicator.reading.html.document import parse

SHOWN_BY_WORDING = {
    "address",
    "bar",
    "bold",
    "bullet",
    "caps",
    "colon",
    "comma",
    "cut-off",
    "date",
    "fragment",
    "hidden",
    "in-dd",
    "in-figure",
    "in-layout-table",
    "in-li",
    "in-ol",
    "in-quote",
    "is-title",
    "italic",
    "lower",
    "question",
    "repeat",
    "sentence",
    "has-newsletter",
    "has-legal",
}
LONG = "A word follows another until the line is long enough"
CASES = [
    ("<p>A word</p>", set()),
    ("<p>A sentence ends.</p>", {"sentence"}),
    ("<p>“It ends here!”</p>", {"sentence"}),
    ("<p>これは文である。</p>", {"sentence"}),
    ("<p>Here it comes:</p>", {"colon"}),
    ("<p>Who knows?</p>", {"sentence", "question"}),
    ("<p>One, two</p>", {"comma"}),
    ("<p>no capital</p>", {"lower"}),
    ("<p>BREAKING NEWS</p>", {"caps"}),
    ("<p>USA</p>", set()),
    ("<p>Seen on 3.4.</p>", {"sentence", "date"}),
    ("<p>Made in 2024</p>", {"date"}),
    (f"<p>Made in 2024 {LONG} {LONG}</p>", set()),
    ("<p>Write to me@example</p>", {"address"}),
    ("<p>See https://example.org</p>", {"address"}),
    (f"<p>See https://example.org {LONG * 5}</p>", set()),
    ("<p>– Dash</p>", {"bullet"}),
    ("<p>3. Third</p>", {"bullet"}),
    ("<p>Left | right</p>", {"bar"}),
    ("<p>It goes on…</p>", {"sentence", "cut-off"}),
    ("<p>It goes on [...]</p>", {"sentence", "cut-off"}),
    ("<p><b>All bold</b></p>", {"bold"}),
    ("<p><b>Half</b> bold</p>", set()),
    ("<p><em>All italic</em></p>", {"italic"}),
    ("<p><b><i>Both</i></b> <b>bold</b></p>", {"bold"}),
    ("<p><b><i>Both</i></b></p>", {"bold", "italic"}),
    ("<p>See <a href='#note'>note</a></p>", {"fragment"}),
    ("<p>See <a href='#note'>note</a> <a href='/x'>x</a></p>", set()),
    ("<p style='display:none'>Unseen</p>", {"hidden"}),
    ("<ul><li>An item</li></ul>", {"in-li"}),
    ("<ol><li>An item</li></ol>", {"in-li", "in-ol"}),
    ("<blockquote>A quote</blockquote>", {"in-quote"}),
    ("<figure><p>A text</p></figure>", {"in-figure"}),
    ("<dl><dd>A meaning</dd></dl>", {"in-dd"}),
    ("<table role='none'><tr><td>A cell</td></tr></table>", {"in-layout-table"}),
    ("<table><tr><th>A cell</th><th>Its neighbour</th></tr></table>", set()),
    ("<p>The title of the page</p>", {"is-title"}),
    ("<p>Do sign up for our newsletter</p>", {"has-newsletter"}),
    ("<p>Some words, all rights reserved</p>", {"comma", "has-legal"}),
]


def compute_features(markup: str, index: int = 0) -> dict[str, float]:
    """Return the features of the block with this `index` on a page with `markup`."""
    blocks = read_blocks(
        parse(f"<html><body>{markup}</body></html>".encode(), "https://a.example/b").tree
    )
    overlap.measure_letters(blocks)
    columns = block_features.compute_block_features(blocks, "The title of the page")
    return {name: float(column[index]) for name, column in columns.items()}


@pytest.mark.parametrize(("markup", "expected"), CASES)
def test_features_of_a_block(markup: str, expected: set[str]) -> None:
    """Of the features that are shown by the wording and markup of a block, the one of this page
    has exactly the expected ones."""
    features = compute_features(markup)
    found = {name for name in SHOWN_BY_WORDING if features[name]}

    assert found == expected


def test_a_text_equal_to_an_earlier_one_is_a_repeat() -> None:
    """The second of two equal long texts has the feature `repeat`; short texts may be equal by
    chance and have not."""
    two_long = f"<p>{LONG}</p><p>{LONG}</p>"

    assert compute_features(two_long, index=0)["repeat"] == 0
    assert compute_features(two_long, index=1)["repeat"] == 1
    assert compute_features("<p>Short</p><p>Short</p>", index=1)["repeat"] == 0


def test_kinds_and_levels() -> None:
    """The six blocks have features for their kind, and headings for their level; levels from 3
    share one."""
    page = "<p>p</p><h1>h</h1><h2>h</h2><h4>h</h4><pre>code</pre><hr><p>p</p>"

    def list_kinds(index: int) -> set[str]:
        features = compute_features(page, index)
        kinds = ("is-p", "is-h", "is-code", "is-hr", "h1", "h2", "h3+")
        return {name for name in kinds if features[name]}

    assert list_kinds(index=0) == {"is-p"}
    assert list_kinds(index=1) == {"is-h", "h1"}
    assert list_kinds(index=2) == {"is-h", "h2"}
    assert list_kinds(index=3) == {"is-h", "h3+"}
    assert list_kinds(index=4) == {"is-code"}
    assert list_kinds(index=5) == {"is-hr"}


def test_shares() -> None:
    """Of the 17 letters and digits of the text 4 are digits and 7 are link text; 17 is over the
    size 8 and not over 20."""
    features = compute_features("<p>1234 words<a href='/x'> linked</a></p>")

    assert features["digits"] == pytest.approx(4 / 17)
    assert features["link"] == pytest.approx(7 / 17)
    assert features["size>8"] == 1
    assert features["size>20"] == 0
    assert features["all-link"] == 0


@pytest.mark.parametrize(
    ("text", "feature"),
    [
        ("Read also", "says-related"),
        ("Sign up for our newsletter", "says-newsletter"),
        ("Share this article", "says-share"),
        ("Leave a comment", "says-comments"),
        ("All rights reserved", "says-legal"),
        ("Related posts", "tail-head"),
    ],
)
def test_how_much_of_a_text_is_a_phrase_of_boilerplate(text: str, feature: str) -> None:
    """The feature is the share of the text that a phrase of boilerplate takes up, and 0 if the
    text does not begin with the phrase."""
    assert compute_features(f"<p>{text}</p>")[feature] > 0.25
    assert compute_features(f"<p>Nobody wrote: {text}</p>")[feature] == 0


def test_bits_are_read_by_name() -> None:
    """Each bit of a number becomes a column with its name, lowest bit first: 0b001 has only
    `one`, 0b110 has `two` and `three`."""
    result = block_features.make_bit_columns("near-", ("one", "two", "three"), [0b001, 0b110])
    assert {name: list(column) for name, column in result.items()} == {
        "near-one": [1, 0],
        "near-two": [0, 1],
        "near-three": [0, 1],
    }
