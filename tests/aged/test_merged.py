"""Upgrade an instance that published one entry per story.
Entries keep their ids and dates, and four feed readers show nothing twice and miss nothing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.aged.facts import Facts
from tests.aged.instance import DATABASE, Instance, read_expected_facts
from tests.aged.lives import Life
from tests.aged.merged_plot import BEGIN, NEW, PLOT, list_reports, make_site_answers
from tests.aged.stories import Plot
from tests.aged.web import Web, serve_web
from tests.publishing import freshrss, miniflux, newsboat, reader
from tests.publishing.freshrss import FreshRSS
from tests.publishing.miniflux import Miniflux
from tests.publishing.newsboat import Newsboat
from tests.publishing.reader import Reader

FEEDS = ("all.atom", "categories/business.atom", "stories.atom")
MERGED = Life(
    name="merged",
    plot=Plot(start=BEGIN, end=BEGIN, sites=()),
    new=(),
    again=(),
    healed=("", 0),
    read=FEEDS,
    tag="",
    asked=frozenset(),
    unasked=frozenset(),
    checked=(),
)
pytestmark = pytest.mark.timeout(600)


class Subscriber(Protocol):
    titles: list[str]

    def poll(self) -> None: ...


Subscribe = Callable[[Path, str], Subscriber]


@pytest.fixture
def web() -> Iterator[Web]:
    """The outlets a day after the last run."""
    with serve_web() as started:
        started.answers = make_site_answers(list_reports(max(report.hour for report in NEW)))
        yield started


@pytest.fixture
def old_instance(tmp_path: Path, web: Web) -> Instance:
    return Instance(MERGED, tmp_path / "aged", web.proxy)


def list_merged_entries(facts: Facts) -> dict[str, Any]:
    """What the feeds that had merged entries say of each: by feed, its entries with id, dates and
    link, in order."""
    return {
        name: [
            (
                article_id,
                facts["entries"][article_id]["published"],
                facts["entries"][article_id]["updated"],
                facts["entries"][article_id]["link"],
            )
            for article_id in facts["feeds"][name]["entries"]
        ]
        for name in (*FEEDS, "all.json", "stories.json")
    }


def set_stories(old_instance: Instance, value: str) -> None:
    file = old_instance.folder / "config/syndicator.toml"
    file.write_text(file.read_text().replace('stories = "merge"', f'stories = "{value}"'))


def lose_database(old_instance: Instance) -> None:
    (old_instance.folder / DATABASE).unlink()
    old_instance.run_command("reindex")


def test_the_instance_has_stories_that_were_published_as_one_entry(old_instance: Instance) -> None:
    """The sample instance has what these tests need: five articles that the older version showed
    only within the entry of another ("behind")."""
    with closing(sqlite3.connect(old_instance.folder / DATABASE)) as database:
        behind = {
            article_id
            for (article_id,) in database.execute(
                "SELECT id FROM articles WHERE behind IS NOT NULL"
            )
        }
    facts = read_expected_facts(MERGED)
    links = [link for *_, link in list_merged_entries(facts)["all.atom"]]

    assert len(behind) == len(PLOT) - len(links) - 1 == 5  # one was withdrawn
    assert not behind & {
        article_id
        for article_id, article in facts["articles"].items()
        if article["source"] in links
    }
    assert len(facts["withdrawn"]) == 1


@pytest.mark.parametrize("setting", ["merge", "link", "off"])
def test_entries_keep_ids_and_dates_and_what_was_folded_stays_so(
    old_instance: Instance, setting: str
) -> None:
    """Entries that the older version merged from stories keep ids, dates and links through builds,
    a reindex and a lost database, whatever the setting."""
    before = list_merged_entries(read_expected_facts(MERGED))
    set_stories(old_instance, setting)
    for words in (("build",), ("build", "--all"), ("reindex",), ("build",)):
        old_instance.run_command(*words)
        if setting != "off":
            assert list_merged_entries(old_instance.read_facts()) == before

    assert old_instance.run_json("status")["held"] == []

    lines = (old_instance.articles / "folded.tsv").read_text().splitlines()

    assert sum(not line.startswith("#") for line in lines) == 8

    facts = old_instance.read_facts()

    assert list(facts["feeds"]["all.atom"]["entries"]) == list(
        read_expected_facts(MERGED)["feeds"]["all.atom"]["entries"]
    )

    lose_database(old_instance)
    old_instance.run_command("build", "--all")

    assert old_instance.read_facts()["feeds"]["all.atom"] == facts["feeds"]["all.atom"]
    assert old_instance.read_facts()["entries"] == facts["entries"]


def test_an_upgrade_without_the_database_keeps_ids_and_dates(old_instance: Instance) -> None:
    """If the database is lost before the upgrade, merged entries keep ids and dates; only their
    link may change, as the lead is chosen anew."""
    lose_database(old_instance)
    old_instance.run_command("build", "--all")
    old = list_merged_entries(read_expected_facts(MERGED))
    new = list_merged_entries(old_instance.read_facts())
    for name in ("all.atom", "categories/business.atom", "all.json"):
        assert [entry[:3] for entry in new[name]] == [entry[:3] for entry in old[name]]


def test_the_leads_of_stories_stay_whoever_would_lead_now(old_instance: Instance) -> None:
    """The lead that the older version chose for a story stays, although this version would choose
    the longest report. The database is changed to have another lead."""
    old = "http://post.example/scooters"
    new = "http://bank.example/scooters"
    ids = {
        article["source"]: article_id
        for article_id, article in read_expected_facts(MERGED)["articles"].items()
    }
    with closing(sqlite3.connect(old_instance.folder / DATABASE)) as database, database:
        changed = database.execute(
            "UPDATE members SET id = ? WHERE axis = 'story' AND id = ?", (ids[new], ids[old])
        )
        assert changed.rowcount == 1
    old_instance.run_command("build", "--all")
    links = [link for *_, link in list_merged_entries(old_instance.read_facts())["stories.atom"]]

    assert new in links
    assert old not in links


def test_later_reports_have_entries_of_their_own_and_leave_the_others(
    old_instance: Instance,
) -> None:
    """Reports published after the upgrade get their own entries; old entries are unchanged."""
    before = list_merged_entries(read_expected_facts(MERGED))["all.atom"]
    old_instance.run_command("refresh")
    after = list_merged_entries(old_instance.read_facts())["all.atom"]

    assert [entry for entry in after if entry in before] == before
    assert {link for *_, link in after} - {link for *_, link in before} == {
        report.url for report in NEW
    }
    assert len(after) == len(before) + len(NEW)


def test_the_setting_is_read_as_link_with_a_warning(old_instance: Instance) -> None:
    """The dropped setting `stories = "merge"` is read as "link"; `config show` and `check` warn,
    with file and line."""
    process = old_instance.start_command("config", "show")
    out, err = process.communicate(timeout=100)

    assert 'read as "link"' in err
    assert "syndicator.toml:15" in err
    assert 'publish.stories\t"link"' in out

    findings = json.loads(old_instance.run_command("check", "--json", leaves=(0, 78)))
    (finding,) = (finding for finding in findings if finding["reason"] == "dropped-setting")

    assert finding["severity"] == "warning"
    assert 'read as "link"' in finding["detail"]


READERS: dict[str, Callable[[], object]] = {
    "newsboat": newsboat.need_newsboat,
    "miniflux": miniflux.need_miniflux,
    "reader": reader.need_reader,
    "freshrss": freshrss.need_freshrss,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
def test_readers_are_shown_nothing_twice_and_miss_nothing(
    old_instance: Instance, tmp_path: Path, name: str
) -> None:
    """Each feed reader shows every story once through upgrade, rebuild and new reports."""
    READERS[name]()
    kinds: dict[str, Subscribe] = {"newsboat": Newsboat, "reader": Reader, "freshrss": FreshRSS}
    with ExitStack() as stack:
        address = stack.enter_context(old_instance.serve())
        if name == "miniflux":
            client = stack.enter_context(miniflux.run_miniflux(tmp_path / "miniflux"))
            subscribers: dict[str, Subscriber] = {
                feed: Miniflux(client, address + feed) for feed in FEEDS
            }
        else:
            subscribers = {
                feed: kinds[name](tmp_path / "readers" / str(n), address + feed)
                for n, feed in enumerate(FEEDS)
            }

        def poll_all() -> dict[str, list[str]]:
            for subscriber in subscribers.values():
                subscriber.poll()
            return {feed: sorted(subscriber.titles) for feed, subscriber in subscribers.items()}

        before = read_expected_facts(MERGED)
        first = poll_all()
        shown = {
            feed: [
                before["entries"][article_id]["title"]
                for article_id in before["feeds"][feed]["entries"]
            ]
            for feed in FEEDS
        }
        assert first == {feed: sorted(titles) for feed, titles in shown.items()}
        old_instance.run_command("build")
        old_instance.run_command("build", "--all")
        assert poll_all() == first
        old_instance.run_command("refresh")
        after = poll_all()
        assert after["all.atom"] == sorted([*first["all.atom"], *(report.title for report in NEW)])
        assert len(after["stories.atom"]) == len(first["stories.atom"]) + 1
