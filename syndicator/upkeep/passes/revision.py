"""Define the revision of an article, as the worker returns it: new values and changed fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """A changed field. `field`: its key in the file; `old`, `new`: its values as text; for the
    body, the paragraphs removed and added."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A change of a filed article. `values`: new values by attribute of Article; `lines`: what an
    operator reads of them; `changes`: the changed fields, if a page was read; `html`: the body, if
    it is published whole; `score`: how certain the new category is."""

    values: Mapping[str, Any]
    lines: tuple[str, ...] = ()
    changes: tuple[FieldChange, ...] = ()
    html: str | None = None
    score: float | None = None
