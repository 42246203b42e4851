"""Find the next time that matches a cron expression, by APScheduler's cron trigger."""

import re
from datetime import UTC, datetime

from syndicator.core.errors import ConfigError

_FIELDS = 5
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")


def next_fire(expression: str, after: datetime) -> datetime:
    """Return the next UTC time after `after` that matches the crontab(5) `expression` in the time
    zone of `after`. If neither day field is "*", either may match. Raise ConfigError with a valid
    example."""
    from apscheduler.triggers.cron import CronTrigger

    fields = expression.split()
    if len(fields) != _FIELDS:
        raise _bad(expression, f"it has {len(fields)} fields, not {_FIELDS}")
    minute, hour, day, month, weekday = fields
    either = not day.startswith("*") and not weekday.startswith("*")
    try:
        names = _weekday(weekday)
        days = [(day, "*"), ("*", names)] if either else [(day, names)]
        triggers = [
            CronTrigger(None, month, date, None, name, hour, minute, timezone=after.tzinfo)
            for date, name in days
        ]
        times: list[datetime] = [
            time for trigger in triggers if (time := trigger.get_next_fire_time(after, after))
        ]
    except ValueError as error:
        raise _bad(expression, str(error)) from error
    if not times:
        raise _bad(expression, "it never fires")
    return min(times).astimezone(UTC)


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
    return ConfigError(
        f'cron expression {expression!r} is wrong: {why}; write it like "*/30 6-22 * * 1-5"'
    )
