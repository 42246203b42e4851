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
    """Rights of the past (`before`, `shown`) and links are read back from the file; a known link
    does not rewrite it. Without a file there are none."""
    file = open_rights_file(tmp_path)

    assert not file.is_current()
    assert file.before("planet") == ()
    assert file.linked("planet", DAY) == ()

    rights_before = {"planet": {"b.example", "a.example/~x"}, "empty": set[str]()}
    hosts_shown = {"planet": {"m.planet.example"}}
    file.begin(rights_before, hosts_shown)
    file.link("burner", "c.example", DAY)
    file_read_again = open_rights_file(tmp_path)

    assert file_read_again.is_current()
    assert file_read_again.before("planet") == ("a.example/~x", "b.example")
    assert file_read_again.before("empty") == ()
    assert file_read_again.shown("planet") == ("m.planet.example",)
    assert file_read_again.linked("burner", DAY) == ("c.example",)
    assert file_read_again.linked("planet", DAY) == ()

    written_at = (tmp_path / "rights.toml").stat().st_mtime_ns
    file_read_again.link("burner", "c.example", DAY)

    assert (tmp_path / "rights.toml").stat().st_mtime_ns == written_at


def test_links_in_a_file_of_an_earlier_version_count_for_what_is_filed_alone(
    tmp_path: Path,
) -> None:
    """Links that an earlier version stored no longer let a source speak for a host (`linked`), but
    stored articles from there stay its own (`shown`). Once there are rights of the past (`before`),
    no others are added."""
    (tmp_path / RIGHTS_TOML).write_text(
        '[before]\n"old" = ["a.example"]\n[linked."burner"]\n"c.example" = 2026-03-01\n'
    )
    file = open_rights_file(tmp_path)

    assert not file.is_current()

    # what this version finds at its first run: rights of the past, and hosts shown
    file.begin({"new": {"d.example"}}, {"burner": {"e.example"}})

    assert file.is_current()
    assert file.linked("burner", DAY) == ()
    assert set(file.shown("burner")) == {"c.example", "e.example"}
    assert file.before("old") == ("a.example",)
    assert file.before("new") == ()


def test_a_link_is_asked_after_a_week_and_ends_after_sixty_days_with_a_warning(
    tmp_path: Path,
) -> None:
    """A link is checked again after 7 days (it is no longer fresh), warned of after 30, with the
    day of its end, and invalid after 60; articles from there stay (`shown`)."""
    file = open_rights_file(tmp_path)
    file.link("burner", "c.example", DAY)

    def after(days: int) -> date:
        return DAY + timedelta(days=days)

    assert file.is_fresh("burner", "c.example", after(days=6))
    assert not file.is_fresh("burner", "c.example", after(days=7))

    assert file.linked("burner", after(days=59)) == ("c.example",)
    assert file.linked("burner", after(days=60)) == ()

    end = {"c.example": after(days=60)}
    assert file.find_ending_rights("burner", after(days=29)) == {}
    assert file.find_ending_rights("burner", after(days=30)) == end
    assert file.find_ending_rights("burner", after(days=59)) == end
    assert file.find_ending_rights("burner", after(days=60)) == {}

    assert file.shown("burner") == ("c.example",)


def test_a_link_that_is_gone_is_believed_no_more(tmp_path: Path) -> None:
    """When a site removes its link to a source, the source may no longer speak for it, but keeps
    articles from there (`shown`). Removing a link that was never there writes no file."""
    file = open_rights_file(tmp_path)
    file.unlink("burner", "c.example")

    assert not (tmp_path / RIGHTS_TOML).exists()

    file.link("burner", "c.example", DAY)
    file.link("burner", "d.example", DAY)
    file.unlink("burner", "c.example")
    file_read_again = open_rights_file(tmp_path)

    assert file_read_again.linked("burner", DAY) == ("d.example",)
    assert set(file_read_again.shown("burner")) == {"c.example", "d.example"}


def test_a_move_names_both_hosts(tmp_path: Path) -> None:
    """A recorded move of a source names its new host, its old host and the day, and the new host
    counts as linked. Other sources are not affected."""
    file = open_rights_file(tmp_path)
    # from bank.example to bank-2.example
    file.move("bank", "bank.example", "bank-2.example", DAY)
    file_read_again = open_rights_file(tmp_path)

    assert file_read_again.moved("bank") == {"bank-2.example": MovedHost("bank.example", DAY)}
    assert list(file_read_again.list_linked_hosts()) == [("bank", "bank-2.example")]
    assert file_read_again.moved("burner") == {}


def test_a_file_that_is_none(tmp_path: Path) -> None:
    """A rights.toml that is not TOML is an error that names the file."""
    (tmp_path / "rights.toml").write_text("[before\n")
    with pytest.raises(ConfigError, match=r"rights\.toml"):
        open_rights_file(tmp_path).before("planet")
