"""Headers of mails: sender, list, address, and forged senders."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from syndicator.core.urls import is_mail
from syndicator.reading.mail.headers import read_headers


def test_the_headers_of_a_newsletter() -> None:
    """Encoded, folded and oddly written headers are read as mail programs do; a line of the body
    that looks like a header is not."""
    headers = read_headers(
        b"From: =?utf-8?q?Br=C3=BCcken=2C_w=C3=B6chentlich?= <News@Bridges.example>\r\n"
        b"To: anna@reader.example\r\n"
        b"Delivered-To: a.smith@reader.example\r\n"
        b"Subject: =?utf-8?b?QnLDvGNrZW4=?=\r\n der Woche\r\n"
        b"List-Id: Weekly <Weekly.Bridges.example>\r\n"
        b"Message-ID: <a.1%b@bridges.example>\r\n"
        b"List-Unsubscribe: <https://bridges.example/u/1>, <mailto:u@bridges.example>\r\n"
        b"Date: Mon, 30 Nov 2026 10:00:00 +0100\r\n"
        b"\r\n"
        b"From: not@a.header\r\n"
    )

    assert headers.senders == ("news@bridges.example",)
    assert headers.sender_name == "Brücken, wöchentlich"
    assert headers.title == "Brücken der Woche"
    assert headers.list_id == "weekly.bridges.example"
    assert headers.is_newsletter
    assert headers.mid_url == "mid:a.1%25b@bridges.example"
    assert headers.sent == datetime(2026, 11, 30, 9, tzinfo=UTC)
    assert headers.readers == ("anna@reader.example", "a.smith@reader.example")
    assert headers.unsubscribe == ("https://bridges.example/u/1", "mailto:u@bridges.example")
    # no sign that the sender is forged
    assert headers.forgery == ""


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n\nno headers",
        b"From: =?utf-8?b?!!!?= <x@y.example>\nSubject: =?no-such?q?=FF?=\nDate: never\n\n",
        b"From: \xff\xfe <x@y.example>\nSubject: \xff\nMessage-ID: <\xff>\n\n",
        b"Date: 1 Jan 0001 00:00:00 +2359\n\n",
        b"Message-ID: <" + b"x" * 900 + b"@y.example>\n\n",
        b"Date: Fri, 31 Dec 9999 23:59:59 -2359\nFrom: ,,,\n\n",
    ],
)
def test_broken_headers_give_a_mail_an_address_nevertheless(raw: bytes) -> None:
    """A mail with missing, invalid or very long headers gets a short ASCII address that
    identifies it."""
    headers = read_headers(raw)

    assert is_mail(headers.mid_url)
    assert headers.mid_url.isascii()
    assert len(headers.mid_url) < 300


def test_mails_without_an_id_have_different_addresses() -> None:
    """Two mails without a Message-ID get different addresses, made from their headers, in the
    reserved domain `.invalid`."""
    first = read_headers(b"Subject: 1\n\n").mid_url
    second = read_headers(b"Subject: 2\n\n").mid_url
    assert first != second
    assert first.endswith("@no-message-id.invalid")


@pytest.mark.parametrize(
    ("results", "forgery"),
    [
        ("", ""),
        ("mx.example; dmarc=pass; dkim=fail; spf=fail", ""),
        ("mx.example; spf=pass; dkim=pass; dmarc=fail (p=none)", "dmarc=fail"),
        ("mx.example; dkim=fail header.d=a.example; dkim=pass header.d=b.example", ""),
        ("mx.example; dkim=fail; spf=softfail", "dkim=fail, without spf=pass"),
        ("mx.example; dkim=fail; spf=pass", ""),
        ("mx.example; dkim=pass (dmarc=fail is only a comment)", ""),
        ("mx.example; dkim=none; spf=none", ""),
    ],
)
def test_the_mailbox_server_reports_forged_senders(results: str, forgery: str) -> None:
    """A mail counts as forged if DMARC failed, or if DKIM failed without a passing SPF; comments
    in brackets do not count."""
    line = f"Authentication-Results: {results}\n" if results else ""
    assert read_headers(f"{line}From: a@b.example\n\n".encode()).forgery == forgery


def test_results_that_the_sender_wrote_do_not_count() -> None:
    """Only results above the first `Received` header count: our server wrote them, the sender
    may have written the others."""
    from_our_server = "Authentication-Results: mx.example; dmarc=fail\nReceived: x\n"
    from_sender = "Authentication-Results: mx.example; dmarc=pass\nFrom: a@b.example\n\n"
    assert read_headers((from_our_server + from_sender).encode()).forgery == "dmarc=fail"


def test_a_mail_of_several_senders_is_forged() -> None:
    """A mail with two addresses as its sender, in two headers or in one, counts as forged."""
    two_headers = b"From: a@b.example\nFrom: c@d.example\n\n"
    one_header = b"From: a@b.example, c@d.example\n\n"
    for mail in (two_headers, one_header):
        headers = read_headers(mail)
        assert headers.senders == ("a@b.example", "c@d.example")
        assert headers.forgery == "2 addresses as its sender"
