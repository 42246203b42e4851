"""Tell the time of this machine, in UTC and whole seconds."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the time in UTC, in whole seconds: files store no fractions."""
    return datetime.now(UTC).replace(microsecond=0)
