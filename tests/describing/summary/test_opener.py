"""The learnt choice of the first sentence of an excerpt, in every language."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from syndicator.describing.summary import excerpt
from syndicator.describing.summary.excerpt import choose_excerpt, summarize

CASES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "openers.toml").read_text("utf-8")
)["case"]
TEXT = """The council of Bergen closed the old bridge on Monday after the river rose by a metre.
Engineers will look at its piers this week, and a ferry takes people across until then."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["opens"][:40])
def test_the_sentence_that_an_editor_would_take_opens(case: dict[str, Any]) -> None:
    """The excerpt of each case in `openers.toml` starts with the sentence that an editor chose."""
    text = "\n".join(case["text"])
    assert summarize(case["title"], text, case["language"]).startswith(case["opens"])


def test_every_feature_is_measured() -> None:
    """Each of the two sentences gets a value for each feature; the first names the bridge of the
    title."""
    opener = excerpt.find_opener("The old bridge of Bergen", TEXT, "en")
    rows = excerpt.measure_features(opener)

    assert rows.shape == (2, len(excerpt.FEATURES))

    first, second = (dict(zip(excerpt.FEATURES, map(float, row), strict=True)) for row in rows)

    assert first["is-first"] == 1
    assert second["is-first"] == 0
    assert second["is-second"] == 1
    assert first["names-title"]
    assert not second["names-title"]
    assert first["near-one-before"] == 0
    assert second["near-one-before"] > 0
    assert second["depth"] > first["depth"] == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("“The council of Bergen met.", ("the", "council")),
        ("Überall!", ("überall", "")),
        ("今日東京で会議", ("今日", "東京")),
        ("", ("", "")),
    ],
)
def test_the_first_two_words_are_found_in_every_script(text: str, words: tuple[str, str]) -> None:
    """The first two words are found in lower case, without quotation marks, also in Japanese,
    which has no blanks."""
    assert excerpt.split_first_words(text) == words


def test_a_description_that_asks_does_not_open() -> None:
    """The publisher's description is the excerpt if it is a statement; if it is a question,
    sentences of the text are."""
    title = "Old bridge of Bergen closed"
    statement = "The council of Bergen has closed the old bridge."
    question = "Why did the council of Bergen close the old bridge?"

    assert choose_excerpt(title, TEXT, statement, "en") == (statement, "publisher")

    _, excerpt_by = choose_excerpt(title, TEXT, question, "en")

    assert excerpt_by == "extractive"
