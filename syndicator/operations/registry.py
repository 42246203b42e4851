"""All operations by name. A module that is listed here brings its OPERATIONS to commands, console, Changes and API."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from syndicator.core.errors import UsageError
from syndicator.core.text import suggestion
from syndicator.operations.operation import Operation

MODULES = [
    f"syndicator.operations.{name}"
    for name in ("sources", "adding", "rules", "rereading", "articles", "tags", "naming", "undo")
]


def operations() -> Mapping[str, Operation[Any]]:
    """The operations of all MODULES by name, in their order."""
    return {one.name: one for module in MODULES for one in import_module(module).OPERATIONS}


def need(name: str) -> Operation[Any]:
    """The operation of this name. Raises UsageError with the name that may be meant."""
    known = operations()
    if name not in known:
        raise UsageError(f"there is no operation {name!r}{suggestion(name, known)}")
    return known[name]
