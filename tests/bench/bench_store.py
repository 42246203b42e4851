"""What the store and the article store cost at a size: CPU, over and above the imports.

    python -m tests.bench.bench_store [ARTICLES]

Prints a line a figure. The store's own files are measured at a tenth of the articles, without
waiting for the disk."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from syndicator.articles.article_store import FileArticleStore
from syndicator.core.model import (
    Article,
    Cadence,
    FeedKey,
    Origin,
    Schedule,
    SourceState,
    make_article_id,
)
from syndicator.core.ports import ArticleRecord, FileStamp
from syndicator.store.engine import Store, open_store

NOW = datetime(2026, 11, 24, tzinfo=UTC)
ALL = FeedKey("all", "all")
TAG = FeedKey("tag", "tag-7")


def article(number: int, dice: random.Random) -> Article:
    """One of an article store with 200 tags, 12 categories, 50 sources, 5 tags an article."""
    url = f"https://example.org/story-{number}"
    when = NOW - timedelta(minutes=7 * number)
    return Article(
        id=make_article_id(url),
        url=url,
        title=f"A title of article {number} about things",
        author="Ada Lovelace",
        published=when,
        added=when,
        excerpt="A sentence of some words. " * 8,
        category=f"Category {dice.randrange(12)}",
        tags=tuple(f"Tag {tag}" for tag in dice.sample(range(200), 5)),
        source_key=f"source-{number % 50}",
        source_id=f"guid-{number}",
        body="\n\n".join(["A paragraph of text with some words. " * 8] * 12),
        origin=Origin(title="Feed", url="https://example.org/feed", updated=when),
    )


def say(name: str, work: Callable[[], object], times: int = 20) -> None:
    """Prints the mean CPU of `work` in milliseconds, after one run that warms caches."""
    if times > 1:
        work()
    start = time.process_time()
    for _ in range(times):
        work()
    print(f"{name:<40} {(time.process_time() - start) / times * 1000:10.3f} ms")


def store_figures(store: Store, count: int) -> None:
    index = store.index
    visits = store.visits
    newest = index.ids(ALL, limit=50, since=None, most=50)
    since = NOW - timedelta(hours=72)
    say("feeds()", index.feeds, 5)
    say("ids(tag, limit=20)", lambda: index.ids(TAG, limit=20, since=None, most=200), 200)
    say("ids(tag, 50 and 72 hours)", lambda: index.ids(TAG, limit=50, since=since, most=200), 200)
    say("articles(50 ids)", lambda: index.articles(newest))
    say("each()", lambda: sum(1 for _ in index.each()), 1)
    say(
        "save_html(50)",
        lambda: index.save_html(dict.fromkeys(newest, "x" * 900)),
    )
    say("html(50)", lambda: index.html(newest))
    say("find(3 aliases)", lambda: visits.find(["guid:source-1:guid-1", "a", "b"]), 100)
    say("stamps()", visits.stamps, 1)
    dice = random.Random(2)
    new = iter([article(count + number, dice) for number in range(101)])
    say(
        "record(a new article)",
        lambda: visits.record(ArticleRecord(article=next(new), stamp=stamp(0), html="<p>")),
        100,
    )


def article_figures(article_store: FileArticleStore, count: int) -> None:
    dice = random.Random(3)
    articles = iter([article(number, dice) for number in range(count + 1)])
    say("put(a new article)", lambda: article_store.put(next(articles)), count)
    stamps = {each.path: each for each in article_store.walk()}
    say(f"changed() with {len(stamps)} files", lambda: article_store.find_changes(stamps), 2)
    paths = iter([*stamps][:101])
    say("get(path)", lambda: article_store.get(next(paths)), min(100, count))


def source_figures(store: Store) -> None:
    """A tick that finds 277 of 100,000 sources due."""
    states = [
        SourceState(
            key=f"s{number}",
            url="u",
            schedule=Schedule(next_due=NOW + timedelta(seconds=number - 276)),
            cadence=Cadence(recent=(NOW,) * 5),
        )
        for number in range(100_000)
    ]
    store.visits.save_states(states)
    assert len(store.visits.list_due_states(NOW)) == 277
    say("due() with 277 of 100,000 due", lambda: store.visits.list_due_states(NOW))


def stamp(number: int) -> FileStamp:
    return FileStamp(path=f"2026/11/a-{number}.md", mtime_ns=number, size=1)


def main(count: int) -> None:
    dice = random.Random(1)
    articles = [article(number, dice) for number in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/state/syndicator.db"
        with open_store(url, articles_exist=False) as store:
            say(
                f"reindex({count})",
                lambda: store.reindex((each, stamp(n)) for n, each in enumerate(articles)),
                1,
            )
        say("open_store()", lambda: open_store(url, articles_exist=True).close())
        with open_store(url, articles_exist=True) as store:
            store_figures(store, count)
            source_figures(store)
        article_figures(
            FileArticleStore(Path(folder) / "articles", durable=False), max(count // 10, 10)
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
