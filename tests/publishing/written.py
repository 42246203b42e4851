"""Single files, published at once."""

from __future__ import annotations

from collections.abc import Sequence

from syndicator.core.ports import Outlet


def publish_file(outlet: Outlet, name: str, data: bytes, *, heir_of: Sequence[str] = ()) -> bool:
    changed = outlet.put(name, data, heir_of=heir_of)
    outlet.commit()
    return changed


def unpublish_file(outlet: Outlet, name: str) -> bool:
    existed = outlet.delete(name)
    outlet.commit()
    return existed
