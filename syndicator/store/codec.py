"""Convert dataclasses to JSON for columns and back, and times and texts to values. Pure."""

import hashlib
import json
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

from syndicator.core.model import SourceState

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
NEVER = -(2**62)  # an unknown time in a column that is sorted
# Fields of a state that each visit changes
_PLAN = ("last_visit", "last_success", "next_due", "due_why")
# Groups of fields of a state, and the group of each name in its document
_GROUPS = {
    group.name: group.default for group in fields(SourceState) if is_dataclass(group.default)
}
_GROUP_OF = {inner.name: group for group, value in _GROUPS.items() for inner in fields(value)}
# ASCII, so that lone surrogates survive: pydantic's own JSON has none
_JSON = json.JSONEncoder(separators=(",", ":"), default=datetime.isoformat)
# of four bytes at most: PostgreSQL indexes at most 2,704 bytes (a third of its page)
_KEY_CHARS = 500


def pack(value: Any, skip: frozenset[str] = frozenset()) -> str:
    """Return a dataclass as ASCII JSON, without the fields `skip` and those with their default.
    Raises TypeError."""
    return _JSON.encode(_plain(value, skip))


@dataclass(frozen=True, slots=True, kw_only=True)
class StateDocuments:
    """A state as two documents without groups: fields that each visit changes are in `plan`; the
    others are long."""

    data: str
    plan: str


def pack_state(state: SourceState) -> StateDocuments:
    """Return a state as its row has it, without the groups of its fields."""
    document = _plain(state)
    for group in _GROUPS:
        document |= document.pop(group, {})
    plan = {name: document.pop(name) for name in _PLAN if name in document}
    return StateDocuments(data=_JSON.encode(document), plan=_JSON.encode(plan))


def unpack_state(data: str, plan: str) -> SourceState:
    """Return the state that `pack_state` packed; fields of `plan` win. Raises as `unpack`."""
    document = json.loads(data)
    if plan:
        document |= json.loads(plan)
    grouped: dict[str, Any] = {}
    for name, value in document.items():
        if name in _GROUP_OF:
            grouped.setdefault(_GROUP_OF[name], {})[name] = value
        else:
            grouped[name] = value
    state: SourceState = _adapter(SourceState).validate_python(grouped)
    return state


def unpack(cls: type[T], document: str) -> T:
    """Return the `cls` that `pack` wrote; unknown fields are ignored. Raises ValueError, TypeError
    for other documents."""
    kind: Any = cls
    return cast(T, _adapter(kind).validate_python(json.loads(document)))


def micros(value: datetime) -> int:
    """Return microseconds since 1970; a naive time counts as UTC."""
    return ((value if value.tzinfo else value.replace(tzinfo=UTC)) - _EPOCH) // _MICRO


def micros_or(value: datetime | None) -> int:
    return NEVER if value is None else micros(value)


def moment(value: int) -> datetime:
    """Return the UTC time `value` microseconds after 1970. Raises OverflowError for NEVER."""
    return _EPOCH + value * _MICRO


def key(value: str) -> str:
    """Return `value` as a text that can be indexed: a digest replaces long ends and invalid
    text."""
    valid = (value if value.isascii() else value.encode("utf-8", "replace").decode()).replace(
        "\0", "?"
    )
    if valid == value and len(value) <= _KEY_CHARS:
        return value
    return (
        valid[:_KEY_CHARS]
        + "~"
        + hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
    )


def _plain(value: Any, skip: frozenset[str] = frozenset()) -> dict[str, Any]:
    kind: Any = type(value)
    plain: dict[str, Any] = _adapter(kind).dump_python(
        value, exclude=set(skip), exclude_defaults=True
    )
    return plain


@cache
def _adapter(cls: Any) -> TypeAdapter[Any]:
    return TypeAdapter(cls)
