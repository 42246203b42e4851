"""Lets the disk fill up at twenty points, in the middle of files and of the database; run as a
program by test_crash.

    python -m tests.store.full FOLDER

A limit on the size of files stands in for the full disk: the write that crosses it fails
half-way."""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path

from syndicator.core.errors import StoreError
from tests.store.crash import (
    adopt_files,
    check_invariants,
    make_crash_article,
    open_both,
    put_article,
    start_child,
)

# bytes; an article has some 22,000
LIMITS = [*range(2_000, 20_000, 2_000), *range(20_000, 240_000, 20_000)]


def fill_disk(root: Path, limit: int, sink: int) -> None:
    """File articles until the disk is full. Write the number of each, then the error, to `sink`."""
    article_store, store = open_both(root)
    start = len(store.visits.stamps())
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        adopt_files(article_store, store)
        for number in range(start, start + 30):
            put_article(make_crash_article(number), article_store, store)
            os.write(sink, f"{number}\n".encode())
    except (OSError, StoreError) as error:
        os.write(sink, f"{type(error).__name__}: {error}\n".encode())


def main(root: Path) -> dict[str, object]:
    article_store, store = open_both(root)
    article_store.instance()
    put_article(make_crash_article(0), article_store, store)
    store.close()
    acknowledged = {0}
    errors = []
    litter = 0
    for limit in LIMITS:
        source, sink = os.pipe()
        pid = start_child(lambda limit=limit, sink=sink: fill_disk(root, limit, sink))
        os.close(sink)
        with os.fdopen(source) as pipe:
            lines = pipe.read().split("\n")[:-1]
        os.waitpid(pid, 0)
        acknowledged |= {int(line) for line in lines if line.isdigit()}
        errors += [line for line in lines if not line.isdigit()]
        litter += len(list(article_store.root.rglob(".tmp-*")))
    return {"errors": errors, "litter": litter, **check_invariants(root, acknowledged)}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
