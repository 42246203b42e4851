"""Workers on one database, against a web that counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator.store import schema
from tests.fleet.fleet import run_instance
from tests.fleet.web import Web
from tests.postgres import Server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_two_workers_read_each_page_once_and_build_feeds(postgres: Server, tmp_path: Path) -> None:
    with (
        Web(hosts=12, feeds=2).serving() as web,
        run_instance(tmp_path, web, postgres.schema()) as fleet,
    ):
        fleet.start()
        fleet.start()
        feed = tmp_path / "feeds" / "public" / "all.atom"
        assert fleet.until(lambda: fleet.articles() == web.articles, 240), fleet.logs()
        assert fleet.until(
            lambda: feed.exists() and feed.read_text().count("<entry>") >= 50, 240
        ), fleet.logs()
        assert fleet.stop() == [0, 0], fleet.logs()

    assert max(seen.most for seen in web.seen.values()) == 1
    assert set(web.pages().values()) == {1}
    assert fleet.files() == web.articles


def test_an_old_worker_beside_a_new_schema_ends_in_order_and_says_so(
    postgres: Server, tmp_path: Path
) -> None:
    with Web(hosts=1).serving() as web, run_instance(tmp_path, web, postgres.schema()) as fleet:
        old = fleet.start()
        assert fleet.until(lambda: fleet.articles() == web.articles, 240), fleet.logs()
        with fleet.store() as store, store._db.write() as connection:
            connection.execute(schema.revision.update().values(version_num="9999"))
        assert old.wait(60) == 0, fleet.logs()
        assert "upgrade this machine" in fleet.log(0) and "reindex" not in fleet.log(0)
        again = fleet.start()
        assert again.wait(60) == 0 and "upgrade this machine" in fleet.log(1)
