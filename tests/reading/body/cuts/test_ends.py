"""What the trees cut at both ends of a body: how their odds are summed up, and that the shipped ones know an appeal, a
credit and a note on the author from text."""

from __future__ import annotations

import numpy as np
import pytest

from syndicator.core.model import Draft, Rules
from syndicator.reading import page_type
from syndicator.reading.body import ends, overlap, scorer
from syndicator.reading.html.blocks import Block, read_blocks
from syndicator.reading.html.document import parse
from syndicator.reading.page_type import PageType
from syndicator.reading.reader import read

URL = "https://www.harbourpost.example/2024/last-ferry"
STORY = tuple(
    f"{who} had asked the county for a successor since the spring, and it had answered with a form that {who.lower()}"
    f" filled in and sent back before the {day} on which the boats of the island are painted."
    for who, day in (
        ("The captain", "Monday"),
        ("The mate", "Tuesday"),
        ("The cook", "Friday"),
        ("The owner", "Sunday"),
    )
)


def blocks_of(markup: str, score: float = 0.9) -> list[Block]:
    blocks = read_blocks(parse(f"<html><body>{markup}</body></html>".encode(), URL).tree)
    overlap.measure(blocks)
    for block in blocks:
        block.score = score
    return blocks


@pytest.mark.parametrize(
    ("odds", "letters", "cut"),
    [
        ([3, 3, 3], [10, 50, 90], 0),
        ([-2, 3, 3], [10, 50, 90], 1),
        ([0.5, -2, 3], [10, 10, 90], 2),  # what is beyond a text that is sure to go goes with it
        ([2.5, -2, 3], [10, 20, 90], 0),  # unless it is surer to stay
        ([-2, -2, -2], [10, 14, 96], 2),  # a fifth of the letters at most
        ([-2, 3, 3], [90, 10, 20], 0),
        ([-9, 3, 3], [0, 10, 20], 0),  # what did not stay anyway says nothing
    ],
)
def test_what_is_cut_of_an_end(odds: list[float], letters: list[int], cut: int) -> None:
    assert ends._cut(np.array(odds, dtype=float), letters) == cut


def test_an_end_begins_with_what_stays_and_a_few_that_nearly_did() -> None:
    blocks = blocks_of("".join(f"<p>A line with the number {at}</p>" for at in range(9)))
    stay = [at in (5, 6) for at in range(9)]
    blocks[7].score = 0.01
    assert ends.candidates(blocks, stay, "first") == [2, 3, 4, 5, 6, 8]
    assert ends.candidates(blocks, stay, "last") == [8, 6, 5, 4, 3, 2, 1, 0]


def test_features_say_where_a_text_stands_and_what_it_says() -> None:
    markup = (
        "<h1>The last ferry</h1><h3>Last ferry</h3><div><p>A photo of the quay by Maren Oduya.</p></div><section>"
        + "".join(f"<p class='text'>{text}</p>" for text in STORY)
        + "</section>"
    )
    blocks = blocks_of(markup)
    facts = ends.flat_end(ends.Facts("The last ferry", ["Maren Oduya"], STORY[0], "Harbour Post"))
    names, rows = ends.end_rows(blocks, list(range(1, len(blocks))), {}, facts)
    head, photo, first = (dict(zip(names, row.tolist(), strict=True)) for row in rows[:3])
    assert (head["end-title-behind"], head["end-title-words"], head["end-in-title"]) == (1.0, 1.0, 1.0)
    assert photo["end-author"] == pytest.approx(10 / 27)
    assert (photo["end-up-in"], photo["end-down-in"], photo["end-alike"]) == (2.0, 2.0, 0.0)
    assert (first["end-told"], first["end-told-start"], first["end-alike-in"], first["end-place"]) == (
        1.0,
        1.0,
        1.0,
        2.0,
    )
    assert first["end-alike"] > 0.7


# What is no end of a story, and neither worded nor marked up as anything that a rule knows.
BELOW = (
    "<p><em>Maren Oduya is a reporter with the Harbour Post. Her column is on page two on Fridays.</em></p>",
    "<p>• Do you have a boat? Tell the Harbour Post about it on our page!</p>",
)


def page(below: str) -> bytes:
    head = "<meta property='og:type' content='article'><meta property='og:site_name' content='Harbour Post'>"
    head += "<meta name='author' content='Maren Oduya'><title>The last ferry</title>"
    text = "".join(f"<p>{each}</p>" for each in (*STORY, *(each.replace("county", "ministry") for each in STORY)))
    return f"<html><head>{head}</head><body><article><h1>The last ferry</h1><div>{text}{below}</div></article>".encode()


def read_with(below: str, monkeypatch: pytest.MonkeyPatch, odds: float) -> Draft:
    """The page with `below` under its text, each text at an end having these `odds` of being the article's."""
    monkeypatch.setattr(ends, "boosted", lambda end: scorer.read_trees([{"asks": "bias > 2.0", "leaves": f"{odds} 0"}]))
    return read(page(below), URL)


def test_what_the_trees_know_is_cut_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    made = read_with(BELOW[0], monkeypatch, -3.0)
    assert STORY[1] in made.body
    assert "page two" not in made.body
    assert {"at the first end of the text", "at the last end of the text"} <= {
        cut["rule"] for cut in made.trace["body"]["cut"]
    }
    whole = read_with(BELOW[0], monkeypatch, 3.0)
    assert "page two" in whole.body
    assert set(whole.blocks) == set(made.blocks), "what repeats on the pages of a site is known from all of them"


@pytest.mark.parametrize(("letters", "gone"), [(30, 3), (60, 0)])
def test_a_list_at_an_end_is_cut_whole_or_not_at_all(letters: int, gone: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fifth of the letters may go: three items of 30 beside 400, or one of 60."""
    monkeypatch.setattr(ends, "boosted", lambda end: scorer.read_trees([{"asks": "bias > 2.0", "leaves": "-3 0"}]))
    monkeypatch.setattr(ends, "ENDS", ("last",))
    items = "".join(f"<li>{letter * letters}</li>" for letter in "abc")
    blocks = blocks_of("".join(f"<p>{letter * 100}</p>" for letter in "defg") + f"<ul>{items}</ul>")
    stay = [True] * len(blocks)
    found = ends.trim(blocks, stay, {"bias": np.ones(len(blocks))}, ends.Facts())
    assert [block.text[0] for block in found] == list("cba")[:gone]
    assert stay.count(False) == gone


def test_what_an_operator_chose_and_what_is_no_article_is_not_trimmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ends, "trim", lambda *given: pytest.fail("trimmed"))
    assert "page two" in read(page(BELOW[0]), URL, rules=Rules(select=("article",))).body
    monkeypatch.setattr(page_type, "type_of", lambda document, blocks: PageType("service", {"service": 0.6}))
    assert "page two" in read(page(BELOW[0]), URL).body


def test_the_shipped_trees_know_a_note_on_the_author_from_text() -> None:
    shipped = {end: ends.boosted(end) for end in ends.ENDS}
    assert all(len(each.leaves) >= 100 for each in shipped.values())
    names, _ = ends.end_rows(blocks_of("<p>A line.</p>"), [0], {}, ends.flat_end(ends.Facts()))
    asked = {name for each in shipped.values() for name in each.names if name.startswith("end-")}
    assert asked <= set(names)
