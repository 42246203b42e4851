"""Times as people read them."""

from __future__ import annotations

from datetime import datetime, timedelta

from syndicator.cli.plural import counted

_UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"))


def local(moment: datetime | None, none: str = "") -> str:
    """A time of this machine's zone, to the minute; `none` for none."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M") if moment else none


def span(time: timedelta) -> str:
    """A time in its largest unit: 4 minutes, 3 days."""
    seconds = max(0, int(time.total_seconds()))
    for size, unit in _UNITS:
        if seconds >= size:
            return counted(seconds // size, unit)
    return counted(seconds, "second")
