"""Find the next time that matches a cron expression, with APScheduler's cron trigger."""

import re
from datetime import UTC, datetime

from syndicator.core.errors import ConfigError

_FIELDS = 5
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")


def find_next_time(expression: str, start: datetime) -> datetime:
    """Return the next time after `start`, in UTC, that fits a cron expression. `expression` has
    five fields, such as "30 6 * * 1-5", and counts in the time zone of `start`. If neither the days
    of the month nor the days of the week begin with "*", a day that fits one of the two is enough
    (crontab(5)). Raises ConfigError, with a valid example, if the expression is wrong."""
    from apscheduler.triggers.cron import CronTrigger

    fields = expression.split()
    if len(fields) != _FIELDS:
        raise _make_error(expression, f"it has {len(fields)} fields, not {_FIELDS}")
    minute, hour, day, month, weekday = fields
    times: list[datetime] = []
    try:
        weekdays = _name_weekdays(weekday)
        day_fields = [(day, weekdays)]
        if not day.startswith("*") and not weekday.startswith("*"):
            # one of both is enough, but a trigger demands both: make one trigger for each
            day_fields = [(day, "*"), ("*", weekdays)]
        for day_of_month, day_of_week in day_fields:
            trigger = CronTrigger(
                month=month,
                day=day_of_month,
                day_of_week=day_of_week,
                hour=hour,
                minute=minute,
                timezone=start.tzinfo,
            )
            # `start` as the previous time too: the result is later than `start`
            time = trigger.get_next_fire_time(start, start)
            if time:
                times.append(time)
    except ValueError as error:
        raise _make_error(expression, str(error)) from error
    if not times:
        raise _make_error(expression, "it never fires")
    return min(times).astimezone(UTC)


def _name_weekdays(field: str) -> str:
    """Return the weekday field of a cron expression with names in place of numbers, such as
    "mon,tue,wed,thu,fri" for "1-5". APScheduler would misread numbers: cron counts from Sunday = 0,
    APScheduler from Monday = 0. A field without numbers, such as "*" or "MON-FRI", is returned in
    small letters. Raises ValueError if the field has no day, such as "5-1"."""
    # "1-5/2": every second day of the range
    ranges, slash, step = field.partition("/")
    if ranges == "*" and slash:
        ranges = "0-6"
    has_numbers = re.fullmatch(r"[0-7](-[0-7])?(,[0-7](-[0-7])?)*", ranges) is not None
    if not has_numbers:
        return field.lower()
    step_days = int(step) if slash else 1
    days: set[int] = set()
    for part in ranges.split(","):
        first, _, last = part.partition("-")
        days.update(range(int(first), int(last or first) + 1, step_days))
    if not days:
        raise ValueError(f"no day is in {field!r}")
    names = dict.fromkeys(_DAYS[day] for day in sorted(days))  # 0 and 7 are both "sun"
    return ",".join(names)


def _make_error(expression: str, fault: str) -> ConfigError:
    """Return the error to raise for a wrong cron expression, with a valid example. `fault`: what is
    wrong with it."""
    return ConfigError(
        f'cron expression {expression!r} is wrong: {fault}; write it like "*/30 6-22 * * 1-5"'
    )
