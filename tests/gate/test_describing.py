"""Minimum scores of describing on the corpus in ../shared. They may only rise.
tests/bench/bench_describing.py shows the figures beside the baselines;
test_describing_sample.py has minimum scores on our own texts."""

from __future__ import annotations

import statistics as st
from pathlib import Path

import pytest

from syndicator.describing.summary import excerpt
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from tests.bench import bench_describing as bench
from tests.bench import bench_editor

pytestmark = pytest.mark.slow
# measured 94.2, 84.2, 70.7, and German news in categories that are described in German 78.5
CATEGORY_FLOORS = {"bbc": 94.0, "ag": 83.5, "kpcrowd10": 70.0, "gnad": 77.5}
# With a history, from the vocabulary alone; measured 51.0 (51.2 with words of compounds) and 32.6,
# 59.1 and 29.0.
TAG_FLOORS = {"18f": (50.5, 31.5), "ropensci": (58.5, 28.0)}
# What an editor signs of 94 articles: whole tag lists, of articles that need a tag, tags right and
# found; measured .85, .72, .93 and .85. The weights were fitted on them too: in parts .85, .74, .92
# and .85 (tools/train/fit_tags.py). Excerpts that begin with a sentence that the editor took as an
# opening: measured .849; ours alone .833. Their weights have not seen these articles; the rules of
# words that were there before had been written on them (.904 and .887) and were no better than the
# first sentence on others.
# All three of an article signed: measured .635.
EDITOR_FLOORS = {
    "excerpt": 0.83,
    "tags": 0.83,
    "tags where must": 0.70,
    "tags precision": 0.90,
    "tags recall": 0.83,
    "all": 0.58,
}
# Categories of the 62 English articles and of the 32 in nine other languages: measured .903 and
# .938.
EDITOR_CATEGORIES = {"en": 0.89, "other": 0.90}
OWN_EXCERPTS = 0.81  # of them, where the excerpt is none of the publisher's own
# per cent of F1, half a post of 80. Measured: .52 below at 388 posts of 18F, where two of our
# aliases are tags of their own, and at most .2 elsewhere
CURVE_SLACK = 0.6
# Of categories that no word speaks for, by 20 and 80 confirmed articles; measured 48.1 and 73.1,
# 55.6 and 72.5.
FILED_FLOORS = {"ag": (45.0, 70.0), "bbc": (52.0, 69.0)}
ABSTAINING = 0.84  # of a strict caller: the score from which it takes a category
STRICT_FLOORS = (70.0, 93.0)  # per cent answered, per cent of these right


@pytest.mark.timeout(600)
def test_no_summary_breaks_a_rule_of_form(shared_folder: Path) -> None:
    """No excerpt of the corpus breaks a rule of form, such as whole sentences and the length."""
    for name in bench.SUMMARIES:
        for row in bench.rows(f"summ_{name}"):
            summary = excerpt.summarize(
                row.get("title") or "", row["text"], row.get("lang") or None
            )
            assert not bench.faults(row, summary), row["id"]


@pytest.mark.parametrize("name", CATEGORY_FLOORS)
def test_categories(shared_folder: Path, name: str) -> None:
    """On each corpus of news the percentage of right categories reaches its minimum."""
    taxonomy = Taxonomy.from_toml(bench.TEXTS / f"cat_{name}.taxonomy.toml")
    rows = bench.rows(f"cat_{name}")
    right = sum(taxonomy.category(row["title"], row["text"]).name == row["label"] for row in rows)
    assert 100 * right / len(rows) >= CATEGORY_FLOORS[name]


def test_a_strict_caller_is_right_and_seldom_silent(shared_folder: Path) -> None:
    """A caller that takes only sure categories (a score of `ABSTAINING`) gets at least 70 %
    answered, 93 % of them right."""
    taxonomy = Taxonomy.from_toml(bench.TEXTS / "cat_bbc.taxonomy.toml")
    guesses = [
        (row["label"], taxonomy.category(row["title"], row["text"]))
        for row in bench.rows("cat_bbc")
    ]
    taken = [
        label == guess.name for label, guess in guesses if guess.name and guess.score >= ABSTAINING
    ]
    assert 100 * len(taken) / len(guesses) >= STRICT_FLOORS[0]
    assert 100 * st.mean(taken) >= STRICT_FLOORS[1]


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", TAG_FLOORS)
def test_tags(shared_folder: Path, name: str) -> None:
    """On each corpus the tags reach their minimums, with a history and without, and beat plain
    search for the tags' words."""
    scores = bench.tag_scores(name)
    assert 100 * st.mean(scores["history"]) >= TAG_FLOORS[name][0]
    assert 100 * st.mean(scores["zero-shot"]) >= TAG_FLOORS[name][1]
    assert st.mean(scores["zero-shot"]) > st.mean(scores["literal"])


def test_what_an_editor_signs(shared_folder: Path) -> None:
    """An editor judged our descriptions of 94 articles: each share that was accepted reaches its
    minimum."""
    judged = bench_editor.judged()
    result = bench_editor.scorer().summary(judged)
    shares = {name: result[name]["share"] for name in EDITOR_FLOORS}
    assert all(shares[name] >= floor for name, floor in EDITOR_FLOORS.items()), shares
    for group, floor in EDITOR_CATEGORIES.items():
        assert st.mean(row["category"] for row in judged if row["group"] == group) >= floor, group
    own = [
        row["excerpt"] for row in judged if row["by"] == "extractive" and row["excerpt"] is not None
    ]
    assert st.mean(own) >= OWN_EXCERPTS, own


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", ["ropensci", "18f"])
def test_a_vocabulary_and_a_past_are_no_worse_than_the_past_alone(
    shared_folder: Path, name: str
) -> None:
    """With any number of past posts, adding a list of tags lowers the score by at most
    `CURVE_SLACK`."""
    for posts, alone, begun, own in bench.curve(name):
        assert min(begun, own) >= alone - CURVE_SLACK, posts


@pytest.mark.parametrize("name", FILED_FLOORS)
def test_categories_that_no_word_speaks_for_are_learnt_from_confirmed_articles(
    shared_folder: Path, name: str
) -> None:
    """After 20 and after 80 confirmed articles, categories with meaningless names are right
    often enough."""
    results = [right for _, right in bench.filed_curve(name)][1:]
    assert all(right >= floor for right, floor in zip(results, FILED_FLOORS[name], strict=True)), (
        results
    )
