"""Views for pages: conditions with their remedies (Today), text differences, and 30 days of a source as a picture.
Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from difflib import unified_diff

from syndicator.console.answers import ago, label, plural
from syndicator.core.model import Outcome
from syndicator.core.reasons import ConditionReason as Kind
from syndicator.core.reasons import FetchReason
from syndicator.services.health.conditions import Condition
from syndicator.services.health.look import Health

_MOST = 400  # lines shown
_KINDS = {"+": "add", "-": "del", "@": "at"}


def of_texts(before: str | None, after: str | None) -> list[tuple[str, str]]:
    """The lines that differ and those around them: "add", "del", "at" (a place) or "same", and the line."""
    lines = unified_diff((before or "").splitlines(), (after or "").splitlines(), lineterm="", n=2)
    shown = [(_KINDS.get(line[:1], "same"), line) for line in lines if not line.startswith(("---", "+++"))]
    more = len(shown) - _MOST
    return shown[:_MOST] + ([("at", f"… {more} lines more")] if more > 0 else [])


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
    """The picture and a sentence for who does not see it. `due`: units from the left, None if it is beyond the edge."""

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
    size = {"width": (DAYS + 1) * _WIDE, "height": _HIGH + 24}
    return Rhythm(bars=bars, words=words, first=f"{shown[0]:%d %b}", last="today", due=due, **size)


def _bar(place: int, day: datetime, articles: int, most: int, visits: Sequence[Outcome]) -> Bar:
    its = [one for one in visits if one.at.astimezone(UTC).date() == day.date()]
    failed = sum(one.status in _FAILED for one in its)
    height = max(3, round(articles / most * _HIGH)) if articles else 0
    label = f"{day:%a %d %b}: {articles} new" + (f", {len(its)} visits" if its else "")
    label += f", {failed} failed" if failed else ""
    counts = {"visits": len(its), "failed": failed, "articles": articles}
    return Bar(x=place * _WIDE + 3, y=_HIGH - height, height=height, label=label, **counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """A button: the operation, and its arguments. `strong`: the one to try first."""

    act: str
    args: Mapping[str, str]
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A condition, the buttons that may end it, and a link to where more can be done."""

    condition: Condition
    name: str = ""  # of what it is about
    remedies: tuple[Remedy, ...] = ()
    link: str = ""
    link_says: str = ""


def sentence(health: Health) -> str:
    """297 fine, 3 need you, last article 4 minutes ago."""
    need, last = len(health.need_you), health.counts.last_article
    parts = [f"{health.fine:,} fine", f"{need} needs you" if need == 1 else f"{need} need you"]
    if health.unvisited:
        parts.append(f"{health.unvisited} not visited yet")
    parts.append(f"last article {ago(last, health.now)}" if last else "no article yet")
    return ", ".join(parts)


def troubles(health: Health, names: Mapping[str, str]) -> tuple[tuple[Trouble, ...], tuple[Trouble, ...]]:
    """The conditions that need the operator, and the others. `names`: of sources."""
    shown = [one for one in health.conditions if one.kind != Kind.ARTICLES_ON_HOLD]  # which have a list of their own
    need, know = ([trouble(one, names) for one in shown if one.needs_you == needs] for needs in (True, False))
    return tuple(need), tuple(know)


def trouble(one: Condition, names: Mapping[str, str] | None = None) -> Trouble:
    """A condition with what can be done about it."""
    link, says = "", ""
    if one.kind == Kind.ARTICLES_ON_HOLD:
        link, says = "/articles?filter=hold", f"See {plural(one.count, 'article')}"
    elif one.kind in (Kind.EXTRACTION_COLLAPSED, Kind.SELECTOR_UNMATCHED, Kind.ENTRIES_WAIT) and one.source:
        link, says = f"/sources/{one.source}/mend", "Mend"
    elif one.source:
        link, says = f"/sources/{one.source}", "Details"
    name = (names or {}).get(one.source or "") or one.subject or label(one.kind.value)
    return Trouble(condition=one, name=name, remedies=tuple(_remedies(one)), link=link, link_says=says)


def _remedies(one: Condition) -> list[Remedy]:
    key = {"key": one.source}
    retry, rest = Remedy(act="retry", args=key), Remedy(act="rest", args=key)
    if one.kind == Kind.FEED_HELD:
        return [Remedy(act="build", args={}, strong=True)]
    if not one.source:
        return []
    if one.kind == Kind.SOURCE_MOVED:
        return [Remedy(act="adopt-move", args=key, strong=True)]
    if one.kind == Kind.SOURCE_GONE or one.code == FetchReason.GONE:
        return [Remedy(act="remove-source", args=key, strong=True), retry, rest]
    if one.kind in (Kind.SOURCE_FAILING, Kind.SOURCE_SILENT):
        return [replace(retry, strong=True), rest]
    if one.kind == Kind.FLOOD:
        return [rest, Remedy(act="remove-source", args=key)]
    return [retry]


def number_line(health: Health) -> str:
    """The numbers of the instance."""
    counts = health.counts
    parts = [plural(counts.articles, "article"), plural(counts.feeds, "feed")]
    if counts.pending:
        parts.append(plural(counts.pending, "entry", "entries") + " pending")
    if counts.refused:
        parts.append(f"{counts.refused:,} refused")
    parts.append(f"last run {ago(counts.last_run, health.now)}")
    return " · ".join(parts)
