"""Convert dataclasses to JSON for database columns and back, and times and texts to column values.
Pure."""

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
_MICROSECOND = timedelta(microseconds=1)
# stands for an unknown time in columns that are sorted; before every real time
NEVER = -(2**62)
# Fields of a SourceState that each visit changes
_PLAN_FIELDS = ("last_visit", "last_success", "next_due", "due_why")
_NOTHING: frozenset[str] = frozenset()
# ASCII, so that lone surrogates survive: pydantic's own JSON cannot write them
_JSON = json.JSONEncoder(separators=(",", ":"), default=datetime.isoformat)
# A character has at most four bytes; PostgreSQL indexes at most 2,704 bytes (a third of its page)
_KEY_CHARS = 500


def _list_groups() -> dict[str, list[str]]:
    """Return group name -> names of the fields in the group. A group is a field of the class
    SourceState whose value is a dataclass itself, such as `schedule`."""
    groups: dict[str, list[str]] = {}
    for field in fields(SourceState):
        if is_dataclass(field.default):
            groups[field.name] = [inner.name for inner in fields(field.default)]
    return groups


_GROUPS = _list_groups()
_GROUP_OF = {name: group for group, names in _GROUPS.items() for name in names}


def pack(value: Any, skip: frozenset[str] = _NOTHING) -> str:
    """Return the dataclass `value` as ASCII JSON. It leaves out the fields named in `skip` and
    those that have their default value. Raises TypeError if JSON cannot hold a value."""
    return _JSON.encode(_make_document(value, skip))


@dataclass(frozen=True, slots=True, kw_only=True)
class StateDocuments:
    """A SourceState as two JSON documents, for two tables. `plan` is short and has the fields that
    each visit changes; `data` has all others. So most visits need not write `data`."""

    data: str
    plan: str


def pack_state(state: SourceState) -> StateDocuments:
    """Return the state of a source as two JSON documents: `plan` with the few fields that each
    visit changes, `data` with all others. The documents have no groups: the fields of `schedule`,
    for example, stand beside the other fields."""
    document = _make_document(state)
    for group in _GROUPS:
        fields_of_group = document.pop(group, {})
        document |= fields_of_group
    plan = {name: document.pop(name) for name in _PLAN_FIELDS if name in document}
    return StateDocuments(data=_JSON.encode(document), plan=_JSON.encode(plan))


def unpack_state(data: str, plan: str) -> SourceState:
    """Return the state of a source from the JSON documents `data` and `plan` that `pack_state`
    wrote. If a field is in both documents, the value in `plan` counts. Raises ValueError or
    TypeError for other documents."""
    document = json.loads(data)
    if plan:
        document |= json.loads(plan)
    grouped: dict[str, Any] = {}
    for name, value in document.items():
        if name in _GROUP_OF:  # put the field back into its group, such as `schedule`
            grouped.setdefault(_GROUP_OF[name], {})[name] = value
        else:
            grouped[name] = value
    state: SourceState = _adapter(SourceState).validate_python(grouped)
    return state


def unpack(cls: type[T], document: str) -> T:
    """Return the object of the class `cls` that `pack` wrote as JSON; unknown fields are ignored.
    Raises ValueError or TypeError for other documents."""
    untyped_class: Any = cls
    return cast(T, _adapter(untyped_class).validate_python(json.loads(document)))


def to_micros(value: datetime) -> int:
    """Return the microseconds from 1970 to `value`. A time without a zone counts as UTC."""
    if value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    return (value - _EPOCH) // _MICROSECOND


def to_micros_or_never(value: datetime | None) -> int:
    """Return the microseconds from 1970 to `value`; for None return NEVER."""
    return NEVER if value is None else to_micros(value)


def to_micros_or_null(value: datetime | None) -> int | None:
    """Return the microseconds from 1970 to `value`; for None return None, which is NULL in SQL."""
    return None if value is None else to_micros(value)


def from_micros(value: int) -> datetime:
    """Return the UTC time `value` microseconds after 1970. Raises OverflowError for NEVER."""
    return _EPOCH + value * _MICROSECOND


def from_micros_or_null(value: int | None) -> datetime | None:
    """Return the UTC time `value` microseconds after 1970; for None, which is NULL in SQL, return
    None."""
    return None if value is None else from_micros(value)


def make_column_key(value: str) -> str:
    """Return the text for an indexed column. This is `value` itself, if it is short and has only
    characters that the database can store. Otherwise it is the first 500 characters, with ? for
    those that cannot be stored, then "~" and the SHA-256 of `value`, so that different values have
    different keys."""
    storable = value
    if not value.isascii():
        storable = value.encode("utf-8", "replace").decode()  # ? for lone surrogates
    storable = storable.replace("\0", "?")  # PostgreSQL stores no NUL
    if storable == value and len(value) <= _KEY_CHARS:
        return value
    digest = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{storable[:_KEY_CHARS]}~{digest}"


def _make_document(value: Any, skip: frozenset[str] = _NOTHING) -> dict[str, Any]:
    """Return field name -> value of a dataclass, without the fields in `skip` and those that have
    their default value."""
    value_class: Any = type(value)
    document: dict[str, Any] = _adapter(value_class).dump_python(
        value, exclude=set(skip), exclude_defaults=True
    )
    return document


@cache
def _adapter(cls: Any) -> TypeAdapter[Any]:
    """Return pydantic's converter for a class. It is kept: to make a converter takes
    milliseconds."""
    return TypeAdapter(cls)
