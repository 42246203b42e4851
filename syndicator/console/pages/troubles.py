"""What is wrong as Today shows it: a sentence for all, and for each thing what can be done about it at once. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syndicator.console.templating import ago, plural
from syndicator.core.reasons import ConditionReason as Kind
from syndicator.core.reasons import FetchReason
from syndicator.services.health.condition import Condition
from syndicator.services.health.look import Health


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """A button: what it says, the act it asks for, and with what. `strong`: the one to try first."""

    label: str
    act: str
    args: Mapping[str, str]
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A condition, the buttons that may end it, and a link to where more can be done."""

    condition: Condition
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


def troubles(health: Health) -> tuple[tuple[Trouble, ...], tuple[Trouble, ...]]:
    """What needs the operator, and what is worth knowing."""
    made = [trouble(one) for one in health.conditions]
    return tuple(one for one in made if one.condition.needs_you), tuple(
        one for one in made if not one.condition.needs_you
    )


def trouble(one: Condition) -> Trouble:
    """A condition with what can be done about it."""
    key = one.source
    found = [*_remedies(one)]
    if one.kind == Kind.ARTICLES_ON_HOLD:
        return Trouble(condition=one, link="/articles?filter=hold", link_says=f"See {plural(one.count, 'article')}")
    if key:
        mends = one.kind in (Kind.EXTRACTION_COLLAPSED, Kind.SELECTOR_UNMATCHED, Kind.ENTRIES_WAIT)
        says = "Mend" if mends else "More about it"
        link = f"/sources/{key}" + ("/mend" if mends else "")
        return Trouble(condition=one, remedies=tuple(found), link=link, link_says=says)
    return Trouble(condition=one, remedies=tuple(found))


def _remedies(one: Condition) -> list[Remedy]:
    key = {"key": one.source}
    retry, rest = Remedy(label="Try it now", act="retry", args=key), Remedy(label="Let it rest", act="rest", args=key)
    if one.kind == Kind.FEED_HELD:
        return [Remedy(label="Build it again", act="build", args={}, strong=True)]
    if not one.source:
        return []
    if one.kind == Kind.SOURCE_MOVED:
        return [Remedy(label="Adopt the new address", act="adopt-move", args=key, strong=True)]
    if one.kind == Kind.SOURCE_GONE or one.code == FetchReason.GONE:
        return [Remedy(label="Remove it", act="remove-source", args=key, strong=True), retry, rest]
    if one.kind in (Kind.SOURCE_FAILING, Kind.SOURCE_SILENT):
        return [Remedy(label=retry.label, act=retry.act, args=key, strong=True), rest]
    if one.kind == Kind.FLOOD:
        return [rest, Remedy(label="Remove it", act="remove-source", args=key)]
    return [retry]


def number_line(health: Health) -> str:
    """How much there is."""
    counts = health.counts
    parts = [plural(counts.articles, "article"), plural(counts.feeds, "feed")]
    if counts.pending:
        parts.append(plural(counts.pending, "entry", "entries") + " pending")
    if counts.refused:
        parts.append(f"{counts.refused:,} refused")
    parts.append(f"last run {ago(counts.last_run, health.now)}")
    return " · ".join(parts)
