"""The second scoring pass, which uses the scores of neighbouring blocks."""

from __future__ import annotations

import json

import numpy as np
import pytest

from syndicator import reading
from syndicator.core.model import Draft, Rules
from syndicator.reading.body import containers, overlap, scorer, sequence
from syndicator.reading.html.blocks import Block, read_blocks
from syndicator.reading.html.document import parse
from syndicator.reading.reader import read

URL = "https://www.harbourpost.example/2024/last-ferry"
STORY = tuple(
    f"{who} had asked the county for a successor since the spring, and it had answered with a form"
    f" that {who.lower()} filled in and sent back before the {day} on which the boats of the island"
    " are painted."
    for who, day in (
        ("The captain", "Monday"),
        ("The mate", "Tuesday"),
        ("The cook", "Friday"),
        ("The owner", "Sunday"),
    )
)
NOTE = (
    "The Harbour Post is printed on the island on Thursday nights, and carried to every house"
    " before breakfast."
)


def make_columns(
    markup: str, odds: list[float], facts: sequence.Facts = sequence.Facts()
) -> dict[str, list[float]]:
    """The features of the second look of the texts in `markup`, which the first look gave these
    `odds`."""
    blocks = blocks_of(markup)
    first = scorer.Scored("alone", ["bias"] * len(blocks), {}, np.array(odds))
    features = sequence.compute_features(
        sequence.select_texts(blocks, facts), containers.build_containers(blocks), first
    )
    return {name.removeprefix("second "): column.tolist() for name, column in features.items()}


def blocks_of(markup: str) -> list[Block]:
    blocks = read_blocks(parse(f"<html><body>{markup}</body></html>".encode(), URL).tree)
    overlap.measure_letters(blocks)
    return blocks


def test_features_of_the_odds_of_neighbouring_texts() -> None:
    columns = make_columns("".join(f"<p>{text}</p>" for text in STORY[:3]), [2.0, -1.0, 3.0])

    assert columns["odds"] == [2.0, -1.0, 3.0]
    assert columns["odds-1"] == [-8.0, 2.0, -1.0]
    assert columns["odds+1"] == [-1.0, 3.0, -8.0]
    assert columns["sure-before"] == pytest.approx([0.0, np.log(2), np.log(2)])
    assert columns["best-after"] == [3.0, 3.0, -12.0]
    assert columns["mean-2"][1] > 0.8 > columns["mean-2"][0]
    assert columns["mass-before"][0] == 0.0
    assert columns["place"] == pytest.approx([0, 1 / 3, 2 / 3])


def test_a_picture_is_no_neighbour() -> None:
    columns = make_columns(
        f"<p>{STORY[0]}</p><img src='/a.jpg' alt=''><p>{STORY[1]}</p>", [2.0, -5.0, 1.0]
    )
    assert columns["odds-1"] == [-8.0, 2.0]


def test_features_of_lists_sections_and_equal_markup() -> None:
    items = "".join(f"<li>{text}</li>" for text in STORY[:2])
    columns = make_columns(
        f"<p>{STORY[2]}</p><h2>Crew</h2><ul>{items}</ul><h2>Boats</h2><p>{STORY[3]}</p>",
        [3, 0, 4, -4, 0, 3],
    )

    assert columns["list-mean"] == pytest.approx([-1, -1, 0.018, 0.982, -1, -1], abs=0.001)
    assert columns["alike-mean"][0] == pytest.approx(0.953, abs=0.001)
    assert columns["section-mean"][1] == pytest.approx(0.5, abs=0.05)
    assert columns["section-head"][2:4] == [0.0, 0.0]
    assert columns["section-after"][0] == pytest.approx(columns["section-mean"][1])


def test_features_of_the_statements_of_the_page() -> None:
    facts = sequence.Facts(
        "The last ferry", ["Maren Oduya"], STORY[0], "Harbour Post", STORY[1], {"forum": 0.25}, True
    )
    markup = (
        f"<h1>The last ferry</h1><p>A photo by Maren Oduya.</p><p>{STORY[0]}</p><p>{STORY[1]}</p>"
    )
    columns = make_columns(markup, [0.0] * 4, facts)

    assert columns["title-in"][:2] == [1.0, 0.0]
    assert columns["title-behind"] == pytest.approx([0.0, 1.0, 1 / 2, 1 / 3])
    assert columns["author"][1] == pytest.approx(10 / 18)
    assert columns["told"] == [0.0, 0.0, 1.0, 0.0]
    assert columns["in-body"] == [0.0, 0.0, 0.0, 1.0]
    assert columns["type-forum"][0] == 0.25
    assert columns["declared"][0] == 1.0


def make_page(below: str) -> bytes:
    head = "<meta property='og:type' content='article'><title>The last ferry</title>"
    text = "".join(
        f"<p>{each}</p>"
        for each in (*STORY, *(each.replace("county", "ministry") for each in STORY))
    )
    return (
        f"<html><head>{head}</head><body><article><h1>The last"
        f" ferry</h1><div>{text}<p>{below}</p></div>".encode()
    )


def read_with(question: str, monkeypatch: pytest.MonkeyPatch, rules: Rules | None = None) -> Draft:
    """The page with a note below its text, against whose texts the second look is sure if they are
    over a limit."""
    trees = scorer.read_trees([{"asks": question, "leaves": "9 -60"}])
    shipped = scorer.load_trees
    monkeypatch.setattr(
        scorer,
        "load_trees",
        lambda file, table: trees if "sequence" in file else shipped(file, table),
    )
    return read(make_page(NOTE), URL, rules=rules)


def test_the_second_score_cuts_a_text_that_the_first_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = read_with("second place > 2.0", monkeypatch)

    assert NOTE in whole.body

    cut = read_with("second place > 0.85", monkeypatch)

    assert NOTE not in cut.body
    assert STORY[3] in cut.body
    assert any("the texts around it" in each["rule"] for each in cut.trace["body"]["cut"])
    assert set(whole.blocks) == set(cut.blocks), (
        "what repeats on the pages of a site is learnt from all of them"
    )


def test_texts_that_an_operator_selects_have_no_second_score(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert NOTE in read_with("second place > 0.85", monkeypatch, Rules(select=("article",))).body


@pytest.mark.parametrize("table", ["asked", "alone"])
def test_the_shipped_trees_ask_for_computed_features(table: scorer.Table) -> None:
    shipped = scorer.load_trees("sequence_trees.json", table)

    assert len(shipped.leaves) >= 100

    columns = make_columns(f"<p>{STORY[0]}</p>", [0.0], sequence.Facts(types={"article": 1.0}))
    asked = {name.removeprefix("second ") for name in shipped.names if name.startswith("second ")}

    assert {name for name in asked if not name.startswith("type-")} <= columns.keys()


def test_the_file_names_the_script_that_made_it() -> None:
    document = json.loads(reading.file_text("sequence_trees.json"))
    assert document["script"] == "tools/train/fit_sequence.py"
    assert len(document["data_sha256"]) == 64
