"""Convert model dataclasses to JSON and back, and times and texts to column values. Pure."""

import dataclasses
import hashlib
import json
import types
import typing
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, TypeVar, cast

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
NEVER = -(2**62)  # an unknown time in a column that is sorted
_TEXT = json.JSONEncoder(separators=(",", ":"))
_KEY_CHARS = 500  # of four bytes at most: PostgreSQL indexes at most 2,704 bytes (a third of its page)


def pack(value: Any, skip: frozenset[str] = frozenset()) -> str:
    """Return a dataclass as ASCII JSON, without the fields `skip` and those with their default. Raises TypeError."""
    return _TEXT.encode(_plain(value, skip))


def pack_apart(value: Any, names: Collection[str]) -> tuple[str, str]:
    """Pack `value` into two documents: the second has the fields `names`, the first all others."""
    plain = _plain(value)
    apart = {name: plain.pop(name) for name in names if name in plain}
    return _TEXT.encode(plain), _TEXT.encode(apart)


def joined(document: str, apart: str) -> str:
    """Join both documents of `pack_apart`; fields of the second win."""
    return f"{document[:-1]},{apart[1:]}" if apart not in ("", "{}") else document


def unpack(cls: type[T], document: str) -> T:
    """Return the `cls` that `pack` wrote; unknown fields are ignored. Raises ValueError, TypeError for other
    documents."""
    kind: Any = cls
    return cast(T, _builder(kind)(json.loads(document)))


def micros(value: datetime) -> int:
    """Return microseconds since 1970; a naive time counts as UTC."""
    return ((value if value.tzinfo else value.replace(tzinfo=UTC)) - _EPOCH) // _MICRO


def micros_or(value: datetime | None) -> int:
    return NEVER if value is None else micros(value)


def moment(value: int) -> datetime:
    """Return the UTC time `value` microseconds after 1970. Raises OverflowError for NEVER."""
    return _EPOCH + value * _MICRO


def key(value: str) -> str:
    """Return `value` as a text that can be indexed: a digest replaces long ends and invalid text."""
    valid = (value if value.isascii() else value.encode("utf-8", "replace").decode()).replace("\0", "?")
    if valid == value and len(value) <= _KEY_CHARS:
        return value
    return valid[:_KEY_CHARS] + "~" + hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


def _plain(value: Any, skip: frozenset[str] = frozenset()) -> dict[str, Any]:
    kind: Any = type(value)
    plain = {}
    for name, default, convert in _fields(kind):
        inner = getattr(value, name)
        if inner != default and name not in skip:
            plain[name] = convert(inner) if convert and inner is not None else inner
    return plain


@cache
def _fields(cls: Any) -> tuple[tuple[str, Any, Callable[[Any], Any] | None], ...]:
    hints = typing.get_type_hints(cls)
    return tuple(
        (
            field.name,
            field.default_factory() if callable(field.default_factory) else field.default,
            _encoder(hints[field.name]),
        )
        for field in dataclasses.fields(cls)
    )


def _encoder(hint: Any) -> Callable[[Any], Any] | None:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return next((encoder for argument in arguments if (encoder := _encoder(argument))), None)
    if hint is datetime:
        return datetime.isoformat
    if dataclasses.is_dataclass(hint):
        return _plain
    if origin is tuple:
        item = _encoder(arguments[0])
        return None if item is None else lambda value: [item(each) for each in value]
    if origin is Mapping:
        return dict
    return None


@cache
def _builder(cls: Any) -> Callable[[dict[str, Any]], Any]:
    decoders = {name: decoder for name, hint in typing.get_type_hints(cls).items() if (decoder := _decoder(hint))}
    names = {field.name for field in dataclasses.fields(cls)}

    def build(plain: dict[str, Any]) -> Any:
        for name in plain.keys() & decoders.keys():
            plain[name] = decoders[name](plain[name])
        if not plain.keys() <= names:  # a newer version wrote more
            plain = {name: value for name, value in plain.items() if name in names}
        return cls(**plain)

    return build


def _decoder(hint: Any) -> Callable[[Any], Any] | None:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        inner = next((decoder for argument in arguments if (decoder := _decoder(argument))), None)
        return None if inner is None else lambda value: None if value is None else inner(value)
    if hint is datetime:
        return datetime.fromisoformat
    if dataclasses.is_dataclass(hint):
        kind: Any = hint
        return cast(Callable[[Any], Any], _builder(kind))
    if isinstance(hint, type) and issubclass(hint, tuple) and hasattr(hint, "_fields"):
        return lambda value: hint(*value)
    if origin is tuple:
        item = _decoder(arguments[0])
        return tuple if item is None else lambda value: tuple(item(each) for each in value)
    return None
