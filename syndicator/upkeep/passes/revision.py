"""Define the revision of an article, as the worker returns it: new values and changed fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """A changed field. `field`: its key in the file. `old`, `new`: its values as text; for the
    body, the removed and the added paragraphs."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A change of a filed article. `values`: new values by field of Article. `lines`: the change in
    words for the operator. `changes`: the changed fields, if a page was read. `html`: the new body,
    if it is published whole. `score`: certainty of the new category, None if unchanged."""

    values: Mapping[str, Any]
    lines: tuple[str, ...] = ()
    changes: tuple[FieldChange, ...] = ()
    html: str | None = None
    score: float | None = None
