"""Why an article is as it is, in lines. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

_PASSED_ON = ("cut", "candidates", "from")  # of a reading: with lines of their own


def lines(why: Mapping[str, Any]) -> Iterator[str]:
    """`why` of `services.explain`: a line for each thing there is to say, with its parts indented."""
    for name, value in why.items():
        if isinstance(value, Mapping):
            yield from _parts(name, value)
        elif isinstance(value, list | tuple):
            yield f"{name}:" if value else f"{name}: none"
            yield from (f"    {_word(one)}" for one in value)
        else:
            yield f"{name}: {_word(value)}"


def _parts(name: str, value: Mapping[str, Any]) -> Iterator[str]:
    """A group of named things; of a field that was read, where it is from and what else there was."""
    if value and "from" not in value:
        yield f"{name}:"
    else:
        yield f"{name}: {value.get('from') or 'none'}"
    yield from (f"    {key}: {_word(one)}" for key, one in value.items() if key not in _PASSED_ON)
    yield from (f"    looked at {one}" for one in value.get("candidates", ()))
    yield from (f"    cut by {one['rule']}: {one['text']}" for one in value.get("cut", ()))


def _word(value: Any) -> str:
    if value is None:
        return "none"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
