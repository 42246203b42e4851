"""Groups of similar articles that could become categories."""

from __future__ import annotations

import pytest

from syndicator.describing.groups import LEAST_ARTICLES, MOST_GROUPS, group_articles

SUBJECTS = {
    "harbour": (
        "The ferry left the harbour of Lind{n} with {n} boats. The harbour and its ferry wait at"
        " sea."
    ),
    "bakery": (
        "The bakery of Lind{n} sells bread {n}. Flour and yeast go into the bread, and the bakery"
        " smells."
    ),
    "orchestra": (
        "The orchestra of Lind{n} played {n} symphonies. A violin led the orchestra, and the violin"
        " too."
    ),
}
GERMAN = {
    "Hafen": (
        "Die Fähre verließ den Hafen von Lind{n} mit {n} Booten. Der Hafen und die Fähre warten auf"
        " den Sturm."
    ),
    "Brot": (
        "Die Bäckerei in Lind{n} verkauft Brot, {n} am Tag. Mehl und Hefe kommen ins Brot der"
        " Bäckerei."
    ),
}


def make_texts(subjects: dict[str, str], number: int = 8) -> list[tuple[str, str]]:
    return [
        (f"{word} news {n}", text.format(n=n))
        for n in range(number)
        for word, text in subjects.items()
    ]


@pytest.mark.parametrize("subjects", [SUBJECTS, GERMAN], ids=["English", "German"])
def test_articles_on_a_subject_are_a_group_that_is_called_after_it(
    subjects: dict[str, str],
) -> None:
    """Articles on each subject, eight of each, become one group that is named and described by
    its words."""
    groups = group_articles(make_texts(subjects, number=8))

    assert [group.support for group in groups] == [8] * len(subjects)
    assert len({group.name for group in groups}) == len(groups)

    for group in groups:
        # the titles of all its examples begin with one subject
        (subject,) = {title.split(" ")[0] for title in group.examples}
        assert subject.casefold() in group.description.casefold()
        assert group.name.casefold() in group.description.casefold()


def test_groups_are_the_same_whatever_the_order_of_their_articles() -> None:
    """Grouping the same articles in reverse order gives the same groups."""
    texts = make_texts(SUBJECTS)
    groups = group_articles(texts)
    groups_of_reversed = group_articles(texts[::-1])
    descriptions = {group.description for group in groups}
    assert {group.description for group in groups_of_reversed} == descriptions


def test_too_few_articles_make_no_group() -> None:
    """No articles, one of each subject, or empty ones make no group."""
    one_of_each_subject = make_texts(SUBJECTS, number=1)
    enough_without_words = [("", "")] * 2 * LEAST_ARTICLES

    assert group_articles([]) == []
    assert group_articles(one_of_each_subject) == []
    assert group_articles(enough_without_words) == []


def test_there_are_never_too_many_groups() -> None:
    """Even with more subjects than `MOST_GROUPS`, no more groups than that are suggested."""
    letters = [chr(ord("a") + n) for n in range(MOST_GROUPS + 8)]
    # `{n}` is replaced by the number of the article
    many_subjects = {
        f"subject{letter}": f"word{letter} thing{letter} " * 8 + "{n}." for letter in letters
    }
    groups = group_articles(make_texts(many_subjects, number=4))

    assert 0 < len(groups) <= MOST_GROUPS
