"""An article whose text changed is compared with copies again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from syndicator.app.clients import make_fetcher, make_worker
from syndicator.app.container import App
from syndicator.app.contexts import make_context
from syndicator.core.model import Article
from syndicator.filing.dedupe import COPY_WINDOW, make_comparison_data, update_copies
from syndicator.filing.entry.carry_out import refile_others
from syndicator.filing.save_article import write_article
from syndicator.upkeep import reconcile
from tests.filing.dedupe.test_merge import STORY, file_article, lose_the_database
from tests.filing.test_similarity import make_prose
from tests.instances import Instance

SPAM = make_prose(9, 300)


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path)


def revise_article(instance: Instance, app: App, title: str, body: str) -> Article:
    """Give the article with this title another text, as a visit a day later would; return it."""
    instance.now += timedelta(hours=25)
    old = instance.load_article(title)
    run = make_context(
        app.archive,
        app.configuration,
        app.jitter,
        make_fetcher(app.archive, app.configuration.settings),
        make_worker(app.configuration.settings),
        lambda title: None,
    )
    updated = update_copies(old, replace(old, body=body), run, instance.now)
    refile_others(run, updated.others)
    stored, _ = write_article(
        app.archive.article_store,
        app.archive.store.visits,
        updated.article,
        before=old,
        compared=lambda stored: make_comparison_data(stored, instance.now),
    )
    return stored


def build_and_list_shown(instance: Instance, *titles: str) -> dict[str, bool]:
    """Build; return for these titles whether they are in the feed of all articles."""
    assert instance.build().held == ()
    feed = instance.read_published("all.atom")
    return {title: f">{title}<" in feed for title in titles}


def test_an_original_comes_back_when_the_copy_before_it_turns_into_spam(instance: Instance) -> None:
    """Evil is filed first, and Late and First are copies of it. Then Evil gets another text: of its
    two copies the one filed earlier (Late) is published in its place, First is a copy of that, and
    Evil stands for itself, also after the database is lost."""
    with instance.open_app() as app:
        evil = file_article(instance, app, "Evil", source="two")
        file_article(instance, app, "Late", source="three")
        first_article = file_article(instance, app, "First")

        assert first_article.merged_into == evil.id

    assert build_and_list_shown(instance, "Evil", "Late", "First") == {
        "Evil": True,
        "Late": False,
        "First": False,
    }

    with instance.open_app() as app:
        evil = revise_article(instance, app, "Evil", body=SPAM)

        assert evil.also == ()

    late_article = instance.load_article("Late")
    back = instance.load_article("First")

    assert late_article.merged_into == ""
    assert late_article.also == (back.url,)
    assert back.merged_into == late_article.id
    assert back.id == first_article.id
    assert back.published == first_article.published
    assert build_and_list_shown(instance, "Evil", "Late", "First") == {
        "Evil": True,
        "Late": True,
        "First": False,
    }

    lose_the_database(instance)

    assert build_and_list_shown(instance, "Evil", "Late", "First") == {
        "Evil": True,
        "Late": True,
        "First": False,
    }


def test_copies_that_still_have_the_text_stay_copies(instance: Instance) -> None:
    """If an article is corrected or loses its last third, its two copies still share enough text
    and stay merged into it."""
    with instance.open_app() as app:
        first_article = file_article(instance, app, "First")
        file_article(instance, app, "Copy", STORY[:1000], source="two")
        file_article(instance, app, "Third", STORY + make_prose(5, 40), source="three")

        corrected = revise_article(instance, app, "First", STORY + " Corrected.")

        assert len(corrected.also) == 2

        first_two_thirds = STORY[: len(STORY) * 2 // 3]
        shortened = revise_article(instance, app, "First", first_two_thirds + make_prose(6, 10))

        assert len(shortened.also) == 2
        assert instance.load_article("Copy").merged_into == first_article.id
        assert instance.load_article("Third").merged_into == first_article.id


def test_a_copy_of_another_text_stands_for_itself(instance: Instance) -> None:
    """A copy stays merged after a correction of its text and is separated when it gets an entirely
    different one; then both articles are published."""
    with instance.open_app() as app:
        first_article = file_article(instance, app, "First")

        copy = file_article(instance, app, "Copy", source="two")

        assert copy.merged_into == first_article.id

        corrected = revise_article(instance, app, "Copy", STORY + " Corrected.")

        assert corrected.merged_into == first_article.id

        with_other_text = revise_article(instance, app, "Copy", make_prose(7, 300))

        assert with_other_text.merged_into == ""
        assert instance.load_article("First").also == ()
    assert build_and_list_shown(instance, "First", "Copy") == {"First": True, "Copy": True}


def test_what_tells_anothers_story_by_now_is_its_copy_although_it_is_older(
    instance: Instance,
) -> None:
    """Evil was filed an hour before First, with another text. When its text becomes that of First,
    it turns into a copy of First."""
    with instance.open_app() as app:
        file_article(instance, app, "Evil", SPAM, source="two")
        instance.now += timedelta(hours=1)
        first_article = file_article(instance, app, "First")

        evil = revise_article(instance, app, "Evil", body=STORY)

        assert evil.merged_into == first_article.id
        assert instance.load_article("First").also == (evil.url,)
    assert build_and_list_shown(instance, "First", "Evil") == {"First": True, "Evil": False}


def test_after_a_week_a_revision_merges_nothing(instance: Instance) -> None:
    """An article that was filed a week (`COPY_WINDOW`) before First gets the text of First: it is
    too old to be merged."""
    with instance.open_app() as app:
        file_article(instance, app, "Other", SPAM, source="two")
        instance.now += COPY_WINDOW
        file_article(instance, app, "First")

        assert revise_article(instance, app, "Other", STORY).merged_into == ""


def test_a_merge_that_a_hand_undid_is_not_made_again(instance: Instance) -> None:
    """The operator deletes the line `merged_into` from a copy's file. A later correction of its
    text, which is still like the original's, does not merge it again."""
    with instance.open_app() as app:
        first_article = file_article(instance, app, "First")
        file_article(instance, app, "Copy", source="two")
    instance.edit_file("Copy", f"merged_into: {first_article.id}\n", "")
    with instance.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)
        assert revise_article(instance, app, "Copy", STORY + " Corrected.").merged_into == ""

    assert build_and_list_shown(instance, "First", "Copy") == {"First": True, "Copy": True}
