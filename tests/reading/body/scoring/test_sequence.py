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
    """Return the features that the second pass computes for the texts in `markup`; the first pass
    gave its blocks these log `odds`."""
    blocks = read_measured_blocks(markup)
    first = scorer.Scored("alone", ["bias"] * len(blocks), {}, np.array(odds))
    features = sequence.compute_features(
        sequence.select_texts(blocks, facts), containers.build_containers(blocks), first
    )
    return {name.removeprefix("second "): column.tolist() for name, column in features.items()}


def read_measured_blocks(markup: str) -> list[Block]:
    blocks = read_blocks(parse(f"<html><body>{markup}</body></html>".encode(), URL).tree)
    overlap.measure_letters(blocks)
    return blocks


def test_features_of_the_odds_of_neighbouring_texts() -> None:
    """The features of three texts come from the log odds that the first pass gave to them and
    their neighbours; -8 stands for a neighbour outside of the page, and -12 for the best of none.
    """
    three_texts = "".join(f"<p>{text}</p>" for text in STORY[:3])
    columns = make_columns(three_texts, odds=[2.0, -1.0, 3.0])

    assert columns["odds"] == [2.0, -1.0, 3.0]
    assert columns["odds-1"] == [-8.0, 2.0, -1.0]
    assert columns["odds+1"] == [-1.0, 3.0, -8.0]
    assert columns["sure-before"] == pytest.approx([0.0, np.log(2), np.log(2)])
    assert columns["best-after"] == [3.0, 3.0, -12.0]
    assert columns["mean-2"][1] > 0.8 > columns["mean-2"][0]
    assert columns["mass-before"][0] == 0.0
    assert columns["place"] == pytest.approx([0, 1 / 3, 2 / 3])


def test_a_picture_is_no_neighbour() -> None:
    """Only blocks with text are neighbours: the odds before the second text are those of the
    first, not of the picture (-5)."""
    text_picture_text = f"<p>{STORY[0]}</p><img src='/a.jpg' alt=''><p>{STORY[1]}</p>"
    columns = make_columns(text_picture_text, odds=[2.0, -5.0, 1.0])

    # of the two texts; nothing is before the first one, for which -8 stands
    assert columns["odds-1"] == [-8.0, 2.0]


def test_features_of_lists_sections_and_equal_markup() -> None:
    """A list item, a section and a paragraph get the mean probability of the other texts of
    their list, section or markup; -1 means that there is none."""
    items = "".join(f"<li>{text}</li>" for text in STORY[:2])
    # six texts: paragraph, heading, two items, heading, paragraph
    columns = make_columns(
        f"<p>{STORY[2]}</p><h2>Crew</h2><ul>{items}</ul><h2>Boats</h2><p>{STORY[3]}</p>",
        odds=[3, 0, 4, -4, 0, 3],
    )

    # log odds of -4 and 4 are probabilities of 0.018 and 0.982, those of 3 are 0.953
    assert columns["list-mean"] == pytest.approx([-1, -1, 0.018, 0.982, -1, -1], abs=0.001)
    assert columns["alike-mean"][0] == pytest.approx(0.953, abs=0.001)
    assert columns["section-mean"][1] == pytest.approx(0.5, abs=0.05)
    assert columns["section-head"][2:4] == [0.0, 0.0]
    assert columns["section-after"][0] == pytest.approx(columns["section-mean"][1])


def test_features_of_the_statements_of_the_page() -> None:
    """A text is compared with the title, authors, description and body that the page states
    about itself."""
    facts = sequence.Facts(
        title="The last ferry",
        authors=["Maren Oduya"],
        description=STORY[0],
        site="Harbour Post",
        body=STORY[1],
        types={"forum": 0.25},
        declared=True,
    )
    markup = (
        f"<h1>The last ferry</h1><p>A photo by Maren Oduya.</p><p>{STORY[0]}</p><p>{STORY[1]}</p>"
    )
    # four texts: heading, credit, description, body
    columns = make_columns(markup, odds=[0.0] * 4, facts=facts)

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


def read_and_cut(
    question: str, monkeypatch: pytest.MonkeyPatch, rules: Rules | None = None
) -> Draft:
    """Read a page with a note below its text. The second pass cuts each text for which the answer
    to `question` is yes."""
    trees = scorer.read_trees([{"asks": question, "leaves": "9 -60"}])
    shipped = scorer.load_trees
    monkeypatch.setattr(
        scorer,
        "load_trees",
        lambda file, table: trees if "sequence" in file else shipped(file, table),
    )
    return read(make_page(NOTE), URL, rules=rules)


def test_the_second_score_cuts_a_text_that_the_first_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The note below the text has a place over 0.85: a tree that cuts from there removes it
    alone, and no text is over 2.0."""
    whole = read_and_cut("second place > 2.0", monkeypatch)

    assert NOTE in whole.body

    without_note = read_and_cut("second place > 0.85", monkeypatch)

    assert NOTE not in without_note.body
    assert STORY[3] in without_note.body
    assert any("the texts around it" in each["rule"] for each in without_note.trace["body"]["cut"])
    # what repeats on the pages of a site is learnt from all texts, also those that are cut
    assert set(whole.blocks) == set(without_note.blocks)


def test_texts_that_an_operator_selects_have_no_second_score(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With a `select` rule of the operator, the second score does not cut the note that it cuts
    otherwise."""
    rules = Rules(select=("article",))
    assert NOTE in read_and_cut("second place > 0.85", monkeypatch, rules).body


@pytest.mark.parametrize("table", ["asked", "alone"])
def test_the_shipped_trees_ask_for_computed_features(table: scorer.Table) -> None:
    """The shipped trees (at least 100) ask only for features that the second pass computes, or
    for probabilities of page types."""
    shipped = scorer.load_trees("sequence_trees.json", table)

    assert len(shipped.leaves) >= 100

    columns = make_columns(f"<p>{STORY[0]}</p>", [0.0], sequence.Facts(types={"article": 1.0}))
    second_features = {
        name.removeprefix("second ") for name in shipped.names if name.startswith("second ")
    }

    assert {name for name in second_features if not name.startswith("type-")} <= columns.keys()


def test_the_file_names_the_script_that_made_it() -> None:
    """The file with the trees names its training script and the SHA-256 of the data, so that
    anybody can train it again."""
    document = json.loads(reading.file_text("sequence_trees.json"))
    assert document["script"] == "tools/train/fit_sequence.py"
    assert len(document["data_sha256"]) == 64
