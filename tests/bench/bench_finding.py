"""CPU of searches of an archive, and the bytes of its text index: `python -m
tests.bench.bench_finding [N]`. The words are made up and as frequent as words are, as in
bench_search."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

from syndicator.app.finding import find
from syndicator.core.ports import ArticleRecord, FileStamp
from syndicator.searching.documents import make_document
from syndicator.searching.language import parse_search
from syndicator.store import rows
from syndicator.store.engine import Store, open_store
from tests.bench.bench_search import articles

_TIMES = 20
_TOGETHER = 500  # articles recorded in one transaction


def fill(store: Store, count: int) -> list[str]:
    """Record articles and read their terms; return searches."""
    rng = random.Random(1)
    made = articles(count, 365, rng)
    records = [
        ArticleRecord(article=article, stamp=FileStamp(path=f"a-{number}.md", mtime_ns=1, size=1))
        for number, article in enumerate(made)
    ]
    for start in range(0, count, _TOGETHER):
        with store._db.write() as connection:
            rows.save_articles(connection, records[start : start + _TOGETHER])
    by_id = {article.id: article for article in made}
    while due := store.texts.due(_TOGETHER):
        some = [by_id[article_id] for article_id in due.values()]
        store.texts.save({one.id: make_document(one, one.body) for one in some}, due)
    middle = made[count // 2]
    words = middle.title.lower().split()
    return [
        " ".join(words[:3]),
        " ".join(middle.excerpt.split()[3:5]),
        made[0].body.split()[0],
        f"{words[0]} nowhere1 {words[1]}",
        f"{words[0]} source:{middle.source_key}",
        f"tag:{middle.tags[0]}",
        f'"{words[0]} {words[1]}"',
        f"{words[0][:-1]}q{words[0][-1]} {words[1]}",  # a letter too many
    ]


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "syndicator.db"
        with open_store(f"sqlite:///{path}", articles_exist=False) as store:
            searches = fill(store, count)
            for search in searches:
                expr = parse_search(search)
                found = find(store, expr)
                began = time.process_time()
                for _ in range(_TIMES):
                    find(store, expr)
                cpu = (time.process_time() - began) / _TIMES
                print(f"{1000 * cpu:6.1f} ms, {len(found)} found: {search}", flush=True)
            store.compact()
            size = path.stat().st_size
            tokens = sum(
                row[0]
                for table in ("text_tokens_data", "texts")
                for row in store._db.run_query(
                    "SELECT sum(length(CAST({} AS BLOB))) FROM {}".format(
                        "block" if table == "text_tokens_data" else "data", table
                    )
                )
            )
        print(f"{size / count:.0f} bytes of database an article, {tokens / count:.0f} of terms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
