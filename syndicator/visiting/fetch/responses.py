"""Decompress response bodies up to a limit; read Retry-After, caching and status. Pure.
A bomb fails at the limit, as Content-Encoding is undone in small steps."""

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
_GZIP = 31
_ZLIB = 15
_RAW = -15  # zlib's window bits: a gzip header, a zlib header, no header
_METHOD = 0x0F
_METHOD_DEFLATE = 8  # of a zlib header's first byte (RFC 1950 section 2.2)
_ZLIB_HEADER = 2  # bytes
LONGEST_RETRY = timedelta(days=7)  # our choice: a Retry-After that is longer counts as this
# The classes of status codes (RFC 9110 section 15).
DELTA = 226  # "IM Used": a part of the feed (RFC 3229 section 10.4.1)
SUCCESS = range(200, 300)
REDIRECTION = range(300, 400)
CLIENT_ERROR = range(400, 500)
_AGE_DIGITS = 9  # of an Age that is believed: more seconds than caches keep anything


class TooLarge(ValueError):
    """The decoded body is larger than its limit."""


class BadEncoding(ValueError):
    """The bytes do not match their Content-Encoding, or we did not accept that encoding."""


class Inflater:
    """Decoder of a Content-Encoding: `feed` takes bytes, `finish` returns up to `cap`. Raises
    TooLarge, BadEncoding."""

    def __init__(self, encoding: str, cap: int) -> None:
        names = [name.strip().lower() for name in encoding.split(",")]
        names = [name for name in names if name not in ("", "identity")]
        if len(names) > 1:
            raise BadEncoding(f"more than one content encoding: {', '.join(names)[:80]}")
        self._name = names[0] if names else ""
        if self._name not in ("", "gzip", "x-gzip", "deflate"):
            raise BadEncoding(f"content encoding {self._name[:40]!r} was not asked for")
        self._cap = cap
        self._wire = 0
        self._body = bytearray()
        self._machine: zlib._Decompress | None = None

    def feed(self, data: bytes) -> None:
        self._wire += len(data)
        if not self._name:
            self._add(data)
            return
        while data:
            data = self._inflate(data)

    def finish(self) -> bytes:
        if self._machine is not None and not self._machine.eof:
            raise BadEncoding(f"the {self._name} body is cut short")
        return bytes(self._body)

    def _inflate(self, data: bytes) -> bytes:
        if self._machine is None:
            self._machine = zlib.decompressobj(self._window(data))
        elif self._machine.eof:
            # gzip allows several members in a row (RFC 1952 section 2.2); anything else after the
            # end is padding
            if self._name == "deflate" or not data.startswith(b"\x1f"):
                return b""
            self._machine = zlib.decompressobj(_GZIP)
        try:
            self._add(self._machine.decompress(data, _STEP))
        except zlib.error as error:
            raise BadEncoding(f"the body is not {self._name}: {error}") from error
        return self._machine.unused_data if self._machine.eof else self._machine.unconsumed_tail

    def _window(self, data: bytes) -> int:
        if self._name != "deflate":
            return _GZIP
        # "deflate" means zlib (RFC 9110 8.4.1.2), but many omit zlib's header, a multiple of 31
        # (RFC 1950 2.2)
        zlib_header = data[0] & _METHOD == _METHOD_DEFLATE and (
            len(data) < _ZLIB_HEADER or int.from_bytes(data[:_ZLIB_HEADER]) % 31 == 0
        )
        return _ZLIB if zlib_header else _RAW

    def _add(self, piece: bytes) -> None:
        self._body += piece
        size = len(self._body)
        if size > self._cap:
            raise TooLarge(f"the body decodes to more than {self._cap:,} bytes")
        if self._name and size > _RATIO_FROM and size > RATIO * max(self._wire, 1):
            raise TooLarge(f"the body decodes to more than {RATIO} times its size")


def gunzip(data: bytes, cap: int) -> bytes:
    """Return the content of a gzip file. Raise TooLarge over `cap` bytes, BadEncoding if it is not
    gzip."""
    inflater = Inflater("gzip", cap)
    for start in range(0, len(data), _STEP):
        inflater.feed(data[start : start + _STEP])
    return inflater.finish()


def http_date(value: str) -> datetime | None:
    """Parse an HTTP date (RFC 9110 section 5.6.7) as aware UTC, or return None."""
    try:
        parsed = parsedate_to_datetime(value.strip())
        return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def retry_after(value: str, now: datetime) -> datetime | None:
    """Parse Retry-After (RFC 9110 section 10.2.3): a future time, at most a week from `now`, or
    None."""
    value = value.strip()
    if re.fullmatch(r"\d+(\.\d+)?", value):
        seconds = min(float(value[:30]), LONGEST_RETRY.total_seconds())
        return now + timedelta(seconds=seconds) if seconds > 0 else None
    when = http_date(value) if value else None
    if when is None or when <= now:
        return None
    return min(when, now + LONGEST_RETRY)


def clock_offset(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return by how much `now` leads the server's time (Date, Age; RFC 9110 6.6.1, RFC 9111 5.1),
    None without Date."""
    sent = http_date(headers.get("date", ""))
    age = headers.get("age", "")
    if sent is None:
        return None
    return (
        now
        - sent
        - timedelta(seconds=int(age) if age.isdecimal() and len(age) <= _AGE_DIGITS else 0)
    )


def error_code(status: int) -> str:
    """Return the reason code of a status other than 2xx: gone, rate-limited, http-404, ..."""
    return {410: "gone", 429: "rate-limited"}.get(status, f"http-{status}")


def fresh_seconds(headers: dict[str, str] | None, now: datetime) -> int | None:
    """Return the seconds of freshness (RFC 9111 section 4.2.1): max-age, else Expires, else
    None."""
    if not headers:
        return None
    match = re.search(
        r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,10})", headers.get("cache-control", ""), re.I
    )
    if match:
        age = headers.get("age", "")
        return max(
            0, int(match[1]) - (int(age) if age.isdecimal() and len(age) <= _AGE_DIGITS else 0)
        )
    expires = http_date(headers.get("expires", ""))
    if expires is None:
        return None
    base = http_date(headers.get("date", "")) or now
    return max(0, int((expires - base).total_seconds()))
