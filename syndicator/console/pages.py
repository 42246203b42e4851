"""Views for pages: conditions with their remedies (Today), and text differences. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import unified_diff

from syndicator.console.answers import ago, label, plural
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
