"""Which tags of a publisher are kept."""

from __future__ import annotations

import pytest

from syndicator.describing.describe import describe
from syndicator.describing.taxonomy.tag_names import clean_tag, is_sound
from syndicator.describing.taxonomy.taxonomy import Taxonomy

TITLE = "Floods close the old bridge at Marlow"
GOOD = """AI|IT|US|C#|C++|.NET|Node.js|AT&T|UI/UX|GPT-4|COVID-19|F-16|5G|St. Louis|U.S. politics|Booker T. Washington
RSS|open-source|smart-home|science fiction|Coffee & Tea|machine learning|bridges|机器学习|Straßenbau|cybersécurité"""  # noqa: E501
BAD = """PERSON|Organization|news|Latest News|Best of 2025|world-news|author-jane-roe|id-123|post_4711|category:tech
ns:val|topic=ai|12345678|a1b2c3d4e5|2024|example.com|https://example.com/a|/section/tech|@marlow|Nachrichten|actualités|Noticias
新闻|What is a bridge?|how to build bridges|The bridge is closed. Again|One, two|Home|Uncategorized|article
Tuesday|samedi|Jane Roe|The Marlow Post|Floods close the old bridge at Marlow|floods close the old bridge
a tag of far too many words to be any"""  # noqa: E501


def split_list(value: str) -> list[str]:
    return value.replace("\n", "|").split("|")


@pytest.mark.parametrize("tag", split_list(GOOD))
def test_a_subject_stays(tag: str) -> None:
    """A tag that names a subject is kept, whatever its script, marks and capitals."""
    assert is_sound(tag, TITLE, ["Jane Roe", "themarlowpost"])


@pytest.mark.parametrize("tag", split_list(BAD))
def test_what_nobody_follows_goes(tag: str) -> None:
    """A tag that names no subject, such as an author, an account or a date, is dropped."""
    assert not is_sound(tag, TITLE, ["Jane Roe", "themarlowpost"])


@pytest.mark.parametrize(
    ("title", "tag", "stays"),
    [
        ("Floods at Marlow", "floods at Marlow", False),
        ("Storm floods Marlow market", "Storm floods Marlow", False),
        ("Storm floods Marlow market", "Marlow market", True),
        ("Ombudsman", "Ombudsman of Marlow town", True),
    ],
)
def test_the_title_or_most_of_it_is_no_tag(title: str, tag: str, stays: bool) -> None:
    """A publisher's tag that repeats the title, or most of it, is dropped."""
    assert is_sound(tag, title) == stays


@pytest.mark.parametrize(
    ("tag", "cleaned"),
    [("#AI", "AI"), ("us_local-politics", "us local politics"), ("e-mail", "e-mail"), ("C#", "C#")],
)
def test_marks_and_slugs_become_words(tag: str, cleaned: str) -> None:
    """A hash sign is removed and a slug is split into words; hyphens and signs that belong to a
    name stay."""
    assert clean_tag(tag) == cleaned


def test_a_description_without_a_taxonomy_has_no_such_tags() -> None:
    """Of the publisher's keywords those that name no subject (`BAD`) are dropped, even without a
    list of tags."""
    description = describe(
        TITLE,
        "The river rose by a metre on Monday, and the bridge at Marlow was closed by the council.",
        keywords=[*split_list(BAD), "#flooding", "Bridges"],
        own=["Jane Roe", "themarlowpost"],
        taxonomy=Taxonomy(),
    )
    assert description.tags == ("flooding", "Bridges")
