"""Convert model dataclasses to JSON and back, and times and texts to column values. Pure."""

import hashlib
import json
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
NEVER = -(2**62)  # an unknown time in a column that is sorted
# ASCII, so that lone surrogates survive: pydantic's own JSON has none
_JSON = json.JSONEncoder(separators=(",", ":"), default=datetime.isoformat)
# of four bytes at most: PostgreSQL indexes at most 2,704 bytes (a third of its page)
_KEY_CHARS = 500


def pack(value: Any, skip: frozenset[str] = frozenset()) -> str:
    """Return a dataclass as ASCII JSON, without the fields `skip` and those with their default.
    Raises TypeError."""
    return _JSON.encode(_plain(value, skip))


def pack_apart(value: Any, names: Collection[str]) -> tuple[str, str]:
    """Pack `value` into two documents: the second has the fields `names`, the first all others."""
    plain = _plain(value)
    apart = {name: plain.pop(name) for name in names if name in plain}
    return _JSON.encode(plain), _JSON.encode(apart)


def joined(document: str, apart: str) -> str:
    """Join both documents of `pack_apart`; fields of the second win."""
    return f"{document[:-1]},{apart[1:]}" if apart not in ("", "{}") else document


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
