"""Try rules on a page."""

from __future__ import annotations

import pytest

from syndicator.core.errors import RulesError
from syndicator.core.model import Rules
from syndicator.reading.reader import Trial, compare_rules

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
    """Return the trial of `rules` on the page, compared with the rules `before`."""
    return compare_rules(PAGE, URL, Rules(**rules), before)  # type: ignore[arg-type]


def test_a_trial_counts_matches_and_compares_the_texts() -> None:
    """A trial of rules on a page says how often each selector matches, and compares the text that
    is read with the rules to the one before: their lengths and likeness (1: the same)."""
    without_rules = try_rules()

    assert without_rules.score == 1
    assert without_rules.before == without_rules.after
    assert without_rules.after > len(TEXT)
    assert without_rules.matches == {}

    first_paragraph = try_rules(select=("div.text",), title=("h1", "h2"))

    assert first_paragraph.matches == {'select "div.text"': 1, 'title "h1"': 1, 'title "h2"': 0}
    assert 0.5 < first_paragraph.score < 1
    assert first_paragraph.after < first_paragraph.before
    assert first_paragraph.draft
    assert first_paragraph.draft.title == "Bridges"


def test_rules_without_an_article_or_a_match_score_nothing() -> None:
    """Rules that remove everything, or whose `select` matches nothing, score 0. In the latter
    case the text is read as without the rule."""
    all_removed = try_rules(remove=("body",))

    assert all_removed.score == 0
    assert all_removed.after == 0
    assert all_removed.draft is None
    assert all_removed.kind == "empty"

    nothing_selected = try_rules(select=("div.gone",))

    assert nothing_selected.score == 0
    assert nothing_selected.after == nothing_selected.before


def test_rules_are_compared_with_those_before() -> None:
    """A trial compares with the rules in force: the same rules score 1. An invalid selector is
    an error."""
    in_force = Rules(select=("div.text",))
    trial_of_same = try_rules(before=in_force, select=("div.text",))

    assert trial_of_same.score == 1

    with pytest.raises(RulesError):
        try_rules(select=("div[[",))
