"""The excerpt of an article whose sentences may not be quoted."""

from __future__ import annotations

import pytest

from syndicator.describing.describe import describe
from syndicator.describing.summary.excerpt import quote_description
from syndicator.describing.taxonomy.taxonomy import Taxonomy

TITLE = "The old bridge is repaired"
TEXT = (
    "The council of the town decided on Monday to repair the old bridge over the river. Engineers"
    " had found that the stone of the northern arch is sound."
)


@pytest.mark.parametrize(
    ("description", "excerpt"),
    [
        (
            "The council decided to repair the old bridge over the river.",
            "The council decided to repair the old bridge over the river.",
        ),
        ("read by everybody in town", "read by everybody in town"),  # no excerpt of another text
        ("", ""),
    ],
)
def test_the_description_is_the_excerpt(description: str, excerpt: str) -> None:
    """If sentences may not be quoted (`summarise=False`), the excerpt is the description, even a
    poor one, or empty."""
    assert quote_description(TITLE, TEXT, description, "en") == excerpt

    described = describe(TITLE, TEXT, description=description, taxonomy=Taxonomy(), summarise=False)

    assert described.excerpt == excerpt
    assert described.excerpt_by == ("publisher" if excerpt else "")


def test_other_texts_have_an_excerpt_of_their_own() -> None:
    """Without a description the excerpt is made of the text."""
    description = describe(TITLE, TEXT, description="", taxonomy=Taxonomy())
    assert description.excerpt_by == "extractive"
    assert description.excerpt in TEXT
