"""A build that reuses rendered entries writes the same bytes as one that renders all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from syndicator.configuration.settings import Publish, Settings
from syndicator.core.model import FeedKey
from syndicator.publishing.entries import RENDERERS
from syndicator.publishing.entry_cache import CachedEntry, KeptEntries
from syndicator.publishing.page_design import Look
from syndicator.publishing.render import atom
from syndicator.publishing.render.feed_entry import Draft
from tests.publishing.memory import MemoryIndex, MemoryOutlet
from tests.publishing.test_builder import SETTINGS, SOURCES, make_article, publish_feeds

AI = FeedKey("tag", "ai")


@pytest.fixture
def rendered_titles(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The titles of the Atom entries that are made."""
    results: list[str] = []

    def entry(draft: Draft) -> Any:
        results.append(draft.view.title)
        return atom.make_entry(draft)

    monkeypatch.setitem(RENDERERS, "atom", replace(RENDERERS["atom"], entry=entry))
    yield results


def test_a_later_build_makes_only_the_entries_that_are_new(rendered_titles: list[str]) -> None:
    """A second build of the tag AI renders only the new article ("Story 4") and reuses the other
    entries from the cache. All articles have this tag."""
    index = MemoryIndex(make_article(n) for n in range(4))
    outlet = MemoryOutlet()
    kept_entries = KeptEntries()
    publish_feeds(index, outlet, only={AI}, entry_cache=kept_entries)
    index.add(make_article(4))
    rendered_titles.clear()  # this fixture lists the titles of entries as they are rendered
    publish_feeds(index, outlet, only={AI}, entry_cache=kept_entries)

    assert rendered_titles == ["Story 4"]
    assert outlet.files["tags/ai.atom"].count(b"<entry") == 5


def edit_article(index: MemoryIndex) -> None:
    index.add(make_article(2, title="Another title"))


def edit_source(index: MemoryIndex) -> None:
    index.sources_now = {"alpha": replace(SOURCES["alpha"], title="Another name", content="link")}  # type: ignore[attr-defined]


def edit_settings(index: MemoryIndex) -> None:
    index.settings_now = SETTINGS.model_copy(update={"publish": Publish(entry_html="plain")})  # type: ignore[attr-defined]


def test_a_newly_linked_tag_makes_entries_again() -> None:
    """If a tag gets a page (here "LLM", by `tags`), entries with this tag are rendered again: a
    build with a cache from before writes the same files as one without a cache."""
    index = MemoryIndex(make_article(n) for n in range(4))
    settings = SETTINGS.model_copy(update={"publish": Publish(tag_min=3)})
    cache_from_before = KeptEntries()
    publish_feeds(index, MemoryOutlet(), settings, entry_cache=cache_from_before)

    with_cache = MemoryOutlet()
    without_cache = MemoryOutlet()
    publish_feeds(index, with_cache, settings, entry_cache=cache_from_before, tags=["LLM"])
    publish_feeds(index, without_cache, settings, tags=["LLM"])

    assert with_cache.files == without_cache.files
    assert b"tags/llm.html" in with_cache.files["all.atom"]


@pytest.mark.parametrize("edit", [edit_article, edit_source, edit_settings])
def test_changed_targets_are_made_again(
    edit: Callable[[MemoryIndex], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """If an article, source or setting changes, a build with cached entries writes the same new
    feeds as one without the cache."""
    index = MemoryIndex(make_article(n) for n in range(4))
    cache_from_before = KeptEntries()
    before = MemoryOutlet()
    publish_feeds(index, before, entry_cache=cache_from_before)

    # an edit puts changed sources or settings beside the index
    edit(index)
    for key, source in getattr(index, "sources_now", SOURCES).items():
        monkeypatch.setitem(SOURCES, key, source)
    settings: Settings = getattr(index, "settings_now", SETTINGS)

    with_cache = MemoryOutlet()
    without_cache = MemoryOutlet()
    publish_feeds(index, with_cache, settings, entry_cache=cache_from_before)
    publish_feeds(index, without_cache, settings)

    assert with_cache.files == without_cache.files
    assert with_cache.files["tags/ai.atom"] != before.files["tags/ai.atom"]


def test_every_build_tells_of_an_entry_that_cannot_be_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An entry that fails to render is reported by each build, not only by the first."""

    def render_all_but_story_2(draft: Draft) -> Any:
        if draft.view.title == "Story 2":
            raise ValueError("nobody can write this")
        return atom.make_entry(draft)

    monkeypatch.setitem(RENDERERS, "atom", replace(RENDERERS["atom"], entry=render_all_but_story_2))
    index = MemoryIndex(make_article(n) for n in range(4))
    outlet = MemoryOutlet()
    kept_entries = KeptEntries()
    for _ in range(2):
        index.mark_stale([AI])  # the feed of the tag AI is to be built
        report = publish_feeds(index, outlet, only={AI}, entry_cache=kept_entries)

        assert [problem.what for problem in report.set_aside] == ["https://alpha.example/2"]


def test_every_build_tells_of_a_template_with_a_fault() -> None:
    """A faulty template is reported by each build, not only by the first."""
    index = MemoryIndex(make_article(n) for n in range(4))
    outlet = MemoryOutlet()
    kept_entries = KeptEntries()
    look = Look({"story.html": "{{ nothing }}"})  # a name that templates do not have
    for _ in range(2):
        index.mark_stale([AI])  # the feed of the tag AI is to be built
        report = publish_feeds(index, outlet, only={AI}, entry_cache=kept_entries, look=look)

        assert [problem.what for problem in report.set_aside] == ["templates"]


def test_the_least_recently_used_entries_are_dropped() -> None:
    """A full cache drops the entry that was used longest ago: it holds two, and "a" is read before
    "c" is added, so "b" goes."""
    kept_entries = KeptEntries(most=2)
    cached_entries = [CachedEntry(b"%d" % number, view=None) for number in range(3)]  # type: ignore[arg-type]
    kept_entries.put(("a", None), cached_entries[0])
    kept_entries.put(("b", None), cached_entries[1])

    assert kept_entries.get(("a", None), b"0") is cached_entries[0]

    kept_entries.put(("c", None), cached_entries[2])

    assert kept_entries.get(("b", None), b"1") is None
    assert kept_entries.get(("a", None), b"0") is cached_entries[0]
    assert kept_entries.get(("c", None), b"2") is cached_entries[2]


def test_older_entries_are_packed_until_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cache keeps the last used entry unpacked (_MOST_UNPACKED is 1) and compresses others
    without losing parts; beyond three (`most`) it drops those used longest ago. An entry is found
    only for the content that it was made of (`of`)."""
    monkeypatch.setattr("syndicator.publishing.entry_cache._MOST_UNPACKED", 1)
    kept_entries = KeptEntries(most=3)

    def put(id: str, of: bytes, **parts: bytes) -> None:
        kept_entries.put((id, None, False), CachedEntry(of, view=None, parts={**parts}))  # type: ignore[arg-type]

    def parts_of(id: str, of: bytes) -> object:
        result = kept_entries.get((id, None, False), of)
        return result and result.parts

    # "a" is made anew, of the content 2
    put("a", b"1", atom=b"old")
    put("b", b"1")
    put("a", b"2")
    put("c", b"1", atom=b"c")

    assert parts_of("a", b"1") is None
    assert parts_of("a", b"2") == {}

    # a part that is added to an entry stays when the use of "c" packs it
    result = kept_entries.get(("a", None, False), b"2")
    assert result is not None
    result.parts["rss"] = b"more"

    assert parts_of("c", b"1") == {"atom": b"c"}
    assert parts_of("a", b"2") == {"rss": b"more"}

    # two more: "b" and "c" were used before "a"
    put("d", b"1")
    put("e", b"1")

    assert parts_of("b", b"1") is None
    assert parts_of("c", b"1") is None
    assert parts_of("a", b"2")
