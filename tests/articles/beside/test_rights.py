"""rights.toml: hosts that a source may speak for, from links, moves and earlier versions."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from syndicator.articles.beside.rights_toml import RIGHTS_TOML, MovedHost, RightsFile
from syndicator.articles.stores.kept_files import FolderFile
from syndicator.core.errors import ConfigError

DAY = date(2026, 3, 1)


def open_rights_file(tmp_path: Path) -> RightsFile:
    return RightsFile(FolderFile(tmp_path / RIGHTS_TOML))


def test_rights_of_the_past_are_kept_and_links_are_added(tmp_path: Path) -> None:
    """Rights and links are read back from the file; a known link does not rewrite it."""
    file = open_rights_file(tmp_path)

    assert not file.is_current()
    assert file.before("planet") == ()
    assert file.linked("planet", DAY) == ()

    file.begin(
        {"planet": {"b.example", "a.example/~x"}, "empty": ()}, {"planet": {"m.planet.example"}}
    )
    file.link("burner", "c.example", DAY)
    second_rights_file = open_rights_file(tmp_path)

    assert second_rights_file.is_current()
    assert second_rights_file.before("planet") == ("a.example/~x", "b.example")
    assert second_rights_file.before("empty") == ()
    assert second_rights_file.shown("planet") == ("m.planet.example",)
    assert second_rights_file.linked("burner", DAY) == ("c.example",)
    assert second_rights_file.linked("planet", DAY) == ()

    before = (tmp_path / "rights.toml").stat().st_mtime_ns
    second_rights_file.link("burner", "c.example", DAY)

    assert (tmp_path / "rights.toml").stat().st_mtime_ns == before


def test_links_in_a_file_of_an_earlier_version_count_for_what_is_filed_alone(
    tmp_path: Path,
) -> None:
    """Links that an earlier version stored no longer let a source speak for a host (`linked`), but
    stored articles from there stay its own (`shown`)."""
    (tmp_path / RIGHTS_TOML).write_text(
        '[before]\n"old" = ["a.example"]\n[linked."burner"]\n"c.example" = 2026-03-01\n'
    )
    file = open_rights_file(tmp_path)

    assert not file.is_current()

    file.begin({"new": {"d.example"}}, {"burner": {"e.example"}})

    assert file.is_current()
    assert file.linked("burner", DAY) == ()
    assert set(file.shown("burner")) == {"c.example", "e.example"}
    assert file.before("old") == ("a.example",)
    assert file.before("new") == ()


def test_a_link_is_asked_after_a_week_and_ends_after_sixty_days_with_a_warning(
    tmp_path: Path,
) -> None:
    """A link is checked again after 7 days, warned of after 30 and invalid after 60."""
    file = open_rights_file(tmp_path)
    file.link("burner", "c.example", DAY)
    day_after = {days: DAY + timedelta(days=days) for days in (6, 7, 29, 30, 59, 60)}

    assert [file.is_fresh("burner", "c.example", day_after[days]) for days in (6, 7)] == [
        True,
        False,
    ]
    assert [file.linked("burner", day_after[days]) for days in (59, 60)] == [("c.example",), ()]

    ends = {"c.example": day_after[60]}

    found = [file.find_ending_rights("burner", day_after[days]) for days in (29, 30, 59, 60)]
    assert found == [
        {},
        ends,
        ends,
        {},
    ]
    assert file.shown("burner") == ("c.example",)


def test_a_link_that_is_gone_is_believed_no_more(tmp_path: Path) -> None:
    """When a site removes its link to a source, the source may no longer speak for it, but keeps
    articles from there (`shown`)."""
    file = open_rights_file(tmp_path)
    file.unlink("burner", "c.example")

    assert not (tmp_path / RIGHTS_TOML).exists()

    file.link("burner", "c.example", DAY)
    file.link("burner", "d.example", DAY)
    file.unlink("burner", "c.example")
    second_rights_file = open_rights_file(tmp_path)

    assert second_rights_file.linked("burner", DAY) == ("d.example",)
    assert set(second_rights_file.shown("burner")) == {
        "c.example",
        "d.example",
    }


def test_a_move_names_both_hosts(tmp_path: Path) -> None:
    """A recorded move of a source names its new host, its old host and the day, and the new host
    counts as linked. Other sources are not affected."""
    file = open_rights_file(tmp_path)
    file.move("bank", "bank.example", "bank-2.example", DAY)
    second_rights_file = open_rights_file(tmp_path)

    assert second_rights_file.moved("bank") == {"bank-2.example": MovedHost("bank.example", DAY)}
    assert list(second_rights_file.list_linked_hosts()) == [("bank", "bank-2.example")]
    assert second_rights_file.moved("burner") == {}


def test_a_file_that_is_none(tmp_path: Path) -> None:
    """A rights.toml that is not TOML is an error that names the file."""
    (tmp_path / "rights.toml").write_text("[before\n")
    with pytest.raises(ConfigError, match=r"rights\.toml"):
        open_rights_file(tmp_path).before("planet")
