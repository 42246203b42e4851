"""A case as its file says it: what `tests.trust.case` reads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from tests.trust.case import Case, Day, Expected, Page


def as_toml(case: Case) -> str:
    """The case as a [[case]] of a file in `cases/`."""
    lines = ["[[case]]"]
    for name in ("row", "name", "settings", "taxonomy", "without"):
        if getattr(case, name):
            lines.append(f"{name} = {_value(getattr(case, name))}")
    lines += [f"source = {_value(case.sources)}"]
    for day in case.days:
        lines += ["[[case.day]]", *_day(day), *_expected("case.day", day.expect)]
    return "\n".join((*lines, *_expected("case", case.expect), ""))


def _day(day: Day) -> Iterator[str]:
    for name, value in _said(day).items():
        if name not in ("pages", "feeds", "expect"):
            yield f"{name} = {_value(value)}"
    for address, page in day.pages.items():
        yield f"pages.{_value(address)} = {_value(page)}"
    for address, items in day.feeds.items():
        listed = isinstance(items, Page) or len(items) < 2
        yield f"feeds.{_value(address)} = {_value(items)}" if listed else _lines(address, items)


def _lines(address: str, items: Any) -> str:
    rows = "".join(f"    {_value(item)},\n" for item in items)
    return f"feeds.{_value(address)} = [\n{rows}]"


def _expected(where: str, expected: Expected) -> Iterator[str]:
    said = _said(expected)
    if said:
        yield f"[{where}.expect]"
        yield from (f"{name} = {_value(value)}" for name, value in said.items())


def _said(value: Any) -> dict[str, Any]:
    """The fields that are not what they are by default."""
    plain = type(value)()
    return {
        field.name: said
        for field in fields(value)
        if (said := getattr(value, field.name)) != getattr(plain, field.name)
    }


def _value(value: Any) -> str:
    """The value in TOML's inline forms."""
    if is_dataclass(value):
        value = _said(value)
    if isinstance(value, Mapping):
        inner = ", ".join(
            f"{name if name.isidentifier() else _value(name)} = {_value(one)}"
            for name, one in value.items()
        )
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value, ensure_ascii=False)
