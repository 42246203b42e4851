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
    hub: Subscription | None = None  # the one asked to push it


def look_at(place: Place, key: str) -> SourceHealth:
    """Return the health of one source. Raises UsageError for a key that is not in sources.toml, StoreError."""
    need_sources(place, [key])
    source, recorded = place.sources[key], place.store.visits.state(key) if place.store else None
    named = ((field, getattr(source.rules, field.name)) for field in fields(Rules))
    changed = ((field.name, value) for field, value in named if value != field.default)
    lists = ((name, value if isinstance(value, tuple) else (value,)) for name, value in changed)
    rules = tuple(f"{name} {each!r}" for name, values in lists for each in values)
    if place.store is None or recorded is None:
        return SourceHealth(source=source, state=None, rules=rules)
    (state,) = as_written([recorded], {key: source})
    status = place.store.status
    seen = Observed(
        sources={key: source},
        states=[state],
        operator=[entries for entries in status.for_the_operator() if entries.source == key],
        floods=[entries for entries in status.floods() if entries.source == key],
    )
    return SourceHealth(
        source=source,
        state=state,
        conditions=dated(conditions(seen, place.now), read_memory(place.store)),
        visits=tuple(status.outcomes(key, _SHOWN)),
        entries=status.troubled(key, _SHOWN),
        rules=rules,
        hub=next((hub for hub in place.store.subscriptions.of(key) if hub.wanted), None),
    )


# Fields of a source, in this order. Others are internal and may change.
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


def _picked(item: object, *names: str) -> dict[str, Any]:
    return {name: getattr(item, name) for name in names}


def document(health: Health, store: Store | None, sources: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the state of an instance, for JSON; `sources`: each from `of_state`."""
    status = store.status if store else None
    broken = (condition for condition in health.conditions if condition.kind == "article-file")
    return {
        "fine": health.fine,
        "need_you": len(health.need_you),
        "unvisited": health.unvisited,
        **_picked(health.counts, "articles", "feeds", "pending"),
        **_picked(health, "waiting", "muted"),
        "pictures": asdict(health.pictures) if health.pictures else None,
        **_picked(health.counts, "last_article", "last_run"),
        "freshness": health.freshness,
        "disks": [_picked(disk, "path", "free", "size") for disk in health.disks],
        "conditions": [of_condition(condition) for condition in health.conditions],
        "sources": sources,
        "refused": status.refused() if status else [],
        "late": status.late() if status else [],
        "for_the_operator": status.for_the_operator() if status else [],
        "held": status.held() if status else [],
        "on_hold": status.on_hold() if status else [],
        "moves": health.moves,
        "files": [{"what": file.subject, "reason": file.code, "detail": file.detail} for file in broken],
        "llm": health.llm,
        "health_feed": health.feed or None,
    }


def of_condition(condition: Condition) -> dict[str, Any]:
    """Return a condition, for JSON."""
    special = {"kind": condition.kind.value, "source": condition.source or None, "code": condition.code or None}
    return _picked(condition, *_OF_A_CONDITION) | special


def of_state(state: SourceState) -> dict[str, Any]:
    """Return the state of a source, for JSON."""
    return _picked(state, *_OF_A_SOURCE) | {"url": secrets.shown(state.url), "moved_to": state.effective_url}


def of_source(health: SourceHealth) -> dict[str, Any]:
    """Return one source with its visits and entries, for JSON."""
    entries = ((entry, {"what": entry.url or entry.entry_id}) for entry in health.entries)
    return {
        "source": health.source.key,
        "url": secrets.shown(health.source.url),
        "enabled": health.source.enabled,
        "rules": health.rules,
        "hub": of_hub(health.hub) if health.hub else None,
        "state": of_state(health.state) if health.state else None,
        "conditions": [of_condition(condition) for condition in health.conditions],
        "visits": [_picked(visit, *_OF_A_VISIT) for visit in health.visits],  # `added`, `changed`: ids of articles
        "entries": [what | _picked(row, "status", "reason", "detail", "tries", "next_try") for row, what in entries],
    }


def of_hub(hub: Subscription) -> dict[str, Any]:
    """Return a subscription without its secrets, for JSON."""
    return {"url": urls.redacted(hub.hub), **{name: getattr(hub, name) or None for name in _OF_A_HUB}}
