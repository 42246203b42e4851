"""One source: how its last visits went, what waits and what was refused, and how it is read. Reads only."""

from __future__ import annotations

from dataclasses import dataclass, fields

from syndicator.core.model import Outcome, Source, SourceState
from syndicator.core.ports import EntryRow
from syndicator.core.ports.subscriptions import Subscription
from syndicator.services.health.condition import Condition, Observed
from syndicator.services.health.conditions import conditions
from syndicator.services.health.episodes import dated
from syndicator.services.health.look import Place, as_written
from syndicator.services.health.memory import read_memory
from syndicator.services.naming import need_sources

_SHOWN = 10  # visits, and entries of each kind


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """How a source is. `state` is None where it was never visited. `rules`: its rules, as in `select "div.text"`."""

    source: Source
    state: SourceState | None
    conditions: tuple[Condition, ...] = ()
    visits: tuple[Outcome, ...] = ()  # newest first
    entries: tuple[EntryRow, ...] = ()  # refused, or tried and still pending; newest first
    rules: tuple[str, ...] = ()
    hub: Subscription | None = None  # that pushes it, or is to


def look_at(place: Place, key: str) -> SourceHealth:
    """How one source is. Raises UsageError for a key that is not in sources.toml, StoreError."""
    need_sources(place, [key])
    source, rules = place.sources[key], _rules(place.sources[key])
    known = place.store.visits.state(key) if place.store else None
    if place.store is None or known is None:
        return SourceHealth(source=source, state=None, rules=rules)
    (state,) = as_written([known], {key: source})
    status = place.store.status
    seen = Observed(
        sources={key: source},
        states=[state],
        operator=[one for one in status.for_the_operator() if one.source == key],
        floods=[one for one in status.floods() if one.source == key],
    )
    return SourceHealth(
        source=source,
        state=state,
        conditions=dated(conditions(seen, place.now), read_memory(place.store)),
        visits=tuple(status.outcomes(key, _SHOWN)),
        entries=status.troubled(key, _SHOWN),
        rules=rules,
        hub=next((one for one in place.store.subscriptions.of(key) if one.wanted), None),
    )


def _rules(source: Source) -> tuple[str, ...]:
    """The rules that the operator wrote for a source."""
    found = []
    for one in fields(source.rules):
        value = getattr(source.rules, one.name)
        if value != one.default:
            found += [f"{one.name} {each!r}" for each in (value if isinstance(value, tuple) else (value,))]
    return tuple(found)
