"""Kills a writer at random moments, over and over, while a reader reads; run as a program by
test_crash.

    python -m tests.store.crash FOLDER ROUNDS SEED

Forks from one process that has imported everything, so that two hundred deaths cost seconds. Prints
what it found."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

from syndicator.articles.article_store import FileArticleStore
from syndicator.core.axes import ALL
from syndicator.core.model import Article, make_article_id
from syndicator.core.ports import ArticleRecord, EntryRow
from syndicator.store.engine import Store, open_store

NOW = datetime(2026, 11, 24, tzinfo=UTC)
EVERY = 7  # each so many-th write is a new text for an old article


def make_crash_article(number: int, edition: int = 0) -> Article:
    url = f"https://example.org/{number}"
    return Article(
        id=make_article_id(url),
        url=url,
        title=f"Title {number}",
        tags=("AI", f"Tag {number % 5}"),
        # more than one page of the disk, so that it could be torn
        body=f"{edition}:" + f" word {number}" * 2000,
        added=NOW + timedelta(seconds=number),
        published=NOW,
        source_key="src",
        source_id=str(number),
    )


def open_both(root: Path) -> tuple[FileArticleStore, Store]:
    article_store = FileArticleStore(root / "articles")
    return article_store, open_store(
        f"sqlite:///{root}/state/syndicator.db", articles_exist=article_store.has_our_articles()
    )


def adopt_files(article_store: FileArticleStore, store: Store) -> int:
    """Make rows for files that have none or another stamp, as every run does at its start."""
    changes = article_store.find_changes(store.visits.stamps())
    for stamp in (*changes.new, *changes.edited):
        store.visits.record(ArticleRecord(article=article_store.get(stamp.path), stamp=stamp))
    assert not changes.missing
    return len(changes.new) + len(changes.edited)


def write_articles(root: Path, acknowledge: int) -> None:
    """Adopts, then files article after article from where the article store ends, and says which
    ones are done: every other writer with a commit for each, the others with one for some of them,
    as a run does."""
    article_store, store = open_both(root)
    article_store.instance()
    os.write(acknowledge, f"adopted {adopt_files(article_store, store)}\n".encode())
    number = len(store.visits.stamps())
    if number % 2:
        return _write_on(number, 1, article_store, store, acknowledge)
    with article_store.batch_writes() as settle, store.visits.shared(settle):
        _write_on(number, 4, article_store, store, acknowledge)


def _write_on(
    number: int, group: int, article_store: FileArticleStore, store: Store, acknowledge: int
) -> None:
    while True:
        for each in range(number, number + group):
            old = random.Random(each).randrange(each) if each and each % EVERY == 0 else None
            if old is not None:
                put_article(make_crash_article(old, each), article_store, store)
            put_article(make_crash_article(each), article_store, store)
        store.visits.commit()
        os.write(
            acknowledge, "".join(f"{each}\n" for each in range(number, number + group)).encode()
        )
        number += group


def put_article(given: Article, article_store: FileArticleStore, store: Store) -> None:
    stored, stamp, _ = article_store.put(given)
    entry_row = EntryRow(
        source_key="src",
        entry_id=given.source_id,
        url=given.url,
        digest="",
        status="done",
        first_seen=NOW,
        article_id=given.id,
    )
    store.visits.record(ArticleRecord(article=stored, stamp=stamp, entry=entry_row))


def read_for_ever(root: Path) -> None:
    """Read feeds and files for ever. A torn file, or a row without a file, raises an exception."""
    article_store, store = open_both(root)
    while True:
        for article_id in store.index.ids(ALL, limit=10, since=None, most=10):
            path = store.index.path(article_id)
            assert path is not None
            assert article_store.get(path).id == article_id


def start_child(work: Callable[[], None]) -> int:
    pid = os.fork()
    return pid or run_and_exit(work)


def run_and_exit(work: Callable[[], None]) -> NoReturn:
    try:
        work()
        os._exit(0)
    finally:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(3)


def kill_process(pid: int) -> bool:
    """Kill a process. Return True if it was still at work."""
    ended, status = os.waitpid(pid, os.WNOHANG)
    if ended:
        print(f"a child ended by itself: {status}", file=sys.stderr)
        return False
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return True


def kill_repeatedly(root: Path, rounds: int, seed: int) -> dict[str, object]:
    dice = random.Random(seed)
    article_store, store = open_both(root)
    article_store.instance()
    put_article(make_crash_article(0), article_store, store)
    store.close()
    reader = start_child(lambda: read_for_ever(root))
    acknowledged = {0}
    adopted = 0
    healthy = True
    litter = 0
    for _ in range(rounds):
        source, sink = os.pipe()
        writer = start_child(lambda sink=sink: write_articles(root, sink))
        os.close(sink)
        # else it may die before it has adopted
        first = os.read(source, 100).decode() if dice.random() < 0.8 else ""
        time.sleep(dice.uniform(0, 0.2))
        healthy &= kill_process(writer)
        litter += len(list(article_store.root.rglob(".tmp-*")))
        with os.fdopen(source) as pipe:
            lines = (first + pipe.read()).split("\n")[:-1]
        acknowledged |= {int(line) for line in lines if line.isdigit()}
        adopted += sum(int(line.split()[1]) for line in lines if line.startswith("adopted"))
    healthy &= kill_process(reader)
    return {
        "healthy": healthy,
        "adopted": adopted,
        "litter": litter,
        **check_invariants(root, acknowledged),
    }


def check_invariants(root: Path, acknowledged: set[int]) -> dict[str, object]:
    """Start once more; return the number of articles, and each violation that is found."""
    article_store, store = open_both(root)
    adopt_files(article_store, store)
    files = {
        article_store.get(stamp.path).id: article_store.get(stamp.path)
        for stamp in article_store.walk()
    }
    shown = store.index.ids(ALL, limit=10**6, since=None, most=10**6)
    results = {
        "articles": len(files),
        "lost": sorted(acknowledged - {int(file.source_id) for file in files.values()}),
        "twice": len(list(article_store.walk())) - len(files) + len(shown) - len(set(shown)),
        "torn": [
            article_id
            for article_id, each in files.items()
            if each.body.count(f"word {each.source_id}") != 2000
        ],
        "rows differ": sorted(files.keys() ^ set(shown)),
        "text differs": [
            article_id
            for article_id, each in store.index.articles(shown).items()
            if each != replace(files[article_id], body="")
        ],
        "counts differ": [
            row.key for row in store.index.feeds() if row.count != len(_ids(store, row.key))
        ],
        "left over": [str(path) for path in article_store.root.rglob(".*")],
        "damage": [problem.detail for problem in store.status.check()],
    }
    store.close()
    return results


def _ids(store: Store, key: object) -> list[str]:
    return store.index.ids(key, limit=10**6, since=None, most=10**6)


if __name__ == "__main__":
    print(json.dumps(kill_repeatedly(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
