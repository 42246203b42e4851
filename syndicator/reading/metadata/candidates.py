"""Candidates for one field: every place of a page that may state it, most trusted first. The first sane one wins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")
_SHOWN = 12  # candidates kept for the trace
_LONGEST = 200  # characters of one that are


@dataclass(frozen=True, slots=True)
class Choice(Generic[T]):
    """The value of a field, the name of the candidate it comes from ("" for none) and the candidates looked at."""

    value: T | None
    candidate: str = ""
    seen: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        """True when there is a value."""
        return self.value is not None

    def trace(self) -> Mapping[str, Any]:
        """What `show --why` prints: where the value is from, and each candidate as "name: value"."""
        return {"from": self.candidate, "candidates": [f"{name}: {value}" for name, value in self.seen]}


def first_sane(candidates: Iterable[tuple[str, T | None]], sane: Callable[[T], bool]) -> Choice[T]:
    """The first of `candidates` (name, value) whose value is `sane`; those after it are not even computed."""
    seen: list[tuple[str, str]] = []
    for name, value in candidates:
        if value is None or value == "":
            continue
        if len(seen) < _SHOWN:
            seen.append((name, str(value)[:_LONGEST]))
        if sane(value):
            return Choice(value, name, tuple(seen))
    return Choice(None, "", tuple(seen))
