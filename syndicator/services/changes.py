"""What an edit of the configuration changed, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from syndicator.services.container import Configuration

_AT_START = ("publish.host", "publish.port")  # what counts when the service is started alone


def changes(before: Configuration, after: Configuration) -> Iterator[str]:
    """One line for each setting, source and saved query that differs. Names alone: values may be long, or secret."""
    old, new = (dict(_flat(one.settings.model_dump())) for one in (before, after))
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield f"setting {name} changed" + ("; it counts from the next start" if name in _AT_START else "")
    if before.sources is not after.sources:
        yield from _listed("source", *({one.key: one for one in each.sources} for each in (before, after)))
    yield from _listed("query", *({one.slug: one for one in each.queries} for each in (before, after)))


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _listed(what: str, before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[str]:
    for key in sorted(before.keys() | after.keys()):
        if key not in before:
            yield f"{what} {key} added"
        elif key not in after:
            yield f"{what} {key} removed"
        elif before[key] != after[key]:
            yield f"{what} {key} changed"
