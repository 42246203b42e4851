"""RFC 5005 archives: the closed UTC months of `added`, one Atom document each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from syndicator.model import FeedSpec
from syndicator.ports import ShelfIndex
from syndicator.publishing import document, names
from syndicator.publishing.entries import Entries
from syndicator.publishing.render.head import Head
from syndicator.settings import Settings

_AXES: Final = ("all", "tag", "category")


def months(spec: FeedSpec, index: ShelfIndex, settings: Settings, open_month: str) -> list[str]:
    """The closed months of a feed, ascending. `open_month`: the month of the newest article on the whole shelf; the
    ones before it gain no article any more."""
    if not settings.publish.archives or spec.key.axis not in _AXES or "atom" not in spec.formats:
        return []
    return [month for month in index.months(spec.key) if month < open_month]


def documents(
    head: Head, spec: FeedSpec, closed: Sequence[str], index: ShelfIndex, entries: Entries
) -> dict[str, bytes]:
    """The archive documents of a feed."""
    found: dict[str, bytes] = {}
    for place, month in enumerate(closed):
        name = names.archive_name(spec.key, month)
        views = entries.views(index.month_ids(spec.key, month), spec.content)
        own = replace(
            head,
            self_name=name,
            current=False,
            previous=names.archive_name(spec.key, closed[place - 1]) if place else "",
            following=names.archive_name(spec.key, closed[place + 1]) if place + 1 < len(closed) else "",
            removed=(),
        )
        found[name] = document.machine(own, replace(spec, formats=("atom",)), views, entries)["atom"]
    return found
