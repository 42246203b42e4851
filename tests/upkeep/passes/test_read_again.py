"""Which values an article has after its saved page was read again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syndicator.core.model import Article
from syndicator.filing.page_reading import PageReading
from syndicator.upkeep.passes.read_again import _apply_reading

FILED = Article(
    id="a",
    url="https://x.example/a",
    title="T",
    author="Ann, of the feed",
    cover="https://x.example/feed.png",
    language="de",
)
PAGE = replace(FILED, author="Bob, of the page", cover="https://x.example/page.png", language="en")


@pytest.mark.parametrize(
    ("owned", "ruled", "of_page"),
    [
        (True, frozenset(), set()),  # the feed of its owner may have said it
        (True, frozenset({"author"}), {"author"}),
        (True, frozenset({"cover"}), {"cover"}),
        (False, frozenset(), {"author", "cover", "language"}),
    ],
)
def test_a_page_replaces_what_a_rule_sets_or_no_feed_of_its_owner_said(
    owned: bool, ruled: frozenset[str], of_page: set[str]
) -> None:
    """Author, cover and language are those of the page after a new reading if a rule sets them
    (`ruled`), or if the article is not of the source that announced it (`owned`); else they stay,
    since the feed may have said them. `of_page` names the fields that are replaced."""
    again = _apply_reading(FILED, PageReading(article=PAGE, ruled=ruled), owned=owned)
    names = ("author", "cover", "language")

    assert {name for name in names if getattr(again, name) == getattr(PAGE, name)} == of_page
    assert {name for name in names if getattr(again, name) != getattr(FILED, name)} == of_page


def test_a_value_that_the_page_lacks_stays_only_for_language() -> None:
    """If the page of an article that its source does not own has neither author, cover nor
    language, author and cover are cleared; the language (de) stays."""
    page = PageReading(article=replace(PAGE, author=None, cover=None, language=None))
    again = _apply_reading(FILED, page, owned=False)

    assert again.author is None
    assert again.cover is None
    assert again.language == "de"
