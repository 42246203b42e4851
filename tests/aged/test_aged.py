"""Upgrade an instance that an older version used for three months: readers notice nothing."""

from __future__ import annotations

import fnmatch
import json
import shutil
from collections.abc import Collection

import pytest

from tests.aged import facts
from tests.aged.compare import (
    assert_nothing_found,
    collect_archived_ids,
    compare_items,
    list_differences,
    list_unexpected_changes,
)
from tests.aged.facts import Facts
from tests.aged.instance import Instance
from tests.aged.journey import Journey
from tests.aged.lives import FIRST, SECOND, Life
from tests.aged.web import Web
from tests.publishing.newsboat import need_newsboat

# several processes, one after the other, on a machine that others use too
pytestmark = pytest.mark.timeout(300)

# The feed of which an older edition was held has its newest one once the public files are lost.
HELD = ("feed sources/quay.*", "entry tag:coast.example,2025:by-hand *")
# The fields of an article whose digests its file keeps, and those of them that describing does not
# write.
DIGESTED = ("title", "date", "excerpt", "coverImage", "author", "tags", "category", "body")
WRITTEN_ONCE = ("title", "date", "coverImage", "author", "body")
# Tests of what becomes of an instance without its database.
IN_A_FILE = pytest.mark.parametrize("life", [FIRST, SECOND], indirect=True, ids=["first", "second"])
# What no new description of an article may change.
LASTING = (
    "file",
    "source",
    "urn",
    "date",
    "published",
    "updated",
    "added",
    "title",
    "author",
    "aliases",
    "merged_into",
)


@pytest.mark.parametrize("life", [FIRST], indirect=True)
def test_the_first_has_what_an_instance_gathers_in_time(facts_before: Facts) -> None:
    """The first sample instance has everything that the tests need: whoever makes it anew must not
    lose articles, moves, ends or withdrawals of each kind."""
    articles = facts_before["articles"].values()

    assert len(articles) == 60
    assert {article["added"][:7] for article in articles} == {"2025-06", "2025-07", "2025-08"}

    for key in (
        "aliases",
        "also",
        "merged_into",
        "split_from",
        "revisions",
        "enclosure",
        "mood",
        "weight",
    ):
        assert any(key in article for article in articles), key

    assert (
        facts_before["moved"]["tags/rope.atom"]
        == facts_before["moved"]["tags/ropework.atom"]
        == "tags/cordage.atom"
    )
    assert facts_before["moved"]["tags/glaze.rss"] == "tags/clay.rss"
    assert {"queries/fog.atom", "queries/summer-fair.rss"} <= set(facts_before["gone"])
    assert len(facts_before["withdrawn"]) == 3
    # all feeds tell the same of an entry
    assert not any(feed["deviates"] for feed in facts_before["feeds"].values())
    assert any(feed.get("deleted") for feed in facts_before["feeds"].values())
    assert {
        "archive/all/2025-06.atom",
        "archive/all/2025-07.atom",
        "queries/brandt.json",
    } <= facts_before["feeds"].keys()
    assert facts_before["status"]["held"] == ["source/quay"]
    assert facts_before["status"]["pending"] == 1
    assert {reason for _, reason in facts_before["status"]["refused"]} == {
        "http-404",
        "paywall",
        "robots",
    }


@pytest.mark.parametrize("life", [SECOND], indirect=True)
def test_the_second_has_what_later_versions_added(
    facts_before: Facts, old_instance: Instance
) -> None:
    """The second sample instance has what later versions added: rights, carriers, prunings, split
    months, pages, pictures and console jobs of each kind."""
    articles = facts_before["articles"].values()

    assert len(articles) == 67

    for key in ("also", "merged_into", "split_from", "revisions", "enclosure", "hold", "aliases"):
        assert any(article.get(key) for article in articles), key

    assert {"before parish parish.example", "linked gazette gazette.example"} == set(
        facts_before["rights"]
    )
    assert len(facts_before["carried"]) == 6
    assert len(facts_before["pruned"]) == 4
    assert len(facts_before["withdrawn"]) == 3
    assert facts_before["moved"]["tags/bridges.atom"] == "tags/crossings.atom"
    # a month in parts
    assert any(name.startswith("archive/all/2026-03.0") for name in facts_before["feeds"])
    assert {reason for _, reason in facts_before["status"]["refused"]} == {
        "http-404",
        "paywall",
        "robots",
    }
    assert len(list((old_instance.public / "articles").glob("*.html"))) > 3
    assert len(list((old_instance.public / "pictures").glob("*.webp"))) == 4

    jobs = [
        json.loads(path.read_text())
        for path in (old_instance.folder / "feeds/state/console/jobs").glob("*.json")
    ]

    assert {job["status"] for job in jobs} == {"done", "failed"}
    assert {"withdraw", "hide", "retag", "undo", "rest", "edit", "fetch-list"} <= {
        job["act"] for job in jobs
    }


def test_the_kept_files_are_those_that_the_older_version_described(
    old_instance: Instance, facts_before: Facts
) -> None:
    """The stored files of the old instance equal the facts recorded by the older version, and its
    archives lead to every shown article."""
    assert_nothing_found(
        list_differences({**facts_before, "status": {}}, facts.read_facts(old_instance.folder))
    )

    known_articles = facts_before["articles"]  # a copy of a withdrawn article is shown
    shown_urns = {
        known_article["urn"]
        for known_article in known_articles.values()
        if known_article.get("merged_into") not in known_articles and not known_article.get("hold")
    }

    # its archive links lead to every article
    assert collect_archived_ids(facts_before, "all.atom") == shown_urns


def test_building_changes_nothing(journey: Journey, facts_before: Facts, life: Life) -> None:
    """The first builds after an upgrade change no published fact; feed sources/quay stays held and
    `check` finds what it found."""
    assert_nothing_found(list_differences({**facts_before, "status": {}}, journey.facts["build"]))
    assert_nothing_found(list_differences(facts_before, journey.facts["build --all"]))

    for report in journey.built:
        assert [(problem["what"], problem["reason"]) for problem in report["held"]] == [
            ("sources/quay", "held")
        ]
        assert report["set_aside"] == []
        assert report["problems"] == []

    assert [
        (finding["what"].rpartition("/config/")[2], finding["reason"]) for finding in journey.check
    ] == list(life.checked)


def test_everything_built_anew_is_the_same_byte_for_byte(journey: Journey, life: Life) -> None:
    """After an upgrade, building everything writes the same bytes as the older version did (except
    `rewritten`), and as the first build did."""
    assert_nothing_found(list_changed_files(journey.before, journey.after, life.rewritten))
    assert_nothing_found(
        f"file {name}" for name, data in journey.after.items() if journey.upgraded[name] != data
    )


def list_changed_files(
    before: dict[str, bytes], after: dict[str, bytes], rewritten: Collection[str]
) -> list[str]:
    """The published files whose bytes are other ones, those that were `rewritten` on purpose left
    out."""
    names = sorted(
        name for name in before.keys() | after.keys() if before.get(name) != after.get(name)
    )
    return [f"file {name}" for name in names if not matches_pattern(name, rewritten)]


def matches_pattern(line: str, patterns: Collection[str]) -> bool:
    return any(fnmatch.fnmatch(line, pattern) for pattern in patterns)


def test_every_address_answers_as_it_did(journey: Journey, facts_before: Facts) -> None:
    """After an upgrade every old address answers as before: feeds with 200 and their file, moved
    ones with 301, ended ones with 410."""
    moved = {name: (301, target) for name, target in facts_before["moved"].items()}
    gone_fromkeys = dict.fromkeys(facts_before["gone"], (410, ""))
    fromkeys = dict.fromkeys(facts_before["feeds"], (200, ""))
    wanted = fromkeys | moved | gone_fromkeys
    answers_by_name = {name: answer[:2] for name, answer in journey.answers.items()}

    assert_nothing_found(
        f"address {name}: {answers_by_name[name]}, not {wanted[name]}"
        for name in wanted
        if answers_by_name[name] != wanted[name]
    )

    stand = [name for name in fromkeys if name not in moved]

    assert_nothing_found(
        f"address {name} gives another body"
        for name in stand
        if journey.answers[name][2] != journey.after[name]
    )


def test_a_run_adds_what_is_new_and_nothing_else(
    journey: Journey, facts_before: Facts, life: Life
) -> None:
    """The first run after an upgrade adds exactly the new articles (`life.added`) and changes
    nothing else."""
    assert_nothing_found(
        list_unexpected_changes(facts_before, journey.facts["refresh"], life.added)
    )


def test_no_article_is_fetched_again(journey: Journey, facts_before: Facts) -> None:
    """After an upgrade, no page of a known or withdrawn article is fetched again."""
    pages = {
        article["source"]
        for article in facts_before["articles"].values()
        if article.get("source_key") != "kiln"
    }
    pages |= {withdrawal["url"] for withdrawal in facts_before["withdrawn"].values()}
    # the page of kiln is a source itself
    assert_nothing_found(f"page {page} was fetched again" for page in pages & journey.asked)


def test_what_was_learnt_of_sources_is_still_known(journey: Journey, life: Life) -> None:
    """After an upgrade, moved feeds are requested at their new address, and closed or removed ones
    not at all."""
    assert life.asked - journey.asked == set()
    assert life.unasked & journey.asked == set()


def test_a_feed_reader_is_shown_nothing_twice_and_misses_nothing(
    journey: Journey, facts_before: Facts, life: Life
) -> None:
    """Newsboat, reading before the upgrade, after it and after a run, shows every title once:
    nothing again after the build, and the new stories after the run."""
    need_newsboat()
    new = {
        name: list_feed_titles(journey.facts["refresh"], name)
        - list_feed_titles(facts_before, name)
        for name in life.read
    }
    for name in life.read:
        old, built, run = (journey.shown[step][name] for step in ("old", "build --all", "refresh"))
        assert sorted(old) == sorted(list_feed_titles(facts_before, name)), name
        assert built[len(old) :] == [], name
        assert sorted(run[len(built) :]) == sorted(new[name]), name

    assert len(new["all.atom"]) == len(life.added)


def list_feed_titles(found: Facts, name: str) -> set[str]:
    """The titles of the entries of a feed, or of the one that it moved to."""
    ids = found["feeds"][found["moved"].get(name, name)]["entries"]
    return {found["entries"][article_id]["title"] for article_id in ids}


@IN_A_FILE
@pytest.mark.slow
def test_a_run_without_a_database_goes_on(
    old_instance: Instance, facts_before: Facts, web: Web
) -> None:
    """If the database is deleted, the next `refresh` rebuilds it and changes only what is new:
    stories since the last run."""
    old_instance.run_command("sources")
    shutil.rmtree(old_instance.folder / "feeds/state")
    old_instance.run_command("refresh")

    assert_nothing_found(
        list_unexpected_changes(facts_before, old_instance.read_facts(), old_instance.life.added)
    )


@pytest.mark.slow
def test_a_hand_edit_outlives_other_words(old_instance: Instance, facts_before: Facts) -> None:
    """Describing all articles anew and renaming a tag, which rewrite the files, keep every edit by
    hand; the feed of the tag keeps its id."""
    old_instance.run_command("describe", "--all")
    old_instance.run_command("tags", "rename", old_instance.life.tag, "Lines")
    after = old_instance.read_facts()

    assert_nothing_found(
        compare_items(
            "article",
            select_lasting_facts(facts_before, facts_before, old_instance.life.tag),
            select_lasting_facts(after, facts_before, old_instance.life.tag),
        )
    )
    assert (
        after["feeds"]["tags/lines.atom"]["id"] == facts_before["feeds"]["tags/cordage.atom"]["id"]
    )
    assert {after["moved"][f"tags/{old}.rss"] for old in ("rope", "ropework", "cordage")} == {
        "tags/lines.rss"
    }


def select_lasting_facts(found: Facts, facts_before: Facts, tag: str) -> dict[str, Facts]:
    """Of each article, what neither changes: LASTING, what a hand edited, and that it was a
    hand."""
    told = {
        article_id: {key: one.get(key) for key in LASTING}
        for article_id, one in found["articles"].items()
    }
    for article_id, keys in facts_before["edited"].items():
        one = found["articles"][article_id]
        told[article_id] |= {key: one.get(key) for key in keys if key != "tags"}
        told[article_id] |= {
            f"digest of {key}": digest_of(one, key) for key in keys if key in WRITTEN_ONCE
        }
        if "date" in keys:
            del told[article_id][
                "published"
            ]  # the file's next write makes it the day that the hand wrote
        if "tags" in keys:
            told[article_id]["tags"] = ["Lines" if name == tag else name for name in one["tags"]]
    return told


def digest_of(article: Facts, key: str) -> str:
    """The part of an article's digest that tells of a field: six characters for each of eight
    fields."""
    place = 6 * DIGESTED.index(key)
    part: str = article["digest"][place : place + 6]
    return part


@IN_A_FILE
@pytest.mark.parametrize(
    ("lost", "commands"),
    [
        pytest.param(["state"], ["reindex", "build"], marks=pytest.mark.slow),
        (["state", "public"], ["reindex", "build --all"]),
        (["state"], ["build"]),
        pytest.param(["state", "public"], ["build"], marks=pytest.mark.slow),
    ],
)
@pytest.mark.slow
def test_a_lost_database_loses_nothing(
    old_instance: Instance, facts_before: Facts, lost: list[str], commands: list[str]
) -> None:
    """After the upgrade, lost folders are rebuilt with the same ids, and archives lose no entry."""
    old_instance.run_command(
        "sources"
    )  # the first start after the upgrade writes down what is only there
    for folder in lost:
        shutil.rmtree(old_instance.folder / "feeds" / folder)
    old_instance.run_command("status", leaves=(69,))  # what only looks makes no database
    for words in commands:
        old_instance.run_command(*words.split())
    after = old_instance.read_facts()
    excused = (*old_instance.life.recut, *(HELD if "public" in lost else ()))

    assert_nothing_found(
        line
        for line in list_differences({**facts_before, "status": {}}, after)
        if not matches_pattern(line, excused)
    )

    heads = [name for name in facts_before["feeds"] if not name.startswith("archive/")]
    urns = {article["urn"] for article in facts_before["articles"].values()}
    lost_entries = {
        name: urns & (collect_archived_ids(facts_before, name) - collect_archived_ids(after, name))
        for name in heads
    }

    assert_nothing_found(
        f"{name}: archives lost {entries}" for name, entries in lost_entries.items() if entries
    )


@pytest.mark.parametrize("life", [SECOND], indirect=True)
def test_archives_outlive_the_database_and_the_published_files(old_instance: Instance) -> None:
    """An old instance keeps all its archives, also those that new instances do not have, even if
    database and published files are lost."""
    archives = archived_months(old_instance)

    assert {kind for _, _, kind in archives} == {".atom", ".json"}

    old_instance.run_command("build")  # the first after the upgrade
    kept_text = (old_instance.articles / "instance.toml").read_text()

    assert "all_archives = true" in kept_text

    for folder in ("state", "public"):
        shutil.rmtree(old_instance.folder / "feeds" / folder)
    old_instance.run_command("reindex")
    old_instance.run_command("build")

    assert (old_instance.articles / "instance.toml").read_text() == kept_text
    assert archives <= archived_months(old_instance)


def archived_months(old_instance: Instance) -> set[tuple[str, str, str]]:
    """Tag, month and format of archive documents, whose parts of a month may be others."""
    return {
        (path.parent.name, path.name.partition(".")[0], path.suffix)
        for path in (old_instance.public / "archive/tags").rglob("*")
        if path.suffix in (".atom", ".json")
    }
