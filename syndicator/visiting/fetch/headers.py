"""What a status code and the headers of an answer mean. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST_RETRY = timedelta(days=7)  # our choice: a Retry-After that is longer counts as this
# The classes of status codes (RFC 9110 section 15).
DELTA = 226  # "IM Used": a part of the feed (RFC 3229 section 10.4.1)
SUCCESS, REDIRECTION, CLIENT_ERROR = range(200, 300), range(300, 400), range(400, 500)
_AGE_DIGITS = 9  # of an Age that is believed: more seconds than caches keep anything


def joined(items: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Header names in lower case, values of one name joined by ", " (RFC 9110 section 5.3)."""
    found: dict[str, str] = {}
    for name, value in items:
        name = name.lower()
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def http_date(value: str) -> datetime | None:
    """An HTTP date (RFC 9110 section 5.6.7) as aware UTC, None for anything else."""
    try:
        parsed = parsedate_to_datetime(value.strip())
        return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def retry_after(value: str, now: datetime) -> datetime | None:
    """When a Retry-After (seconds or a date, RFC 9110 section 10.2.3) allows the next try: at most a week from `now`.
    None for a value that is neither, and for a time that has passed."""
    value = value.strip()
    if re.fullmatch(r"\d+(\.\d+)?", value):
        seconds = min(float(value[:30]), LONGEST_RETRY.total_seconds())
        return now + timedelta(seconds=seconds) if seconds > 0 else None
    when = http_date(value) if value else None
    if when is None or when <= now:
        return None
    return min(when, now + LONGEST_RETRY)


def clock_offset(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How far `now` is ahead of the server's clock by Date and Age (RFC 9110 section 6.6.1, RFC 9111 section 5.1).
    None if the answer has no Date."""
    sent, age = http_date(headers.get("date", "")), headers.get("age", "")
    if sent is None:
        return None
    return now - sent - timedelta(seconds=int(age) if age.isdecimal() and len(age) <= _AGE_DIGITS else 0)


def error_code(status: int) -> str:
    """The reason code of an answer other than 2xx: gone, rate-limited, http-404, http-503, ..."""
    return {410: "gone", 429: "rate-limited"}.get(status, f"http-{status}")


def fresh_seconds(headers: dict[str, str] | None, now: datetime) -> int | None:
    """For how many seconds an answer says it stays fresh (RFC 9111 section 4.2.1): max-age, else Expires. None when it
    does not say."""
    if not headers:
        return None
    match = re.search(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,10})", headers.get("cache-control", ""), re.I)
    if match:
        age = headers.get("age", "")
        return max(0, int(match[1]) - (int(age) if age.isdecimal() and len(age) <= _AGE_DIGITS else 0))
    expires = http_date(headers.get("expires", ""))
    if expires is None:
        return None
    base = http_date(headers.get("date", "")) or now
    return max(0, int((expires - base).total_seconds()))
