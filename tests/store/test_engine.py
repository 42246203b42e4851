"""Opening the store."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator.errors import StoreError
from syndicator.store.engine import open_store


def test_a_missing_database_is_refused_where_articles_exist(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/state/syndicator.db"

    with pytest.raises(StoreError, match="syndicator reindex"):
        open_store(url, articles_exist=True)

    with open_store(url, articles_exist=True, create=True) as store:
        assert store.status.check() == []
