"""Read new mails of an IMAP folder (dovecot); delete or mark none unless configured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from syndicator.configuration.settings import Fetch
from syndicator.core.mailboxes import Mailbox, parse_mailbox
from syndicator.visiting.mail.folder_names import encode_folder
from syndicator.visiting.mail.imap import ImapFolder, open_folder
from syndicator.visiting.mail.mailbox import ListedMail, MailboxFailed
from tests.dovecot import PASSWORD, USER, Dovecot, running_dovecot

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MONTH = 30 * DAY


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with running_dovecot() as dovecot:
        yield dovecot


@pytest.fixture
def empty_server(server: Dovecot, monkeypatch: pytest.MonkeyPatch) -> Dovecot:
    """The server with an empty mailbox, whose certificate is known."""
    server.empty()
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    return server


def make_account(server: Dovecot) -> Mailbox:
    return replace(parse_mailbox(server.url), user=USER, password=PASSWORD)


def open_mailbox(server: Dovecot, largest: int = 1000, **changes: str) -> ImapFolder:
    allow = (f"127.0.0.1/32:{server.port}",)
    return open_folder(replace(make_account(server), **changes), allow, Fetch(), largest)


def list_heads(
    box: ImapFolder, position: str = "", since: datetime = NOW - MONTH
) -> list[ListedMail]:
    return box.read_headers(box.list_names(position, since))


def test_mails_are_listed_and_fetched_and_stay_unread(empty_server: Dovecot) -> None:
    """Mails of an IMAP folder are listed and fetched without marking them as read (no flags after
    ":2," in the names of their files); those older than a month are left out, and of a larger mail
    than the largest allowed only the beginning is read."""
    empty_server.deliver_mail("1.host", b"Subject: a\n\none", NOW - 3 * DAY)
    empty_server.deliver_mail("2.host", b"Subject: b\n\ntwo", NOW)
    empty_server.deliver_mail("0.host", b"Subject: old\n\n", NOW - 2 * MONTH)

    mailbox = open_mailbox(empty_server)
    first, second = sorted(list_heads(mailbox), key=lambda mail: mail.received)

    assert first.head == b"Subject: a\r\n\r\n"
    assert first.received == NOW - 3 * DAY
    assert second.size == 17
    assert mailbox.fetch(second.name) == b"Subject: b\r\n\r\ntwo"

    mailbox.close()
    short_mailbox = open_mailbox(empty_server, largest=9)

    assert short_mailbox.fetch(second.name) == b"Subject: "

    short_mailbox.close()

    assert all(name.partition(":2,")[2] == "" for name in empty_server.list_names())


def test_no_mail_is_listed_twice_and_none_is_missed(empty_server: Dovecot) -> None:
    """Each visit lists only mails that came since the last one (its `position`), whatever their
    dates: four visits list four mails, each once."""
    seen: list[bytes] = []
    position = ""
    for number in range(4):
        # each is dated a day before the one that came before it
        empty_server.deliver_mail(
            f"{number}.host", f"Subject: {number}\n\n".encode(), NOW - number * DAY
        )
        box = open_mailbox(empty_server)
        names = box.list_names(position, NOW - MONTH)
        seen += [mail.head for mail in box.read_headers(names)]
        position = names[-1].position
        assert box.list_names(position, NOW - MONTH) == []
        box.close()

    assert seen == [f"Subject: {number}\r\n\r\n".encode() for number in range(4)]


def test_a_server_that_numbers_its_mails_anew_is_read_from_the_beginning(
    empty_server: Dovecot,
) -> None:
    """If the server renumbers its mails (UIDVALIDITY), all are listed again and old numbers find
    nothing, as they could be other mails."""
    empty_server.deliver_mail("1.host", b"Subject: a\n\n", NOW)
    box = open_mailbox(empty_server)
    [old_name] = box.list_names("", NOW - MONTH)
    box.close()

    empty_server.number_anew()
    renumbered_box = open_mailbox(empty_server)
    [mail] = list_heads(renumbered_box, position=old_name.position)

    assert mail.head == b"Subject: a\r\n\r\n"
    assert mail.name != old_name
    assert renumbered_box.read_headers([old_name]) == []
    assert renumbered_box.fetch(old_name) == b""

    renumbered_box.close()


def test_a_mail_that_is_gone_is_left_out(empty_server: Dovecot) -> None:
    """A mail that another client moves away after it was listed is skipped."""
    for name in ("1.host", "2.host"):
        empty_server.deliver_mail(name, b"Subject: a\n\n", NOW)
    box = open_mailbox(empty_server)
    moved, staying = box.list_names("", NOW - MONTH)

    other_client = open_mailbox(empty_server)
    other_client.put_away([moved], "move:Away")
    other_client.close()

    assert [mail.name for mail in box.read_headers([moved, staying])] == [staying]
    assert box.fetch(moved) == b""

    box.close()


@pytest.mark.parametrize("folder", ["Read", "Read letters", 'A "b" & \u00fc'])
def test_mails_are_put_away_and_never_deleted(empty_server: Dovecot, folder: str) -> None:
    """Of three mails one is marked as seen ("S" in the name of its file) and one moved to a folder,
    where it is seen, too; none is deleted. Moving it again does nothing."""
    for name in ("1.host", "2.host", "3.host"):
        empty_server.deliver_mail(name, b"Subject: a\n\n", NOW)
    box = open_mailbox(empty_server)
    to_mark, to_move, _ = box.list_names("", NOW - MONTH)

    box.put_away([to_mark], "seen")
    box.put_away([to_move], f"move:{folder}")
    box.put_away([to_move], f"move:{folder}")  # it is gone by now

    assert len(box.list_names("", NOW - MONTH)) == 2

    box.close()

    def list_flags(folder_on_disk: str | None = None) -> list[str]:
        names = (
            empty_server.list_names(folder_on_disk) if folder_on_disk else empty_server.list_names()
        )
        return [name.partition(":2,")[2] for name in names]

    assert list_flags() == ["S", ""]
    assert list_flags(encode_folder(folder)) == ["S"]

    moved_box = open_mailbox(empty_server, folder=folder)

    assert len(list_heads(moved_box)) == 1

    moved_box.close()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"password": "another one"}, "mail-login"),
        ({"folder": "No such folder"}, "no-folder"),
    ],
)
def test_why_a_mailbox_cannot_be_read(
    empty_server: Dovecot, changes: dict[str, str], reason: str
) -> None:
    """A wrong password and a missing folder have different reasons, and the error does not contain
    the password."""
    with pytest.raises(MailboxFailed) as failed:
        box = open_mailbox(empty_server, **changes)
        try:
            box.list_names("", NOW)
        finally:
            box.close()
    assert failed.value.reason == reason
    assert PASSWORD not in failed.value.detail


def test_a_private_address_is_connected_to_only_by_allow(empty_server: Dovecot) -> None:
    """A mail server at a private address is not connected to unless the account allows it; the
    error shows the `allow` line to add."""
    before = empty_server.count_connections()

    with pytest.raises(MailboxFailed) as failed:
        open_folder(make_account(empty_server), (), Fetch(), 1000)  # (): nothing is allowed
    assert failed.value.reason == "blocked-address"
    assert "allow = " in failed.value.detail
    assert empty_server.count_connections() == before


def test_a_certificate_that_nobody_vouches_for_is_refused(
    empty_server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mail server whose certificate is signed by no trusted authority is refused. SSL_CERT_FILE
    would make it trusted."""
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(MailboxFailed) as failed:
        open_mailbox(empty_server)
    assert failed.value.reason == "tls"


def test_a_certificate_for_another_name_is_refused(empty_server: Dovecot) -> None:
    """A mail server whose certificate is for another host name is refused: it is for a name, not
    for 127.0.0.1."""
    with pytest.raises(MailboxFailed) as failed:
        open_mailbox(empty_server, host="127.0.0.1")
    assert failed.value.reason == "tls"


def test_names_of_folders() -> None:
    """IMAP folder names are encoded in modified UTF-7 (RFC 3501)."""
    assert encode_folder("Entw\u00fcrfe & mehr") == "Entw&APw-rfe &- mehr"
    assert encode_folder("\u53f0\u5317") == "&U,BTFw-"  # RFC 3501 section 5.1.3
