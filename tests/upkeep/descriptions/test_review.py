"""A review: what nobody confirmed, the most doubtful first; each word counts at once, and can be
taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import Any

import pytest

from syndicator.app.configured import taxonomy_files
from syndicator.app.container import App
from syndicator.core.errors import UsageError
from syndicator.filing.read_article import load_taxonomy
from syndicator.upkeep.descriptions.answers import Offers, doubt, offers
from syndicator.upkeep.descriptions.review import Review, Sheet
from tests.places import Place, store_articles
from tests.upkeep.descriptions.test_redescribe import MODELS


class Here:
    """A worker that is this process."""

    def call_sync(self, job: Callable[..., Any], *words: Any) -> Any:
        return job(*words)


def sat(app: App) -> Review:
    here: Any = Here()
    return Review(app.archive, app.configuration, here, nullcontext)


@pytest.fixture
def place(place: Place) -> Place:
    return place.take(fill)


def fill(place: Place) -> None:
    with place.app() as app:
        sure = store_articles(app, "Sure", MODELS, tags=("LLM",), tags_by="matched", category="AI")
        store_articles(
            app, "Strange", "Roses want sun, and tulips rain.", tags=("GPU",), tags_by="matched"
        )
        store_articles(app, "Bare", "Tulips want rain.")
        store_articles(app, "Mine", MODELS, tags=("GPU",), tags_by="operator")
        store_articles(app, "Copy", MODELS, merged_into=sure.id)


@contextmanager
def sitting(place: Place) -> Iterator[Review]:
    with place.app() as app:
        yield sat(app)


def shown(review: Review) -> Sheet:
    sheet = review.next()
    assert sheet is not None
    return sheet


def titles(review: Review) -> list[str]:
    return [sheet.article.title for sheet in review.waiting()]


def test_untagged_ones_come_first_and_then_the_most_doubtful(place: Place) -> None:
    with sitting(place) as review:
        assert titles(review) == ["Bare", "Strange", "Sure"]


def test_each_word_counts_at_once(place: Place) -> None:
    with sitting(place) as review:
        review.confirm(replace(shown(review), marked=()))
        assert (place.article("Bare").tags, place.article("Bare").tags_by) == ((), "operator")
        sheet = shown(review)
        review.confirm(review.tag(sheet.turned("GPU"), "large language model"))
    found = place.article("Strange")
    # roses are no AI
    assert (found.tags, found.tags_by, found.category) == (("LLM",), "operator", "")
    with sitting(place) as review:  # it was killed, say
        sheet = shown(review)
        assert (sheet.article.title, sheet.marked, sheet.category) == ("Sure", ("LLM",), "AI")
        review.confirm(sheet)
        assert review.next() is None
        assert review.confirmed == 1
    assert (place.article("Sure").category, place.article("Sure").category_by) == ("AI", "operator")


def test_the_last_steps_are_taken_back_one_after_the_other(place: Place) -> None:
    before = {title: place.path(title).read_bytes() for title in ("Bare", "Strange", "Sure")}
    with sitting(place) as review:
        assert not review.undo(None)
        review.confirm(shown(review))
        review.put_off(shown(review))
        review.confirm(shown(review))
        assert review.next() is None
        assert review.undo(None)
        assert titles(review) == ["Sure"]
        assert review.undo(None) and review.undo(None)
        assert titles(review) == ["Bare", "Strange"]
    assert {title: place.path(title).read_bytes() for title in before} == before


def test_what_a_hand_edits_meanwhile_is_the_last_word(place: Place) -> None:
    with sitting(place) as review:
        review.put_off(shown(review))
        sheet = shown(review)
        place.edit("Strange", "- GPU", "- Roses")
        with pytest.raises(UsageError, match="edited meanwhile"):
            review.confirm(sheet)
        assert titles(review) == ["Sure"]
    assert place.article("Strange").tags == ("Roses",)


def test_an_article_that_is_described_anew_meanwhile_comes_again(place: Place) -> None:
    with place.app() as app:
        review = sat(app)
        sheet = shown(review)
        app.archive.article_store.put(replace(sheet.article, tags=("LLM",), tags_by="matched"))
        with pytest.raises(UsageError):
            review.confirm(sheet)
        assert shown(review).marked == ("LLM",)


def test_a_step_whose_file_was_edited_since_is_not_taken_back(place: Place) -> None:
    with sitting(place) as review:
        review.confirm(shown(review))
        place.edit("Bare", "tags: []", "tags: [Tulips]")
        with pytest.raises(UsageError):
            review.undo(review.next())
        assert titles(review) == ["Strange", "Sure"]
    assert place.article("Bare").tags == ("Tulips",)


def test_a_file_that_is_no_article_costs_no_other(place: Place) -> None:
    with place.app() as app:
        bare, strange = place.path("Bare"), place.path("Strange")
        bare.write_text("no frontmatter")
        strange.unlink()
        review = sat(app)
        assert titles(review) == ["Sure"]
        assert [problem.reason for problem in review.problems] == ["bad-article-file"]


def test_tags_that_may_be_right_are_offered_after_those_it_has(place: Place) -> None:
    with place.app() as app:
        taxonomy = load_taxonomy(
            taxonomy_files(app.configuration.folder, app.configuration.settings)
        )
        found = offers(replace(place.article("Sure"), tags=("GPU",)), taxonomy)
    assert [tag for tag, _ in found.tags] == ["GPU", "LLM"]
    assert found.category == "AI"


def test_doubt_counts_likely_errors(place: Place) -> None:
    article = replace(place.article("Sure"), tags=("LLM",), category="AI")
    sure = Offers(tags=(("LLM", 0.9), ("GPU", 0.1)), category="AI", chance=0.9)
    assert doubt(article, sure) == pytest.approx(0.3)
    assert doubt(article, replace(sure, category="Finance")) == pytest.approx(1.2)
    assert doubt(replace(article, tags=("GPU",)), sure) == pytest.approx(1.9)
