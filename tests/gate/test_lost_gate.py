"""Limits of what the mean body F1 hides: lost bodies, and foreign first or last lines.

On our own pages everywhere, on real pages if ../shared is beside the checkout. Measured as in
../shared/tools/score_edges.py."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import pytest

from tests.bench import bench_reading
from tests.gate import scores
from tests.gate.test_reading_gate import own_pages

# F1 of a body that is lost, and of trafilatura's that shows that it could be found
LOST = 0.6
FOUND = 0.8
ARTICLES = ("article", "documentation")
SETS = ("zyte", "wcxb", "fundus")
EDGE = 80  # letters of a first or last line that are looked for
# Ceilings, in shares of the pages; they only fall. The shipped weights know these pages: on folds
# see bench_folds.
OWN_FIRST = 4
OWN_LAST = 1  # of our own 43 pages: bylines, a kicker and a way back that are kept
MOST_LOST = 0.003
MOST_FIRST = 0.088
MOST_LAST = 0.149


class Seen(NamedTuple):
    lost: bool
    first: bool  # the first line is not in the truth
    last: bool


def find_foreign_edges(truth: str, text: str) -> tuple[bool, bool]:
    """Whether the first and the last line of `text` are missing from `truth`."""
    lines = [flat for line in text.splitlines() if (flat := _flat(line))]
    whole = _flat(truth)
    return (
        (lines[0][:EDGE] not in whole, lines[-1][-EDGE:] not in whole) if lines else (False, False)
    )


def _flat(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


def compare_page(row: dict[str, Any], text: str) -> Seen:
    """Compare our `text` of a page; ask trafilatura only if it is lost."""
    truth = row["truth"]
    lost = scores.body_f1([(truth["text"], text)]) < LOST
    if lost:
        other_text = bench_reading.theirs(
            bench_reading.html_of(row), row["url"] or bench_reading.NOWHERE
        )["text"]
        lost = scores.body_f1([(truth["text"], other_text)]) > FOUND
    return Seen(lost, *find_foreign_edges(truth["text"] + (truth.get("title") or ""), text))


def test_most_of_our_own_pages_begin_and_end_with_the_article() -> None:
    """On few of our pages the first or last line of the body is not in the true text."""
    results = [
        find_foreign_edges(truth["body"] + truth["title"], made["text"])
        for truth, made in own_pages()
    ]
    assert sum(first for first, _ in results) <= OWN_FIRST
    assert sum(last for _, last in results) <= OWN_LAST


def test_a_menu_before_and_a_promotion_after_are_seen() -> None:
    """The measure itself is right: foreign first and last lines are found, and an empty text has
    none."""
    assert find_foreign_edges("One. Two.", "One.\nTwo.") == (False, False)
    assert find_foreign_edges("One. Two.", "Home\nOne.\nTwo.\nPin it for later!") == (True, True)
    assert find_foreign_edges("One.", "") == (False, False)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_all_pages(read_rows: list[tuple[dict[str, Any], bench_reading.Prediction]]) -> None:
    """On real articles the shares of lost bodies, and of bodies with a foreign first or last
    line, stay below their limits."""
    results = [
        compare_page(row, ours.get("text") or "")
        for row, ours in read_rows
        if row["truth"].get("text") and row["set"] in SETS and row["page_type"] in ARTICLES
    ]
    shares = [sum(each) / len(results) for each in zip(*results, strict=True)]
    most = (MOST_LOST, MOST_FIRST, MOST_LAST)
    assert all(share <= limit for share, limit in zip(shares, most, strict=True)), shares
