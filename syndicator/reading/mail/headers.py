"""Read the headers of a mail that tell whose newsletter it is (RFC 5322, 2047, 2919). Pure."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import getaddresses, parsedate_to_datetime
from urllib.parse import quote

from syndicator.core import text, urls

LARGEST = 10_000_000  # bytes of a mail: pictures are mostly linked, and Gmail shows 102,000 of text
LONGEST_HEAD = 65_536  # bytes of headers that are read; long chains of servers have 20,000
_LONGEST_ID = 200  # characters: RFC 5322 allows 996, and an address of that length helps nobody
_NO_ID = "no-message-id.invalid"
_MESSAGE_ID = re.compile(r"[!-;=?-~]+@[!-;=?-~]+")  # printable ASCII but "<" and ">"
_BRACKETS = re.compile(r"<([^<>]*)>")
_READER_HEADERS = (
    "to",
    "cc",
    "bcc",
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-forwarded-to",
)
_CHECK_RESULT = re.compile(r"\b(dmarc|dkim|spf)\s{0,9}=\s{0,9}([a-z]+)", re.I)
_COMMENT = re.compile(r"\([^()]*\)")
_FAILED = frozenset({"fail", "policy"})  # results of dkim (RFC 8601 section 2.7.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailHeaders:
    """The headers of a mail. `senders`: the addresses of all From headers, in lower case;
    `sender_name`: as the mail shows it; `list_id`: its mailing list; `is_newsletter`: it says that
    it is from a list; `mid`: its address (RFC 2392)."""

    mid: str
    title: str = ""
    senders: tuple[str, ...] = ()
    sender_name: str = ""
    list_id: str = ""
    is_newsletter: bool = False
    sent: datetime | None = None
    readers: tuple[str, ...] = ()
    unsubscribe: tuple[str, ...] = ()
    forgery: str = ""


def read_headers(raw: bytes) -> MailHeaders:
    """Read the headers at the beginning of a mail. Never raises, whatever a stranger wrote."""
    head = raw[:LONGEST_HEAD].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    message = BytesHeaderParser(policy=compat32).parsebytes(head + b"\n\n")
    addresses = list(_list_addresses(message, ["from"]))
    senders = tuple(address for _, address in addresses)
    list_id = _read_list_id(_read_first(message, "list-id"))
    unsubscribe = tuple(_BRACKETS.findall(_read_first(message, "list-unsubscribe")))
    return MailHeaders(
        mid=make_mid(_read_first(message, "message-id"), head),
        title=text.line(_read_first(message, "subject")),
        senders=senders,
        sender_name=text.line(addresses[0][0]) if addresses else "",
        list_id=list_id,
        is_newsletter=bool(list_id or unsubscribe),
        sent=_parse_date(_read_first(message, "date")),
        readers=tuple(
            dict.fromkeys(address for _, address in _list_addresses(message, _READER_HEADERS))
        ),
        unsubscribe=unsubscribe,
        forgery=find_forgery(senders, _read_first(message, "authentication-results")),
    )


def make_mid(message_id: str, otherwise: bytes) -> str:
    """Return the address of a mail with this Message-ID header; of a mail without a usable one, an
    address made of `otherwise`, its headers."""
    bare = message_id.strip().removeprefix("<").removesuffix(">").strip()
    if len(bare) > _LONGEST_ID or not _MESSAGE_ID.fullmatch(bare):
        bare = f"{hashlib.sha256(otherwise).hexdigest()[:32]}@{_NO_ID}"
    return urls.MAIL + quote(bare, safe="!$&'()*+,;=:@-._~")


def find_forgery(senders: tuple[str, ...], results: str) -> str:
    """Return why the sender of a mail is not who it says, or "". `results`: the uppermost
    Authentication-Results header, which the server of the mailbox wrote (RFC 8601): one that a
    sender writes stands below it. A server that writes none leaves nothing to judge by."""
    if len(senders) != 1:
        return f"{len(senders)} addresses as its sender"
    checks: dict[str, set[str]] = {"dmarc": set(), "dkim": set(), "spf": set()}
    for name, result in _CHECK_RESULT.findall(_COMMENT.sub("", results)):
        checks[name.lower()].add(result.lower())
    if "pass" in checks["dmarc"]:
        return ""
    if "fail" in checks["dmarc"]:
        return "dmarc=fail"
    is_signed = not checks["dkim"] or "pass" in checks["dkim"]
    is_from_there = "pass" in checks["spf"]
    if not is_signed and not is_from_there and checks["dkim"] & _FAILED:
        return "dkim=fail, without spf=pass"
    return ""


def decode_words(value: str) -> str:
    """Return a header with its encoded words decoded (RFC 2047), also with broken ones."""
    # bytes that are no ASCII come as surrogates: today's mails have UTF-8 there
    plain = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        pieces = decode_header(plain)
    except ValueError:  # a word whose base64 is broken
        return plain
    return "".join(_decode_piece(piece, charset) for piece, charset in pieces)


def _decode_piece(piece: bytes | str, charset: str | None) -> str:
    if isinstance(piece, str):
        return piece
    try:
        return piece.decode(charset or "utf-8", "replace")
    except (LookupError, ValueError):  # no such charset
        return piece.decode("utf-8", "replace")


def _list_values(message: Message, name: str) -> Iterator[str]:
    """Yield the raw values of a header, unfolded."""
    for key, value in message.raw_items():
        if key.lower() == name:
            yield re.sub(r"[\r\n]+\s*", " ", value)


def _read_first(message: Message, name: str) -> str:
    return decode_words(next(_list_values(message, name), ""))


def _list_addresses(message: Message, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the names and addresses of headers. A name is decoded after it was parted from its
    address: it may have a comma, or look like an address."""
    values = [value for name in names for value in _list_values(message, name)]
    for name, address in getaddresses(values):
        if "@" in address:
            yield decode_words(name), address.strip().lower()


def _read_list_id(value: str) -> str:
    bracketed = _BRACKETS.findall(value)
    return text.line(bracketed[-1] if bracketed else value).lower()


def _parse_date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    try:
        return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # the first or last day of the calendar
        return None
