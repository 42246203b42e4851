"""Output of `status --json` (fields: docs/json.md), and the report on one source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from syndicator.core import secrets, urls
from syndicator.core.model import Outcome, Rules, Source, SourceState
from syndicator.core.ports import EntryRow
from syndicator.core.ports.subscriptions import Subscription
from syndicator.services.health.conditions import Condition, Observed, conditions
from syndicator.services.health.episodes import dated, read_memory
from syndicator.services.health.look import Health, as_written
from syndicator.services.naming import need_sources
from syndicator.services.places import Place
from syndicator.store.engine import Store

_SHOWN = 10  # visits, and entries of each kind


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """The state of a source, None if it was never visited. `rules`: as in `select "div.text"`."""

    source: Source
    state: SourceState | None
    conditions: tuple[Condition, ...] = ()
    visits: tuple[Outcome, ...] = ()  # newest first
    entries: tuple[EntryRow, ...] = ()  # refused, or tried and still pending; newest first
    rules: tuple[str, ...] = ()
    hub: Subscription | None = None  # that pushes it, or is to


def look_at(place: Place, key: str) -> SourceHealth:
    """Look at one source. Raises UsageError for a key that is not in sources.toml, StoreError."""
    need_sources(place, [key])
    source, known = place.sources[key], place.store.visits.state(key) if place.store else None
    changed = ((one.name, value) for one in fields(Rules) if (value := getattr(source.rules, one.name)) != one.default)
    lists = ((name, value if isinstance(value, tuple) else (value,)) for name, value in changed)
    rules = tuple(f"{name} {each!r}" for name, values in lists for each in values)
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


# Of a source, in this order. What else is remembered of it is nobody's business and may change.
_OF_A_SOURCE = (
    *("key", "url", "reason", "detail", "failures", "failing_since", "disabled", "warning"),
    *("last_visit", "last_success", "next_due", "due_why", "waiting"),
)
_OF_A_CONDITION = (
    *("kind", "subject", "source", "needs_you", "since", "last_success", "next_try"),
    *("code", "reason", "detail", "cure", "count"),
)
_OF_A_VISIT = (
    *("at", "status", "reason", "detail", "announced", "added", "changed", "refused", "pending", "waiting"),
    *("seconds", "bytes", "next_due", "due_why"),
)
_OF_A_HUB = ("topic", "verified_at", "expires", "last_push", "pushed", "missed", "next_try", "reason", "detail")


def _picked(one: object, *names: str) -> dict[str, Any]:
    return {name: getattr(one, name) for name in names}


def document(health: Health, store: Store | None, sources: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The state of an instance, for JSON; `sources`: each as `of_state` has it."""
    status, broken = store.status if store else None, (one for one in health.conditions if one.kind == "article-file")
    return {
        "fine": health.fine,
        "need_you": len(health.need_you),
        "unvisited": health.unvisited,
        **_picked(health.counts, "articles", "feeds", "pending"),
        **_picked(health, "waiting", "muted"),
        "pictures": asdict(health.pictures) if health.pictures else None,
        **_picked(health.counts, "last_article", "last_run"),
        "freshness": health.freshness,
        "disks": [_picked(one, "path", "free", "size") for one in health.disks],
        "conditions": [of_condition(one) for one in health.conditions],
        "sources": sources,
        "refused": status.refused() if status else [],
        "late": status.late() if status else [],
        "for_the_operator": status.for_the_operator() if status else [],
        "held": status.held() if status else [],
        "on_hold": status.on_hold() if status else [],
        "moves": health.moves,
        "files": [{"what": one.subject, "reason": one.code, "detail": one.detail} for one in broken],
        "llm": health.llm,
        "health_feed": health.feed or None,
    }


def of_condition(one: Condition) -> dict[str, Any]:
    """A condition, for JSON."""
    special = {"kind": one.kind.value, "source": one.source or None, "code": one.code or None}
    return _picked(one, *_OF_A_CONDITION) | special


def of_state(state: SourceState) -> dict[str, Any]:
    """The state of a source, for JSON."""
    return _picked(state, *_OF_A_SOURCE) | {"url": secrets.shown(state.url), "moved_to": state.effective_url}


def of_source(found: SourceHealth) -> dict[str, Any]:
    """One source with its visits and entries, for JSON."""
    entries = ((one, {"what": one.url or one.entry_id}) for one in found.entries)
    return {
        "source": found.source.key,
        "url": secrets.shown(found.source.url),
        "enabled": found.source.enabled,
        "rules": found.rules,
        "hub": of_hub(found.hub) if found.hub else None,
        "state": of_state(found.state) if found.state else None,
        "conditions": [of_condition(one) for one in found.conditions],
        "visits": [_picked(one, *_OF_A_VISIT) for one in found.visits],  # `added` and `changed` are ids of articles
        "entries": [what | _picked(one, "status", "reason", "detail", "tries", "next_try") for one, what in entries],
    }


def of_hub(one: Subscription) -> dict[str, Any]:
    """A subscription without its secrets, for JSON."""
    return {"url": urls.redacted(one.hub), **{name: getattr(one, name) or None for name in _OF_A_HUB}}
