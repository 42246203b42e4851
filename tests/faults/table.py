"""The fault table: what goes wrong, how it is made to, and what must hold all the same. Each row is
a test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Row:
    fault: str
    how: str
    invariant: str


def mark_fault(fault: str, *, how: str, holds: str) -> Callable[[F], F]:
    """Makes the test a row of the table."""

    def mark(test: F) -> F:
        test.__dict__["row"] = Row(fault, how, holds)
        return test

    return mark
