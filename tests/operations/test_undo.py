"""Undo changes that commands made, and keep later edits of the same file."""

from __future__ import annotations

import fcntl
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

import pytest
from typer.testing import CliRunner, Result

from syndicator.cli import app, load_commands
from syndicator.core.errors import UsageError
from syndicator.operations.changes.log import Log
from tests.instances import Instance, store_articles

load_commands()


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    made = Instance(tmp_path)
    with made.open_app() as app:
        store_articles(app, "Chips", "Of chips.", source="two")
    made.build()
    return made


def run_command(instance: Instance, *words: str) -> Result:
    return CliRunner().invoke(
        app, [*words, "--config", str(instance.config)], catch_exceptions=False
    )


def open_log(instance: Instance) -> Log:
    with instance.open_app() as app:
        return Log(app.configuration.settings.state_dir)


def test_a_withdrawal_is_taken_back_and_that_too(instance: Instance) -> None:
    """An undo can itself be undone, each change once, and all are in the log."""
    url = "https://two.example/chips"
    run_command(instance, "withdraw", url)

    assert "Chips" not in instance.read_published("all.atom")

    run_command(instance, "change", "undo", "1")

    assert "Chips" in instance.read_published("all.atom")
    with pytest.raises(UsageError, match="taken back already"):
        run_command(instance, "change", "undo", "1")

    answer = json.loads(run_command(instance, "change", "undo", "2", "--json").stdout)

    assert answer["withdrawn"]
    assert "Chips" not in instance.read_published("all.atom")
    assert [(change.act, change.undoes) for change in open_log(instance).newest()] == [
        ("undo", 2),
        ("undo", 1),
        ("withdraw", None),
    ]


def test_several_articles_are_one_change_and_one_undo(instance: Instance) -> None:
    """Hiding, withdrawing or confirming several articles is one change in the log, and one undo
    restores them all."""
    with instance.open_app() as app:
        store_articles(app, "Boats", "Of boats.", source="two")
    instance.build()
    urls = ["https://two.example/chips", "https://two.example/boats"]

    def list_states() -> list[tuple[str, str, bool]]:
        return [
            (article.title, article.category, article.hold) for article in instance.load_articles()
        ]

    before = list_states()
    run_command(instance, "change", "each", "hide", *urls)
    assert "Chips" not in instance.read_published("all.atom")
    assert "Boats" not in instance.read_published("all.atom")
    (change,) = open_log(instance).newest()
    assert change.said == "2 articles hidden"
    assert len(change.subjects) == 2
    assert [open_log(instance).list_changes_of(article_id) for article_id in change.subjects] == [
        [change],
        [change],
    ]
    run_command(instance, "change", "undo", "1")
    assert list_states() == before
    assert "Boats" in instance.read_published("all.atom")
    run_command(instance, "change", "each", "withdraw", *urls)
    assert "Boats" not in instance.read_published("all.atom")
    run_command(instance, "change", "undo", "3")
    assert list_states() == before
    assert "Chips" in instance.read_published("all.atom")
    run_command(instance, "change", "each", "confirm", *urls, "--values", "category=AI")
    assert {article.category for article in instance.load_articles()} == {"AI"}
    run_command(instance, "change", "undo", "5")
    assert list_states() == before


def test_several_sources_are_one_change_and_one_undo(instance: Instance) -> None:
    """Changing several sources is one change and one undo; an operation for a single source only is
    refused."""
    path = instance.config / "sources.toml"
    before = path.read_text()
    run_command(instance, "change", "each", "change-source", "one", "two", "--values", "every=6h")

    assert path.read_text().count('every = "6h"') == 2

    run_command(instance, "change", "undo", "1")

    assert path.read_text() == before
    with pytest.raises(UsageError, match="on one alone"):
        run_command(instance, "change", "each", "prune", "one")
    assert path.read_text() == before


@pytest.mark.parametrize("lock", ["changes.lock", "edits.lock"])
def test_changes_are_made_and_numbered_one_at_a_time(
    instance: Instance, lock: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change waits while another process holds the lock of the log or of configuration edits, and
    then gets the next number."""
    path = instance.config / "taxonomy.toml"
    log = open_log(instance)
    event = threading.Event()
    before = path.read_text()
    wait_for_lock = fcntl.flock

    def flock(file: IO[bytes] | int, how: int) -> None:
        if not isinstance(file, int) and Path(file.name).name == lock:
            event.set()
        wait_for_lock(file, how)

    with ThreadPoolExecutor(1) as pool:
        with log.hold_lock(lock):
            monkeypatch.setattr(fcntl, "flock", flock)
            other = pool.submit(run_command, instance, "change", "add-tag", "Robots")

            assert event.wait(60)
            assert log.newest() == []
            assert lock == "changes.lock" or "Robots" not in path.read_text()
        assert other.result(60).exit_code == 0
        assert [change.number for change in log.newest()] == [1]
    run_command(instance, "change", "undo", "1")
    assert path.read_text() == before


def test_a_dry_run_is_not_logged(instance: Instance) -> None:
    """A dry run leaves no entry in the log of changes."""
    run_command(instance, "withdraw", "https://two.example/chips", "--dry-run")
    assert open_log(instance).newest() == []


def test_a_later_change_of_the_same_file_is_not_in_the_way(instance: Instance) -> None:
    """A change can be undone although the same file was changed in other places since, in any
    order."""
    path = instance.config / "taxonomy.toml"
    first = path.read_text() if path.exists() else ""
    for name in ("Robots", "Drones", "Ferries"):
        run_command(instance, "change", "add-tag", name)
    run_command(instance, "change", "undo", "1")

    assert "Robots" not in path.read_text()
    assert "Drones" in path.read_text()
    assert "Ferries" in path.read_text()

    run_command(instance, "change", "undo", "3")
    run_command(instance, "change", "undo", "2")

    assert path.read_text().strip() == first.strip()


def test_a_withdrawal_that_an_earlier_version_logged_is_taken_back(instance: Instance) -> None:
    """A withdrawal logged without `inverse`, as earlier versions did, can still be undone."""
    run_command(instance, "withdraw", "https://two.example/chips")
    path = open_log(instance).path
    line = json.loads(path.read_text())
    del line["inverse"]
    path.write_text(json.dumps(line) + "\n")
    run_command(instance, "change", "undo", "1")

    assert "Chips" in instance.read_published("all.atom")


def test_an_import_is_taken_back_but_for_what_was_edited_since(
    instance: Instance, tmp_path: Path
) -> None:
    """An import of articles can be undone as a whole; if one of them was edited since, the undo is
    refused and all stay."""
    folder = tmp_path / "blog"
    folder.mkdir()
    for name in ("bridge", "roof"):
        (folder / f"{name}.md").write_text(
            f"---\ntitle: Of a {name}\ndate: 2026-02-11\nsource:"
            f" https://else.example/{name}\n---\nA text of it.\n"
        )

    assert "would be imported" in run_command(instance, "import", str(folder), "--dry-run").output
    assert (
        len(json.loads(run_command(instance, "import", str(folder), "--json").stdout)["articles"])
        == 2
    )
    assert "Of a bridge" in instance.read_published("all.atom")

    run_command(instance, "change", "undo", "1")

    assert "Of a bridge" not in instance.read_published("all.atom")
    assert [article.title for article in instance.load_articles()] == ["Chips"]

    run_command(instance, "import", str(folder))
    run_command(instance, "change", "edit", "https://else.example/roof", "--title", "Of a new roof")

    with pytest.raises(UsageError, match="edited since; it stays as it is"):
        run_command(instance, "change", "undo", "3")
    assert "Of a bridge" in instance.read_published("all.atom")
    assert "Of a new roof" in instance.read_published("all.atom")
