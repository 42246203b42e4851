"""Next time of a cron expression, by APScheduler's cron trigger."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from syndicator.core.errors import ConfigError

_FIELDS = 5
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")


def next_fire(expression: str, after: datetime) -> datetime:
    """Return the next UTC time after `after` that matches the crontab(5) `expression` in the time zone of `after`. If
    neither day field is "*", either may match. Raise ConfigError with a valid example."""
    fields = expression.split()
    if len(fields) != _FIELDS:
        raise _bad(expression, f"it has {len(fields)} fields, not {_FIELDS}")
    minute, hour, day, month, weekday = fields
    either = not day.startswith("*") and not weekday.startswith("*")
    days = [(day, "*"), ("*", weekday)] if either else [(day, weekday)]
    try:
        fires = [_fire((minute, hour, day_of_month, month, other), after) for day_of_month, other in days]
    except ValueError as error:
        raise _bad(expression, str(error)) from error
    times = [fire for fire in fires if fire is not None]
    if not times:
        raise _bad(expression, "it never fires")
    return min(times)


def _fire(fields: tuple[str, str, str, str, str], after: datetime) -> datetime | None:
    from apscheduler.triggers.cron import CronTrigger

    minute, hour, day, month, weekday = fields
    trigger = CronTrigger(
        minute=minute, hour=hour, day=day, month=month, day_of_week=_weekday(weekday), timezone=after.tzinfo
    )
    fire: datetime | None = trigger.get_next_fire_time(after, after)
    return None if fire is None else fire.astimezone(UTC)


def _weekday(field: str) -> str:
    """Replace numbers by names: APScheduler counts days from Monday = 0, cron from Sunday = 0."""
    head, slash, step = field.partition("/")
    if head == "*" and slash:
        head = "0-6"
    if not re.fullmatch(r"[0-7](-[0-7])?(,[0-7](-[0-7])?)*", head):
        return field.lower()
    days: set[int] = set()
    for part in head.split(","):
        first, _, last = part.partition("-")
        days.update(range(int(first), int(last or first) + 1, int(step) if slash else 1))
    if not days:
        raise ValueError(f"no day is in {field!r}")
    return ",".join(dict.fromkeys(_DAYS[day] for day in sorted(days)))


def _bad(expression: str, why: str) -> ConfigError:
    return ConfigError(f'cron expression {expression!r} is wrong: {why}; write it like "*/30 6-22 * * 1-5"')
