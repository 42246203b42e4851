"""Several workers on one database, against a web that counts requests."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator.store import schema
from tests.fleet.fleet import run_instance
from tests.fleet.web import Web
from tests.postgres import Server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_two_workers_read_each_page_once_and_build_feeds(postgres: Server, tmp_path: Path) -> None:
    """Two workers on one database fetch each page once, ask a host one request at a time, and
    publish."""
    with (
        Web(hosts=12, feeds=2).serving() as web,
        run_instance(tmp_path, web, postgres.schema()) as fleet,
    ):
        fleet.start_worker()
        fleet.start_worker()
        feed = tmp_path / "feeds" / "public" / "all.atom"

        assert fleet.wait_until(lambda: fleet.count_articles() == web.page_count, 240), (
            fleet.read_logs()
        )
        assert fleet.wait_until(
            lambda: feed.exists() and feed.read_text().count("<entry>") >= 50, 240
        ), fleet.read_logs()
        assert fleet.stop_workers() == [0, 0], fleet.read_logs()

    assert max(host_log.most for host_log in web.seen.values()) == 1
    assert set(web.count_page_requests().values()) == {1}
    assert fleet.count_article_files() == web.page_count


def test_an_old_worker_beside_a_new_schema_ends_in_order_and_says_so(
    postgres: Server, tmp_path: Path
) -> None:
    """A worker older than the database's schema stops and asks for an upgrade."""
    with Web(hosts=1).serving() as web, run_instance(tmp_path, web, postgres.schema()) as fleet:
        old = fleet.start_worker()

        assert fleet.wait_until(lambda: fleet.count_articles() == web.page_count, 240), (
            fleet.read_logs()
        )

        with fleet.open_store() as store, store._db.write() as connection:
            connection.execute(schema.revision.update().values(version_num="9999"))

        assert old.wait(60) == 0, fleet.read_logs()
        assert "upgrade this machine" in fleet.read_log(0)
        assert "reindex" not in fleet.read_log(0)

        second_worker = fleet.start_worker()

        assert second_worker.wait(60) == 0
        assert "upgrade this machine" in fleet.read_log(1)
