"""Turn the state of an instance or of a source into JSON, as `status --json` prints it.

docs/json.md lists the fields."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from syndicator.core import secrets, urls
from syndicator.core.model import SourceState
from syndicator.core.ports.subscriptions import Subscription
from syndicator.health.conditions import Condition
from syndicator.health.summary import Health, SourceHealth
from syndicator.store.engine import Store

# Fields of a source, in this order. Others are internal and may change.
_OF_A_CONDITION = (
    *("kind", "subject", "source", "needs_you", "since", "last_success", "next_try"),
    *("code", "reason", "detail", "cure", "count"),
)
_OF_A_VISIT = (
    *(
        "at",
        "status",
        "reason",
        "detail",
        "announced",
        "added",
        "changed",
        "refused",
        "pending",
        "waiting",
    ),
    *("seconds", "bytes", "next_due", "due_why"),
)
_OF_A_HUB = (
    "topic",
    "verified_at",
    "expires",
    "last_push",
    "pushed",
    "missed",
    "next_try",
    "reason",
    "detail",
)


def _picked(item: object, *names: str) -> dict[str, Any]:
    return {name: getattr(item, name) for name in names}


def document(
    health: Health, store: Store | None, sources: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    status = store.status if store else None
    figures = health.figures
    broken = (condition for condition in health.conditions if condition.kind == "article-file")
    return {
        "fine": health.fine,
        "need_you": len(health.need_you),
        "unvisited": health.unvisited,
        **_picked(figures.counts, "articles", "feeds", "pending"),
        **_picked(health, "waiting", "muted"),
        "pictures": asdict(figures.pictures) if figures.pictures else None,
        **_picked(figures.counts, "last_article", "last_run"),
        "freshness": figures.freshness,
        "disks": [_picked(disk, "path", "free", "size") for disk in health.disks],
        "conditions": [of_condition(condition) for condition in health.conditions],
        "sources": sources,
        "refused": status.refused() if status else [],
        "late": status.late() if status else [],
        "for_the_operator": health.for_the_operator,
        "held": [feed.problem for feed in health.held],
        "on_hold": health.on_hold,
        "moves": health.moves,
        "files": [
            {"what": file.subject, "reason": file.code, "detail": file.detail} for file in broken
        ],
        "llm": health.llm,
        "schedule": health.schedule,
        "health_feed": health.feed or None,
    }


def of_condition(condition: Condition) -> dict[str, Any]:
    special = {
        "kind": condition.kind.value,
        "source": condition.source or None,
        "code": condition.code or None,
    }
    return _picked(condition, *_OF_A_CONDITION) | special


def of_state(state: SourceState) -> dict[str, Any]:
    return {
        "key": state.key,
        "url": secrets.shown(state.url),
        **_picked(state.backoff, "reason", "detail", "failures", "failing_since", "disabled"),
        "warning": state.warning,
        **_picked(state.visits, "last_visit", "last_success"),
        **_picked(state.schedule, "next_due", "due_why", "waiting"),
        "moved_to": state.redirects.effective_url,
    }


def of_source(health: SourceHealth) -> dict[str, Any]:
    """Return the JSON object of one source, as `status --source` prints it."""
    return {
        "source": health.source.key,
        "url": secrets.shown(health.source.url),
        "enabled": health.source.enabled,
        "rules": health.rules,
        "hub": of_hub(health.hub) if health.hub else None,
        "state": of_state(health.state) if health.state else None,
        "conditions": [of_condition(condition) for condition in health.conditions],
        # `added`, `changed`: ids of articles
        "visits": [_picked(visit, *_OF_A_VISIT) for visit in health.visits],
        "entries": [
            {"what": entry.url or entry.entry_id}
            | _picked(entry, "status", "reason", "detail", "tries", "next_try")
            for entry in health.entries
        ],
    }


def of_hub(hub: Subscription) -> dict[str, Any]:
    return {
        "url": urls.redacted(hub.hub),
        **{name: getattr(hub, name) or None for name in _OF_A_HUB},
    }
