"""Decompress response bodies up to a limit; read Retry-After, caching and status. Pure.

A small body may decode to a huge one: bodies are decoded in small steps, and fail at the limit."""

import re
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_STEP = 65_536  # decoded bytes at a time
# Feeds and pages compress 3 to 30 times, XML that repeats itself up to about 150; deflate can do
# 1,032 (zlib's manual).
RATIO = 250
_RATIO_FROM = 1_000_000  # decoded bytes; smaller bodies may have any ratio
# `wbits` of zlib.decompressobj: a gzip header, a zlib header, no header
_GZIP = 31
_ZLIB = 15
_RAW = -15
_NO_ENCODING = ""
_METHOD = 0x0F
_METHOD_DEFLATE = 8  # of a zlib header's first byte (RFC 1950 section 2.2)
_ZLIB_HEADER = 2  # bytes
LONGEST_RETRY = timedelta(days=7)  # our choice: a Retry-After that is longer counts as this
# The classes of status codes (RFC 9110 section 15).
DELTA = 226  # "IM Used": a part of the feed (RFC 3229 section 10.4.1)
SUCCESS = range(200, 300)
REDIRECTION = range(300, 400)
CLIENT_ERROR = range(400, 500)
_ERROR_CODES = {410: "gone", 429: "rate-limited"}
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,10})", re.I)
_AGE_DIGITS = 9  # of an Age that is believed: more seconds than caches keep anything


class TooLarge(ValueError):
    """Raised if a decoded body is larger than its limit."""


class BadEncoding(ValueError):
    """Raised if a body does not fit its Content-Encoding, or if this program did not accept that
    encoding."""


class Inflater:
    """A decoder for a body with the Content-Encoding `encoding` ("": none). `cap`: the most bytes
    that the decoded body may have. Raises BadEncoding for an encoding that this program does not
    accept.

    Call `feed` with each piece of the body, then `finish`."""

    def __init__(self, encoding: str, cap: int) -> None:
        """`encoding`: the value of the header Content-Encoding, "" if there is none. `cap`: the
        most bytes that the decoded body may have. Raises BadEncoding for an encoding that is not
        accepted."""
        stated = [name.strip().lower() for name in encoding.split(",")]
        encodings = [name for name in stated if name not in ("", "identity")]
        if len(encodings) > 1:
            raise BadEncoding(f"more than one content encoding: {', '.join(encodings)[:80]}")
        self._encoding = next(iter(encodings), _NO_ENCODING)
        if self._encoding not in (_NO_ENCODING, "gzip", "x-gzip", "deflate"):
            raise BadEncoding(f"content encoding {self._encoding[:40]!r} was not asked for")
        self._cap = cap
        self._received = 0
        self._body = bytearray()
        self._decompressor: zlib._Decompress | None = None

    def feed(self, data: bytes) -> None:
        """Decode `data`, the next bytes of the body. Raises TooLarge if the decoded body gets
        larger than its limit, and BadEncoding if the bytes cannot be decoded."""
        self._received += len(data)
        if not self._encoding:
            self._add(data)
            return
        while data:
            data = self._inflate(data)

    def finish(self) -> bytes:
        """Return the decoded body. Raises BadEncoding if the end of the body is missing."""
        if self._decompressor is not None and not self._decompressor.eof:
            raise BadEncoding(f"the {self._encoding} body is cut short")
        return bytes(self._body)

    def _inflate(self, data: bytes) -> bytes:
        """Decode the begin of `data`, as much as gives at most 64 KB, and return the rest of
        `data`. Return b"" if nothing is left to decode. Raises TooLarge and BadEncoding as `feed`
        does."""
        if self._decompressor is None:
            self._decompressor = zlib.decompressobj(self._choose_format(data))
        elif self._decompressor.eof:
            # gzip allows several members in a row (RFC 1952 section 2.2); anything else after the
            # end is padding
            if self._encoding == "deflate" or not data.startswith(b"\x1f"):
                return b""
            self._decompressor = zlib.decompressobj(_GZIP)
        try:
            self._add(self._decompressor.decompress(data, _STEP))
        except zlib.error as error:
            raise BadEncoding(f"the body is not {self._encoding}: {error}") from error
        if self._decompressor.eof:
            return self._decompressor.unused_data
        return self._decompressor.unconsumed_tail

    def _choose_format(self, data: bytes) -> int:
        """Return the format of the body as zlib's parameter `wbits`: _GZIP, _ZLIB or _RAW (deflate
        without a header). `data`: the first bytes of the body."""
        if self._encoding != "deflate":
            return _GZIP
        # "deflate" means zlib (RFC 9110 section 8.4.1.2), but many servers omit zlib's header: two
        # bytes that name the method and are a multiple of 31 (RFC 1950 section 2.2)
        method = data[0] & _METHOD
        if method != _METHOD_DEFLATE:
            return _RAW
        if len(data) < _ZLIB_HEADER or int.from_bytes(data[:_ZLIB_HEADER]) % 31 == 0:
            return _ZLIB
        return _RAW

    def _add(self, piece: bytes) -> None:
        """Append `piece`, decoded bytes, to the body. Raises TooLarge if the body then has more
        than `cap` bytes. Raises it also if the body has over 1 MB and over 250 times the bytes that
        were received, as harmless bodies never compress so well."""
        self._body += piece
        size = len(self._body)
        if size > self._cap:
            raise TooLarge(f"the body decodes to more than {self._cap:,} bytes")
        if self._encoding and size > _RATIO_FROM and size > RATIO * max(self._received, 1):
            raise TooLarge(f"the body decodes to more than {RATIO} times its size")


def decompress_gzip(data: bytes, cap: int) -> bytes:
    """Return the content of `data`, a gzip file. Raises TooLarge if it has more than `cap` bytes,
    and BadEncoding if `data` is not gzip."""
    inflater = Inflater("gzip", cap)
    for start in range(0, len(data), _STEP):
        inflater.feed(data[start : start + _STEP])
    return inflater.finish()


def parse_http_date(value: str) -> datetime | None:
    """Return the HTTP date `value` (RFC 9110 section 5.6.7) as a time in UTC. Return None if it is
    not a date."""
    try:
        parsed = parsedate_to_datetime(value.strip())
        # a date with the zone "-0000" has no `tzinfo`: it is in UTC
        return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def parse_retry_after(value: str, now: datetime) -> datetime | None:
    """Return the time until which a server asks clients to wait, by its header Retry-After (RFC
    9110 section 10.2.3). `value`: seconds or an HTTP date, "" without the header. The time is at
    most a week after `now`. Return None if it would not be in the future."""
    value = value.strip()
    if re.fullmatch(r"\d+(\.\d+)?", value):
        seconds = min(float(value[:30]), LONGEST_RETRY.total_seconds())
        if seconds <= 0:
            return None
        return now + timedelta(seconds=seconds)
    time = parse_http_date(value) if value else None
    if time is None or time <= now:
        return None
    return min(time, now + LONGEST_RETRY)


def measure_clock_offset(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return by how much this machine's clock is ahead of the server's clock; None if the answer
    has no header Date. `headers`: those of the answer. `now`: the time of this machine.

    If the answer comes from a cache, its header Age says how many seconds ago it was sent (RFC 9110
    section 6.6.1, RFC 9111 section 5.1)."""
    sent = parse_http_date(headers.get("date", ""))
    if sent is None:
        return None
    return now - sent - timedelta(seconds=_read_age(headers))


def _read_age(headers: Mapping[str, str]) -> int:
    """Return for how many seconds the answer was in caches, by its header Age. Return 0 if the
    header is missing or not plausible."""
    age = headers.get("age", "")
    if not age.isdecimal() or len(age) > _AGE_DIGITS:
        return 0
    return int(age)


def name_error(status: int) -> str:
    """Return the reason code for a status that is no success: "gone" for 410, "rate-limited" for
    429, and such as "http-404" for any other."""
    return _ERROR_CODES.get(status, f"http-{status}")


def find_fresh_seconds(headers: dict[str, str] | None, now: datetime) -> int | None:
    """Return for how many seconds caches may still use an answer (RFC 9111 section 4.2.1), by
    max-age in its header Cache-Control, or else by Expires. Return 0 if it is stale, and None if
    its headers do not say. `headers`: those of the answer, with lower-case names."""
    if not headers:
        return None
    max_age = _MAX_AGE.search(headers.get("cache-control", ""))
    if max_age:
        return max(0, int(max_age[1]) - _read_age(headers))
    expires = parse_http_date(headers.get("expires", ""))
    if expires is None:
        return None
    sent = parse_http_date(headers.get("date", "")) or now
    return max(0, int((expires - sent).total_seconds()))
