"""RFC 5005 archives: which documents a feed has besides its head, and what is in them.

The closed UTC months of `added` have a document each; a closed month gains no entry. While a month is open, what its
head no longer shows stands in documents for parts of the month, each with at most `limit` entries, made by halving the
time until they fit. All but the newest part are sealed, and the head shows the newest: so a walk over prev-archive from
the head meets every article, and a reader that stops at a document it has seen misses none. The parts give way to the
month's own document when it closes."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from syndicator.axes import AXES
from syndicator.formats import ATOM, JSON
from syndicator.model import FeedKey, FeedSpec
from syndicator.ports import ArticleIndex
from syndicator.publishing import paths
from syndicator.publishing.render.head import Head
from syndicator.publishing.selection import window

_MICROSECOND: Final = timedelta(microseconds=1)
_SPAN: Final = 42  # bits: 2**42 microseconds are 50 days, more than any month
_FORM: Final = "1"  # to be raised when archive documents are written differently

Entry = tuple[str, datetime, str]  # id, added, fingerprint
Placed = tuple[int, str, str]  # microseconds into the month, id, fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One archive document. `ids`: its entries, newest first; None: all of its month. `fingerprint`: changes when what
    it is made of changes, so that an unchanged one need not be made again."""

    name: str
    month: str
    fingerprint: str
    ids: tuple[str, ...] | None = None
    previous: str = ""
    following: str = ""


def wanted(spec: FeedSpec, archives: bool) -> bool:
    """True for a feed that has archives: in Atom, on an axis that has them. `archives`: the setting."""
    return archives and AXES[spec.key.axis].archived and ATOM in spec.formats


def names(document: Document, spec: FeedSpec) -> list[str]:
    """The files of an archive document: in Atom, and in JSON where the feed has that, whose readers follow next_url."""
    more = [document.name.removesuffix(ATOM) + JSON] if JSON in spec.formats else []
    return [document.name, *more]


def chain(spec: FeedSpec, index: ArticleIndex, shown: Collection[str], open_month: str, about: str) -> list[Document]:
    """The archive documents of a feed, oldest first. `shown`: the ids of its head feed. `open_month`: the month of the
    newest article on the whole store; earlier months gain no article any more. `about`: the fingerprint of
    what else the documents are made of."""
    months = index.month_fingerprints(spec.key)
    found = [
        Document(name=paths.archive_name(spec.key, month), month=month, fingerprint=fingerprint)
        for month, fingerprint in months.items()
        if month < open_month
    ]
    if open_month in months:
        found += _sealed(spec, index.month_entries(spec.key, open_month), shown, open_month)
    return [_linked(found, place, about) for place in range(len(found))]


def head_of(document: Document, head: Head) -> Head:
    """The head of an archive document."""
    return replace(
        head,
        self_name=document.name,
        current=False,
        previous=document.previous,
        following=document.following,
        removed=(),
    )


def _sealed(spec: FeedSpec, entries: Sequence[Entry], shown: Collection[str], month: str) -> list[Document]:
    """The documents of an open month, oldest first; none where the head shows all of it."""
    if {id for id, _, _ in entries} <= set(shown):
        return []
    first = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
    placed = [((added - first) // _MICROSECOND, id, made_of) for id, added, made_of in reversed(entries)]
    parts = _halved(placed, spec.limit)
    if not _shows(shown, parts[-1]):  # a source has more than its share: its newest are shown, so many of them
        parts = _halved(placed, min(spec.limit, window.room(spec, min(spec.most_older, spec.most))))
    if _shows(shown, parts[-1]):
        parts.pop()
    return [_part(spec.key, month, bits, part) for bits, part in parts]


def _halved(entries: Sequence[Placed], most: int) -> list[tuple[str, Sequence[Placed]]]:
    return [(bits, part) for bits, part in _split(entries, most, "", _SPAN) if part]


def _shows(shown: Collection[str], part: tuple[str, Sequence[Placed]]) -> bool:
    return {id for _, id, _ in part[1]} <= set(shown)


def _split(entries: Sequence[Placed], most: int, bits: str, span: int) -> Iterator[tuple[str, Sequence[Placed]]]:
    """Halves of the time span until each holds at most `most` entries. Where an entry stands depends on its own time
    alone, so one that goes or comes moves no other; a part that must be cut further gets new names."""
    if len(entries) <= most or span == 0:
        yield bits, entries
        return
    half = 1 << (span - 1)
    low = [entry for entry in entries if not entry[0] & half]
    yield from _split(low, most, bits + "0", span - 1)
    yield from _split(entries[len(low) :], most, bits + "1", span - 1)


def _part(key: FeedKey, month: str, bits: str, entries: Sequence[Placed]) -> Document:
    fingerprint = _digest(*(f"{id}={of_entry}" for _, id, of_entry in entries))
    ids = tuple(id for _, id, _ in reversed(entries))
    return Document(name=paths.archive_name(key, f"{month}.{bits}"), month=month, fingerprint=fingerprint, ids=ids)


def _linked(found: Sequence[Document], place: int, about: str) -> Document:
    document = found[place]
    previous = found[place - 1].name if place else ""
    following = found[place + 1].name if place + 1 < len(found) else ""
    fingerprint = _digest(_FORM, about, document.fingerprint, previous, following)
    return replace(document, previous=previous, following=following, fingerprint=fingerprint)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
