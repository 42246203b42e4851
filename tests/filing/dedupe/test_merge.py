"""Copies of an article become one entry; they are split on demand and survive a lost database."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicator.app.clients import make_fetcher, make_worker
from syndicator.app.container import App
from syndicator.app.contexts import make_context
from syndicator.cli.demo.site_files import Story
from syndicator.core.errors import UsageError
from syndicator.core.model import Article, Origin, make_article_id
from syndicator.filing.context import RunContext
from syndicator.filing.dedupe import COPY_WINDOW, MOST_ALSO, make_comparison_data, merge_copy
from syndicator.filing.entry.carry_out import refile_others
from syndicator.filing.save_article import write_article
from syndicator.upkeep import editorial, reconcile, reindex
from tests.filing.test_similarity import make_prose
from tests.instances import Instance
from tests.test_trip import Instance as Trip
from tests.test_trip import key_of
from tests.world import World, patient_config

pytestmark = pytest.mark.usefixtures("kept_workers")
STORY = make_prose(1, 300)
TITLE = "Cities pool one model against potholes"


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path)


def make_run_context(app: App) -> RunContext:
    """Return the context of a run that reports nothing."""
    return make_context(
        app.archive,
        app.configuration,
        app.jitter,
        make_fetcher(app.archive, app.configuration.settings),
        make_worker(app.configuration.settings),
        lambda title: None,
    )


def file_article(
    instance: Instance,
    app: App,
    title: str,
    body: str = STORY,
    *,
    source: str = "one",
    last_visit: datetime | None = None,
    **fields: Any,
) -> Article:
    """File an article as a visit files a new one; return it as stored. By default its text is
    STORY. `last_visit`: when its source was visited before."""
    url = f"https://{source}.example/{title.casefold()}"
    instance.now += timedelta(seconds=1)
    now = app.archive.clock()
    feed = Origin(url=f"https://{source}.example/feed")
    filed = {
        "published": now,
        "added": now,
        "source_key": source,
        "source_id": url,
        "origin": feed,
        "tags": ("LLM",),
    }
    filed |= fields
    run = make_run_context(app)
    reading = Article(id=make_article_id(url), url=url, title=title, body=body, **filed)
    merged = merge_copy(reading, run, now, previous_visit=last_visit)
    refile_others(run, merged.others)
    stored, _ = write_article(
        app.archive.article_store,
        app.archive.store.visits,
        merged.article,
        compared=lambda stored: make_comparison_data(
            stored, now, named=reading.also, previous_visit=last_visit
        ),
    )
    return stored


def file_story_and_copy(instance: Instance) -> tuple[Article, Article]:
    """A story and a copy of it, cut and with words of another site around it, published."""
    with instance.open_app() as app:
        first_article = file_article(instance, app, "First")
        copy = file_article(
            instance,
            app,
            "Copy",
            f"{make_prose(2, 20)} {STORY[:1200]} {make_prose(3, 30)}",
            source="two",
        )
    assert copy.merged_into == first_article.id
    instance.build()
    return instance.load_article("First"), instance.load_article("Copy")


def build_and_list_shown(instance: Instance) -> dict[str, bool]:
    """Build; return for First and Copy whether they are in the feed of all articles."""
    assert instance.build().held == ()
    feed = instance.read_published("all.atom")
    return {title: f">{title}<" in feed for title in ("First", "Copy")}


def lose_the_database(instance: Instance) -> None:
    shutil.rmtree(instance.folder / "feeds/state")
    with instance.open_app(create=True) as app:
        reindex.reindex(app.archive, app.configuration)


def test_a_copy_is_shown_by_its_source_alone_and_named_by_the_first(instance: Instance) -> None:
    """Of two articles with the same text, the second (Copy, of source two) is only in its own
    source's feed; the first names its address and counts as neither updated nor revised."""
    first, copy = file_story_and_copy(instance)

    assert first.also == (copy.url,)
    assert first.updated is None
    assert first.revisions == ()
    assert build_and_list_shown(instance) == {"First": True, "Copy": False}
    assert "Copy" not in instance.read_published("tags/llm.atom")
    assert "Copy" in instance.read_published("sources/two.atom")
    assert copy.url in instance.read_published("all.atom")


def test_a_split_pair_stays_apart_also_after_the_database_is_lost(instance: Instance) -> None:
    """A copy that the operator splits off is published on its own, also after the database is
    rebuilt; it does not merge when it is read again. A second split of it is a mistake."""
    first, copy = file_story_and_copy(instance)
    with instance.open_app() as app:
        assert [part.id for part in editorial.split(app.archive, copy.url)] == [copy.id]

        # what is no longer merged, or no article, cannot be split
        with pytest.raises(UsageError, match="merged with no other"):
            editorial.split(app.archive, copy.id)
        with pytest.raises(UsageError, match="no article"):
            editorial.split(app.archive, "https://nowhere.example/")

    assert build_and_list_shown(instance) == {"First": True, "Copy": True}

    split_first = instance.load_article("First")
    split_copy = instance.load_article("Copy")

    assert split_first.also == ()
    assert split_first.split_from == (copy.id,)
    assert split_copy.split_from == (first.id,)

    lose_the_database(instance)

    assert build_and_list_shown(instance) == {"First": True, "Copy": True}

    with instance.open_app() as app:
        run = make_run_context(app)
        assert merge_copy(split_copy, run, app.archive.clock()).article.merged_into == ""


def test_a_split_copy_that_is_read_anew_does_not_merge_again(instance: Instance) -> None:
    """A copy that was split and whose file was deleted stays separate when it is filed again: the
    file of the original still records the split. That it names the original changes nothing."""
    first, copy = file_story_and_copy(instance)
    with instance.open_app() as app:
        editorial.split(app.archive, copy.id)
    instance.find_file("Copy").unlink()  # it recorded the split, as the file of First does
    with instance.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)

        assert app.archive.store.visits.article(copy.id) is None

        filed_again = file_article(instance, app, "Copy", copy.body, source="two")

        assert filed_again.merged_into == ""

        # also if it names the original
        naming_original = file_article(
            instance, app, "Copy", copy.body, source="two", also=(first.url,)
        )

        assert naming_original.merged_into == ""


def test_a_first_that_is_read_anew_takes_no_split_copy_back(instance: Instance) -> None:
    """If the original's file is deleted and filed again, the copy that was split off stays
    separate, even if it names the original."""
    first, copy = file_story_and_copy(instance)
    with instance.open_app() as app:
        editorial.split(app.archive, copy.id)
    instance.find_file("First").unlink()
    with instance.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)
        file_article(instance, app, "First")
        reading = replace(instance.load_article("Copy"), also=(first.url,))
        run = make_run_context(app)

        assert merge_copy(reading, run, app.archive.clock()).article.merged_into == ""


def test_a_split_copy_does_not_merge_by_way_of_another_copy(instance: Instance) -> None:
    """A third article is merged into the original. A copy that was split off from the original is
    like the third as well; when it is read again, it joins neither."""
    first, copy = file_story_and_copy(instance)
    with instance.open_app() as app:
        third = file_article(instance, app, "Third", copy.body, source="three")

        assert third.merged_into == first.id

        editorial.split(app.archive, copy.id)
        run = make_run_context(app)
        # its page knows nothing of the split
        copy_read_again = replace(instance.load_article("Copy"), split_from=())

        assert merge_copy(copy_read_again, run, app.archive.clock()).article.merged_into == ""


def test_a_merge_survives_a_lost_database_and_later_copies_are_still_found(
    instance: Instance,
) -> None:
    """After the database is rebuilt from the files the pair is still merged, the same files are
    published, and a third copy joins them."""
    first, copy = file_story_and_copy(instance)
    articles_before = instance.read_digests("articles")
    public_before = instance.read_digests("public")
    lose_the_database(instance)
    instance.build()

    assert instance.read_digests("articles") == articles_before
    assert instance.read_digests("public") == public_before

    with instance.open_app() as app:
        assert app.archive.store.index.merged() == {copy.id: first.id}
        assert file_article(instance, app, "Third", source="three").merged_into == first.id


def test_a_copy_of_a_copy_belongs_to_the_first_and_all_are_split_at_once(
    instance: Instance,
) -> None:
    """A copy of a copy is merged into the original. Splitting the original separates both
    copies."""
    first, copy = file_story_and_copy(instance)
    with instance.open_app() as app:
        third = file_article(instance, app, "Third", copy.body, source="three")

        assert third.merged_into == first.id
        assert instance.load_article("First").also == (copy.url, third.url)
        assert {part.id for part in editorial.split(app.archive, first.id)} == {copy.id, third.id}
        assert app.archive.store.index.merged() == {}


def test_a_claim_to_be_old_makes_no_original_and_what_is_old_no_copy(instance: Instance) -> None:
    """An article that is filed second is the copy although it claims an earlier date. The same
    text is no copy when it comes after twice the window for copies."""
    with instance.open_app() as app:
        first_article = file_article(instance, app, "First")
        claimed_date = instance.now - 2 * COPY_WINDOW
        reprint = file_article(instance, app, "Reprint", source="two", published=claimed_date)

        assert reprint.merged_into == first_article.id

        instance.now += 2 * COPY_WINDOW

        late = file_article(instance, app, "Late", source="three")

        assert late.merged_into == ""


def test_one_source_tells_a_story_twice_only_in_the_same_words(instance: Instance) -> None:
    """Two articles of one source are merged if their texts are nearly the same, not if the
    second is longer by half."""
    with instance.open_app() as app:
        first_article = file_article(instance, app, "First")
        longer = file_article(instance, app, "Follow-up", STORY + make_prose(4, 150))

        assert longer.merged_into == ""

        corrected = file_article(instance, app, "Again", STORY + " Corrected.")

        assert corrected.merged_into == first_article.id


def test_what_names_an_article_as_its_original_is_a_copy_where_the_texts_agree_whatever_its_age(
    instance: Instance,
) -> None:
    """An article that names an original (`also`) is merged with it if the texts agree, even after
    the window for copies. A digest in other words is not, and what it names is dropped."""
    with instance.open_app() as app:
        first_article = file_article(instance, app, "First")
        instance.now += 3 * COPY_WINDOW
        copy = file_article(instance, app, "Copy", source="two", also=(first_article.url,))

        assert copy.merged_into == first_article.id
        assert copy.also == (first_article.url,)

        other_text = file_article(
            instance, app, "Digest", "In other words.", source="two", also=(first_article.url,)
        )

        assert other_text.merged_into == ""
        assert other_text.also == ()
        assert instance.load_article("First").also == (copy.url,)


def test_a_copy_stands_for_itself_while_its_original_is_gone(instance: Instance) -> None:
    """While the file of the original (First) is missing, its copy is in the feed of all articles;
    when the file returns, the original is there again in place of the copy."""
    file_story_and_copy(instance)
    path = instance.find_file("First")
    kept = path.read_bytes()
    path.unlink()
    with instance.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)

    assert build_and_list_shown(instance) == {"First": False, "Copy": True}

    path.write_bytes(kept)
    with instance.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)

    assert build_and_list_shown(instance) == {"First": True, "Copy": False}


def test_the_line_taken_out_by_hand_undoes_the_merge(instance: Instance) -> None:
    """If the operator deletes the line `merged_into` from the copy's file, both articles are
    published."""
    _, copy = file_story_and_copy(instance)
    instance.edit_file("Copy", f"merged_into: {copy.merged_into}\n", "")
    with instance.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)

    assert build_and_list_shown(instance) == {"First": True, "Copy": True}


def test_the_firsts_hand_edited_title_stays_the_operators(instance: Instance) -> None:
    """The operator changes the title of an article to "Mine": it stays after a copy is merged into
    the article, and after a visit stores the article with the title of its page ("Theirs")."""
    with instance.open_app() as app:
        file_article(instance, app, "First")
    instance.edit_file("First", "title: First", "title: Mine")
    with instance.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)
        copy = file_article(instance, app, "Copy", source="two")

        # a visit reads First again
        path = app.archive.store.index.path(copy.merged_into) or ""
        first_article = app.archive.article_store.get(path)
        stored, _, _ = app.archive.article_store.put(replace(first_article, title="Theirs"))

    assert stored.title == "Mine"
    assert stored.also == (copy.url,)


# -- which of them stands

HOUR = timedelta(hours=1)


def test_an_original_that_is_found_after_its_copy_takes_the_stand_and_nothing_is_shown_twice_or_lost(  # noqa: E501
    instance: Instance,
) -> None:
    """An original that is filed an hour after its copy, with a date before it and after its own
    source's last visit, becomes the published article. The copy keeps its id and stays in its
    source's feed; a fourth article is a copy of the original, too."""
    with instance.open_app() as app:
        copy = file_article(instance, app, "Copy", source="two")

    assert build_and_list_shown(instance) == {"First": False, "Copy": True}

    instance.now += HOUR
    with instance.open_app() as app:
        third = file_article(instance, app, "Third", source="three")
        last_visit = instance.now - 4 * HOUR
        first_article = file_article(
            instance, app, "First", published=instance.now - 3 * HOUR, last_visit=last_visit
        )

        assert first_article.merged_into == ""
        assert first_article.also == (copy.url, third.url)
    merged_copy = instance.load_article("Copy")

    assert merged_copy.merged_into == first_article.id
    assert merged_copy.id == copy.id
    assert merged_copy.published == copy.published
    assert build_and_list_shown(instance) == {"First": True, "Copy": False}
    assert ">Copy<" in instance.read_published("sources/two.atom")

    with instance.open_app() as app:
        fourth = file_article(instance, app, "Fourth", source="four")

        assert fourth.merged_into == first_article.id

    lose_the_database(instance)

    assert build_and_list_shown(instance) == {"First": True, "Copy": False}


def test_a_turn_that_a_crash_cut_short_is_made_again(instance: Instance) -> None:
    """A crash left the copy merged into an original that was never filed. The copy is published
    meanwhile; when the original is filed, roles are decided anew: it becomes the copy."""
    with instance.open_app() as app:
        copy = file_article(instance, app, "Copy", source="two")
        id_of_first = make_article_id("https://one.example/first")
        merged_copy = replace(copy, merged_into=id_of_first)
        # the crash came before the first article was written
        write_article(app.archive.article_store, app.archive.store.visits, merged_copy, before=copy)

    assert build_and_list_shown(instance)["Copy"]

    with instance.open_app() as app:
        first_article = file_article(instance, app, "First")
        assert first_article.merged_into == copy.id
        assert instance.load_article("Copy").merged_into == ""

    assert build_and_list_shown(instance) == {"First": False, "Copy": True}


def test_a_copy_that_claims_to_be_older_than_its_sources_last_visit_gains_nothing(
    instance: Instance,
) -> None:
    """An article that claims to be 30 hours old was not yet in its feed half an hour ago, when its
    source was last visited: the claim does not make it the original."""
    with instance.open_app() as app:
        first_article = file_article(instance, app, "First")
        instance.now += HOUR
        claimed_date = instance.now - 30 * HOUR
        last_visit = instance.now - HOUR / 2
        copy = file_article(
            instance, app, "Copy", source="two", published=claimed_date, last_visit=last_visit
        )

        assert copy.merged_into == first_article.id


def test_who_names_an_original_is_its_copy_however_early_it_was(instance: Instance) -> None:
    """An article names the address of another one as its original (`also`). It becomes the copy
    when that one is filed, an hour later."""
    with instance.open_app() as app:
        url_of_first = "https://one.example/first"
        copy = file_article(instance, app, "Copy", source="two", also=(url_of_first,))

        assert copy.also == ()  # there is no such article yet

        instance.now += HOUR
        first_article = file_article(instance, app, "First")

        assert first_article.merged_into == ""
        assert instance.load_article("Copy").merged_into == first_article.id


def test_naming_an_accomplice_does_not_raise_it(instance: Instance) -> None:
    """A third article that names the second as its original is merged into the first, like the
    second."""
    with instance.open_app() as app:
        first_article = file_article(instance, app, "First")
        instance.now += HOUR
        last_visit = instance.now - HOUR
        accomplice = file_article(instance, app, "Second", source="two", last_visit=last_visit)

        third = file_article(instance, app, "Third", source="three", also=(accomplice.url,))

        assert third.merged_into == first_article.id
        assert instance.load_article("First").merged_into == ""


@pytest.mark.parametrize("how", ["edited", "split", "old"])
def test_roles_do_not_turn_against_a_hand_or_when_the_story_is_no_news(
    instance: Instance, how: str
) -> None:
    """An article (Copy) names another one as its original. When that is filed, Copy still merges
    into nothing if the operator edited it or split it off, or if the other comes too late: then
    the other is merged into Copy, or, after a split, neither is."""
    with instance.open_app() as app:
        copy = file_article(
            instance, app, "Copy", source="two", also=("https://one.example/first",)
        )
        if how == "split":
            id_of_first = make_article_id("https://one.example/first")
            parted = replace(copy, split_from=(id_of_first,))
            write_article(app.archive.article_store, app.archive.store.visits, parted, before=copy)
    if how == "edited":
        instance.edit_file("Copy", "title: Copy", "title: Mine")
    with instance.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)
        instance.now += 2 * COPY_WINDOW if how == "old" else HOUR
        # after so long only an article that names the other is compared with it
        fields = {"also": (copy.url,)} if how == "old" else {}
        first_article = file_article(instance, app, "First", published=copy.published, **fields)
        path = app.archive.article_store.find(copy.id) or ""
        copy_now = app.archive.article_store.get(path)

        assert copy_now.merged_into == ""
        assert first_article.merged_into == ("" if how == "split" else copy.id)


def test_an_article_shows_twenty_copies_at_most_and_none_that_only_claims_to_be_one(
    instance: Instance,
) -> None:
    """Thirty articles that name an article as their original but have other texts are not named by
    it as copies; of articles with its text it names at most `MOST_ALSO`."""
    assert MOST_ALSO == 20
    with instance.open_app() as app:
        first_article = file_article(instance, app, "First")
        for number in range(30):
            other_text = make_prose(100 + number, 80)
            file_article(
                instance,
                app,
                "Spam",
                other_text,
                source=f"spam{number}",
                also=(first_article.url,),
            )

        assert instance.load_article("First").also == ()

        for number in range(MOST_ALSO + 2):
            copy = file_article(instance, app, "Copy", source=f"copy{number}")
            assert copy.merged_into == first_article.id

        assert len(instance.load_article("First").also) == MOST_ALSO


# -- over the demo's web


@pytest.fixture
async def trip(tmp_path: Path) -> AsyncIterator[Trip]:
    world = World()
    await world.start()
    made = Trip(tmp_path, world)
    patient_config(made.config, world)
    yield made
    await world.aclose()


def copy_story_to_meridian(world: World) -> Story:
    """Meridian carries Launchbeat's story, cut short and under a headline of its own."""
    story = next(one for one in world.stories if one.key == key_of(world, "Fourteen cities"))
    paragraphs = story.body.split("</p>")
    body = "</p>".join(paragraphs[: round(len(paragraphs) * 0.7)]) + "</p>"
    copy = replace(
        story, site="meridian", slug="potholes", title=TITLE, guid="potholes", body=body, truth=None
    )
    world.add_story(copy)
    return copy


@pytest.mark.anyio
@pytest.mark.slow
async def test_a_visit_merges_a_copy_and_a_correction_of_it_keeps_it_one(trip: Trip) -> None:
    """A visit finds a copy of Launchbeat's story ("Fourteen cities …") on another site, Meridian:
    it is merged, in Meridian's feed alone, and stays merged after its page is corrected."""
    await trip.run_refresh("launchbeat")
    story = copy_story_to_meridian(trip.world)
    await trip.run_refresh("meridian")
    copy = trip.load_articles()[TITLE]
    first_article = next(
        article for article in trip.load_articles().values() if article.id == copy.merged_into
    )

    assert first_article.title.startswith("Fourteen cities")
    assert first_article.also == (copy.url,)

    public = trip.folder / "feeds/public"

    assert TITLE not in (public / "all.atom").read_text()
    assert TITLE in (public / "sources/meridian.atom").read_text()

    # a day later its page is read again
    trip.clock.now += timedelta(days=1, hours=1)
    trip.world.change_story(story.key, title="Cities pool one model, corrected")
    await trip.run_refresh("meridian")
    corrected = trip.load_articles()["Cities pool one model, corrected"]

    assert corrected.id == copy.id
    assert corrected.merged_into == first_article.id


@pytest.mark.slow
@pytest.mark.anyio
async def test_of_all_stories_of_the_demo_just_the_one_that_two_sites_carry_is_merged(
    trip: Trip,
) -> None:
    """Of all stories of the demo exactly one is merged: the one that two of its sites publish."""
    await trip.run_refresh()
    articles = trip.load_articles().values()
    (copy,) = [article for article in articles if article.merged_into]
    first_article = next(article for article in articles if article.id == copy.merged_into)

    assert {copy.source_key, first_article.source_key} == {"launchbeat", "parallel"}
    assert first_article.also == (copy.url,)
