"""rights.toml: written once with what was, then kept with the sites that link a feed."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from syndicator.articles.beside.rights import NAME, RightsFile
from syndicator.articles.stores.kept_files import FolderFile
from syndicator.errors import ConfigError

DAY = date(2026, 3, 1)


def test_what_was_is_kept_and_links_are_added(tmp_path: Path) -> None:
    file = RightsFile(FolderFile(tmp_path / NAME))
    assert not file.exists() and file.before("planet") == () and file.linked("planet") == ()
    file.begin({"planet": {"b.example", "a.example/~x"}, "empty": ()})
    file.link("burner", "c.example", DAY)
    again = RightsFile(FolderFile(tmp_path / NAME))
    assert again.before("planet") == ("a.example/~x", "b.example") and again.before("empty") == ()
    assert again.linked("burner") == ("c.example",) and again.linked("planet") == ()
    before = (tmp_path / "rights.toml").stat().st_mtime_ns
    again.link("burner", "c.example", DAY)
    assert (tmp_path / "rights.toml").stat().st_mtime_ns == before


def test_a_link_is_believed_for_a_week(tmp_path: Path) -> None:
    file = RightsFile(FolderFile(tmp_path / NAME))
    file.link("burner", "c.example", DAY)
    assert file.linked("burner", DAY + timedelta(days=6)) == ("c.example",)
    assert file.linked("burner", DAY + timedelta(days=7)) == ()
    assert file.linked("burner") == ("c.example",)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "rights.toml").write_text("[before\n")
    with pytest.raises(ConfigError, match=r"rights\.toml"):
        RightsFile(FolderFile(tmp_path / NAME)).before("planet")
