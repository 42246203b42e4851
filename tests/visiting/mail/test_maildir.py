"""Read new mails of a Maildir; lose or delete none."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicator.visiting.mail.mailbox import (
    MailboxFailed,
    MailName,
    ReceivedMail,
    pack_mails,
    unpack_mails,
)
from syndicator.visiting.mail.maildir import Maildir
from tests.mails import deliver_to_maildir, make_maildir

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
MONTH = timedelta(days=30)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_maildir(tmp_path / "Maildir")


def make_mail_name(name: str) -> MailName:
    return MailName(name=name, position="")


def list_names(folder: Path, position: str = "") -> list[str]:
    return [name.name for name in Maildir(folder, 1000).list_names(position, NOW - MONTH)]


def last_position(folder: Path) -> str:
    return Maildir(folder, 1000).list_names("", NOW - MONTH)[-1].position


def test_mails_of_both_folders_are_listed_in_the_order_in_which_they_came(folder: Path) -> None:
    """Mails of new/ and cur/ are listed in the order of their positions; mails older than a month,
    hidden files, folders and links are ignored. Header and text are read, of a larger mail than the
    largest allowed (here 4 bytes) only its beginning."""
    deliver_to_maildir(folder, "2.host", b"Subject: b\n\nb", NOW)
    deliver_to_maildir(folder, "1.host:2,S", b"Subject: a\n\na", NOW - timedelta(days=3), "cur")
    deliver_to_maildir(folder, "0.host", b"Subject: old\n\n", NOW - 2 * MONTH)
    (folder / "new/.hidden").write_bytes(b"x")
    (folder / "new/folder").mkdir()
    (folder / "new/link").symlink_to(folder / "new/2.host")

    box = Maildir(folder, 1000)
    names = box.list_names("", NOW - MONTH)

    assert {name.name for name in names} == {"new/2.host", "cur/1.host:2,S"}
    assert sorted(names, key=lambda name: int(name.position)) == names

    in_cur = next(name for name in names if name.name.startswith("cur"))
    in_new = next(name for name in names if name.name.startswith("new"))
    [mail] = box.read_headers([in_cur])

    assert mail.name == in_cur
    assert mail.head == b"Subject: a\n\na"
    assert mail.size == 13
    assert mail.received == NOW - timedelta(days=3)
    assert box.fetch(in_new) == b"Subject: b\n\nb"
    assert Maildir(folder, 4).fetch(in_new) == b"Subj"


def test_a_mail_that_another_program_moves_is_listed_again(folder: Path) -> None:
    """A mail that another program renames after it was listed is skipped, and listed under its new
    name at the next visit."""
    path = deliver_to_maildir(folder, "1.host", b"Subject: a\n\na", NOW)
    box = Maildir(folder, 1000)
    [name] = box.list_names("", NOW - MONTH)
    path.rename(folder / "cur/1.host:2,S")

    assert box.read_headers([name]) == []
    assert box.fetch(name) == b""

    [moved] = box.list_names(name.position, NOW - MONTH)

    assert moved.name == "cur/1.host:2,S"


def test_a_mail_that_was_moved_in_is_new_whatever_its_date(folder: Path) -> None:
    """A mail counts as new when it came into the folder, even if its own date is 20 days old. From
    a second after the last mail on, none is listed."""
    deliver_to_maildir(folder, "1.host", b"a", NOW)
    position_before = last_position(folder)

    deliver_to_maildir(folder, "2.host", b"b", NOW - timedelta(days=20))

    assert "new/2.host" in list_names(folder, position_before)

    # a position is a time in seconds
    second_after_last = str(int(last_position(folder)) + 1)
    assert list_names(folder, second_after_last) == []


def test_a_mail_of_the_moment_of_the_last_visit_is_not_lost(folder: Path) -> None:
    """A mail that came in the same second as the last visit is listed, since it may have come just
    after it."""
    deliver_to_maildir(folder, "1.host", b"a", NOW)
    position_of_the_mail = last_position(folder)

    assert list_names(folder, position_of_the_mail) == ["new/1.host"]


@pytest.mark.parametrize(
    ("name", "subfolder", "after", "target"),
    [
        ("1.host", "new", "seen", "cur/1.host:2,S"),
        ("1.host:2,FR", "cur", "seen", "cur/1.host:2,FRS"),
        ("1.host:2,S", "cur", "seen", "cur/1.host:2,S"),
        ("1.host", "new", "move:Read/Letters", ".Read.Letters/cur/1.host:2,S"),
    ],
)
def test_a_mail_is_put_away_and_never_deleted(
    folder: Path, name: str, subfolder: str, after: str, target: str
) -> None:
    """A mail in a Maildir is marked as seen ("S", flags in order) or moved to a folder that others
    cannot open, and never deleted; one that is gone is skipped. `after` is what to do with it."""
    deliver_to_maildir(folder, name, b"a mail", NOW, subfolder)
    mail = make_mail_name(f"{subfolder}/{name}")
    gone_mail = make_mail_name("new/gone.host")

    Maildir(folder, 1000).put_away([mail, gone_mail], after)

    files = [path for path in folder.rglob("*") if path.is_file()]

    assert files == [folder / target]
    assert files[0].read_bytes() == b"a mail"

    if after.startswith("move:"):
        assert stat.S_IMODE((folder / ".Read.Letters/cur").stat().st_mode) & 0o077 == 0


def test_no_mail_is_written_over(folder: Path) -> None:
    """If a mail with the new name already exists, the mail stays where it is and none is
    overwritten."""
    deliver_to_maildir(folder, "1.host", b"new", NOW)
    deliver_to_maildir(folder, "1.host:2,S", b"other", NOW, "cur")

    # would be named cur/1.host:2,S
    Maildir(folder, 1000).put_away([make_mail_name("new/1.host")], "seen")

    assert (folder / "new/1.host").read_bytes() == b"new"
    assert (folder / "cur/1.host:2,S").read_bytes() == b"other"


def test_a_folder_that_is_no_maildir_has_a_reason(tmp_path: Path) -> None:
    """A folder without the structure of a Maildir fails with "no-folder" and is named."""
    with pytest.raises(MailboxFailed) as failed:
        Maildir(tmp_path, 1000).list_names("", NOW)
    assert failed.value.reason == "no-folder"
    assert str(tmp_path) in failed.value.detail


def test_mails_are_packed_without_loss() -> None:
    """Mails packed into one body are the same after unpacking, whatever bytes they have."""
    every_byte = bytes(range(256))
    mails = [ReceivedMail(raw=every_byte, size=256, received=NOW)]

    assert unpack_mails(pack_mails(mails)) == mails
