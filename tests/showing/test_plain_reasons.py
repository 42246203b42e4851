"""Reasons for an article's fields in plain words."""

from __future__ import annotations

from typing import Any

import pytest

from syndicator.core.model import ReadArticle
from syndicator.core.text import count_columns
from syndicator.showing.plain_reasons import PlainReason, fit_reasons, list_reasons

ARTICLE = ReadArticle(
    id="abc",
    url="https://example.org/a",
    title="A title",
    author="Ann",
    body="Text. " * 20,
    excerpt="Text.",
    category="AI",
    tags=("LLM",),
)


def list_reason_words(why: dict[str, Any], article: ReadArticle = ARTICLE) -> dict[str, list[str]]:
    results: dict[str, list[str]] = {}
    for reason in list_reasons(article, why):
        results.setdefault(reason.name, []).append(reason.words)
    return results


def test_state_and_feeds_come_first_and_places_have_plain_names() -> None:
    """Reasons are ordered, and technical origins have plain names."""
    why = {
        "origins": {
            "title": "its page: og:title",
            "author": "your edit of the file",
            "body": "its page: page",
            "excerpt": "its publisher's own",
        },
        "tags": {"LLM": "its text names it (0.80)"},
        "category": "its text fits best (0.90)",
        "feeds": [f"tags/{number}" for number in range(9)],
        "source": "one",
        "announced by": ["one", "two"],
        "next visit": "2026-12-05T20:51:33+00:00 (after a failure)",
    }
    names = [reason.name for reason in list_reasons(ARTICLE, why)]

    assert names[:4] == ["address", "in feeds", "source", "title"]

    reason_words = list_reason_words(why)

    assert reason_words["in feeds"] == ["tags/0, tags/1, tags/2, tags/3, tags/4, tags/5 and 3 more"]
    assert reason_words["source"] == ["one; announced by two, too"]
    assert reason_words["title"] == ["A title (from the tag og:title in its head)"]
    assert reason_words["author"] == ["Ann (from your edit of the file)"]
    assert reason_words["text"] == ["120 characters (from its page)"]
    assert reason_words["tag"] == ["LLM: its text names it (0.80)"]
    assert reason_words["category"] == ["AI: its text fits best (0.90)"]
    assert reason_words["next visit"] == ["2026-12-05 20:51 UTC (after a failure)"]


def test_an_article_on_hold_says_so_in_place_of_its_feeds() -> None:
    """For an article on hold the reasons show the hold instead of feeds."""
    reason_words = list_reason_words(
        {"feeds": [], "on hold": "you said so; `syndicator release x` publishes it"}
    )

    assert reason_words["on hold"] == ["you said so; `syndicator release x` publishes it"]
    assert "in feeds" not in reason_words
    assert list_reason_words({"feeds": []})["in feeds"] == ["none"]


@pytest.mark.parametrize(
    ("rule", "explanation"),
    [
        ("score 0.07: link", "unlike the article"),
        ("repeats across articles of this host", "on other pages of the site, too"),
        ("your own words", "your own words"),
    ],
)
def test_cut_text_is_quoted_with_the_reason(rule: str, explanation: str) -> None:
    """Of the text left out of an article, three pieces are quoted with the reason and the others
    counted."""
    cut = [{"text": f"Piece {number}", "rule": rule} for number in range(5)]
    reason_words = list_reason_words(
        {"body": {"from": "page", "cut": cut}, "title": {"from": "rules.title"}}
    )

    assert reason_words["title"] == ["A title (from your rule 'title')"]
    assert reason_words["left out"] == [
        *(f"“Piece {number}”: {explanation}" for number in range(3)),
        "2 more pieces of the page: --trace lists them",
    ]


def test_doubts_rules_and_a_text_of_the_feed_are_named() -> None:
    """The reasons name doubts, a text taken from the feed and why, matches of rules, and the
    operator's permission."""
    why = {
        "body": {"from": "feed", "rule": "the page has 3 letters, the feed 900", "doubt": "short"},
        "rules": {"select .a": 1},
        "permitted by": "operator",
    }
    reason_words = list_reason_words(why)

    assert reason_words["doubt"] == ["short"]
    assert reason_words["text"] == ["120 characters (from its feed)"]
    assert reason_words["text is"] == ["the feed's, because the page has 3 letters, the feed 900"]
    assert reason_words["your rule"] == ["select .a selects 1 element"]
    assert reason_words["robots.txt"] == ["permitted by operator"]


def test_reasons_fit_a_screen_and_the_missing_ones_are_counted() -> None:
    """Reasons are wrapped and cut to the screen's size; the last line counts the rest."""
    reasons = [
        PlainReason("tag", "one"),
        PlainReason("tag", "two"),
        PlainReason("page", "word " * 30),
    ]

    assert fit_reasons(reasons[:2], columns=80, lines=2) == ["tag         one", "            two"]
    assert fit_reasons(reasons, columns=40, lines=5) == [
        "tag         one",
        "            two",
        "page        word word word word word",
        "            word word word word word",
        "            word word word word word …",
    ]

    three = [*reasons[:2], PlainReason("tag", "three")]

    assert fit_reasons(three, columns=80, lines=2) == [
        "tag         one",
        "2 more reasons: --trace lists them",
    ]
    assert fit_reasons(reasons, columns=40, lines=4)[2:] == ["1 more reason: --trace lists them"]
    assert fit_reasons(reasons * 3, columns=80, lines=3)[-1] == "7 more reasons: --trace lists them"
    assert max(map(count_columns, fit_reasons(reasons, columns=40, lines=9))) <= 40
