"""Workers on several machines with PostgreSQL, a bucket and no shared folder."""

from __future__ import annotations

import signal
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from syndicator.articles.stores.bucket import Bucket
from tests.fleet.fleet import Instance, run_instance
from tests.fleet.web import Web
from tests.objects.s3_server import BUCKET, S3
from tests.postgres import Server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(params=["ours", "moto"])
def environ(request: pytest.FixtureRequest) -> Mapping[str, str]:
    """How the server of a bucket is reached, of each kind."""
    if request.param == "moto":
        result: Mapping[str, str] = request.getfixturevalue("moto")
        return result
    server: S3 = request.getfixturevalue("s3")
    return server.environ


def read_published(fleet: Instance, name: str) -> str:
    result = Bucket(f"{fleet.bucket}/p", fleet.environ).get(name)
    return result[0].decode() if result else ""


def test_workers_without_a_shared_folder_file_each_article_once(
    postgres: Server, environ: Mapping[str, str], tmp_path: Path
) -> None:
    """Three workers with a bucket store each article once, though one is killed, one stops for
    longer than its lease, and the database restarts."""
    web = Web(hosts=14, feeds=2, entries=3, seconds=0.05)
    bucket = f"s3://{BUCKET}/{tmp_path.name}"
    with (
        web.serving(),
        run_instance(
            tmp_path, web, postgres.schema(), pause=0.1, bucket=bucket, environ=environ
        ) as fleet,
    ):
        for _ in range(3):
            fleet.start_worker()

        assert fleet.wait_until(lambda: fleet.count_articles() > 5, 240), fleet.read_logs()

        # one worker stands still, one is killed, and the database restarts
        fleet.workers[0].send_signal(signal.SIGSTOP)
        fleet.workers[1].kill()
        fleet.start_worker()
        postgres.control("-m", "fast", "restart")
        time.sleep(13)  # the lease is 11 seconds
        # the first goes on after its lease, and the sites have one entry more
        fleet.workers[0].send_signal(signal.SIGCONT)
        web.entries += 1

        assert fleet.wait_until(lambda: fleet.count_left() == 0, 240), fleet.read_logs()

        # a second round finds the entries that the sites have more
        fleet.visit_again()

        assert fleet.wait_until(
            lambda: fleet.count_left() == fleet.count_pending() == 0 and not fleet.has_stale_feed(),
            240,
        ), fleet.read_logs()
        assert set(fleet.stop_workers()) <= {0, -9}, fleet.read_logs()  # ended or killed
        assert fleet.count_articles() == web.page_count
        assert fleet.count_article_files() == web.page_count
        assert fleet.count_done() == web.page_count
        assert read_published(fleet, "all.atom").count("<entry>") >= 50
        assert fleet.built_anew() == (), "what was marked as stale was built, whoever was killed"

    # the machine itself has no articles, pages or feeds
    assert not (tmp_path / "feeds" / "articles").exists()
    assert not any(tmp_path.glob("state*/pages"))
    assert not any(tmp_path.glob("**/*.atom"))
