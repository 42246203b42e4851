"""Read a list of subscriptions: OPML, or an address a line. Pure.

Faulty lines are skipped and reported, with their number and the cure."""

import codecs
import gzip
import re
from collections.abc import Iterator

from syndicator.configuration.sources import opml
from syndicator.configuration.sources.opml import Outline, Skipped, SubscriptionList
from syndicator.core import urls
from syndicator.core.errors import NotAFeed
from syndicator.core.reasons import FeedReason

LARGEST = 20_000_000  # bytes: an OPML document of some fifty thousand feeds; a choice
_LONGEST_ADDRESS = 2_000  # characters of an address: browsers and servers take no more
_SHOWN_CHARACTERS = 80  # characters of a line at fault
_EXPORT = "export the list from the other reader as OPML, or write one address a line"
_BOMS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
# first bytes of files that people give us by mistake
_PACKED = {gzip.compress(b"")[:2]: "gzip", b"PK": "zip", b"%P": "PDF", b"SQ": "SQLite"}
_ADDRESS = re.compile(r"https?://\S+|[^\s/]*[.:]\S*|localhost\S*", re.I)


def read_subscriptions(data: bytes, *, is_trusted: bool = False) -> SubscriptionList:
    """Return the subscriptions in a list, and those that cannot be imported. `data`: an OPML
    document, or a text with an address on each line. `is_trusted`: True if the list is the
    operator's own, so that settings that give rights are kept. Raises NotAFeed, with the line and
    the cure, if `data` is neither of these, is empty, or is too large."""
    if len(data) > LARGEST:
        size = f"it has {len(data):,} bytes, and {LARGEST:,} are read"
        raise NotAFeed(FeedReason.TOO_LARGE, f"line 1: {size}; split it into several files")
    start = data[:2_000].lstrip(b"\xef\xbb\xbf \t\r\n\0")
    if not start:
        raise NotAFeed(FeedReason.EMPTY, f"line 1: it is empty; {_EXPORT}")
    for mark, name in _PACKED.items():  # first bytes of packed files, such as zip
        if data.startswith(mark) and b"\0" in data[:2_000]:
            raise NotAFeed(
                FeedReason.UNKNOWN_FORMAT, f"line 1: it is a {name} file; unpack it, or {_EXPORT}"
            )
    is_utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if start.startswith(b"<") or is_utf16:
        return _read_xml_or_utf16(data, is_trusted=is_trusted)
    return _read_addresses(_decode_text(data), is_trusted=is_trusted)


def _read_xml_or_utf16(data: bytes, *, is_trusted: bool) -> SubscriptionList:
    """Return the subscriptions in `data`, which begins like XML or is UTF-16: an OPML document, or
    a list of addresses in UTF-16. `is_trusted`: True if the list is the operator's own. Raises
    NotAFeed for a web page, and for other data that cannot be read."""
    # without the NUL bytes of UTF-16, ASCII letters can be compared
    start = data[:2_000].replace(b"\0", b"").lower()
    if b"<" not in start:
        return _read_addresses(_decode_text(data), is_trusted=is_trusted)
    if b"<!doctype html" in start or b"<html" in start:
        raise NotAFeed(FeedReason.HTML, f"line 1: it is a web page; {_EXPORT}")
    return opml.read_opml(data, is_trusted=is_trusted)


def _decode_text(data: bytes) -> str:
    """Return `data` as text. Its encoding is that of its byte order mark, or UTF-8 if it has none.
    Raises NotAFeed, with the line of the first wrong byte, if data without a mark is not UTF-8."""
    for mark, encoding in _BOMS.items():
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        cure = "save the file as UTF-8"
        raise NotAFeed(FeedReason.UNKNOWN_FORMAT, f"line {line}: it is no UTF-8; {cure}") from error


def _read_addresses(text: str, *, is_trusted: bool) -> SubscriptionList:
    """Return the subscriptions in a text with an address on each line, and the lines that cannot be
    imported or repeat an address. `is_trusted`: True if the list is the operator's own. Raises
    NotAFeed, with the fault of the first wrong line, if no line has an address."""
    outlines: dict[str, Outline] = {}  # by alias of the address
    skipped: list[Skipped] = []
    for number, line in _iterate_lines(text):
        item = _read_line(number, line, is_trusted=is_trusted)
        if isinstance(item, Skipped):
            skipped.append(item)
            continue
        alias = urls.alias(item.url)
        first = outlines.get(alias)
        if first is not None:
            why = f"it stands in line {first.line} too"
            skipped.append(Skipped(line=number, name=line, why=why))
            continue
        outlines[alias] = item
    if not outlines:
        fault = skipped[0] if skipped else Skipped(line=1, name="", why="it has no address")
        detail = f"line {fault.line}: {fault.why}; {_EXPORT}"
        raise NotAFeed(FeedReason.UNKNOWN_FORMAT, detail)
    return SubscriptionList(
        outlines=tuple(outlines.values()), skipped=tuple(skipped), is_trusted=is_trusted
    )


def _iterate_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield each line that is neither empty nor a comment (#): its number, from 1, and its text
    without spaces around it."""
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            yield number, stripped


def _read_line(number: int, line: str, *, is_trusted: bool) -> Outline | Skipped:
    """Return the subscription on a line with an address, in which `https://` may be missing. Return
    a Skipped, with the reason, if the line cannot be imported. `number`: the number of the line,
    from 1. `is_trusted`: True if the list is the operator's own, so that the address may be a
    mailbox or contain an environment variable."""
    excerpt = line[:_SHOWN_CHARACTERS]
    if len(line) > _LONGEST_ADDRESS:
        why = f"it has {len(line):,} characters, too many for an address; write one address a line"
        return Skipped(line=number, name=excerpt, why=why)
    url = line if "://" in line else f"https://{line}"
    is_address = _ADDRESS.fullmatch(line) and urls.host(url)
    if not is_address:
        why = f"{excerpt!r} is no web address; write it like https://example.org/feed"
        return Skipped(line=number, name=excerpt, why=why)
    outline = Outline(url=url, line=number)
    if is_trusted:
        return outline
    return opml.clean_outline(outline)
