"""A ladder: candidates for one field, best rung first; the first sane one wins and the trace keeps what was seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")
_SHOWN = 12  # candidates kept in a trace


@dataclass(frozen=True, slots=True)
class Choice(Generic[T]):
    """What a ladder gave: the value, the rung it stood on ("" for none) and the candidates looked at."""

    value: T | None
    rung: str = ""
    seen: tuple[tuple[str, str], ...] = ()

    def trace(self) -> Mapping[str, Any]:
        return {"rung": self.rung, "candidates": [f"{rung}: {value}" for rung, value in self.seen]}


def climb(rungs: Iterable[tuple[str, T | None]], sane: Callable[[T], bool]) -> Choice[T]:
    """The first candidate of `rungs` (name, candidate) that is `sane`; later rungs are not even computed."""
    seen: list[tuple[str, str]] = []
    for rung, value in rungs:
        if value is None or value == "":
            continue
        if len(seen) < _SHOWN:
            seen.append((rung, str(value)[:200]))
        if sane(value):
            return Choice(value, rung, tuple(seen))
    return Choice(None, "", tuple(seen))
