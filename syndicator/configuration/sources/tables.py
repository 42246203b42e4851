"""A source as the plain values of its table in sources.toml. Pure."""

from __future__ import annotations

import dataclasses
from typing import Any

from syndicator.core.model import Rules, Source


def differing(value: Any, default: Any) -> dict[str, Any]:
    """The fields of a dataclass that differ from those of `default`, with their values."""
    names = [field.name for field in dataclasses.fields(value)]
    return {name: getattr(value, name) for name in names if getattr(value, name) != getattr(default, name)}


def table(source: Source) -> dict[str, Any]:
    """What of `source` differs from the defaults: texts, numbers, lists and tables."""
    found = differing(source, Source(key="", url=""))
    if "rules" in found:
        found["rules"] = differing(source.rules, Rules())
    return found
