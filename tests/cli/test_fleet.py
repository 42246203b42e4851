"""The commands for several machines: `sources push`, `queue`, `worker`, `db`."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from sqlalchemy import text

from syndicator.store.engine import open_store
from tests.commands import run_syndicator
from tests.postgres import Server

SOURCES = (
    '[[source]]\nkey = "a"\nurl = "https://a.example/feed"\n\n[[source]]\nkey = "b"\nurl ='
    ' "https://b.example/feed"\n'
)


def write_config(folder: Path, url: str = "") -> Path:
    config = folder / "config"
    config.mkdir(parents=True)
    store = f'[store]\nurl = "{url}"\n' if url else ""
    (config / "syndicator.toml").write_text(
        f'[site]\nurl = "https://feeds.example"\ntitle = "T"\n{store}'
    )
    (config / "sources.toml").write_text(SOURCES)
    return config


@pytest.mark.slow
def test_workers_want_a_server_and_sources(tmp_path: Path, postgres: Server) -> None:
    """`worker` and `queue` need a PostgreSQL store, and `worker` needs sources in it; the messages
    say how to provide them."""
    config = write_config(tmp_path / "file")
    for words in (["worker"], ["queue"]):
        done = run_syndicator(*words, "--config", str(config))
        assert done.returncode == 2
        assert "workers share a database server: set store.url to postgresql://" in done.stderr
    config = write_config(tmp_path / "server", postgres.schema())
    done = run_syndicator("worker", "--config", str(config))

    assert done.returncode == 69
    assert "sources push` where sources.toml is" in done.stderr
    assert "ready" not in done.stderr


@pytest.mark.slow
def test_sources_are_pushed_with_the_difference_and_the_database_moves(
    tmp_path: Path, postgres: Server
) -> None:
    """`sources push` shows and writes the difference to the database, `queue` shows the hosts, and
    `db move` copies the store into a new database only."""
    url = postgres.schema()
    config = write_config(tmp_path, url)
    words = ["--config", str(config)]
    assert run_syndicator("db", "migrate", *words).stdout.startswith(
        "the database postgres has this version's tables"
    )
    with open_store(url, articles_exist=False) as store:
        assert store._db.scalar(text("SELECT to_regclass('procrastinate_jobs') IS NOT NULL")), (
            "the queue's tables, too"
        )
    stdout = run_syndicator("sources", "push", "--dry-run", *words).stdout
    assert stdout.splitlines() == [
        "+ a",
        "+ b",
        "2 added, 0 changed, 0 removed; nothing was written",
    ]
    assert (
        run_syndicator("sources", "push", *words).stdout.splitlines()[-1]
        == "2 added, 0 changed, 0 removed"
    )
    path = config / "sources.toml"
    path.write_text(
        SOURCES.replace('key = "b"', 'key = "c"').replace("a.example/feed", "a.example/other")
    )
    change = json.loads(run_syndicator("sources", "push", "--json", *words).stdout)["change"]
    assert change == {"added": ["c"], "changed": ["a"], "removed": ["b"]}

    queue = json.loads(run_syndicator("queue", "--json", *words).stdout)
    assert queue["hosts"] == 2
    assert queue["due"] == 2
    assert queue["workers"] == []
    assert queue["named"] == []
    assert queue["freed"] == 0
    table = run_syndicator("queue", "--requeue", *words).stdout
    assert "due" in table
    assert "0 hosts freed" in table

    new_store = f"sqlite:///{tmp_path}/moved.db"
    moved = json.loads(run_syndicator("db", "move", new_store, "--json", *words).stdout)["rows"]
    assert moved["sources"] == moved["followed"] == 2
    again = run_syndicator("db", "move", new_store, *words)
    assert again.returncode == 69
    assert "is not new: it has rows in" in again.stderr
    sources_output = run_syndicator(
        "sources", "--json", *words, environ={**os.environ, "SYNDICATOR_STORE__URL": new_store}
    )
    assert [load["source"]["key"] for load in json.loads(sources_output.stdout)] == ["a", "c"]
    same = run_syndicator(
        "db", "move", new_store, *words, environ={**os.environ, "SYNDICATOR_STORE__URL": new_store}
    )
    assert same.returncode == 2
