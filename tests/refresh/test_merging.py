"""One entry for one story, over the demo's web: copies are merged, split on order, and known after a lost database."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from syndicator.app import keeping, reconcile
from syndicator.app.building import press_feeds
from syndicator.app.running import make_tools, make_worker
from syndicator.app.wiring import App, make_fetcher, open_app
from syndicator.demo.settings import write_config
from syndicator.demo.story import Story
from syndicator.demo.world import World
from syndicator.errors import UsageError
from syndicator.model import Article
from syndicator.refresh.merging import merged
from tests.test_trip import Place, key_of

pytestmark = pytest.mark.anyio
TITLE = "Cities pool one model against potholes"


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    world = World()
    await world.start()
    made = Place(tmp_path, world)
    write_config(made.config, world)
    yield made
    await world.aclose()


def syndicate(world: World, **changes: object) -> Story:
    """Meridian carries Launchbeat's story, cut short and under a headline of its own."""
    story = next(one for one in world.stories if one.key == key_of(world, "Fourteen cities"))
    paragraphs = story.body.split("</p>")
    body = "</p>".join(paragraphs[: round(len(paragraphs) * 0.7)]) + "</p>"
    given = {
        "site": "meridian",
        "slug": "pothole-model",
        "title": TITLE,
        "guid": "pothole-model",
        "body": body,
        **changes,
    }
    copy = replace(story, truth=None, **given)  # type: ignore[arg-type]
    world.add(copy)
    return copy


def public(place: Place, name: str) -> str:
    return (place.folder / "feeds/public" / name).read_text()


def pair(place: Place) -> tuple[Article, Article]:
    found = place.articles()
    first = next(one for title, one in found.items() if title.startswith("Fourteen cities"))
    return first, found[TITLE]


async def merge(place: Place) -> tuple[Article, Article]:
    await place.refresh("launchbeat")
    syndicate(place.world)
    place.clock.now += timedelta(hours=3)
    await place.refresh("meridian")
    return pair(place)


async def test_a_copy_is_merged_into_the_story_that_came_first(place: Place) -> None:
    await place.refresh("launchbeat")
    before = next(one for title, one in place.articles().items() if title.startswith("Fourteen cities"))
    first, copy = await merge(place)
    assert (copy.merged_into, first.also) == (first.id, (copy.url,))
    assert (first.updated, first.revisions, first.published) == (before.updated, before.revisions, before.published)
    for name in ("all.atom", "all.json", "all.html", "tags/ai.atom", "categories/ai.rss"):
        assert TITLE not in public(place, name), name
    assert TITLE in public(place, "sources/meridian.atom")
    assert f'href="{copy.url}"' in public(place, "all.atom")


async def test_of_all_stories_of_the_demo_just_the_one_that_two_sites_carry_is_merged(place: Place) -> None:
    await place.refresh()
    found = place.articles().values()
    (copy,) = [article for article in found if article.merged_into]
    first = next(article for article in found if article.id == copy.merged_into)
    assert {copy.source_key, first.source_key} == {"launchbeat", "parallel"}
    assert first.also == (copy.url,)
    assert "potholes" in copy.body and "potholes" in first.body


async def test_a_split_pair_stays_apart_also_after_the_database_is_lost(place: Place) -> None:
    first, copy = await merge(place)
    with place_app(place) as app:
        assert [one.id for one in keeping.split(app, copy.url)] == [copy.id]
        await press_feeds(app)
        with pytest.raises(UsageError, match="merged with no other"):
            keeping.split(app, copy.id)
    assert TITLE in public(place, "all.atom") and TITLE in public(place, "tags/ai.atom")
    first, copy = pair(place)
    assert (first.also, copy.merged_into) == ((), "")
    before = place.bytes_of("articles"), place.bytes_of("public")
    shutil.rmtree(place.folder / "feeds/state")
    with place_app(place, create=True) as app:
        keeping.reindex(app)
        assert app.store.index.merged() == {}
    await place.refresh("meridian")
    assert (place.bytes_of("articles"), place.bytes_of("public")) == before


async def test_a_merge_survives_a_lost_database(place: Place) -> None:
    first, copy = await merge(place)
    before = place.bytes_of("articles"), place.bytes_of("public")
    shutil.rmtree(place.folder / "feeds/state")
    with place_app(place, create=True) as app:
        keeping.reindex(app)
        assert app.store.index.merged() == {copy.id: first.id}
    await place.refresh("meridian", "launchbeat")
    assert (place.bytes_of("articles"), place.bytes_of("public")) == before
    # what was filed before is still compared with what comes after
    again = syndicate(place.world, site="holt", slug="again", title="Potholes again", guid="again")
    await place.refresh("holt")
    assert place.articles()[again.title].merged_into == first.id


async def test_a_copy_of_a_copy_belongs_to_the_first(place: Place) -> None:
    first, copy = await merge(place)
    third = syndicate(place.world, site="holt", slug="third", title="A third desk", guid="third")
    await place.refresh("holt")
    first, _ = pair(place)
    found = place.articles()[third.title]
    assert found.merged_into == first.id
    assert set(first.also) == {copy.url, found.url}
    with place_app(place) as app:
        assert len(keeping.split(app, first.id)) == 2
        assert app.store.index.merged() == {}


async def test_what_is_old_is_no_copy(place: Place) -> None:
    await place.refresh("launchbeat")
    syndicate(place.world)
    place.clock.now += timedelta(days=30)
    await place.refresh("meridian")
    _, late = pair(place)
    assert not late.merged_into


async def test_a_copy_stands_for_itself_when_its_original_goes_and_again_not_when_it_is_back(place: Place) -> None:
    await merge(place)
    path = next((place.folder / "feeds/articles").rglob("fourteen-cities*.md"))
    kept = path.read_bytes()
    path.unlink()
    with place_app(place) as app:
        reconcile.files(app)
        await press_feeds(app)
    assert TITLE in public(place, "all.atom")
    path.write_bytes(kept)
    with place_app(place) as app:
        reconcile.files(app)
        await press_feeds(app)
    assert TITLE not in public(place, "all.atom")
    assert "Fourteen cities" in public(place, "all.atom")


async def test_the_line_taken_out_by_hand_undoes_the_merge(place: Place) -> None:
    _, copy = await merge(place)
    path = next(path for path in (place.folder / "feeds/articles").rglob("*.md") if copy.id in path.read_text()[:900])
    text = path.read_text()
    assert f"merged_into: {copy.merged_into}\n" in text
    path.write_text(text.replace(f"merged_into: {copy.merged_into}\n", ""))
    await place.refresh("holt")
    assert TITLE in public(place, "all.atom")


async def test_a_revised_copy_stays_a_copy_and_a_hand_edit_of_the_first_stays(place: Place) -> None:
    await place.refresh("launchbeat")
    path = next((place.folder / "feeds/articles").rglob("fourteen-cities*.md"))
    path.write_text(path.read_text().replace("title: 'Fourteen cities", "title: 'Fourteen towns"))
    story = syndicate(place.world)
    await place.refresh("meridian")
    copy = place.articles()[TITLE]
    place.clock.now += timedelta(days=1, hours=1)
    place.world.change(story.key, title="Cities pool one model, corrected")
    place.world.change(key_of(place.world, "Fourteen cities"), summary="Another summary of it all, and a longer one.")
    await place.refresh("meridian", "launchbeat")
    assert place.articles()["Cities pool one model, corrected"].merged_into == copy.merged_into
    edited = next(one for title, one in place.articles().items() if title.startswith("Fourteen towns"))
    assert edited.also == (copy.url,)


async def test_what_names_another_host_as_its_home_is_a_copy_of_that_or_gone_with_it(place: Place) -> None:
    await place.refresh("launchbeat")
    first = next(one for title, one in place.articles().items() if title.startswith("Fourteen cities"))
    now = place.clock.now
    named = Article(id="x" * 26, url="https://else.example/a", title="Else", body="In other words.", also=(first.url,))
    with place_app(place) as app:
        tools = make_tools(app, make_fetcher(app), make_worker(app), lambda title: None)
        assert merged(named, tools, now).merged_into == first.id
        assert merged(replace(named, split_from=(first.id,)), tools, now).merged_into == ""
        assert merged(replace(named, also=()), tools, now).merged_into == ""


def place_app(place: Place, *, create: bool = False) -> AbstractContextManager[App]:
    return open_app(place.config, clock=place.clock, jitter=lambda: 0.5, environ={}, create=create)
