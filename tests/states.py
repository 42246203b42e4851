"""States of sources, made by the names of their fields alone."""

from dataclasses import fields, is_dataclass, replace
from typing import Any

from syndicator.core.model import SourceState


def change_state(state: SourceState, **values: Any) -> SourceState:
    """`state` with these values, each in the group that has its name."""
    for group in fields(state):
        part = getattr(state, group.name)
        if is_dataclass(part) and group.name not in values:
            mine = {
                field.name: values.pop(field.name) for field in fields(part) if field.name in values
            }
            values[group.name] = replace(part, **mine)  # type: ignore[type-var]
    return replace(state, **values)
