"""What is wrong with sources. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Final

from syndicator.configuration.entry_rules import NEWEST, has_collapsed
from syndicator.configuration.page_rules import LEAD, Wall, unmatched, wall
from syndicator.configuration.sources.identity import moves
from syndicator.core.model import SourceState
from syndicator.core.ports import Move
from syndicator.core.reasons import ConditionReason, FetchReason, WorkerReason, explained
from syndicator.services.health.condition import Condition, Observed, plain
from syndicator.store.status import Waiting

# Failures that mend themselves more often than not: nobody is called for them before they have lasted for a day.
_PASSING: Final = frozenset(
    (
        FetchReason.DNS,
        FetchReason.CONNECT,
        FetchReason.TLS,
        FetchReason.TIMEOUT,
        FetchReason.TRUNCATED,
        FetchReason.DISCONNECTED,
        FetchReason.PROTOCOL,
        FetchReason.RATE_LIMITED,
        FetchReason.SYSTEM,
        WorkerReason.HUNG,
        WorkerReason.MEMORY,
        WorkerReason.CRASHED,
    )
)
_NAMED = 3  # sources in one line
_LASTS: Final = timedelta(days=1)
# Silence: three times the usual pause between two articles, but not what is a pause of a weekend, nor one that the
# source has made twice before.
_TIMES, _LEAST = 3, timedelta(days=1).total_seconds()
_KNOWN_PAUSES = 4


def of_sources(seen: Observed, now: datetime) -> Iterator[Condition]:
    """The conditions of all sources that are followed, and of their entries."""
    followed = [state for state in seen.states if (one := seen.sources.get(state.key)) and one.enabled]
    flooded = {one.source for one in seen.floods}
    for state in followed:
        yield from of_source(state, now)
        if state.warning and state.key not in flooded:
            warning = plain(ConditionReason.SOURCE_WARNING, source=state.key)
            yield replace(warning, detail=state.warning, needs_you=False)
    if muted := sum(state.muted for state in followed):
        choosing = sorted(state.key for state in followed if state.muted)
        detail = f"{muted} of {', '.join(choosing[:_NAMED])}" + (" and others" if len(choosing) > _NAMED else "")
        yield replace(plain(ConditionReason.MUTED), detail=detail, count=muted, needs_you=False)
    for move in moves(followed):
        yield replace(
            plain(ConditionReason.SOURCE_MOVED, source=move.source),
            since=move.since,
            detail=f"{move.url} is now {move.moved_to}" + _moved_along(move),
            needs_you=bool(move.warning),
        )
    yield from (_waiting(ConditionReason.FLOOD, one) for one in seen.floods)
    yield from (_waiting(ConditionReason.ENTRIES_WAIT, one) for one in seen.operator)


def _moved_along(move: Move) -> str:
    if move.site_moved:
        return "; its articles moved along and keep their ids"
    return f"; {move.warning}" if move.warning else ""


def notable(state: SourceState, now: datetime) -> bool:
    """Whether something may be told of a source by what is remembered of it."""
    if state.warning or state.effective_url or state.site_moved:
        return True
    return next(of_source(state, now), None) is not None


def of_source(state: SourceState, now: datetime) -> Iterator[Condition]:
    """What is wrong with one source by what is remembered of it: the worst of its health, and its rules."""
    if state.disabled:
        yield _gone(state)
    elif state.reason:
        yield _failing(state, now)
    elif since := silent_since(state.recent, now):
        yield _silent(state, since, now)
    elif found := wall(state.walls):
        yield _walled(state, found)
    elif has_collapsed(state.bodies):
        yield _collapsed(state)
    for rule, pages in unmatched(state):
        lost = plain(ConditionReason.SELECTOR_UNMATCHED, f"{state.key} {rule}", source=state.key)
        yield replace(lost, detail=f"{rule}: nothing on the last {pages} pages", count=pages)


def _silent(state: SourceState, since: datetime, now: datetime) -> Condition:
    """A source that was silent already when it was added is as its operator wanted it."""
    patience = _patience([at for at in state.recent if at <= now])
    fell = since + (patience or timedelta())
    usual = f"it used to publish about every {_usual(state.recent)}"
    return replace(
        plain(ConditionReason.SOURCE_SILENT, source=state.key),
        since=since,
        detail=f"its last article is of {since:%Y-%m-%d}; {usual}",
        last_success=state.last_success,
        next_try=state.next_due,
        needs_you=state.first_visit is None or state.first_visit < fell,
    )


def _gone(state: SourceState) -> Condition:
    reason, _ = explained(state.disabled or "")
    return replace(
        plain(ConditionReason.SOURCE_GONE, source=state.key),
        since=state.gone_since or state.last_visit,
        reason=reason,
        detail=state.detail,
        last_success=state.last_success,
        code=state.disabled or "",
    )


def _failing(state: SourceState, now: datetime) -> Condition:
    code = state.reason or ""
    reason, cure = explained(code)
    since = state.failing_since or state.last_success or state.first_visit
    passing = code in _PASSING or code.startswith("http-5")
    return Condition(
        kind=ConditionReason.SOURCE_FAILING,
        subject=state.key,
        source=state.key,
        since=since,
        reason=reason,
        detail=state.detail,
        cure=cure or "look at its address in a browser; correct or remove it in sources.toml",
        last_success=state.last_success,
        next_try=state.next_due,
        code=code,
        needs_you=not passing or (since is not None and now - since >= _LASTS),
        count=max(1, state.failures),
    )


def _walled(state: SourceState, found: Wall) -> Condition:
    """A source whose pages show their beginning is read as well as it can be; where they show nothing, something is to
    be decided."""
    return replace(
        plain(ConditionReason.SOURCE_WALLED, source=state.key),
        detail=f"{found.pages} of its last {found.of} pages: {found.means}",
        cure=found.cure,
        code=found.reason,
        last_success=state.last_success,
        next_try=state.next_due,
        needs_you=found.reason != LEAD,
    )


def _collapsed(state: SourceState) -> Condition:
    newest, before = (round(median(part)) for part in (state.bodies[:NEWEST], state.bodies[NEWEST:]))
    refused = state.bodies[:NEWEST].count(0)
    return replace(
        plain(ConditionReason.EXTRACTION_COLLAPSED, source=state.key),
        since=state.recent[:NEWEST][-1] if state.recent else None,  # about when the first of them came
        detail=f"{newest} characters in the middle of the last {NEWEST} pages, of which {refused} were refused; "
        f"{before} in those before",
        last_success=state.last_success,
        next_try=state.next_due,
    )


def silent_since(recent: Sequence[datetime], now: datetime) -> datetime | None:
    """When the silence of a source began to be one: its last article, where the time since then is over three times its
    usual pause; None where it is not, or nothing usual is known. `recent`: publication times."""
    past = [at for at in recent if at <= now]
    patience = _patience(past)
    return max(past) if patience and now - max(past) > patience else None


def _patience(past: Sequence[datetime]) -> timedelta | None:
    """How long a source may be silent that published at these times, None where that is not known."""
    gaps = _pauses(past)
    if len(gaps) < _KNOWN_PAUSES:
        return None
    return timedelta(seconds=max(_TIMES * max(median(gaps), _LEAST), gaps[-2]))


def _waiting(kind: ConditionReason, one: Waiting) -> Condition:
    """Entries of a source that wait for one reason."""
    reason, cure = explained(one.reason)
    wait = "1 entry waits" if one.count == 1 else f"{one.count} entries wait"
    return Condition(
        kind=kind,
        subject=f"{one.source} {one.reason}" if kind == ConditionReason.ENTRIES_WAIT else one.source,
        source=one.source,
        since=one.since,
        reason=reason,
        detail="; ".join(filter(None, (one.detail, f"{wait}, such as {one.example}"))),
        cure=cure,
        next_try=one.next_try,
        code=one.reason,
        count=one.count,
    )


def _pauses(times: Sequence[datetime]) -> list[float]:
    """The seconds between `times`, the longest pause last."""
    ordered = sorted(times)
    return sorted((later - earlier).total_seconds() for earlier, later in pairwise(ordered))


def _usual(recent: Sequence[datetime]) -> str:
    """The usual pause in words."""
    days = median(_pauses(recent)) / _LEAST
    return f"{days:.2g} days" if days > 1 else f"{24 * days:.2g} hours"
