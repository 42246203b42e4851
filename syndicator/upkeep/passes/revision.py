"""Define the revision of an article, as a worker returns it: new values, changed fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """A changed field, by its key in the file; for the body, paragraphs removed and added."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """New values of a filed article, by attribute. `lines`: what an operator reads of them;
    `changes`: the fields, if a page was read; `html`: body, if published whole; `score`:
    probability of the new category."""

    values: Mapping[str, Any]
    lines: tuple[str, ...] = ()
    changes: tuple[FieldChange, ...] = ()
    html: str | None = None
    score: float | None = None
