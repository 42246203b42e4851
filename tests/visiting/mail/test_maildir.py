"""A Maildir: which mails came since the last visit; nothing of it is lost or deleted."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicator.visiting.mail.mailbox import MailboxFailed, ReceivedMail, pack_mails, unpack_mails
from syndicator.visiting.mail.maildir import Maildir
from tests.mails import deliver, make_maildir

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
MONTH = timedelta(days=30)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_maildir(tmp_path / "Maildir")


def names(folder: Path, position: str = "") -> list[str]:
    listing = Maildir(folder, 1000).list_mails(position, NOW - MONTH)
    return [mail.name for mail in listing.mails]


def position(folder: Path) -> str:
    return Maildir(folder, 1000).list_mails("", NOW - MONTH).position


def test_mails_of_both_folders_are_listed_the_oldest_first(folder: Path) -> None:
    deliver(folder, "2.host", b"Subject: b\n\nb", NOW)
    deliver(folder, "1.host:2,S", b"Subject: a\n\na", NOW - timedelta(days=3), "cur")
    deliver(folder, "0.host", b"Subject: old\n\n", NOW - 2 * MONTH)
    (folder / "new/.hidden").write_bytes(b"x")
    (folder / "new/folder").mkdir()
    (folder / "new/link").symlink_to(folder / "new/2.host")
    first, last = Maildir(folder, 1000).list_mails("", NOW - MONTH).mails
    assert (first.name, last.name) == ("cur/1.host:2,S", "new/2.host")
    assert (first.head, first.size, first.received) == (
        b"Subject: a\n\na",
        13,
        NOW - timedelta(days=3),
    )
    assert Maildir(folder, 1000).fetch(last.name) == b"Subject: b\n\nb"
    assert Maildir(folder, 4).fetch(last.name) == b"Subj"


def test_a_mail_that_was_moved_in_is_new_whatever_its_date(folder: Path) -> None:
    deliver(folder, "1.host", b"a", NOW)
    before = position(folder)
    deliver(folder, "2.host", b"b", NOW - timedelta(days=20))
    assert "new/2.host" in names(folder, before)
    assert names(folder, str(int(position(folder)) + 1)) == []


def test_a_mail_of_the_moment_of_the_last_visit_is_not_lost(folder: Path) -> None:
    deliver(folder, "1.host", b"a", NOW)
    assert names(folder, position(folder)) == ["new/1.host"]


@pytest.mark.parametrize(
    ("name", "part", "after", "target"),
    [
        ("1.host", "new", "seen", "cur/1.host:2,S"),
        ("1.host:2,FR", "cur", "seen", "cur/1.host:2,FRS"),
        ("1.host:2,S", "cur", "seen", "cur/1.host:2,S"),
        ("1.host", "new", "move:Read/Letters", ".Read.Letters/cur/1.host:2,S"),
    ],
)
def test_a_mail_is_put_away_and_never_deleted(
    folder: Path, name: str, part: str, after: str, target: str
) -> None:
    deliver(folder, name, b"a mail", NOW, part)
    Maildir(folder, 1000).put_away([f"{part}/{name}", "new/gone.host"], after)
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files == [folder / target]
    assert files[0].read_bytes() == b"a mail"
    if after.startswith("move:"):
        assert stat.S_IMODE((folder / ".Read.Letters/cur").stat().st_mode) & 0o077 == 0


def test_no_mail_is_written_over(folder: Path) -> None:
    deliver(folder, "1.host", b"new", NOW)
    deliver(folder, "1.host:2,S", b"other", NOW, "cur")
    Maildir(folder, 1000).put_away(["new/1.host"], "seen")
    assert (folder / "new/1.host").read_bytes() == b"new"
    assert (folder / "cur/1.host:2,S").read_bytes() == b"other"


def test_a_folder_that_is_no_maildir_has_a_reason(tmp_path: Path) -> None:
    with pytest.raises(MailboxFailed) as failed:
        Maildir(tmp_path, 1000).list_mails("", NOW)
    assert failed.value.reason == "no-folder" and str(tmp_path) in failed.value.detail


def test_mails_are_packed_without_loss() -> None:
    mails = [ReceivedMail(raw=bytes(range(256)), size=256, received=NOW)]
    assert unpack_mails(pack_mails(mails)) == mails
