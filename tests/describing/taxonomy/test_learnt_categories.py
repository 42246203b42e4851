"""Learn categories from articles whose category a person confirmed."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.describing.taxonomy.vocabulary import CategoryDef, Vocabulary
from tests.describing.taxonomy.test_none_of_these import COLD, make_house_taxonomy

SUBJECTS = {
    "Desk one": (
        "ferry",
        "The {0} of town {1} leaves the harbour. Boats and a {0} cross the river to the quay.",
    ),
    "Desk two": (
        "bakery",
        "The {0} of town {1} sells bread. Flour, yeast and an oven make the {0} smell of rolls.",
    ),
}
LONG = 8  # times: a short text needs no word of its category
HOUSE = Taxonomy(Vocabulary(category=tuple(CategoryDef(name=name) for name in SUBJECTS)))


def make_posts(number: int) -> list[tuple[str, str, str]]:
    return [
        (f"A {word} in town {n}", text.format(word, n) * LONG, name)
        for n in range(number)
        for name, (word, text) in SUBJECTS.items()
    ]


def count_right_categories(taxonomy: Taxonomy) -> int:
    new = [
        (title.replace("town", "city"), text.replace("town", "city"), name)
        for title, text, name in make_posts(3)
    ]
    return sum(taxonomy.category(title, text).name == name for title, text, name in new)


def test_a_category_that_no_word_speaks_for_is_learnt(tmp_path: Path) -> None:
    """Eight articles of each of two categories teach them, although their names say nothing: all
    six new articles are filed rightly, also after saving and pickling, and not all before."""
    learnt = HOUSE.learn([], filed=make_posts(8))

    assert count_right_categories(HOUSE) < 6
    assert count_right_categories(learnt) == 6

    learnt.save(tmp_path / "learnt.npz")

    assert count_right_categories(HOUSE.with_learnt(tmp_path / "learnt.npz")) == 6
    assert count_right_categories(pickle.loads(pickle.dumps(learnt))) == 6


def test_too_few_articles_and_unknown_categories_teach_nothing() -> None:
    """Nothing is learnt from fewer than `least` articles, or from articles of a category that no
    longer exists."""
    eight_articles = make_posts(4)  # of each of the two categories
    of_removed_category = [(title, text, "Gone") for title, text, _ in make_posts(8)]

    assert HOUSE.learn([], filed=eight_articles, least=10).filed is None
    assert HOUSE.learn([], filed=of_removed_category).filed is None
    assert HOUSE.learn([], filed=[]).filed is None


@pytest.mark.parametrize(
    ("name", "filed"),
    [("kitchen", "Travel"), ("paper", "Rathaus"), ("society", "Statistics")],
    ids=["a kitchen", "a German local paper", "a learned society"],
)
def test_ten_confirmed_articles_move_something(name: str, filed: str) -> None:
    """Ten confirmed articles, six of them on a subject that no category fits, file a similar new
    one where they are filed."""
    articles = COLD[name]["articles"]
    strange = next(article for article in articles if not article["category"])
    usual = {
        "title": "A poster",
        "text": "The poster has large letters on a grid, says its designer.",
        "category": "Design",
    }
    if name != "society":
        usual = next(article for article in articles if article["category"] not in ("", filed))
    confirmed = [(strange["title"], f"{strange['text']} {n}.", filed) for n in range(6)]
    confirmed += [(usual["title"], f"{usual['text']} {n}.", usual["category"]) for n in range(4)]
    before = make_house_taxonomy(name)
    after = before.learn([], filed=confirmed, least=10)
    new_title = f"{strange['title']}, again"
    new_text = f"{strange['text']} It was so last year, too."

    assert before.category(new_title, new_text).name is None
    assert after.category(new_title, new_text).name == filed


def test_a_category_that_came_later_gains_nothing_and_one_that_is_gone_is_not_given() -> None:
    """An article of "Desk one" stays there after a third category was added, which nothing was
    learnt of; after "Desk one" was removed, the article is not filed there."""
    learnt = HOUSE.learn([], filed=make_posts(8))
    title, text, name = make_posts(1)[0]

    assert learnt.filed is not None

    gains = learnt.filed.predict_gains(title, text)

    assert name == "Desk one"
    assert gains["Desk one"] > 0 > gains["Desk two"]

    one, two, three = (CategoryDef(name=f"Desk {number}") for number in ("one", "two", "three"))
    with_third = replace(learnt, vocabulary=Vocabulary(category=(one, two, three)))
    without_first = replace(learnt, vocabulary=Vocabulary(category=(two, three)))

    assert with_third.category(title, text).name == "Desk one"
    assert without_first.category(title, text).name != "Desk one"
