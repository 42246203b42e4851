"""Train the trees that judge readings."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tools.train import fit_readings, fit_sequence
from tools.train.fit_readings import Judged

READINGS = [
    Judged(
        at % 3,
        "listing" if at > 60 else "article",
        {"link": at / 100, "prose": at * 7 % 13},
        at % 13 / 12,
        1.0,
    )
    for at in range(100)
]
ROWS: list[dict[str, object]] = []


def test_trees_tell_lists_from_articles_and_right_readings_from_wrong_ones() -> None:
    """Of the 100 readings those after the 60th are lists: the trees give lists positive odds and
    articles negative ones. Reading 12 is right and reading 0 wrong: so are their odds."""
    grown = fit_readings.grow(READINGS)
    odds_of_list = fit_readings.odds(grown["listing"], READINGS)
    odds_of_right = fit_readings.odds(grown["right"], READINGS)

    assert odds_of_list[:50].max() < 0
    assert odds_of_list[70:].min() > 0
    assert odds_of_right[0] < 0
    assert odds_of_right[12] > 0


def test_readings_of_which_nothing_is_known_teach_no_right_ones() -> None:
    """Readings whose truth is unknown (NaN) do not change the trees that judge if a reading is
    right."""
    unknown = [*READINGS, *(reading._replace(right=float("nan")) for reading in READINGS)]
    assert fit_readings.grow(unknown)["right"] == fit_readings.grow(READINGS)["right"]


def test_the_same_readings_give_the_same_trees() -> None:
    """Training is deterministic: the same readings give equal trees."""
    assert fit_readings.grow(READINGS) == fit_readings.grow(READINGS)


def test_a_text_is_right_as_far_as_the_truth_has_it() -> None:
    """A reading of an article is as right as it agrees with the true text or passages; a reading
    of a list is never right."""
    truth = {"page_type": "article", "truth": {"text": "One two three four five."}}

    assert fit_readings.right(truth, "One two three four five.") == 1
    assert fit_readings.right(truth | {"page_type": "listing"}, "One two three four five.") == 0

    parts = {"page_type": "article", "truth": {"must_have": ["One two"], "must_not": ["Read also"]}}

    # it has what it must have, and what it must not
    assert fit_readings.right(parts, "One two. Read also: three.") == 0.5


def test_a_file_that_decides_otherwise_is_named(shared_folder: Path) -> None:
    """The check of a shipped file finds no difference for equal trees, and names trees that
    judge otherwise."""
    grown = fit_readings.grow(READINGS)
    all_articles = [reading._replace(kind="article") for reading in READINGS]
    grown_otherwise = fit_readings.grow(all_articles)
    same_file = fit_readings.written(grown, ROWS)
    other_file = fit_readings.written(grown_otherwise, ROWS)

    assert fit_readings.differences(same_file, grown, READINGS) == []
    assert "judged otherwise" in fit_readings.differences(other_file, grown, READINGS)[0]


def test_texts_at_the_ends_of_the_article_count_more() -> None:
    """Texts near the first and last text of the article count more in training; without an
    article all count 1."""
    wanted = np.array([0.0] * 10 + [1.0] * 8 + [0.0] * 2)
    counts = fit_sequence.at_ends(wanted)

    assert counts.tolist() == [1.0] * 2 + [2.5] * 8 + [1.5] * 3 + [1.0] * 2 + [1.5] * 3 + [2.5] * 2
    assert fit_sequence.at_ends(np.zeros(3)).tolist() == [1.0] * 3


def make_decision(right: float, listing: float, *, kind: str = "article") -> fit_readings.Decided:
    reading = Judged(0, kind, {"declared": 0.0, "letters": 8.0}, 0.9, 1.0, "a")
    return fit_readings.Decided(reading, right, listing)


def test_of_the_readings_of_a_page_the_likeliest_is_decided_on() -> None:
    """Of each page's readings the likeliest is taken; on pages with good readings it is over 0.7
    right."""
    pages = [
        each._replace(values={**each.values, "declared": 0.0}, page=str(at // 13))
        for at, each in enumerate(READINGS)
    ]
    rights_by_page = {each.reading.page: each.reading.right for each in fit_readings.decide(pages)}

    assert len(rights_by_page) == 8
    # its readings are 0 to 1 right
    assert min(rights_by_page[str(page)] for page in range(5)) > 0.7


def test_figures_count_pages_by_what_is_decided() -> None:
    """Of a refused list, a doubtful article and a clear one, each is counted under its kind and
    the decision."""
    pages = [
        make_decision(-2.0, 2.0, kind="listing"),
        make_decision(0.6, 0.0),
        make_decision(3.0, -4.0),
    ]
    # "neither" is neither refused nor in doubt
    assert fit_readings.figures(pages) == {
        ("lists", "refused"): 1,
        ("articles", "in doubt"): 1,
        ("articles", "neither"): 1,
        ("articles that are read well", "in doubt"): 1,
        ("articles that are read well", "neither"): 1,
    }
