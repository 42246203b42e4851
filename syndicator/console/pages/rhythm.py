"""The last 30 days of a source as a picture: bars of new articles, marks of visits, and when the next is due. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from syndicator.core.model import Outcome

DAYS, _WIDE, _HIGH = 30, 20, 90  # of them, units of one, units of the highest bar
_AHEAD = 2  # days from the beginning of today in which the next visit is shown
_FAILED = ("failed", "disabled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A day: where it stands, how high it is, and what to say of it. `failed`: a share of its visits did."""

    x: int
    y: int
    height: int
    label: str
    visits: int
    failed: int
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """The picture, and the same in a sentence for who does not see it. `due`: where the next visit stands, in units
    from the left, None where it is beyond."""

    bars: tuple[Bar, ...]
    width: int
    height: int
    words: str
    first: str
    last: str
    due: int | None


def rhythm(days: Mapping[datetime, int], visits: Sequence[Outcome], next_due: datetime | None, now: datetime) -> Rhythm:
    """The picture of what came on each of the last `DAYS` days, today included."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    shown = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    most = max(days.values(), default=0) or 1
    bars = tuple(_bar(place, day, days.get(day, 0), most, visits) for place, day in enumerate(shown))
    total, failed = sum(one.articles for one in bars), sum(one.failed for one in bars)
    words = (
        f"{total} new articles in {DAYS} days, on {sum(one.articles > 0 for one in bars)} of them; "
        f"{failed} of the last {sum(one.visits for one in bars)} visits failed"
    )
    ahead = (next_due - today).total_seconds() / 86400 if next_due else None
    due = int((DAYS - 1 + ahead) * _WIDE) if ahead is not None and 0 <= ahead < _AHEAD else None
    return Rhythm(
        bars=bars,
        width=(DAYS + 1) * _WIDE,
        height=_HIGH + 24,
        words=words,
        first=f"{shown[0]:%d %b}",
        last="today",
        due=due,
    )


def _bar(place: int, day: datetime, articles: int, most: int, visits: Sequence[Outcome]) -> Bar:
    its = [one for one in visits if one.at.astimezone(UTC).date() == day.date()]
    failed = sum(one.status in _FAILED for one in its)
    height = round(articles / most * _HIGH) if articles else 0
    label = f"{day:%a %d %b}: {articles} new" + (f", {len(its)} visits" if its else "")
    label += f", {failed} failed" if failed else ""
    return Bar(
        x=place * _WIDE + 3,
        y=_HIGH - max(height, 3 if articles else 0),
        height=max(height, 3 if articles else 0),
        label=label,
        visits=len(its),
        failed=failed,
        articles=articles,
    )
