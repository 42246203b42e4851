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

# Bytes of a mail that is read. Newsletters are small: their pictures are mostly linked, and Gmail
# shows at most 102,000 bytes of text.
LARGEST = 10_000_000
LONGEST_HEAD = 65_536  # bytes of headers that are read; mails through many servers have 20,000
_LONGEST_ID = 200  # characters of a Message-ID that is used; RFC 5322 allows 996
_NO_ID = "no-message-id.invalid"
_MESSAGE_ID = re.compile(r"[!-;=?-~]+@[!-;=?-~]+")  # printable ASCII but "<" and ">"
_BRACKETS = re.compile(r"<([^<>]*)>")
# headers with the addresses of whom the mail was sent to
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
_FAILED = frozenset({"fail", "policy"})  # results of DKIM for a wrong signature (RFC 8601, 2.7.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailHeaders:
    """The headers of a mail, decoded. A missing one is "", () or None."""

    mid_url: str  # the address of the mail, see make_mid
    title: str = ""  # its subject
    senders: tuple[str, ...] = ()  # the addresses of all From headers, in lower case
    sender_name: str = ""  # of the first sender, as mail programs show it
    list_id: str = ""  # of its mailing list (RFC 2919), "" if it states none
    is_newsletter: bool = False  # it says that it comes from a list
    sent: datetime | None = None  # the Date header
    readers: tuple[str, ...] = ()  # the addresses to which it was sent, in lower case
    unsubscribe: tuple[str, ...] = ()  # the addresses that end the subscription
    forgery: str = ""  # why the sender is not believed, see find_forgery


def read_headers(raw: bytes) -> MailHeaders:
    """Return the headers of a mail that tell whose newsletter it is. `raw`: the bytes of the mail,
    at least those of its headers. Never raises, whatever the mail contains."""
    start = raw[:LONGEST_HEAD].replace(b"\r\n", b"\n")
    header_bytes, _, _ = start.partition(b"\n\n")  # an empty line ends the headers
    message = BytesHeaderParser(policy=compat32).parsebytes(header_bytes + b"\n\n")
    names_and_addresses = list(_list_addresses(message, ["from"]))
    senders = tuple(address for _, address in names_and_addresses)
    sender_name = ""
    if names_and_addresses:
        first_name, _ = names_and_addresses[0]
        sender_name = text.line(first_name)
    list_id = _read_list_id(_read_first(message, "list-id"))
    unsubscribe = tuple(_BRACKETS.findall(_read_first(message, "list-unsubscribe")))
    readers = dict.fromkeys(address for _, address in _list_addresses(message, _READER_HEADERS))
    return MailHeaders(
        mid_url=make_mid(_read_first(message, "message-id"), header_bytes),
        title=text.line(_read_first(message, "subject")),
        senders=senders,
        sender_name=sender_name,
        list_id=list_id,
        is_newsletter=bool(list_id or unsubscribe),
        sent=_parse_date(_read_first(message, "date")),
        readers=tuple(readers),
        unsubscribe=unsubscribe,
        forgery=find_forgery(senders, _read_first(message, "authentication-results")),
    )


def make_mid(message_id: str, headers: bytes) -> str:
    """Return the address of a mail: "mid:" and its Message-ID (RFC 2392). If the Message-ID is
    missing, invalid or longer than 200 characters, a hash of all `headers` takes its place.
    `message_id`: the header Message-ID, "" if there is none."""
    bare = message_id.strip().removeprefix("<").removesuffix(">").strip()
    if len(bare) > _LONGEST_ID or not _MESSAGE_ID.fullmatch(bare):
        bare = f"{hashlib.sha256(headers).hexdigest()[:32]}@{_NO_ID}"
    return urls.MAIL + quote(bare, safe="!$&'()*+,;=:@-._~")


def find_forgery(senders: tuple[str, ...], results: str) -> str:
    """Return why a mail may not come from its sender, "" if nothing shows that it is forged.

    `senders`: the addresses in its From headers. `results`: its first Authentication-Results
    header, "" if there is none, so that only the number of senders is checked. The server of the
    mailbox adds this header above all others (RFC 8601), so that a forger's is never the first."""
    if len(senders) != 1:
        return f"{len(senders)} addresses as its sender"
    checks: dict[str, set[str]] = {"dmarc": set(), "dkim": set(), "spf": set()}
    for name, result in _CHECK_RESULT.findall(_COMMENT.sub("", results)):
        checks[name.lower()].add(result.lower())
    if "pass" in checks["dmarc"]:
        return ""
    if "fail" in checks["dmarc"]:
        return "dmarc=fail"
    # without a policy of the sender (DMARC), a wrong signature only counts if SPF does not pass
    has_wrong_signature = "pass" not in checks["dkim"] and checks["dkim"] & _FAILED
    if has_wrong_signature and "pass" not in checks["spf"]:
        return "dkim=fail, without spf=pass"
    return ""


def decode_words(value: str) -> str:
    """Return `value`, that of a header, with its encoded words ("=?utf-8?q?...?=", RFC 2047)
    decoded. If one word is broken, no word is decoded."""
    # the parser gives bytes beyond ASCII as surrogates; in today's mails they are UTF-8
    plain = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        pieces = decode_header(plain)
    except ValueError:  # a word whose base64 is broken
        return plain
    return "".join(_decode_piece(piece, charset) for piece, charset in pieces)


def _decode_piece(piece: bytes | str, charset: str | None) -> str:
    """Return `piece`, a part of a header, as text. `charset`: the charset of its bytes; if it is
    None or unknown, they are read as UTF-8."""
    if isinstance(piece, str):
        return piece
    try:
        return piece.decode(charset or "utf-8", "replace")
    except (LookupError, ValueError):  # no such charset
        return piece.decode("utf-8", "replace")


def _list_values(message: Message, name: str) -> Iterator[str]:
    """Yield the raw values of all headers called `name` (in lower case), each on one line."""
    for key, value in message.raw_items():
        if key.lower() == name:
            yield re.sub(r"[\r\n]+\s*", " ", value)


def _read_first(message: Message, name: str) -> str:
    """Return the decoded value of the first header called `name`, "" if there is none."""
    return decode_words(next(_list_values(message, name), ""))


def _list_addresses(message: Message, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the addresses in all headers with one of `names`, as (name of the person, mail address
    in lower case). The name is "" if none is stated."""
    values: list[str] = []
    for header in names:
        values += _list_values(message, header)
    for name, address in getaddresses(values):
        # decoded only now: a decoded name may contain a comma or look like an address
        if "@" in address:
            yield decode_words(name), address.strip().lower()


def _read_list_id(value: str) -> str:
    """Return the id in a List-Id header, in lower case: "News <news.site.example>" gives
    "news.site.example". Return "" if `value` is ""."""
    bracketed = _BRACKETS.findall(value)
    list_id = bracketed[-1] if bracketed else value
    return text.line(list_id).lower()


def _parse_date(value: str) -> datetime | None:
    """Return the moment of a Date header in UTC, None if it is invalid."""
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    try:
        return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # the first or last day of the calendar
        return None
