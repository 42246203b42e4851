"""Try rules on a page."""

from __future__ import annotations

import pytest

from syndicator.core.errors import RulesError
from syndicator.core.model import Rules
from syndicator.reading.reader import Trial, tried

URL = "https://a.example/story"
TEXT = (
    "The old bridge over the river was closed in May. Engineers found that two of its cables had"
    " worn thin where nobody had looked for thirty years, and sent for the drawings of 1931, which"
    " were not to be found."
)
MORE = (
    "The mayor thanked all who came to the meeting on Thursday, at which eleven people spoke and"
    " three of them agreed, and promised a second one before the end of the month."
)
PAGE = (
    "<html lang=en><head><title>Bridges</title></head><body><main><h1>Bridges</h1><div"
    f" class=text><p>{TEXT}</p></div><div class=more><p>{MORE}</p></div></main></body></html>"
).encode()


def try_rules(before: Rules = Rules(), **rules: tuple[str, ...]) -> Trial:
    return tried(PAGE, URL, Rules(**rules), before)  # type: ignore[arg-type]


def test_a_trial_counts_matches_and_compares_the_texts() -> None:
    same = try_rules()

    assert same.score == 1
    assert same.before == same.after > len(TEXT)
    assert same.matches == {}

    half = try_rules(select=("div.text",), title=("h1", "h2"))

    assert half.matches == {'select "div.text"': 1, 'title "h1"': 1, 'title "h2"': 0}
    assert 0.5 < half.score < 1
    assert half.after < half.before
    assert half.draft
    assert half.draft.title == "Bridges"


def test_rules_without_an_article_or_a_match_score_nothing() -> None:
    gone = try_rules(remove=("body",))

    assert gone.score == 0
    assert gone.after == 0
    assert gone.draft is None
    assert gone.kind == "empty"

    missed = try_rules(select=("div.gone",))

    assert missed.score == 0
    assert missed.after == missed.before  # it is read without the selector


def test_rules_are_compared_with_those_before() -> None:
    assert try_rules(Rules(select=("div.text",)), select=("div.text",)).score == 1
    with pytest.raises(RulesError):
        try_rules(select=("div[[",))
