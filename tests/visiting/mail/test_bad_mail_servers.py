"""Mail servers that want OAuth, lie, are slow or never end: each has its reason code."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syndicator.configuration.settings import Fetch
from syndicator.core.mailboxes import Mailbox
from syndicator.visiting.mail import imap
from syndicator.visiting.mail.mailbox import MailboxFailed, MailName
from tests.mail_server import Answer, MailServer, Say, running_mail_server

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
NAME = MailName(name="7:1", position="7:1")
HEAD = b'1 FETCH (UID 1 RFC822.SIZE 50 INTERNALDATE "10-Jan-2026 12:00:00 +0000" BODY[HEADER]<0> '
LINE = b"* SEARCH" + b" 1" * 9_000 + b"\r\n"


def open_folder(server: MailServer) -> imap.ImapFolder:
    account = Mailbox(
        folder="INBOX", host="localhost", port=server.port, user="anna", password="password"
    )
    return imap.open_folder(account, (f"127.0.0.1/32:{server.port}",), Fetch(), 1000)


def read_all(server: MailServer) -> list[bytes]:
    """The mails of the server, as a visit fetches them."""
    box = open_folder(server)
    try:
        names = box.list_names("", NOW)
        return [box.fetch(mail.name) for mail in box.read_headers(names)]
    finally:
        box.close()


def repeat_without_end(start: bytes, more: bytes) -> Answer:
    def answer(say: Say) -> None:
        say(start)
        while True:
            say(more)

    return answer


def drop_by_drop(say: Say) -> None:
    for _ in range(200):
        say(b"*")
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("answers", "reason", "words"),
    [
        (
            {"CAPABILITY": "CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2\nOK"},
            "mail-oauth",
            "takes no password",
        ),
        (
            {
                "CAPABILITY": "CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=OAUTHBEARER\nOK",
                "AUTHENTICATE": "NO [ALERT] Application-specific password required",
            },
            "mail-oauth",
            "Application-specific password required",
        ),
        ({"AUTHENTICATE": "NO [AUTHENTICATIONFAILED] wrong"}, "mail-login", "wrong"),
        ({"CAPABILITY": "CAPABILITY IMAP4rev1 LOGINDISABLED\nOK"}, "mail-login", "takes only"),
        ({"EXAMINE": "NO no such mailbox"}, "no-folder", "no such mailbox"),
        ({"EXAMINE": "1 EXISTS\nOK"}, "protocol", "UIDVALIDITY"),
        ({"SEARCH": "NO try later"}, "protocol", "try later"),
        ({"SEARCH": "SEARCH one two\nOK"}, "protocol", "one"),
        ({"SEARCH": "BYE shutting down\nOK"}, "disconnected", "shutting down"),
        ({"SEARCH": lambda say: None}, "disconnected", ""),
        (
            {"SEARCH": repeat_without_end(b"* SEARCH", b" 1" * 50_000)},
            "protocol",
            "1,000,000 bytes",
        ),
        (
            {"SEARCH": repeat_without_end(b"", LINE)},
            "protocol",
            "2,000,000 bytes",
        ),
        (
            {"FETCH": repeat_without_end(b"* " + HEAD + b"{999999999}\r\n", b"x")},
            "protocol",
            "2,000,000",
        ),
        ({"FETCH": b"1 FETCH (UID 1 BODY[HEADER]<0> {3}\r\nabc)\nOK"}, "protocol", "left out"),
        ({"SEARCH": drop_by_drop}, "timeout", ""),
    ],
)
def test_why_a_server_is_not_read(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answers: dict[str, Answer],
    reason: str,
    words: str,
) -> None:
    """Each wrong answer of a mail server (by the command that it answers) ends within 20 seconds
    with its reason and a short text with `words`."""
    # lower limits, so that the test is quick
    monkeypatch.setattr(imap, "_SECONDS", 4.0)
    monkeypatch.setattr(imap, "_MOST_BYTES", 2_000_000)
    usual: dict[str, Answer] = {"AUTHENTICATE": "OK", "SEARCH": "SEARCH 1\nOK"}
    with running_mail_server(tmp_path, {**usual, **answers}) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
        started = time.monotonic()

        with pytest.raises(MailboxFailed) as failed:
            read_all(server)
        assert time.monotonic() - started < 20

    assert failed.value.reason == reason
    assert words in failed.value.detail
    assert len(failed.value.detail) < 400


def test_notices_between_answers_are_no_mails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Notices of a mail server about other mails, between the parts of its answer, are skipped;
    only the requested mail, number 1, is read."""
    answers: dict[str, Answer] = {
        "AUTHENTICATE": "OK",
        "SEARCH": "3 EXISTS\nSEARCH 1\nSEARCH\nOK",
        "FETCH": b"2 FETCH (FLAGS (\\Seen) UID 2)\n"
        b"1 FETCH (BODY[HEADER]<0> {4}\r\na: b UID 1 RFC822.SIZE 50"
        b' INTERNALDATE " 9-Jan-2026 12:00:00 +0200")\n2 FETCH (FLAGS (\\Deleted))\nOK',
    }
    with running_mail_server(tmp_path, answers) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
        box = open_folder(server)
        [mail] = box.read_headers(box.list_names("", NOW))
        box.close()

    assert mail.name == NAME
    assert mail.head == b"a: b"
    assert mail.size == 50
    assert mail.received == datetime(2026, 1, 9, 10, tzinfo=UTC)


def test_a_server_that_cannot_move_mails_is_told_to_do_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the server lacks MOVE, moving mails fails, and no folder is opened for writing (SELECT)
    and no mail marked (UID STORE)."""
    with running_mail_server(tmp_path, {"AUTHENTICATE": "OK", "SEARCH": "SEARCH 1\nOK"}) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
        box = open_folder(server)
        names = box.list_names("", NOW)

        with pytest.raises(MailboxFailed, match="cannot move"):
            box.put_away(names, "move:Read")

        box.close()

        assert not any(command.startswith(("SELECT", "UID STORE")) for command in server.commands)
