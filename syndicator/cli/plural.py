"""Numbers with their nouns, and times, as people read them."""

from __future__ import annotations

from datetime import datetime, timedelta

_UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"))


def counted(number: int, noun: str) -> str:
    """ "1 article", "2 articles": for nouns whose plural ends in s."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def span(time: timedelta) -> str:
    """A time in its largest unit: 4 minutes, 3 days."""
    seconds = max(0, int(time.total_seconds()))
    for size, unit in _UNITS:
        if seconds >= size:
            return counted(seconds // size, unit)
    return counted(seconds, "second")


def local(moment: datetime | None, none: str = "") -> str:
    """A time of this machine's zone, to the minute; `none` for none."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M") if moment else none
