"""The demo's web as a fixture, and what can happen to it. It runs in a thread of its own, so that
tests with and without a loop may use it."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicator.cli.demo import feeds
from syndicator.cli.demo import world as demo
from syndicator.cli.demo.feeds import Site, Trouble
from syndicator.cli.demo.server import Answer
from syndicator.cli.demo.site_files import Story, Truth
from syndicator.cli.demo.world import write_config


class World(demo.World):
    """The demo's web, with the truth of its stories, and with methods that change what it
    serves."""

    def __init__(self, *, port: int = 0, without: Collection[str] = frozenset()) -> None:
        super().__init__(port=port, without=without)
        self._revision = 0
        self._moved: dict[str, str] = {}  # site -> its feed's new path
        # (site, path or "*") -> what it answers instead
        self._faults: dict[tuple[str, str], Answer] = {}
        self._latency: dict[str, float] = {}
        self._limit: dict[str, int] = {}  # site -> how many entries its feed still has
        self._guids: dict[str, str] = {}  # site -> what its entries' ids start with now

    # what there is

    @property
    def stories(self) -> tuple[Story, ...]:
        """What its sites publish now, pages that are no articles included."""
        return tuple(self._stories.values())

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """The sources that fail on purpose, with the reason a visit should record."""
        return tuple(self._troubles.values())

    def url(self, story: Story | str) -> str:
        """The address of a story, given itself or its key ("launchbeat/<slug>")."""
        return super().url(self._stories[story] if isinstance(story, str) else story)

    def list_truths(self) -> dict[str, Truth]:
        """What a good reader makes of each page, by address. The site's own boilerplate is part of
        must_not."""
        return {
            self.url(story): self.get_truth(story)
            for story in self._stories.values()
            if story.truth
        }

    def get_truth(self, story: Story) -> Truth:
        assert story.truth is not None
        traps = dict.fromkeys((*story.truth.must_not, *self._sites[story.site].boilerplate))
        return dataclasses.replace(story.truth, must_not=tuple(traps))

    # what can happen to it

    def add_story(self, story: Story) -> None:
        """A site publishes one more story, or a known key anew."""
        self._stories[story.key] = story
        self._revision += 1

    def change_story(self, key: str, **fields: Any) -> Story:
        """A story is edited: `fields` of Story get other values; `updated` moves by an hour unless
        given, and the truth moves with a new title, author or date."""
        story = self._stories[key]
        later = (story.updated or story.published) + timedelta(hours=1)
        edited = dataclasses.replace(story, **{"updated": later, **fields})
        if story.truth and "truth" not in fields:
            known = {name: fields[name] for name in ("title", "author") if name in fields}
            truth = dataclasses.replace(story.truth, date=f"{edited.published:%Y-%m-%d}", **known)
            edited = dataclasses.replace(edited, truth=truth)
        self.add_story(edited)
        return self._stories[key]

    def withdraw_story(self, key: str) -> None:
        """A story goes from its feed, and its page answers 404."""
        del self._stories[key]
        self._revision += 1

    def move_feed(self, site: str, path: str) -> None:
        """The feed answers 301 and lives at `path` of the same site."""
        self._moved[site] = path

    def shrink_feed(self, site: str, entries: int) -> None:
        """The feed has only its newest `entries`."""
        self._limit[site] = entries
        self._revision += 1

    def future_date(self, key: str, years: int = 10) -> Story:
        """The story says that it was published in `years` years. Where the address holds the date,
        it moves along."""
        published = self._stories[key].published
        return self.change_story(key, published=published.replace(year=published.year + years))

    def renumber_entries(self, site: str, prefix: str = "new-") -> None:
        """Every entry of the feed gets another id; nothing else changes."""
        self._guids[site] = prefix
        self._revision += 1

    def fail_site(
        self,
        site: str,
        status: int,
        *,
        path: str = "*",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> None:
        """The site (or one `path` of it) answers `status` until `heal`."""
        self._faults[site, path] = Answer(
            status=status, headers=headers or {}, body=body or b"Sorry.\n"
        )

    def break_feed(self, site: str) -> None:
        """The feed is cut in its first half, with status 200."""
        path = self._feed_path(self._sites[site])
        whole_body = self._make_feed_answer(self._sites[site]).body
        self._faults[site, path] = Answer(
            body=whole_body[: len(whole_body) // 2], type="application/xml"
        )

    def html_feed(self, site: str) -> None:
        """The feed's address answers with the site's front page."""
        self._faults[site, self._feed_path(self._sites[site])] = Answer(
            body=self._render_front_page(self._sites[site])
        )

    def delay_answers(self, site: str, seconds: float) -> None:
        """Every answer of the site waits so long before its first byte."""
        self._latency[site] = seconds

    def heal_site(self, site: str) -> None:
        """Faults and latency of the site end; what it publishes stays."""
        self._latency.pop(site, None)
        for key in [key for key in self._faults if key[0] == site]:
            del self._faults[key]

    # what it answers then

    def _answer(self, place: Site | Trouble, path: str) -> Answer:
        fault = self._faults.get((place.key, path)) or self._faults.get((place.key, "*"))
        answer = fault or super()._answer(place, path)
        return dataclasses.replace(answer, delay=answer.delay or self._latency.get(place.key, 0.0))

    def _answer_for_site(self, site: Site, path: str) -> Answer:
        if path == site.feed_path and site.key in self._moved and path != self._moved[site.key]:
            return Answer(status=301, headers={"Location": self._moved[site.key]})
        return super()._answer_for_site(site, path)

    def _feed_path(self, site: Site) -> str:
        return self._moved.get(site.key) or super()._feed_path(site)

    def _list_feed_stories(self, site: Site) -> list[Story]:
        return super()._list_feed_stories(site)[: self._limit.get(site.key)]

    def _make_item(self, site: Site, story: Story) -> feeds.Item:
        item = super()._make_item(site, story)
        return dataclasses.replace(item, guid=self._guids.get(site.key, "") + item.guid)

    def _get_change_time(self) -> datetime:
        return super()._get_change_time() + timedelta(minutes=self._revision)


def patient_config(
    folder: Path, world: World, *, port: int | None = None, taxonomy: str | None = None
) -> None:
    """The demo's configuration, with time for the answers of a busy machine: for a world without
    its slow site."""
    write_config(folder, world, port=port, taxonomy=taxonomy)
    settings = folder / "syndicator.toml"
    settings.write_text(settings.read_text().replace("_seconds = 3", "_seconds = 30"))


@contextmanager
def serve_world(world: World | None = None) -> Iterator[World]:
    """A started world (a fresh one unless given), closed at the end."""
    world = world or World()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="world", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(world.start(), loop).result(60)
        yield world
    finally:
        asyncio.run_coroutine_threadsafe(world.aclose(), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)
        loop.close()


@pytest.fixture
def world() -> Iterator[World]:
    with serve_world() as started:
        yield started
