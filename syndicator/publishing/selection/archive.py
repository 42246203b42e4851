"""RFC 5005 archives: which documents a feed has besides its head, and what is in them.

A UTC month of `added` that is closed, with at most 200 entries, has a document of its own; it gains no entry any more.
A month with more, and one of which parts were published while it was open, stands in documents for parts of its time,
each with at most `limit` entries, made by halving the time until they fit. While a month is open, only what its head no
longer shows stands in parts. All but the newest part are sealed, and the head shows the newest: so a walk over
prev-archive from the head meets every article, and a reader that stops at a document it has seen misses none.

What was published stays under its address: a part is not cut again, parts do not give way to a whole month, and a whole
month that an earlier version published is not cut.

Which articles a feed's head holds, and which it leaves to the archives."""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from syndicator.core.axes import AXES
from syndicator.core.formats import ATOM
from syndicator.core.model import Article, FeedKey, FeedSpec
from syndicator.core.ports import ArticleIndex, FeedRow
from syndicator.publishing import paths
from syndicator.publishing.render.head import Head

DAY: Final = timedelta(days=1)
_REACH: Final = 4  # times `most`: how far back articles are looked for to stand beside a flood
_EVERY: Final = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The ids of a head feed, newest first, and those of newer articles than its oldest that had to give way."""

    ids: list[str]
    left_out: frozenset[str] = frozenset()


def head_of_window(spec: FeedSpec, index: ArticleIndex, row: FeedRow | None) -> Selection:
    """What a head feed holds: the newest `limit`, and all that were added in the `window_hours` before the newest of
    them. Of the last 24 hours `most` at most, with what is older `most_older` at most.

    Where that leaves something out, one source has at most its `share` of the places as long as the others have
    articles for the rest, within the window, and on a day that alone has more than `most` articles older ones as well.
    Counted from the newest article and not from now, so that the same store always gives the same feed."""
    latest = row.latest_added if row and row.latest_added else _latest(spec.key, index)
    since = latest - timedelta(hours=spec.window_hours) if latest else None
    older = min(spec.most_older, spec.most)
    window = index.ids(spec.key, limit=spec.limit, since=since, most=older + 1)
    if len(window) <= older or latest is None:
        return Selection(ids=window[:older])
    day = max(latest - DAY, since) if since else latest
    today = index.ids(spec.key, limit=0, since=day, most=spec.most + 1)
    if len(today) > spec.most:
        return _shared(spec, index, kept=0, places=spec.most, reach=_REACH * spec.most, since=since)
    return _shared(spec, index, kept=len(today), places=max(len(today), older), reach=spec.limit, since=since)


def room(spec: FeedSpec, places: int) -> int:
    """How many of `places` one source may fill while others have articles for the rest."""
    return max(1, round(spec.share * places))


def _shared(
    spec: FeedSpec, index: ArticleIndex, *, kept: int, places: int, reach: int, since: datetime | None
) -> Selection:
    """`places` of the newest `reach` articles and of those added after `since`; the newest `kept` in any case."""
    if spec.share >= 1:
        return Selection(ids=index.ids(spec.key, limit=spec.limit, since=since, most=places))
    near = index.ids(spec.key, limit=reach, since=since, most=_EVERY)
    source = index.sources(near)
    chosen = places_of([source.get(id, "") for id in near], kept=kept, places=places, room=room(spec, places))
    ids = [near[place] for place in chosen]
    return Selection(ids=ids, left_out=frozenset(near) - frozenset(ids))


def places_of(sources: Sequence[str], *, kept: int, places: int, room: int) -> list[int]:
    """Which articles stand in the head, by their place in the feed's order. Pure. `sources`: the source of each, newest
    first. The newest `kept` stand; then the others in their order, while their source has fewer than `room`. Where that
    leaves places empty, all sources get as much more room, alike, as it takes to fill them."""
    count, given = Counter(sources), Counter(sources[:kept])
    wanted = min(places, len(sources))
    while sum(max(given[source], min(number, room)) for source, number in count.items()) < wanted:
        room += 1
    chosen = list(range(kept))
    for place in range(kept, len(sources)):
        if len(chosen) < places and given[sources[place]] < room:
            chosen.append(place)
            given[sources[place]] += 1
    return chosen


def _latest(key: FeedKey, index: ArticleIndex) -> datetime | None:
    ids = index.ids(key, limit=1, since=None, most=1)
    found: Mapping[str, Article] = index.articles(ids)
    return found[ids[0]].added if ids and ids[0] in found else None


_MICROSECOND: Final = timedelta(microseconds=1)
_SPAN: Final = 42  # bits: 2**42 microseconds are 50 days, more than any month
_FORM: Final = "1"  # to be raised when archive documents are written differently
_WHOLE: Final = 200  # entries of a month's own document at most: some 200 kB, as much as the longest head feed

Entry = tuple[str, datetime, str]  # id, added, fingerprint
Placed = tuple[int, str, str]  # microseconds into the month, id, fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One archive document. `ids`: its entries, newest first; None: all of its month, or of the part of it that `bits`
    say. `fingerprint`: changes when what it is made of changes, so that an unchanged one need not be made again."""

    name: str
    month: str
    fingerprint: str
    ids: tuple[str, ...] | None = None
    bits: str | None = None
    marker: str = ""  # the fingerprint of the whole month, where that is closed and stands in parts
    previous: str = ""
    following: str = ""


def wanted(spec: FeedSpec, archives: bool | str) -> bool:
    """True for a feed that has archives: in Atom, on an axis that has them. `archives`: the setting."""
    return bool(archives) and AXES[spec.key.axis].archived and ATOM in spec.formats


def names(document: Document, head: Head) -> list[str]:
    """The files of an archive document: in Atom, and perhaps in JSON, whose readers follow next_url."""
    return [document.name.removesuffix(ATOM) + format for format in head.archives]


def chain(
    spec: FeedSpec,
    index: ArticleIndex,
    shown: Collection[str],
    open_month: str,
    about: str,
    published: Mapping[str, str],
    there: Callable[[str], bool],
) -> list[Document]:
    """The archive documents of a feed, oldest first. `shown`: the ids of its head feed. `open_month`: the month of the
    newest article on the whole store; earlier months gain no article any more. `about`: the fingerprint of
    what else the documents are made of. `published`: the feed's files (`ArticleIndex.files`); `there`: whether a file
    is where it was published, for a database that was made anew."""
    months, kept = index.month_fingerprints(spec.key), _kept(spec.key, published)
    found: list[Document] = []
    for month, (count, made_of) in months.items():
        if month < open_month:
            found += _closed(spec, index, month, count, made_of, kept.get(month, frozenset()), published, there)
    if open_month in months:
        parts = kept.get(open_month, frozenset())
        found += _sealed(spec, index.month_entries(spec.key, open_month), shown, open_month, parts)
    return [_linked(found, place, about) for place in range(len(found))]


def ids_of(document: Document, key: FeedKey, index: ArticleIndex) -> Sequence[str]:
    """The entries of a document, newest first."""
    if document.ids is not None:
        return document.ids
    entries = index.month_entries(key, document.month)
    if document.bits is None:
        return [id for id, _, _ in entries]
    placed = _placed(entries, document.month)
    return [id for moment, id, _ in reversed(placed) if f"{moment:0{_SPAN}b}".startswith(document.bits)]


def _kept(key: FeedKey, published: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """By month, the bits of the documents that were published; those of a whole month are "" alone."""
    start, end = paths.archive_name(key, "").removesuffix(f".{ATOM}"), f".{ATOM}"
    found: dict[str, set[str]] = {}
    for name in published:
        if name.startswith(start) and name.endswith(end):
            month, _, bits = name[len(start) : -len(end)].partition(".")
            found.setdefault(month, set()).add(bits)
    return {month: frozenset(parts) for month, parts in found.items()}


def marker(key: FeedKey, month: str) -> str:
    """The name under which the fingerprint of a closed month that stands in parts is kept among the feed's files."""
    return f"{paths.archive_name(key, month)}#"


def _closed(
    spec: FeedSpec,
    index: ArticleIndex,
    month: str,
    count: int,
    made_of: str,
    kept: frozenset[str],
    published: Mapping[str, str],
    there: Callable[[str], bool],
) -> list[Document]:
    """The documents of a closed month of `count` entries, oldest first. `made_of`: its fingerprint. The entries of a
    month in parts are looked at only where it changed since they were published: they may be thousands."""
    whole = paths.archive_name(spec.key, month)
    if "" in kept or (not kept and (count <= _WHOLE or there(whole))):
        return [Document(name=whole, month=month, fingerprint=made_of)]
    parts: Iterable[str] = sorted(kept)
    if published.get(marker(spec.key, month)) != made_of:
        placed = _placed(index.month_entries(spec.key, month), month)
        parts = [bits for bits, _ in _halved(placed, min(spec.limit, _WHOLE), kept)]
    return [
        Document(
            name=paths.archive_name(spec.key, f"{month}.{bits}"),
            month=month,
            fingerprint=_digest(made_of, bits),
            bits=bits,
            marker=made_of,
        )
        for bits in parts
    ]


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


def _sealed(
    spec: FeedSpec, entries: Sequence[Entry], shown: Collection[str], month: str, kept: frozenset[str]
) -> list[Document]:
    """The documents of an open month, oldest first; none where the head shows all of it and none was published."""
    if not kept and {id for id, _, _ in entries} <= set(shown):
        return []
    placed = _placed(entries, month)
    parts = _halved(placed, min(spec.limit, _WHOLE), kept)
    if not _shows(shown, parts[-1]):  # a source has more than its share: its newest are shown, so many of them
        parts = _halved(placed, min(spec.limit, room(spec, min(spec.most_older, spec.most))), kept)
    if _shows(shown, parts[-1]) and parts[-1][0] not in kept:
        parts.pop()
    return [_part(spec.key, month, bits, part) for bits, part in parts]


def _placed(entries: Sequence[Entry], month: str) -> list[Placed]:
    """Entries, newest first, as they stand in their month, oldest first."""
    first = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
    return [((added - first) // _MICROSECOND, id, made_of) for id, added, made_of in reversed(entries)]


def _halved(entries: Sequence[Placed], most: int, kept: frozenset[str]) -> list[tuple[str, Sequence[Placed]]]:
    return [(bits, part) for bits, part in _split(entries, most, "", _SPAN, kept) if part]


def _shows(shown: Collection[str], part: tuple[str, Sequence[Placed]]) -> bool:
    return {id for _, id, _ in part[1]} <= set(shown)


def _split(
    entries: Sequence[Placed], most: int, bits: str, span: int, kept: frozenset[str]
) -> Iterator[tuple[str, Sequence[Placed]]]:
    """Halves of the time span until each holds at most `most` entries. Where an entry stands depends on its own time
    alone, so one that goes or comes moves no other. Parts of `kept` stay as they are, however many they hold."""
    if bits in kept or span == 0 or (len(entries) <= most and not any(part.startswith(bits) for part in kept)):
        yield bits, entries
        return
    half = 1 << (span - 1)
    low = [entry for entry in entries if not entry[0] & half]
    yield from _split(low, most, bits + "0", span - 1, kept)
    yield from _split(entries[len(low) :], most, bits + "1", span - 1, kept)


def _part(key: FeedKey, month: str, bits: str, entries: Sequence[Placed]) -> Document:
    fingerprint = _digest(*(f"{id}={of_entry}" for _, id, of_entry in entries))
    ids = tuple(id for _, id, _ in reversed(entries))
    name = paths.archive_name(key, f"{month}.{bits}" if bits else month)
    return Document(name=name, month=month, fingerprint=fingerprint, ids=ids)


def _linked(found: Sequence[Document], place: int, about: str) -> Document:
    document = found[place]
    previous = found[place - 1].name if place else ""
    following = found[place + 1].name if place + 1 < len(found) else ""
    fingerprint = _digest(_FORM, about, document.fingerprint, previous, following)
    return replace(document, previous=previous, following=following, fingerprint=fingerprint)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
