"""Convert a mail to an entry, or give the reason why it has no text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from syndicator.reading.mail.headers import LARGEST
from syndicator.reading.mail.message import choose_date, make_html, read_mail
from tests.mails import html_text, make_mail

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
HEADERS = b"From: a@b.example\nMessage-ID: <1@b.example>\nMIME-Version: 1.0\n"


def find_fault(raw: bytes, size: int = 0) -> str:
    entry = read_mail(raw, NOW, size or len(raw))
    assert not entry.content or not entry.fault
    return entry.fault.partition(":")[0]


def test_a_newsletter_is_an_entry() -> None:
    """A newsletter (the seventh of the samples) becomes an entry with id, title, author, date and
    text, without the reader's address, tracking and unsubscribing."""
    sent = NOW - timedelta(hours=2)
    raw = make_mail(7, sent)
    entry = read_mail(raw, NOW, len(raw))

    assert entry.id == entry.url == "mid:issue.7@bridges.example"
    assert entry.title == "Issue 7 of the bridges"
    assert entry.authors == ("Bridges Weekly",)
    assert entry.published == sent
    assert not entry.fault
    assert "counted 7 bridges" in entry.content

    for private in ("anna@reader.example", "pixel", "/u/123", "Unsubscribe"):
        assert private not in entry.content


def test_the_html_part_counts_else_the_text() -> None:
    """Of a mail with both forms the HTML is read; a plain text becomes paragraphs, with its
    wrapped lines joined."""
    parts = (
        "--x\nContent-Type: text/plain\n\nplain words\n"
        "--x\nContent-Type: text/html\n\n<p>marked words</p>\n--x--\n"
    )
    two_forms = {"Content-Type": "multipart/alternative; boundary=x"}
    both = make_mail(1, NOW, headers=two_forms, body=parts)

    assert "marked words" in read_mail(both, NOW, len(both)).content

    only_text = {"Content-Type": "text/plain"}
    plain = make_mail(1, NOW, headers=only_text, body="- one\n- two\n\nlast\nline")

    assert (
        read_mail(plain, NOW, len(plain)).content
        == "<body><p>- one</p><p>- two</p><p>last line</p></body>"
    )


def test_addresses_in_a_plain_text_are_links() -> None:
    """An address in plain text becomes a link; the angle brackets and the full stop after it
    stay text."""
    link = '<a href="https://a.example/b?c=1&amp;d=">https://a.example/b?c=1&amp;d=</a>'
    html = make_html("See https://a.example/b?c=1&d=<2>.")

    assert html == f"<p>See {link}&lt;2&gt;.</p>"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (make_mail(1, NOW, headers={"Authentication-Results": "mx; dmarc=fail"}), "mail-forged"),
        (HEADERS + b"From: c@d.example\n\ntext", "mail-forged"),
        (
            HEADERS
            + b"Content-Type: message/rfc822\n\nFrom: x@y.example\nSubject: s\n\ninner text",
            "mail-nested",
        ),
        (HEADERS + b"Content-Type: text/plain\n\n" + b"\x81\xfe\xff\x8d" * 200, "mail-charset"),
        (
            HEADERS + b"Content-Type: text/html\n\n<img src='https://a.example/all.png'>",
            "mail-empty",
        ),
        (HEADERS + b"Content-Type: application/pdf\n\n%PDF-1.4", "mail-empty"),
        (HEADERS + b"Content-Type: text/html\n\n", "mail-empty"),
    ],
)
def test_an_unreadable_mail_has_a_reason_and_no_text(raw: bytes, reason: str) -> None:
    """A mail that is forged, nested, of an unknown charset or without text has that reason and
    no content."""
    assert find_fault(raw) == reason


def test_a_large_mail_has_a_reason() -> None:
    """A mail whose stated size is over the limit is refused as `mail-too-large`; one of exactly
    the limit is read."""
    assert find_fault(HEADERS + b"\ntext", size=LARGEST + 1) == "mail-too-large"
    assert find_fault(HEADERS + b"\ntext", size=LARGEST) == ""


def make_nested_mail(depth: int) -> bytes:
    """A mail with parts in parts."""
    body = b"Content-Type: text/html\n\n<p>deep</p>\n"
    for level in range(depth):
        edge = b"e%d" % level
        kind = b"Content-Type: multipart/mixed; boundary=" + edge + b"\n\n"
        body = kind + b"--" + edge + b"\n" + body + b"\n--" + edge + b"--\n"
    return HEADERS + body


def test_parts_in_parts_have_an_end() -> None:
    """Parts are read through 3 levels; 30 and 3000 levels are refused, so that nesting cannot
    exhaust the stack."""
    assert find_fault(make_nested_mail(depth=3)) == ""
    assert find_fault(make_nested_mail(depth=30)) == "mail-nested"
    assert find_fault(make_nested_mail(depth=3000)) == "mail-nested"


def test_a_declared_charset_that_is_wrong_or_unknown() -> None:
    """A mail is read with the charset that it uses, if the declared one is unknown or too
    narrow."""
    words = "Die Brücken der Städte sind schön, sagt der Bürgermeister."
    used_by_declared = {"no-such-charset": "utf-8", "us-ascii": "utf-8", "iso-8859-1": "cp1252"}

    for declared, used in used_by_declared.items():
        content_type = f"Content-Type: text/plain; charset={declared}\n\n"
        raw = HEADERS + content_type.encode() + words.encode(used)
        assert "Brücken der Städte" in read_mail(raw, NOW, len(raw)).content, declared


def test_the_date_of_a_mail_is_not_later_than_its_delivery() -> None:
    """Future, very old and missing dates of a mail are replaced by the time of its delivery;
    that of the day before stays."""
    delivered = datetime(2026, 1, 10, 12, tzinfo=UTC)
    day_before = delivered - timedelta(days=1)
    day_after = delivered + timedelta(days=1)
    long_before = delivered - timedelta(days=400)

    assert choose_date(day_before, delivered) == day_before
    assert choose_date(day_after, delivered) == delivered
    assert choose_date(long_before, delivered) == delivered
    assert choose_date(None, delivered) == delivered


def test_the_sample_contains_personal_parts() -> None:
    """The sample newsletter has all the personal parts whose removal other tests check."""
    for private in ("anna@reader.example", "pixel", "/u/123", "Unsubscribe"):
        assert private in html_text(1)
