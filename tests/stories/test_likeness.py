"""Measure how alike two articles are, compared with how common their words are."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import combinations

import pytest

from syndicator.sketches.events import PLACES, find_terms, hash_term, make_sketch
from syndicator.stories.grouping import Report
from syndicator.stories.likeness import Comparison, Window, count_terms
from tests.stories.hard_pairs import PAIRS

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
QUAKE = make_sketch("Quake in Verania", "It shook Sant Orel at 4:17, said Dario Menk in Sant Orel.")


def make_report(id: str) -> Report:
    """Return an article about the quake, of an outlet of its own."""
    return Report(id, f"{id}.example", "en", NOON, QUAKE)


def measure_likeness(window: Window) -> float:
    """Return how alike two equal articles about the quake are among the articles of the window."""
    return Comparison(window).measure(make_report("a"), make_report("b"))


def test_among_more_articles_a_pair_must_be_likelier() -> None:
    """Among more articles chance likeness is more frequent, so the limit is higher and the same
    pair counts as less alike."""
    few = Window(articles=100)
    many = Window(articles=10_000)

    assert many.get_limit() > few.get_limit() + 3
    assert measure_likeness(many) < measure_likeness(few)


def test_a_term_of_many_articles_weighs_less() -> None:
    """Two articles are less alike if half of the sampled articles have their words."""
    in_half_of_them = dict.fromkeys(QUAKE.words, 100)
    words_are_common = Window(articles=100, sampled=200, counts=in_half_of_them)
    words_are_rare = Window(articles=100, sampled=200)

    assert measure_likeness(words_are_common) < measure_likeness(words_are_rare)


def test_an_outlet_makes_no_term_common() -> None:
    """200 articles of one outlet count as at most `PLACES` for a term; 200 of different outlets
    count as 200."""
    one_outlet = count_terms(200, [("flood.example", find_terms(QUAKE))] * 200)
    many_outlets = count_terms(200, [(f"{n}.example", find_terms(QUAKE)) for n in range(200)])
    quake = hash_term("quake")

    assert one_outlet.counts[quake] == PLACES
    assert many_outlets.counts[quake] == 200
    assert one_outlet.sampled == 200
    assert many_outlets.sampled == 200


def test_guides_on_one_subject_are_less_likely_a_story() -> None:
    """Two texts with the tone of guides are less alike than the same two as news: guides on a
    subject are no event."""
    guide = QUAKE._replace(tone=-1.0)  # below 0 is the tone of guides
    first = make_report("a")._replace(sketch=guide)
    second = make_report("b")._replace(sketch=guide)
    window = Window(articles=100)

    assert Comparison(window).measure(first, second) < measure_likeness(window) - 1


@pytest.mark.parametrize("articles", [1, 100, 10_000])
def test_likely_pairs_are_found_without_all_weights(articles: int) -> None:
    """Of all pairs of the texts in `PAIRS`, the quick check `is_likely` accepts exactly those whose
    full measure is over 0, and there are some."""
    texts = [text for pair in PAIRS for text in (pair.report, pair.same, pair.other)]
    reports = [
        make_report(f"{n:02}")._replace(sketch=make_sketch(*text)) for n, text in enumerate(texts)
    ]
    pairs = list(combinations(reports, 2))
    full = Comparison(Window(articles=articles))
    quick = Comparison(Window(articles=articles))
    measured_over_0 = [pair for pair in pairs if full.measure(*pair) > 0]
    quickly_accepted = [pair for pair in pairs if quick.is_likely(*pair)]

    assert quickly_accepted == measured_over_0
    assert measured_over_0


def test_an_article_that_shares_little_is_told_apart_without_all_its_weights(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A pair that shares few words is rejected without the full comparison, which would fail
    this test."""
    other_report = Report("b", "b.example", "en", NOON, make_sketch("Fair opens in Verania", ""))
    comparison = Comparison(Window(articles=10_000))
    monkeypatch.setattr(comparison, "measure", lambda *_: pytest.fail("all weights were needed"))

    assert not comparison.is_likely(make_report("a"), other_report)
