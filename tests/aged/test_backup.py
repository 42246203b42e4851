"""A copy of `config/` and `feeds/articles/` made during a command restores the whole instance."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.aged.compare import assert_nothing_found, compare_items
from tests.aged.facts import Facts
from tests.aged.instance import Instance
from tests.aged.test_aged import IN_A_FILE
from tests.aged.web import Web

pytestmark = [IN_A_FILE, pytest.mark.slow, pytest.mark.timeout(300)]
PARTS = ("config", "feeds/articles")


def copy_while_running(old_instance: Instance, folder: Path, *words: str) -> Iterator[Path]:
    """Copies made one after the other while a command runs, the last one after its end. The upgrade
    is over then: what only the older version's database knew was written by its first start."""
    old_instance.run_command("build")
    running = old_instance.start_command(*words)
    number = 0
    ended = False
    while not ended:
        ended = running.poll() is not None
        number += 1
        for part in PARTS:
            # a file that goes while the folder is read is left out, as cp does
            found = subprocess.run(
                [
                    "cp",
                    "-a",
                    f"{old_instance.folder / part}/.",
                    str(make_folder(folder / str(number) / part)),
                ],
                capture_output=True,
                text=True,
                check=False,
            )
            assert found.returncode == 0 or "No such file" in found.stderr, found.stderr
        yield folder / str(number)
    running.communicate()


def make_folder(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def read_restored_facts(old_instance: Instance, copy: Path) -> Facts:
    """What an instance tells that has the copy alone, at another place."""
    shutil.rmtree(old_instance.folder)
    shutil.copytree(copy, old_instance.folder)
    old_instance.run_command("build")
    return old_instance.read_facts()


def pick_three(found: list[Path]) -> list[Path]:
    """Three of them are enough: each takes two commands to look at."""
    return [found[place] for place in sorted({0, len(found) // 2, len(found) - 1})]


def list_feed_ids(found: Facts) -> dict[str, Facts]:
    heads = {name: feed for name, feed in found["feeds"].items() if not name.startswith("archive/")}
    return {name: {"id": feed["id"], "self": feed["self"]} for name, feed in heads.items()}


def test_a_copy_made_during_a_run_brings_every_feed_back(
    old_instance: Instance, facts_before: Facts, web: Web, tmp_path: Path
) -> None:
    """Copies of config and articles made while `refresh` runs restore every feed, redirect, article
    and withdrawal that existed before."""
    copies = list(copy_while_running(old_instance, tmp_path / "copies", "refresh", "--all"))
    assert len(copies) > 2
    for copy in pick_three(copies):
        after = read_restored_facts(old_instance, copy)
        assert_nothing_found(
            compare_items("feed", list_feed_ids(facts_before), list_feed_ids(after))
        )
        assert after["moved"] == facts_before["moved"]
        assert after["gone"] == facts_before["gone"]
        known = {
            article_id: after["articles"].get(article_id) for article_id in facts_before["articles"]
        }
        assert_nothing_found(compare_items("article", facts_before["articles"], known))
        assert after["withdrawn"] == facts_before["withdrawn"]


def test_a_copy_made_while_a_tag_is_renamed_has_every_article_in_its_feed(
    old_instance: Instance, facts_before: Facts, tmp_path: Path
) -> None:
    """A copy of config and articles made while a tag is renamed restores its feed, under the old or
    the new address, with the same id and entries."""
    held = facts_before["feeds"]["tags/cordage.atom"]
    copies = list(
        copy_while_running(
            old_instance, tmp_path / "copies", "tags", "rename", old_instance.life.tag, "Lines"
        )
    )
    for copy in pick_three(copies):
        after = read_restored_facts(old_instance, copy)
        name = after["moved"].get("tags/cordage.atom", "tags/cordage.atom")
        assert after["feeds"][name]["id"] == held["id"]
        assert set(after["feeds"][name]["entries"]) == set(held["entries"])
        assert {after["moved"].get(f"tags/{old}.rss") for old in ("rope", "ropework")} == {
            name.replace(".atom", ".rss")
        }
        assert after["gone"] == facts_before["gone"]
