"""Contents of pages: conditions with their remedies (Today), and text differences. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import unified_diff

from syndicator.console.answers import ago, label, plural
from syndicator.core.reasons import ConditionReason as Kind
from syndicator.core.reasons import FetchReason
from syndicator.services.health.conditions import Condition
from syndicator.services.health.status import Health

_MOST = 400  # lines shown
_KINDS = {"+": "add", "-": "del", "@": "at"}


def of_texts(before: str | None, after: str | None) -> list[tuple[str, str]]:
    """Return changed lines with their context, as (kind, line). Kinds: "add", "del", "same", "at" for a position."""
    lines = unified_diff((before or "").splitlines(), (after or "").splitlines(), lineterm="", n=2)
    shown = [(_KINDS.get(line[:1], "same"), line) for line in lines if not line.startswith(("---", "+++"))]
    more = len(shown) - _MOST
    return shown[:_MOST] + ([("at", f"… {more} lines more")] if more > 0 else [])


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """A button with an operation and its arguments. `strong`: try this one first."""

    act: str
    args: Mapping[str, str]
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A condition, buttons that may end it, and a link to more."""

    condition: Condition
    name: str = ""  # of its subject
    remedies: tuple[Remedy, ...] = ()
    link: str = ""
    link_says: str = ""


def sentence(health: Health) -> str:
    """Return a line such as: 297 fine, 3 need you, last article 4 minutes ago."""
    need, last = len(health.need_you), health.counts.last_article
    parts = (
        f"{health.fine:,} fine",
        f"{need} needs you" if need == 1 else f"{need} need you",
        f"{health.unvisited} not visited yet" if health.unvisited else "",
        f"last article {ago(last, health.now)}" if last else "no article yet",
    )
    return ", ".join(filter(None, parts))


def troubles(health: Health, names: Mapping[str, str]) -> tuple[tuple[Trouble, ...], tuple[Trouble, ...]]:
    """Return the conditions that need the operator, and the others. `names`: of sources."""
    # articles on hold have a list of their own
    shown = [condition for condition in health.conditions if condition.kind != Kind.ARTICLES_ON_HOLD]
    need = tuple(trouble(condition, names) for condition in shown if condition.needs_you)
    return need, tuple(trouble(condition, names) for condition in shown if not condition.needs_you)


def trouble(condition: Condition, names: Mapping[str, str] | None = None) -> Trouble:
    """Return a condition with its remedies."""
    link, says = "", ""
    if condition.kind == Kind.ARTICLES_ON_HOLD:
        link, says = "/articles?filter=hold", f"See {plural(condition.count, 'article')}"
    elif condition.kind in (Kind.EXTRACTION_COLLAPSED, Kind.SELECTOR_UNMATCHED, Kind.ENTRIES_WAIT) and condition.source:
        link, says = f"/sources/{condition.source}/mend", "Mend"
    elif condition.source:
        link, says = f"/sources/{condition.source}", "Details"
    name = (names or {}).get(condition.source or "") or condition.subject or label(condition.kind.value)
    return Trouble(condition=condition, name=name, remedies=tuple(_remedies(condition)), link=link, link_says=says)


def _remedies(condition: Condition) -> list[Remedy]:
    key = {"key": condition.source}
    retry, rest = Remedy(act="retry", args=key), Remedy(act="rest", args=key)
    if condition.kind == Kind.FEED_HELD:
        return [Remedy(act="build", args={}, strong=True)]
    if not condition.source:
        return []
    if condition.kind == Kind.SOURCE_MOVED:
        return [Remedy(act="adopt-move", args=key, strong=True)]
    if condition.kind == Kind.SOURCE_GONE or condition.code == FetchReason.GONE:
        return [Remedy(act="remove-source", args=key, strong=True), retry, rest]
    if condition.kind in (Kind.SOURCE_FAILING, Kind.SOURCE_SILENT):
        return [replace(retry, strong=True), rest]
    if condition.kind == Kind.FLOOD:
        return [rest, Remedy(act="remove-source", args=key)]
    return [retry]


def number_line(health: Health) -> str:
    """Return the line of article, feed and entry counts."""
    counts = health.counts
    parts = (
        plural(counts.articles, "article"),
        plural(counts.feeds, "feed"),
        plural(counts.pending, "entry", "entries") + " pending" if counts.pending else "",
        f"{counts.refused:,} refused" if counts.refused else "",
        f"last run {ago(counts.last_run, health.now)}",
    )
    return " · ".join(filter(None, parts))
