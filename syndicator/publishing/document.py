"""One feed's documents: the head feed in each format."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from syndicator.model import FeedSpec
from syndicator.publishing.entries import Entries
from syndicator.publishing.render import atom, jsonfeed, rss
from syndicator.publishing.render.head import Head
from syndicator.publishing.render.view import View

_UPDATED: Final = re.compile(rb"<updated>([^<]+)</updated>")
_MAKERS: Final[dict[str, Callable[[Head, Sequence[bytes]], bytes]]] = {
    "atom": atom.feed,
    "rss": rss.feed,
    "json": jsonfeed.feed,
}


def newest(views: Sequence[View]) -> datetime | None:
    """When the newest entry was updated."""
    return max((view.updated for view in views), default=None)


def machine(head: Head, spec: FeedSpec, views: Sequence[View], entries: Entries) -> dict[str, bytes]:
    """The feed in those of its formats that programs read. An entry that one format cannot hold is left out of all."""
    formats = [format for format in spec.formats if format in _MAKERS]
    made = {format: [entries.made(format, view, spec.content) for view in views] for format in formats}
    good = [all(made[format][place] is not None for format in formats) for place in range(len(views))]
    head = replace(head, updated=newest([view for view, fine in zip(views, good, strict=True) if fine]) or head.updated)
    found: dict[str, bytes] = {}
    for format in formats:
        parts = [part for part, fine in zip(made[format], good, strict=True) if fine and part is not None]
        found[format] = _MAKERS[format](head, told_apart(parts) if format == "atom" else parts)
    return found


def told_apart(entries: Sequence[bytes]) -> list[bytes]:
    """Atom entries with no `updated` twice: where the microseconds made of two ids agree, the later one in the document
    gets the next free microsecond."""
    seen: set[bytes] = set()
    result: list[bytes] = []
    for entry in entries:
        match = _UPDATED.search(entry)
        stamp = match[1] if match else b""
        while match and stamp in seen:
            stamp = (datetime.fromisoformat(stamp.decode()) + timedelta(microseconds=1)).isoformat().encode()
        seen.add(stamp)
        result.append(
            entry if not match or stamp == match[1] else entry[: match.start(1)] + stamp + entry[match.end(1) :]
        )
    return result
