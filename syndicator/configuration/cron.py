"""When a cron expression fires next, by APScheduler's cron trigger."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from syndicator.core.errors import ConfigError

_FIELDS = 5
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")


def next_fire(expression: str, after: datetime) -> datetime:
    """The next time in UTC after `after` that fits the crontab(5) `expression` in its time zone: if neither day field
    is "*", one of them is enough. Raises ConfigError with a right example."""
    fields = expression.split()
    if len(fields) != _FIELDS:
        raise _bad(expression, f"it has {len(fields)} fields, not {_FIELDS}")
    minute, hour, day, month, weekday = fields
    either = not day.startswith("*") and not weekday.startswith("*")
    days = [(day, "*"), ("*", weekday)] if either else [(day, weekday)]
    try:
        fires = [_fire((minute, hour, one, month, other), after) for one, other in days]
    except ValueError as error:
        raise _bad(expression, str(error)) from error
    known = [fire for fire in fires if fire is not None]
    if not known:
        raise _bad(expression, "it never fires")
    return min(known)


def _fire(fields: tuple[str, str, str, str, str], after: datetime) -> datetime | None:
    from apscheduler.triggers.cron import CronTrigger

    minute, hour, day, month, weekday = fields
    trigger = CronTrigger(
        minute=minute, hour=hour, day=day, month=month, day_of_week=_weekday(weekday), timezone=after.tzinfo
    )
    fire: datetime | None = trigger.get_next_fire_time(after, after)
    return None if fire is None else fire.astimezone(UTC)


def _weekday(field: str) -> str:
    """The field with names for numbers: APScheduler counts days from Monday = 0, cron from Sunday = 0."""
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
