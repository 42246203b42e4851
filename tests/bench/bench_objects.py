"""What an object store costs beside a folder: CPU of this process and requests, for each article
and each published file. The store is our own small S3 in another process, so that its CPU is not
counted.

python -m tests.bench.bench_objects [articles]
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

from syndicator.articles.stores.bucket import Bucket
from syndicator.cli.demo.trip import generate_articles
from syndicator.core.ports import ArticleRecord, Outlet
from syndicator.publishing.output.outlets import FileOutlet, ObjectOutlet
from tests.objects.s3_server import S3
from tests.objects.stores import ArticleStores, open_bucket_stores, open_folder_stores


def serve(told: Connection) -> None:
    """Another process: answers with the requests so far, by kind, whenever it is told something."""
    s3 = S3(page=1000)
    with s3.running():
        told.send((s3.url("bench"), s3.environ))
        while told.recv():
            told.send(dict(s3.requests))
            s3.requests.clear()


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(count: int) -> None:
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True).start()
    url, environ = ours.recv()

    def requests() -> str:
        ours.send(True)
        return ", ".join(f"{number} {kind}" for kind, number in sorted(ours.recv().items()))

    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        with (
            open_folder_stores(Path(one)) as here,
            open_bucket_stores(Path(two), Bucket(url, environ)) as there,
        ):
            there.article_store.instance()
            requests()
            for name, act in STEPS.items():
                times = [timed(stores, act, count) for stores in (here, there)]
                print(
                    f"{name:28} folder {times[0]:6.2f} ms   bucket {times[1]:6.2f} ms  "
                    f" {requests()}"
                )
        outlets = (
            FileOutlet(Path(one) / "public"),
            lambda: ObjectOutlet(Bucket(url, environ), whole=True),
        )
        for name, version in (
            ("files published", b"1"),
            ("published again, the same", b"1"),
            ("changed", b"2"),
        ):
            began = cpu()
            publish(outlets[0], count, version)
            middle = cpu()
            publish(outlets[1](), count, version)
            ended = cpu()
            folder_ms = 1000 * (middle - began) / count
            bucket_ms = 1000 * (ended - middle) / count
            print(
                f"{name:28} folder {folder_ms:6.2f} ms   bucket {bucket_ms:6.2f} ms   {requests()}"
            )


def timed(stores: ArticleStores, act: Callable[[ArticleStores, int], None], count: int) -> float:
    began = cpu()
    act(stores, count)
    return 1000 * (cpu() - began) / count


def file_new(stores: ArticleStores, count: int) -> None:
    with stores.article_store.batch_writes() as settle, stores.database.visits.shared(settle):
        for article in generate_articles(count, seed=7):
            stored, stamp, _ = stores.article_store.put(article)
            stores.database.visits.record(ArticleRecord(article=stored, stamp=stamp))


def revise(stores: ArticleStores, count: int) -> None:
    with stores.article_store.batch_writes() as settle, stores.database.visits.shared(settle):
        for article in generate_articles(count, seed=7):
            stored, stamp, _ = stores.article_store.put(
                replace(article, title=f"{article.title} anew")
            )
            stores.database.visits.record(ArticleRecord(article=stored, stamp=stamp))


def read_all(stores: ArticleStores, count: int) -> None:
    for stamp in stores.database.visits.stamps().values():
        stores.article_store.get(stamp.path)


def look_for_changes(stores: ArticleStores, count: int) -> None:
    assert not stores.article_store.find_changes(stores.database.visits.stamps())


STEPS = {
    "new articles": file_new,
    "revisions": revise,
    "read": read_all,
    "a start": look_for_changes,
}


def publish(outlet: Outlet, count: int, version: bytes) -> None:
    for number in range(count):
        outlet.put(f"archive/tags/t{number}.atom", b"<feed/>" * 2000 + version)
    outlet.commit()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
