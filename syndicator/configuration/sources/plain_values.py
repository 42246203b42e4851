"""Turn a source into a plain table of its set fields, and a digest of that table. Pure."""

import dataclasses
import json
from typing import Any

from syndicator.core.model import Rules, Source
from syndicator.core.text import stamp as digest


def differing(value: Any, default: Any) -> dict[str, Any]:
    """Return the fields of a dataclass that differ from `default`, with their values."""
    names = [field.name for field in dataclasses.fields(value)]
    return {
        name: getattr(value, name)
        for name in names
        if getattr(value, name) != getattr(default, name)
    }


def table(source: Source) -> dict[str, Any]:
    """Return the fields of `source` that differ from the defaults."""
    values = differing(source, Source(key="", url=""))
    if "rules" in values:
        values["rules"] = differing(source.rules, Rules())
    return values


def stamp(source: Source) -> str:
    """Return a digest of the source's table, to refuse edits of a changed source."""
    return digest(json.dumps(table(source), default=list, sort_keys=True))
