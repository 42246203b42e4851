"""Thumbnails among the published files: copies of those that are kept with the state."""

from __future__ import annotations

from collections.abc import Callable, Collection

from syndicator.core.ports import Outlet
from syndicator.publishing.paths import PICTURES


def publish(outlet: Outlet, wanted: Collection[str], kept: Callable[[str], bytes | None]) -> set[str]:
    """Copies those of `wanted` that are not there, before a page shows them. Their names are made of their bytes: what
    is there is right. Returns those that are not `kept` either. Raises OSError."""
    missing = set(wanted) - outlet.names(PICTURES)
    lost = set()
    for name in sorted(missing):
        data = kept(name)
        if data is None:
            lost.add(name)
        else:
            outlet.put(name, data)
    return lost


def take_off(outlet: Outlet, wanted: Collection[str]) -> set[str]:
    """Deletes all but `wanted`, once no page shows them: of articles that were withdrawn, pruned or put on hold, and
    those that gave way to others. Returns the names. Raises OSError."""
    going = outlet.names(PICTURES) - set(wanted)
    for name in sorted(going):
        outlet.delete(name)
    return going
