"""Make an entry of a mail: its text, or the reason why it has none. Called in the worker. Pure."""

import email
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import Message
from email.policy import compat32
from html import escape

from syndicator.core.errors import NotAnArticle
from syndicator.core.model import Entry
from syndicator.core.reasons import EntryReason
from syndicator.reading.html import charset
from syndicator.reading.mail.headers import LARGEST, read_headers
from syndicator.reading.mail.privacy import clean_mail

_MOST_PARTS = 200  # parts of a mail
_DEEPEST = 20  # parts inside each other; newsletters have three levels
_LONGEST_TEXT = 5_000_000  # characters
# A text is unreadable if more characters than this, and a larger share, cannot be decoded. The
# numbers are those of charset.decode.
_LEAST_BROKEN = 3
_BROKEN_SHARE = 0.02
_REPLACEMENT = "\ufffd"  # in place of a character that cannot be decoded
_DATE_DIFFERS = timedelta(days=7)  # a Date header longer before the delivery is not believed
_ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]']")
_LIST_ITEM = re.compile(r"\s{0,9}([-*\u2022]|\d{1,2}[.)])\s")


class _UnreadableError(Exception):
    """Raised if a mail has no text that can be read. `reason`: a code; `detail`: why, for
    people."""

    def __init__(self, reason: EntryReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def read_mail(raw: bytes, received: datetime, size: int, readers: tuple[str, ...] = ()) -> Entry:
    """Return a mail as an entry of a feed. If the mail cannot be read, the entry has no text, and
    its `fault` says why.

    `raw`: the bytes of the mail, or only those of its headers if it is larger than LARGEST.
    `received`: when it was delivered. `size`: the size of the whole mail in bytes. `readers`: mail
    addresses of the reader, which are removed from the text like those in the headers."""
    headers = read_headers(raw)
    authors = (headers.sender_name,) if headers.sender_name else headers.senders[:1]
    entry = Entry(
        id=headers.mid_url,
        url=headers.mid_url,
        title=headers.title or "(no subject)",
        authors=authors,
        published=choose_date(headers.sent, received),
    )
    try:
        if size > LARGEST:
            raise _UnreadableError(
                EntryReason.MAIL_TOO_LARGE, f"{size:,} bytes; at most {LARGEST:,}"
            )
        if headers.forgery:
            raise _UnreadableError(EntryReason.MAIL_FORGED, headers.forgery)
        addresses = tuple(dict.fromkeys((*headers.readers, *readers)))
        html = clean_mail(_find_html(raw), addresses, headers.unsubscribe)
    except _UnreadableError as unread:
        return replace(entry, fault=f"{unread.reason}: {unread.detail}")
    except NotAnArticle as broken:
        return replace(entry, fault=f"{EntryReason.MAIL_EMPTY}: {broken.detail}")
    if not html:
        return replace(entry, fault=f"{EntryReason.MAIL_EMPTY}: no text is left of it")
    return replace(entry, content=html)


def choose_date(sent: datetime | None, received: datetime) -> datetime:
    """Return when a mail was sent: `sent`, the date in its headers, if this can be right; else
    `received`, the time of its delivery. The date cannot be right if it is None, after the delivery
    or more than a week before it."""
    if sent is None:
        return received
    is_after_delivery = sent > received
    is_much_earlier = received - sent > _DATE_DIFFERS
    if is_after_delivery or is_much_earlier:
        return received
    return sent


def _find_html(raw: bytes) -> str:
    """Return the text of a mail as HTML: its first part in HTML with text, else its first part in
    plain text, converted to HTML. `raw`: the bytes of the mail. Raises _UnreadableError if it has
    neither, if it has too many parts, or if a part is in no known charset."""
    # checked before parsing: the time for this grows with the square of the depth
    if raw.lower().count(b"content-type:") > _MOST_PARTS:
        raise _UnreadableError(EntryReason.MAIL_NESTED, f"more than {_MOST_PARTS} parts")
    message = email.message_from_bytes(raw, policy=compat32)
    parts = list(_list_parts(message, 0))
    html_parts = [part for part in parts if part.get_content_type() == "text/html"]
    plain_parts = [part for part in parts if part.get_content_type() == "text/plain"]
    for part in html_parts:
        text = _decode_part(part)
        if text.strip():
            return text
    for part in plain_parts:
        text = _decode_part(part)
        if text.strip():
            return make_html(text)
    if any(part.get_content_type() == "message/rfc822" for part in parts):
        raise _UnreadableError(
            EntryReason.MAIL_NESTED, "a mail in a mail, without a text of its own"
        )
    raise _UnreadableError(EntryReason.MAIL_EMPTY, "it has no text")


def _list_parts(part: Message, depth: int) -> Iterator[Message]:
    """Yield the parts of a mail that mail programs show, without attachments. A mail inside of the
    mail is yielded as one part. `part`: the mail, or a part of it; `depth`: the number of parts
    around `part`. Raises _UnreadableError if parts are nested more than 20 deep."""
    if depth > _DEEPEST:
        raise _UnreadableError(EntryReason.MAIL_NESTED, f"more than {_DEEPEST} parts in parts")
    if part.get_content_disposition() == "attachment":
        return
    children = part.get_payload()
    if part.get_content_maintype() != "multipart" or not isinstance(children, list):
        yield part
        return
    for child in children:
        if isinstance(child, Message):
            yield from _list_parts(child, depth + 1)


def _decode_part(part: Message) -> str:
    """Return the text of a part of a mail, at most 5,000,000 characters; "" if it has no content.
    Raises _UnreadableError if more than a few characters are in no known charset."""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    whole_text, _ = charset.decode(data, str(part.get("content-type", "")))
    text = whole_text[:_LONGEST_TEXT]
    broken = text.count(_REPLACEMENT)
    if broken > max(_LEAST_BROKEN, _BROKEN_SHARE * len(text)):
        detail = f"{broken} characters of {len(text)} are in no known charset"
        raise _UnreadableError(EntryReason.MAIL_CHARSET, detail)
    return text


def make_html(text: str) -> str:
    """Return the plain text `text` as HTML. Each paragraph and each item of a list becomes a
    paragraph, and each web address a link."""
    pieces: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text.replace("\r\n", "\n")):
        lines: list[str] = []
        for line in paragraph.split("\n"):
            if _LIST_ITEM.match(line) and lines:
                pieces.append(_make_paragraph(lines))
                lines = []
            lines.append(line)
        pieces.append(_make_paragraph(lines))
    return "".join(pieces)


def _make_paragraph(lines: list[str]) -> str:
    """Return `lines` of plain text as one paragraph of HTML, in which web addresses are links.
    Return "" if all lines are blank."""
    paragraph = " ".join(line.strip() for line in lines).strip()
    if not paragraph:
        return ""
    pieces: list[str] = []
    end = 0  # of the last address
    for match in _ADDRESS.finditer(paragraph):
        text_before = paragraph[end : match.start()]
        address = escape(match[0])
        pieces.append(escape(text_before))
        pieces.append(f'<a href="{address}">{address}</a>')
        end = match.end()
    text_after_last = paragraph[end:]
    pieces.append(escape(text_after_last))
    return f"<p>{''.join(pieces)}</p>"
