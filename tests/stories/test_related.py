"""Which articles are related."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from syndicator.searching.documents import Document, join_terms
from syndicator.searching.ranking import Frequencies
from syndicator.stories.related import (
    KEYS,
    MOST,
    Key,
    Traits,
    choose_keys,
    choose_related,
    list_terms,
)

NEAR = (1.0, 0.0)
FAR = (0.0, 1.0)
HARBOUR = {"harbour": Key(4.0, 1.0), "ferry": Key(4.0, 1.0)}  # the key terms of ARTICLE


def make_document(title: str = "", body: str = "", excerpt: str = "") -> Document:
    return Document(
        title=join_terms(title.split()),
        body=join_terms(body.split()),
        excerpt=join_terms(excerpt.split()),
    )


def make_traits(
    id: str, title: str = "", vector: Sequence[float] = FAR, added: int = 0, **more: Any
) -> Traits:
    given = {"language": "en", "document": make_document(title), **more}
    return Traits(id=id, added=added, vector=np.array(vector, dtype=np.float32), **given)


ARTICLE = make_traits("one", "harbour ferry", NEAR)


def choose_from(*candidates: Traits) -> list[str]:
    """Return the ids of those that are related to ARTICLE, the nearest first."""
    return choose_related(ARTICLE, HARBOUR, candidates)


def test_shared_terms_and_near_vectors_relate() -> None:
    """An article is related by shared terms and a near vector; with two shared terms it comes
    before one with one."""
    both_traits = make_traits("both", "ferry leaves harbour soon", NEAR)
    one_term = make_traits("one-term", "ferry", NEAR)
    assert choose_from(one_term, both_traits) == ["both", "one-term"]


def test_a_copy_is_not_related() -> None:
    """An article with the same terms and vector is a copy and not listed as related."""
    assert choose_from(make_traits("copy", "harbour ferry", NEAR)) == []


def test_vectors_alone_make_nothing_related() -> None:
    """An article with the same vector and no shared term is not related."""
    assert choose_from(make_traits("near", "other words", NEAR)) == []


def test_far_articles_with_one_common_term_are_not_related() -> None:
    """An article that shares only the lighter one (ferry) of two key terms is not related if the
    vectors are far apart."""
    keys = {"harbour": Key(8.0, 1.0), "ferry": Key(1.0, 1.0)}  # the first number is the weight
    shares_ferry = make_traits("far", "ferry", FAR)

    assert choose_related(ARTICLE, keys, [shares_ferry]) == []


def test_reports_of_the_same_story_come_first() -> None:
    """An article of the same story comes first, although it shares no word, is far away and in
    another language."""
    article = make_traits("one", "harbour", NEAR, story="s")
    same_story = make_traits("same story", "nothing", FAR, story="s", language="de")
    near = make_traits("near", "harbour wall", NEAR)
    keys = {"harbour": Key(1.0, 2.2), "wall": Key(0.1, 1.0)}

    assert choose_related(article, keys, [near, same_story])[0] == "same story"


def test_no_story_is_no_common_story() -> None:
    """Two articles without a story do not share one, so nothing relates them."""
    assert choose_from(make_traits("other", "nothing", FAR)) == []


def test_an_article_is_not_related_to_itself_nor_to_other_languages() -> None:
    """The article itself and articles in other languages are left out."""
    german = make_traits("german", "ferry", NEAR, language="de")
    assert choose_from(ARTICLE, german) == []


@pytest.mark.parametrize("order", [1, -1])
def test_time_decides_only_between_equals(order: int) -> None:
    """The nearer article comes first although it is older; of two equally near ones the newer
    does, in either order of the candidates."""
    nearer = make_traits("nearer", "ferry", NEAR, added=1)
    newer = make_traits("newer", "ferry", (0.9, 0.4), added=9)
    newest = make_traits("newest", "ferry", (0.9, 0.4), added=10)
    result = choose_from(*[nearer, newer, newest][::order])

    assert result == ["nearer", "newest", "newer"]


def test_there_are_at_most_five() -> None:
    """Of nine related articles only `MOST`, five, are listed."""
    assert MOST == 5
    nine_related = [make_traits(f"n{number}", "ferry", NEAR) for number in range(9)]
    assert len(choose_from(*nine_related)) == MOST


def test_keys_are_the_rare_terms_that_an_article_uses_much() -> None:
    """Key terms are ordered by rarity and use: "harbour" and "ferry" are rare, and "harbour" is
    used more; "other" is in 400 of 1,000 articles, and "the" in 900."""
    document = make_document(title="ferry the harbour", body="harbour " + "other harbour " * 5)
    counts = Frequencies(total=1000, terms={"ferry": 5, "the": 900, "harbour": 5, "other": 400})
    keys = choose_keys(document, ["ferry", "the", "harbour", "other"], counts)

    assert list(keys) == ["harbour", "ferry", "other", "the"]


def test_a_term_of_this_article_alone_finds_nothing_and_is_no_key() -> None:
    """The word "ferry" occurs in one article of 1,000, this one, so it cannot find others and is
    no key term."""
    counts = Frequencies(total=1000, terms={"ferry": 1, "harbour": 2})
    keys = choose_keys(make_document("ferry harbour"), ["ferry", "harbour"], counts)
    assert list(keys) == ["harbour"]


def test_there_are_few_keys() -> None:
    """Of the twenty terms of an article, all equally rare, `KEYS` are chosen."""
    words = [f"word{letter}" for letter in "abcdefghijklmnopqrst"]
    counts = Frequencies(total=1000, terms=dict.fromkeys(words, 5))
    assert len(choose_keys(make_document(" ".join(words)), words, counts)) == KEYS


def test_terms_are_those_of_the_title_and_those_that_a_text_has_often() -> None:
    """The terms of an article are the words of its title, without numbers (2025) and short words
    (im), and those that its text has three times ("tide", not "wall"), without common ones."""
    document = make_document(
        title="ferry 2025 im", body="tide wall tide wall tide rare the the the"
    )
    common_words = {"the"}

    assert list_terms(document, common_words) == ["ferry", "tide"]
