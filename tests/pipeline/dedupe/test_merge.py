"""One entry for one story: copies are merged, split on order, and known after a lost database."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicator.demo.settings import write_config
from syndicator.demo.story import Story
from syndicator.errors import UsageError
from syndicator.model import Article, article_id
from syndicator.pipeline.dedupe.merge import WINDOW, merge_copy, remember
from syndicator.pipeline.refile import refile
from syndicator.services import maintain, reconcile
from syndicator.services.container import App, make_context, make_fetcher
from syndicator.services.refresh import make_worker
from tests.pipeline.dedupe.test_similarity import prose
from tests.services.places import Place
from tests.test_trip import Place as Trip
from tests.test_trip import key_of
from tests.world import World

pytestmark = pytest.mark.usefixtures("kept_workers")
STORY = prose(1, 300)
TITLE = "Cities pool one model against potholes"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def file(app: App, title: str, body: str = STORY, *, source: str = "one", **fields: Any) -> Article:
    """An article filed now, as a visit files one that is new."""
    url = f"https://{source}.example/{title.casefold()}"
    now = app.clock()
    filed = {"published": now, "added": now, "source_key": source, "source_id": url, "tags": ("LLM",), **fields}
    run = make_context(app, make_fetcher(app), make_worker(app), lambda title: None)
    article = merge_copy(Article(id=article_id(url), url=url, title=title, body=body, **filed), run, now)
    stored, _ = refile(app.article_store, app.store.visits, article)
    remember(stored, app.store.visits, now)
    return stored


def pair(place: Place) -> tuple[Article, Article]:
    """A story and a copy of it, cut and with words of another site around it, published."""
    with place.app() as app:
        first = file(app, "First")
        copy = file(app, "Copy", f"{prose(2, 20)} {STORY[:1200]} {prose(3, 30)}", source="two")
    assert copy.merged_into == first.id
    place.build()
    return place.article("First"), place.article("Copy")


def shown(place: Place) -> list[bool]:
    """Whether First and Copy are in the feed of everything."""
    assert place.build().held == ()
    return [f">{title}<" in place.published("all.atom") for title in ("First", "Copy")]


def lose_the_database(place: Place) -> None:
    shutil.rmtree(place.folder / "feeds/state")
    with place.app(create=True) as app:
        maintain.reindex(app)


def test_a_copy_is_shown_by_its_source_alone_and_named_by_the_first(place: Place) -> None:
    first, copy = pair(place)
    assert first.also == (copy.url,)
    assert (first.updated, first.revisions) == (None, ())
    assert shown(place) == [True, False]
    assert "Copy" not in place.published("tags/llm.atom")
    assert "Copy" in place.published("sources/two.atom")
    assert copy.url in place.published("all.atom")


def test_a_split_pair_stays_apart_also_after_the_database_is_lost(place: Place) -> None:
    first, copy = pair(place)
    with place.app() as app:
        assert [one.id for one in maintain.split(app, copy.url)] == [copy.id]
        with pytest.raises(UsageError, match="merged with no other"):
            maintain.split(app, copy.id)
        with pytest.raises(UsageError, match="no article"):
            maintain.split(app, "https://nowhere.example/")
    assert shown(place) == [True, True]
    before, after = place.article("First"), place.article("Copy")
    assert (before.also, before.split_from, after.split_from) == ((), (copy.id,), (first.id,))
    lose_the_database(place)
    assert shown(place) == [True, True]
    with place.app() as app:
        run = make_context(app, make_fetcher(app), make_worker(app), lambda title: None)
        assert merge_copy(after, run, app.clock()).merged_into == ""


def test_a_split_copy_that_is_read_anew_does_not_merge_again(place: Place) -> None:
    first, copy = pair(place)
    with place.app() as app:
        maintain.split(app, copy.id)
    place.path("Copy").unlink()  # and with it what it says of the split
    with place.app() as app:
        reconcile.files(app)
        assert app.store.visits.article(copy.id) is None
        assert file(app, "Copy", copy.body, source="two").merged_into == ""
        assert file(app, "Copy", copy.body, source="two", also=(first.url,)).merged_into == ""


def test_a_first_that_is_read_anew_takes_no_split_copy_back(place: Place) -> None:
    first, copy = pair(place)
    with place.app() as app:
        maintain.split(app, copy.id)
    place.path("First").unlink()
    with place.app() as app:
        reconcile.files(app)
        file(app, "First")
        reading = replace(place.article("Copy"), also=(first.url,))
        run = make_context(app, make_fetcher(app), make_worker(app), lambda title: None)
        assert merge_copy(reading, run, app.clock()).merged_into == ""


def test_a_split_copy_does_not_merge_by_way_of_another_copy(place: Place) -> None:
    first, copy = pair(place)
    with place.app() as app:
        assert file(app, "Third", copy.body, source="three").merged_into == first.id
        maintain.split(app, copy.id)
        run = make_context(app, make_fetcher(app), make_worker(app), lambda title: None)
        again = replace(place.article("Copy"), split_from=())
        assert merge_copy(again, run, app.clock()).merged_into == ""


def test_a_merge_survives_a_lost_database_and_later_copies_are_still_found(place: Place) -> None:
    first, copy = pair(place)
    before = place.digests("articles"), place.digests("public")
    lose_the_database(place)
    place.build()
    assert (place.digests("articles"), place.digests("public")) == before
    with place.app() as app:
        assert app.store.index.merged() == {copy.id: first.id}
        assert file(app, "Third", source="three").merged_into == first.id


def test_a_copy_of_a_copy_belongs_to_the_first_and_all_are_split_at_once(place: Place) -> None:
    first, copy = pair(place)
    with place.app() as app:
        third = file(app, "Third", copy.body, source="three")
        assert third.merged_into == first.id
        assert place.article("First").also == (copy.url, third.url)
        assert {one.id for one in maintain.split(app, first.id)} == {copy.id, third.id}
        assert app.store.index.merged() == {}


def test_what_is_old_is_no_copy(place: Place) -> None:
    with place.app() as app:
        file(app, "First")
        assert not file(app, "Reprint", source="two", published=place.now - 2 * WINDOW).merged_into
        place.now += 2 * WINDOW
        assert not file(app, "Late", source="three").merged_into


def test_one_source_tells_a_story_twice_only_in_the_same_words(place: Place) -> None:
    with place.app() as app:
        first = file(app, "First")
        assert not file(app, "Follow-up", STORY + prose(4, 150)).merged_into
        assert file(app, "Again", STORY + " Corrected.").merged_into == first.id


def test_what_names_an_article_of_the_store_as_its_original_is_a_copy(place: Place) -> None:
    with place.app() as app:
        first = file(app, "First")
        assert file(app, "Digest", "In other words.", source="two", also=(first.url,)).merged_into == first.id


def test_a_copy_stands_for_itself_while_its_original_is_gone(place: Place) -> None:
    pair(place)
    path = place.path("First")
    kept = path.read_bytes()
    path.unlink()
    with place.app() as app:
        reconcile.files(app)
    assert shown(place) == [False, True]
    path.write_bytes(kept)
    with place.app() as app:
        reconcile.files(app)
    assert shown(place) == [True, False]


def test_the_line_taken_out_by_hand_undoes_the_merge(place: Place) -> None:
    _, copy = pair(place)
    place.edit("Copy", f"merged_into: {copy.merged_into}\n", "")
    with place.app() as app:
        reconcile.files(app)
    assert shown(place) == [True, True]


def test_the_firsts_hand_edited_title_stays_the_operators(place: Place) -> None:
    with place.app() as app:
        file(app, "First")
    place.edit("First", "title: First", "title: Mine")
    with place.app() as app:
        reconcile.files(app)
        copy = file(app, "Copy", source="two")
        path = app.store.index.path(copy.merged_into) or ""
        again, _, _ = app.article_store.put(replace(app.article_store.get(path), title="Theirs"))
    assert (again.title, again.also) == ("Mine", (copy.url,))


# -- over the demo's web ----------------------------------------------------------------------------------------------


@pytest.fixture
async def trip(tmp_path: Path) -> AsyncIterator[Trip]:
    world = World()
    await world.start()
    made = Trip(tmp_path, world)
    write_config(made.config, world)
    yield made
    await world.aclose()


def syndicate(world: World) -> Story:
    """Meridian carries Launchbeat's story, cut short and under a headline of its own."""
    story = next(one for one in world.stories if one.key == key_of(world, "Fourteen cities"))
    paragraphs = story.body.split("</p>")
    body = "</p>".join(paragraphs[: round(len(paragraphs) * 0.7)]) + "</p>"
    copy = replace(story, site="meridian", slug="potholes", title=TITLE, guid="potholes", body=body, truth=None)
    world.add(copy)
    return copy


@pytest.mark.anyio
async def test_a_visit_merges_a_copy_and_a_correction_of_it_keeps_it_one(trip: Trip) -> None:
    await trip.refresh("launchbeat")
    story = syndicate(trip.world)
    await trip.refresh("meridian")
    copy = trip.articles()[TITLE]
    first = next(one for one in trip.articles().values() if one.id == copy.merged_into)
    assert first.title.startswith("Fourteen cities") and first.also == (copy.url,)
    public = trip.folder / "feeds/public"
    assert TITLE not in (public / "all.atom").read_text()
    assert TITLE in (public / "sources/meridian.atom").read_text()
    trip.clock.now += timedelta(days=1, hours=1)
    trip.world.change(story.key, title="Cities pool one model, corrected")
    await trip.refresh("meridian")
    corrected = trip.articles()["Cities pool one model, corrected"]
    assert (corrected.id, corrected.merged_into) == (copy.id, first.id)


@pytest.mark.anyio
async def test_of_all_stories_of_the_demo_just_the_one_that_two_sites_carry_is_merged(trip: Trip) -> None:
    await trip.refresh()
    found = trip.articles().values()
    (copy,) = [article for article in found if article.merged_into]
    first = next(article for article in found if article.id == copy.merged_into)
    assert {copy.source_key, first.source_key} == {"launchbeat", "parallel"}
    assert first.also == (copy.url,)
