"""Articles that belong to no category stay without one, in three taxonomies."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np

from syndicator.describing.taxonomy import categories
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.describing.taxonomy.vocabulary import CategoryDef, Vocabulary

COLD: dict[str, Any] = tomllib.loads((Path(__file__).parent / "cold.toml").read_text("utf-8"))
NEAR_MISSES = 0.2  # of articles that belong nowhere, those that may be filed


def make_house_taxonomy(name: str) -> Taxonomy:
    return Taxonomy(
        Vocabulary(category=tuple(CategoryDef(**row) for row in COLD[name]["categories"]))
    )


def test_near_misses_are_seldom_filed_and_right_ones_are() -> None:
    """In each taxonomy of `cold.toml`, every article of a category is filed there, and at most
    20 % of those that belong to none are filed."""
    guesses_of_homeless = []
    for name, house in COLD.items():
        taxonomy = make_house_taxonomy(name)
        for article in house["articles"]:
            guess = taxonomy.category(article["title"], article["text"]).name or ""
            if article["category"]:
                assert guess == article["category"], article["title"]
            else:
                guesses_of_homeless.append(guess)

    wrongly_filed = [guess for guess in guesses_of_homeless if guess]

    assert len(wrongly_filed) <= NEAR_MISSES * len(guesses_of_homeless), wrongly_filed


def test_what_the_publisher_files_under_a_category_is_filed_there() -> None:
    """An article that fits no category gets the one that its publisher's section names."""
    homeless = COLD["kitchen"]["articles"][3]
    title, text = homeless["title"], homeless["text"]
    taxonomy = make_house_taxonomy("kitchen")

    assert taxonomy.category(title, text).name is None
    assert taxonomy.category(title, text, section="travel").name == "Travel"


def test_every_feature_of_belonging_is_measured() -> None:
    """Each feature that decides if an article belongs to a category has a plausible value for an
    article that does."""
    taxonomy = make_house_taxonomy("kitchen")
    article = COLD["kitchen"]["articles"][0]
    known_categories = taxonomy._prepare_categories(article["title"], article["text"])

    assert known_categories is not None
    assert known_categories.other_words

    counts = known_categories.count_words(article["text"])
    values = categories.score_categories(
        known_categories, article["title"], article["text"], counts
    )
    measured = categories.measure_features(
        known_categories, article["title"], article["text"], counts, values
    )
    row = dict(zip(categories.FEATURES, measured, strict=True))

    assert row["score"] == np.float32(values.max())
    assert row["title-word"] == 1
    assert row["lead-words"] > 0
    assert row["nearness"] > 0
    assert row["nearer-topics"] == 0
    assert 0 < row["share"] < 1
    assert row["own-words"] > np.log1p(3)


def test_a_cold_taxonomy_compares_like_with_like() -> None:
    """If most categories are known only by their description (the taxonomy is "cold"), the long
    word list of a common topic does not outweigh them: each article on pets gets its category.
    The taxonomy of a kitchen is not cold."""
    pets = make_house_taxonomy("pets")
    known_categories = pets._prepare_categories("", "", "en")

    assert known_categories is not None
    assert known_categories.is_cold

    for article in COLD["pets"]["articles"]:
        guess = pets.category(article["title"], article["text"], language="en")
        assert (guess.name or "") == article["category"], (article["title"], guess)
        assert 0 < guess.certainty <= 1

    kitchen_categories = make_house_taxonomy("kitchen")._prepare_categories("", "", "en")

    assert kitchen_categories is not None
    assert not kitchen_categories.is_cold
