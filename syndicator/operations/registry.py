"""All operations by name. The operations of a module that is listed here come to commands, console, Changes and API."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from syndicator.core.errors import UsageError
from syndicator.core.text import suggestion
from syndicator.operations.operation import Operation

MODULES = [
    f"syndicator.operations.{name}" for name in ("sources", "adding", "mending", "articles", "tags", "naming", "undo")
]


def operations() -> Mapping[str, Operation]:
    """The operations of all MODULES by name, in their order."""
    found = [one for name in MODULES for one in vars(import_module(name)).values() if isinstance(one, Operation)]
    return {one.name: one for one in found}


def need(name: str) -> Operation:
    """The operation of this name. Raises UsageError with the name that may be meant."""
    known = operations()
    if name not in known:
        raise UsageError(f"there is no operation {name!r}{suggestion(name, known)}")
    return known[name]
