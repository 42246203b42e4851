"""The files beside the articles with several machines writing into one folder."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

from syndicator.app.places import add_index
from syndicator.articles.article_store import FileArticleStore
from syndicator.articles.beside.rights_toml import RIGHTS_TOML, RightsFile
from syndicator.store.engine import open_store
from tests.postgres import Server

WRITERS = 4
EACH = 12


def test_of_several_writers_none_loses_a_line_of_another(postgres: Server, tmp_path: Path) -> None:
    """Concurrent writers to carried.tsv and rights.toml keep each other's lines."""
    url = postgres.schema()
    ready = threading.Barrier(WRITERS)
    open_store(url, articles_exist=False).close()

    def write(number: int) -> None:
        with open_store(url, articles_exist=False) as store:
            articles = add_index(FileArticleStore(tmp_path), store, lambda: datetime.now(UTC))
            rights = RightsFile(articles.file(RIGHTS_TOML))
            carried = articles.file("carried.tsv")
            ready.wait()
            for line in range(EACH):
                rights.link(f"s{number}", f"{line}.example", date(2026, 3, 1))
                carried.append(b"# note\n", f"{number}\t{line}\n".encode())

    with ThreadPoolExecutor(WRITERS) as threads:
        list(threads.map(write, range(WRITERS)))
    rights = RightsFile(FileArticleStore(tmp_path).file(RIGHTS_TOML))
    assert [len(rights.linked(f"s{number}", date(2026, 3, 1))) for number in range(WRITERS)] == [
        EACH
    ] * WRITERS
    lines = (tmp_path / "carried.tsv").read_text().splitlines()
    written = [f"{number}\t{line}" for number in range(WRITERS) for line in range(EACH)]
    assert lines[0] == "# note"
    assert sorted(lines[1:]) == sorted(written)
