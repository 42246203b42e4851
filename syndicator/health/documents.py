"""Turn the state of an instance or of a source into JSON, as `status --json` prints it.

docs/json.md lists the fields."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from syndicator.core import secrets, urls
from syndicator.core.model import SourceState
from syndicator.core.ports import EntryRow
from syndicator.core.ports.subscriptions import Subscription
from syndicator.health.conditions import Condition
from syndicator.health.summary import Health, SourceHealth
from syndicator.store.engine import Store

# Fields of a source, in this order. Others are internal and may change.
_OF_A_CONDITION = (
    "kind",
    "subject",
    "source",
    "needs_you",
    "since",
    "last_success",
    "next_try",
    "code",
    "reason",
    "detail",
    "cure",
    "count",
)
_OF_A_VISIT = (
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
    "seconds",
    "bytes",
    "next_due",
    "due_why",
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


def _pick_fields(item: object, *names: str) -> dict[str, Any]:
    """Return the attributes of `item` with these names: the value of each by its name."""
    return {name: getattr(item, name) for name in names}


def describe_instance(
    health: Health, store: Store | None, sources: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the JSON object that `status --json` prints about an instance. `health`: its state.
    `store`: its database, None before the first run. `sources`: the JSON objects of its sources."""
    figures = health.figures
    result: dict[str, Any] = {
        "fine": health.fine,
        "need_you": len(health.need_you),
        "unvisited": health.unvisited,
    }
    result |= _pick_fields(figures.counts, "articles", "feeds", "pending")
    result |= _pick_fields(health, "waiting", "muted")
    result["pictures"] = asdict(figures.pictures) if figures.pictures else None
    result |= _pick_fields(figures.counts, "last_article", "last_run")
    result["freshness"] = figures.freshness
    result["disks"] = [_pick_fields(disk, "path", "free", "size") for disk in health.disks]
    result["conditions"] = [describe_condition(condition) for condition in health.conditions]
    result["sources"] = sources
    result["refused"] = store.status.refused() if store else []
    result["late"] = store.status.list_late() if store else []
    result["for_the_operator"] = health.for_the_operator
    result["held"] = [feed.problem for feed in health.held]
    result["on_hold"] = health.on_hold
    result["moves"] = health.moves
    result["files"] = _list_broken_files(health.conditions)
    result["llm"] = health.llm
    result["schedule"] = health.schedule
    result["health_feed"] = health.feed or None
    return result


def _list_broken_files(conditions: Iterable[Condition]) -> list[dict[str, Any]]:
    """Return a JSON object for each article file that cannot be read: "what" (the path), "reason"
    and "detail"."""
    broken = [condition for condition in conditions if condition.kind == "article-file"]
    return [
        {"what": condition.subject, "reason": condition.code, "detail": condition.detail}
        for condition in broken
    ]


def describe_condition(condition: Condition) -> dict[str, Any]:
    """Return the JSON object of a condition, a fault or a remark. Fields that do not apply to it
    are null."""
    result = _pick_fields(condition, *_OF_A_CONDITION)
    result["kind"] = condition.kind.value
    result["source"] = condition.source or None
    result["code"] = condition.code or None
    return result


def describe_state(state: SourceState) -> dict[str, Any]:
    """Return the JSON object of a source's state: its address, why its last visits failed, when it
    was last visited, and when it is visited next."""
    failure = _pick_fields(
        state.backoff, "reason", "detail", "failures", "failing_since", "disabled"
    )
    return {
        "key": state.key,
        "url": secrets.hide_secrets(state.url),
        **failure,
        "warning": state.warning,
        **_pick_fields(state.visits, "last_visit", "last_success"),
        **_pick_fields(state.schedule, "next_due", "due_why", "waiting"),
        "moved_to": state.redirects.effective_url,
    }


def describe_source(health: SourceHealth) -> dict[str, Any]:
    """Return the JSON object that `status --source` prints about one source: its rules, its hub,
    its state, its conditions, its last visits, and its entries that were refused or wait."""
    source = health.source
    result: dict[str, Any] = {
        "source": source.key,
        "url": secrets.hide_secrets(source.url),
        "enabled": source.enabled,
        "rules": health.rules,
    }
    result["hub"] = describe_hub(health.hub) if health.hub else None
    result["state"] = describe_state(health.state) if health.state else None
    result["conditions"] = [describe_condition(condition) for condition in health.conditions]
    # `added`, `changed`: ids of articles
    result["visits"] = [_pick_fields(visit, *_OF_A_VISIT) for visit in health.visits]
    result["entries"] = [_describe_entry(entry) for entry in health.entries]
    return result


def _describe_entry(entry: EntryRow) -> dict[str, Any]:
    """Return the JSON object of an entry that was refused or waits for another try: its address
    (its id if it has none), and how the tries so far ended."""
    attempts = _pick_fields(entry, "status", "reason", "detail", "tries", "next_try")
    return {"what": entry.url or entry.entry_id, **attempts}


def describe_hub(hub: Subscription) -> dict[str, Any]:
    """Return the JSON object of the subscription by which a WebSub hub pushes a source's feed to
    us. Empty fields are null."""
    result: dict[str, Any] = {"url": urls.redacted(hub.hub)}
    for name in _OF_A_HUB:
        result[name] = getattr(hub, name) or None
    return result
