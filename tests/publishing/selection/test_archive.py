"""Feed archives (RFC 5005 section 4): a walk finds every entry after any changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from syndicator.articles.fields import named_feeds_of
from syndicator.configuration.settings import Publish, Settings
from syndicator.core.model import FeedKey, entry_urn
from tests.publishing.memory import MemoryIndex, MemoryOutlet
from tests.publishing.test_builder import (
    ATOM,
    INSTANCE,
    SETTINGS,
    START,
    limit_entries,
    make_article,
    publish_feeds,
)

BASE = SETTINGS.base_url
FEEDS = {"all.atom": FeedKey("all", "all"), "tags/llm.atom": FeedKey("tag", "llm")}


@dataclass(frozen=True)
class Day:
    """The changes before a build: minutes at which articles come, which of them have the tag, which
    of the older ones (by index) are corrected, retagged, withdrawn; how many days pass."""

    minutes: list[int]
    tagged: list[bool]
    corrected: list[int]
    retagged: list[int]
    withdrawn: list[int]
    pause: int


PLACES = st.lists(st.integers(0, 200), max_size=2)
DAYS = st.lists(
    st.builds(
        Day,
        minutes=st.lists(st.integers(0, 1439), min_size=1, max_size=12),
        tagged=st.lists(st.booleans(), min_size=12, max_size=12),
        corrected=PLACES,
        retagged=PLACES,
        withdrawn=st.lists(st.integers(0, 200), max_size=1),
        pause=st.integers(1, 20),
    ),
    min_size=1,
    max_size=7,
)


def live_days(days: list[Day], how: Settings) -> Iterator[tuple[MemoryIndex, MemoryOutlet]]:
    """Return the article store and the published files after each day."""
    index = MemoryIndex()
    outlet = MemoryOutlet()
    number = 0
    when = START
    for day in days:
        for minute, tagged in zip(sorted(day.minutes), day.tagged, strict=False):
            number += 1
            added = when + timedelta(minutes=minute)
            source = "beta" if number % 4 == 0 else "alpha"  # which has more than its share
            tags = ("AI", "LLM") if tagged else ("AI",)
            index.add(
                make_article(number, added=added, published=added, source_key=source, tags=tags)
            )
        list_changed(index, day, when + timedelta(hours=24))
        assert publish_feeds(index, outlet, how).held == ()
        yield index, outlet
        when += timedelta(days=day.pause)


def list_changed(index: MemoryIndex, day: Day, now: datetime) -> None:
    def picked(places: list[int]) -> list[str]:
        ids = sorted(index.article_store)
        return [ids[place % len(ids)] for place in places if len(ids) > 1]

    for article_id in picked(day.corrected):
        one = index.article_store[article_id]
        index.add(replace(one, title=one.title + "!", revisions=(*one.revisions, now.isoformat())))
    for article_id in picked(day.retagged):
        index.add(replace(index.article_store[article_id], tags=("AI", "LLM")))
    for article_id in picked(day.withdrawn):
        index.remove(article_id, now)


def walk_archive(outlet: MemoryOutlet, name: str) -> Iterator[etree._Element]:
    """Return the documents from the head back, each with the one that links it."""
    seen = set[str]()
    reached_from = ""
    while name:
        assert name not in seen, "the walk goes in a circle"
        seen.add(name)
        root = etree.fromstring(outlet.files[name])
        links = {
            link.get("rel"): link.get("href").removeprefix(BASE)
            for link in root.findall(f"{ATOM}link")
        }
        assert links["self"] == name
        assert links.get("next-archive", "") == reached_from
        yield root
        reached_from = name if name.startswith("archive/") else ""
        name = links.get("prev-archive", "")


@pytest.mark.slow
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(days=DAYS, limit=st.integers(1, 6), hours=st.sampled_from((0, 24)))
def test_a_walk_meets_every_article_and_its_newest_copy_first(
    monkeypatch: pytest.MonkeyPatch, days: list[Day], limit: int, hours: int
) -> None:
    """After each of some random days, walking from a feed through its archives finds every member
    once or more, each with its newest version first. `live_days` publishes after each day, on which
    articles come, are corrected, retagged and withdrawn."""
    limit_entries(monkeypatch, 9)
    archive_settings = Settings(
        site=SETTINGS.site,
        publish=Publish(limit=limit, window_hours=hours, tag_min=1, archives=True),
    )
    for index, outlet in live_days(days, archive_settings):
        for name, key in FEEDS.items():
            if name not in outlet.files:
                continue

            # the first copy of each entry on the way: its time and title
            first_copy_of: dict[str, tuple[str, str]] = {}
            for root in walk_archive(outlet, name):
                for entry in root.findall(f"{ATOM}entry"):
                    urn = entry.findtext(f"{ATOM}id")
                    copy = (entry.findtext(f"{ATOM}updated"), entry.findtext(f"{ATOM}title"))
                    assert copy <= first_copy_of.setdefault(urn, copy), (
                        "an older copy stands before a newer one"
                    )

            members = [
                article
                for article in index.article_store.values()
                if key in named_feeds_of(article)
            ]
            urns = {entry_urn(INSTANCE, member.id) for member in members}

            assert set(first_copy_of) == urns
            assert {title for _, title in first_copy_of.values()} == {
                member.title for member in members
            }
