"""Pages and entries of stories say what each outlet adds.
They use published text only and change at most once an hour."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path

import pytest

from syndicator.filing.save_article import write_article
from syndicator.publishing import paths
from syndicator.publishing.validate import find_atom_fault
from syndicator.runs.build import build_due
from syndicator.runs.build_timing import Settling
from tests.instances import Instance
from tests.stories.test_published import URL_ONE, URL_TWO, file_report, open_and_run, read_entries

SETTINGS = '[publish]\ntag_min = 1\nstories = "link"\naxes = ["all", "sources", "stories"]\n'
FIRST = "A strong quake of 6.4 killed 12 people in Sant Orel in Verania at dawn, said Dario Menk."
ADDS = "The quake in Sant Orel also broke the harbour wall, and 14 people were killed there."
LATE = "Three hospital ships with doctors and tents left for Sant Orel and its harbour at night."


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path, settings=SETTINGS)


def file_text(instance: Instance, outlet: str, text: str, **changes: object) -> str:
    return file_report(instance, outlet, excerpt=text, tags=(outlet,), **changes)


def read_entry_text(instance: Instance) -> str:
    (entry,) = read_entries(instance, "stories").values()
    return unescape(str(entry.content[0].value))


def read_page(instance: Instance) -> str:
    with instance.open_app() as app:
        (story,) = {member.story for member in app.archive.store.stories.members()}
    return unescape(instance.read_published(paths.story_name(story)))


def read_times(instance: Instance) -> tuple[str, str]:
    (entry,) = read_entries(instance, "stories").values()
    return entry.published, entry.updated


def build_later(instance: Instance, **later: int) -> None:
    instance.now += timedelta(**later)
    instance.build()


def begin_story(instance: Instance) -> list[str]:
    """File and publish two reports on one event: of outlet one (FIRST) at 12:10, and of outlet two
    (ADDS) at 12:20. Return their ids."""
    ids = [file_text(instance, "one", FIRST), file_text(instance, "two", ADDS)]
    instance.build()
    return ids


def test_the_feed_of_stories_is_there_from_the_first_day(instance: Instance) -> None:
    """Without any story the feed of stories is empty, valid and listed in the OPML file."""
    instance.build()

    assert read_entries(instance, "stories") == {}
    assert find_atom_fault(instance.read_published("stories.atom").encode()) is None
    assert "stories.atom" in instance.read_published("feeds.opml")


def test_a_story_says_who_was_first_and_what_the_other_adds(instance: Instance) -> None:
    """Entry and page of a story name the first outlet, quote what the second one adds (ADDS), and
    give both numbers of people, each with its outlet and time."""
    begin_story(instance)
    for text in (read_entry_text(instance), read_page(instance)):
        assert "First reported by" in text
        assert f'“{ADDS}” <a href="{URL_TWO}">Two</a>, 2026-03-10 12:20 UTC' in text
        assert f'12 people (<a href="{URL_ONE}">One</a>, 2026-03-10 12:10 UTC)' in text
        assert f'14 people (<a href="{URL_TWO}">Two</a>, 2026-03-10 12:20 UTC)' in text

    assert FIRST in read_page(instance)

    (entry,) = read_entries(instance, "stories").values()

    assert {tag.term for tag in entry.tags} >= {"one", "two"}
    assert find_atom_fault(instance.read_published("stories.atom").encode()) is None


def test_tags_of_a_flood_push_out_none_of_others(instance: Instance) -> None:
    """Four outlets of one domain with nine other tags join a story. Its entry has ten tags; those
    of the first two outlets, "one" and "two", still come first."""
    begin_story(instance)
    flood = [f"spam {number}" for number in range(12)]
    for number in range(4):
        tags = tuple(flood[number * 2 : number * 2 + 4])
        file_report(instance, f"x{number}.flood", excerpt=FIRST, tags=tags)
    build_later(instance, hours=1)
    (entry,) = read_entries(instance, "stories").values()
    shown_terms = [tag.term for tag in entry.tags]

    assert shown_terms[:3] == ["one", "two", "spam 0"]
    assert len(shown_terms) == 10


def test_a_story_over_days_has_them(instance: Instance) -> None:
    """The page of a story lists its days only once it has reports of two days."""
    begin_story(instance)

    assert "Day by day" not in read_page(instance)

    # the third report comes on the next day
    instance.now += timedelta(days=1)
    file_text(instance, "three", LATE)
    instance.build()

    assert "<li>2026-03-11: <a" in read_page(instance)


def test_only_what_is_published_of_a_source_is_quoted(instance: Instance) -> None:
    """If the operator sets `quotes = false` or `content = "link"` for a source (two), it is still
    named, but neither its sentences nor its figures are quoted. Without the setting they are."""
    sources = instance.config / "sources.toml"
    listed = sources.read_text()
    begin_story(instance)

    assert ADDS in read_entry_text(instance)

    for option in ("quotes = false", 'content = "link"'):
        sources.write_text(listed + option + "\n")
        instance.build()
        assert ADDS not in read_entry_text(instance)
        assert ADDS not in read_page(instance).partition('<ol class="stories">')[0]
        assert "14 people" not in read_entry_text(instance)
        assert f'<a href="{URL_TWO}">Two</a>' in read_entry_text(instance)
        sources.write_text(listed)
        instance.build()
        assert ADDS in read_entry_text(instance)


def test_a_quote_goes_with_its_article(instance: Instance) -> None:
    """A story quotes a third report (LATE) until that is withdrawn, and the second one (ADDS) until
    its excerpt is corrected; then it quotes the correction."""
    _, id_of_two = begin_story(instance)
    id_of_three = file_text(instance, "three", LATE)
    build_later(instance, hours=1)

    assert LATE in read_entry_text(instance)
    assert LATE in read_page(instance)

    open_and_run(instance, "withdraw", id=id_of_three)
    instance.build()

    assert LATE not in read_entry_text(instance)
    assert LATE not in read_page(instance)

    correct_excerpt(
        instance,
        id_of_two,
        "Two ferries sank in the harbour after the quake in Sant Orel, its mayor said.",
    )
    instance.build()

    assert ADDS not in read_entry_text(instance)
    assert "Two ferries sank" in read_entry_text(instance)


def correct_excerpt(instance: Instance, id: str, excerpt: str) -> None:
    with instance.open_app() as app:
        path = app.archive.store.index.path(id) or ""
        before = app.archive.article_store.get(path)
        after = replace(before, excerpt=excerpt)
        write_article(
            app.archive.article_store, app.archive.store.visits, after, before=before, path=path
        )


def test_new_reports_change_an_entry_once_an_hour(instance: Instance) -> None:
    """Two new reports come: the story's page shows them at once, its entry in the feed only from
    13:00 on. Then the entry has a later `updated`, and does not change again without a report."""
    begin_story(instance)
    first = instance.read_published("stories.atom")
    published, updated = read_times(instance)
    for outlet, text in (("three", LATE), ("four", ADDS)):
        file_text(instance, outlet, text)
        instance.build()
        assert instance.read_published("stories.atom") == first

    assert LATE in read_page(instance)  # pages change at once

    instance.now = instance.now.replace(hour=13, minute=0)
    instance.build()

    assert LATE in read_entry_text(instance)
    assert "Four" in read_entry_text(instance)

    published_after, updated_after = read_times(instance)

    assert published_after == published
    assert datetime.fromisoformat(updated_after) > datetime.fromisoformat(updated)
    assert datetime.fromisoformat(updated_after) <= instance.now + timedelta(seconds=1)

    second = instance.read_published("stories.atom")
    build_later(instance, hours=5)

    assert instance.read_published("stories.atom") == second


def test_a_copy_does_not_move_updated(instance: Instance) -> None:
    """A further outlet (four) with the text of outlet two is named in the story's entry, but the
    entry's dates stay: there is no news."""
    begin_story(instance)
    before = read_times(instance)
    file_text(instance, "four", ADDS)
    build_later(instance, hours=1)

    assert "Four" in read_entry_text(instance)
    assert read_times(instance) == before


def test_up_builds_when_an_hour_with_a_new_report_has_ended(instance: Instance) -> None:
    """A story got a third report at 12:30. While the program runs, it does not build again for it
    until the hour ends, at 13:00; then it does once."""
    begin_story(instance)
    file_text(instance, "three", LATE)
    instance.build()
    with instance.open_app() as app:
        settling = Settling(lambda: 0.0)  # says whether a build is due
        asyncio.run(build_due(app, settling))

        assert not settling.is_due(app)

        instance.now = instance.now.replace(hour=13, minute=0)

        assert settling.is_due(app)

        asyncio.run(build_due(app, settling))

        assert not settling.is_due(app)

    assert LATE in read_entry_text(instance)
