"""RFC 5005 archives: which documents a feed has besides its head, and what is in them.

The closed UTC months of `added` have a document each; a closed month gains no entry. While a month is open, the entries
that the head no longer shows stand in sealed documents of `limit` entries each, oldest first: so a walk over
prev-archive from the head meets every article, and a document that a reader has seen stays what it was. They give way
to the month's own when it closes."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from syndicator.model import FeedKey, FeedSpec
from syndicator.ports import ShelfIndex
from syndicator.publishing import names
from syndicator.publishing.render.head import Head

_AXES: Final = ("all", "tag", "category")
_FORM: Final = "1"  # to be raised when archive documents are written differently


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One archive document. `ids`: its entries, newest first; None: all of its month. `print`: changes when what it is
    made of changes, so that an unchanged one need not be made again."""

    name: str
    month: str
    print: str
    ids: tuple[str, ...] | None = None
    previous: str = ""
    following: str = ""


def wanted(spec: FeedSpec, archives: bool) -> bool:
    """True for a feed that has archives: everything, tags and categories, in Atom."""
    return archives and spec.key.axis in _AXES and "atom" in spec.formats


def chain(spec: FeedSpec, index: ShelfIndex, shown: Collection[str], open_month: str, about: str) -> list[Document]:
    """The archive documents of a feed, oldest first. `shown`: the ids of its head feed. `open_month`: the month of the
    newest article on the whole shelf; earlier months gain no article any more. `about`: what else the documents are
    made of."""
    prints = index.month_prints(spec.key)
    found = [
        Document(name=names.archive_name(spec.key, month), month=month, print=print)
        for month, print in prints.items()
        if month < open_month
    ]
    if open_month in prints:
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


def _sealed(spec: FeedSpec, entries: Mapping[str, str], shown: Collection[str], month: str) -> list[Document]:
    """Documents of `limit` entries of the open month, the oldest first, where the head does not show the whole month.
    What is left over is less than `limit`, so the head has it."""
    if set(entries) <= set(shown):
        return []
    oldest_first = list(entries)[::-1]
    return [
        _chunk(spec.key, month, number, oldest_first[number * spec.limit : (number + 1) * spec.limit], entries)
        for number in range(len(oldest_first) // spec.limit)
    ]


def _chunk(key: FeedKey, month: str, number: int, ids: Sequence[str], entries: Mapping[str, str]) -> Document:
    name = names.archive_name(key, f"{month}.{number + 1}")
    made_of = _digest(*(f"{id}={entries[id]}" for id in ids))
    return Document(name=name, month=month, print=made_of, ids=tuple(reversed(ids)))


def _linked(found: Sequence[Document], place: int, about: str) -> Document:
    document = found[place]
    previous = found[place - 1].name if place else ""
    following = found[place + 1].name if place + 1 < len(found) else ""
    print = _digest(_FORM, about, document.print, previous, following)
    return replace(document, previous=previous, following=following, print=print)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
