"""Select the articles of a feed's head; divide the older ones into archive documents.

As RFC 5005 has it.

A past UTC month of `added` has one document. In new instances (`archives = "atom"`) months share
one, named after the last, until it has 50 entries, and the newest have none while the head shows
them. A month of more than 200 entries, or with published parts, is halved by time until each part
has at most `limit`. So a reader that follows prev-archive from the head finds every article, and
may stop at a document that it has.

Published documents keep their addresses: nothing published is split or joined later."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from syndicator.core.formats import ATOM
from syndicator.core.model import FeedKey, FeedSpec
from syndicator.core.ports import FeedRow
from syndicator.publishing import paths
from syndicator.publishing.article_index import Members

DAY: Final = timedelta(days=1)
_REACH: Final = 4  # times `most`: how many articles are searched for other sources beside a flood
_EVERY: Final = 2**31 - 1
_MICROSECOND: Final = timedelta(microseconds=1)
_SPAN: Final = 42  # bits: 2**42 microseconds are 50 days, more than any month
_FORM: Final = "1"  # increase when archive documents change
# most entries of a document of whole months: some 200 kB, as the longest head feed
_WHOLE: Final = 200
_MONTH_DIGITS: Final = 12  # of a month's fingerprint: it is compared only with itself
_LEAST: Final = 50  # entries after which a shared document gets no further month: a choice

Entry = tuple[str, datetime, str]  # id, added, fingerprint
Placed = tuple[int, str, str]  # microseconds into the month, id, fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The ids of a head feed, newest first. `left_out`: unselected ids newer than the oldest
    selected one."""

    ids: list[str]
    left_out: frozenset[str] = frozenset()


def select_head(spec: FeedSpec, index: Members, row: FeedRow | None) -> Selection:
    """Select a head feed: the newest `limit` articles, and those of the `window_hours` before the
    newest. Of the 24 hours before the newest at most `most`; in all at most `most_older`, or those
    of the 24 hours if they are more. If articles are left out, a source gets at most its `share` of
    the places while others have articles."""
    latest = row.latest_added if row and row.latest_added else _find_latest(spec.key, index)
    since = latest - timedelta(hours=spec.window_hours) if latest else None
    older = min(spec.most_older, spec.most)
    window = index.ids(spec.key, limit=spec.limit, since=since, most=older + 1)
    if len(window) <= older or latest is None:
        return Selection(ids=window[:older])
    day = max(latest - DAY, since) if since else latest
    today = index.ids(spec.key, limit=0, since=day, most=spec.most + 1)
    if len(today) > spec.most:
        return _select_shared(
            spec, index, always=0, places=spec.most, reach=_REACH * spec.most, since=since
        )
    return _select_shared(
        spec, index, always=len(today), places=max(len(today), older), reach=spec.limit, since=since
    )


def get_source_limit(spec: FeedSpec, places: int) -> int:
    """Return how many of `places` one source may fill while others have articles."""
    return max(1, round(spec.share * places))


def _select_shared(
    spec: FeedSpec,
    index: Members,
    *,
    always: int,
    places: int,
    reach: int,
    since: datetime | None,
) -> Selection:
    """Select `places` articles, the newest `always` included, among the newest `reach` and those
    after `since`."""
    if spec.share >= 1:
        return Selection(ids=index.ids(spec.key, limit=spec.limit, since=since, most=places))
    near = index.ids(spec.key, limit=reach, since=since, most=_EVERY)
    source = index.sources(near)
    chosen = select_indices(
        [source.get(article_id, "") for article_id in near],
        always=always,
        places=places,
        room=get_source_limit(spec, places),
    )
    ids = [near[place] for place in chosen]
    return Selection(ids=ids, left_out=frozenset(near) - frozenset(ids))


def select_indices(sources: Sequence[str], *, always: int, places: int, room: int) -> list[int]:
    """Return the selected indices of `sources` (of each article, newest first), ascending: the
    newest `always`, then others while their source has fewer than `room`, which grows for all
    sources if places stay empty. Pure."""
    count = Counter(sources)
    taken = Counter(sources[:always])
    wanted = min(places, len(sources))
    while sum(max(taken[source], min(number, room)) for source, number in count.items()) < wanted:
        room += 1
    chosen = list(range(always))
    for place in range(always, len(sources)):
        if len(chosen) < places and taken[sources[place]] < room:
            chosen.append(place)
            taken[sources[place]] += 1
    return chosen


def _find_latest(key: FeedKey, index: Members) -> datetime | None:
    ids = index.ids(key, limit=1, since=None, most=1)
    return next((article.added for article in index.articles(ids).values()), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An archive document. `fingerprint`: of its input; of a part of a past month it begins with
    the month's; `ids`: its entries, newest first; None: from `months`, at times that start with
    `bits`."""

    name: str
    months: Sequence[str]
    fingerprint: str
    ids: tuple[str, ...] | None = None
    bits: str | None = None
    month: str = ""  # the fingerprint of the month, if it is closed and in parts
    previous: str = ""
    following: str = ""


def file_name(document: Document, feed_format: str) -> str:
    """Return the name of the document in a format."""
    return document.name.removesuffix(ATOM) + feed_format


def plan_documents(
    spec: FeedSpec,
    index: Members,
    shown: Collection[str],
    open_month: str,
    about: str,
    published: Mapping[str, str],
    *,
    shared: bool,
) -> list[Document]:
    """Return the archive documents of a feed, oldest first. `shown`: ids of its head;
    `open_month`: the current month, that of the newest article in the store; `about`: a
    fingerprint of all other input; `published`: its published documents, name -> fingerprint;
    `shared`: months share documents."""
    months = index.month_fingerprints(spec.key)
    old_bits = _find_published_bits(spec.key, published)
    closed = {month: of for month, of in months.items() if month < open_month}
    documents = list(
        _plan_closed_months(spec, index, closed, shown if shared else None, old_bits, published)
    )
    if open_month in months:
        parts = old_bits.get(open_month, frozenset())
        documents += _plan_open_month(
            spec, index.month_entries(spec.key, open_month), shown, open_month, parts
        )
    return [_link_document(documents, place, about) for place in range(len(documents))]


def list_article_ids(document: Document, key: FeedKey, index: Members) -> Sequence[str]:
    """Return the article ids of a document, newest first."""
    if document.ids is not None:
        return document.ids
    entries = [
        entry for month in reversed(document.months) for entry in index.month_entries(key, month)
    ]
    if document.bits is None:
        return [article_id for article_id, _, _ in entries]
    placed = _place_in_month(entries, document.months[0])
    return [
        article_id
        for moment, article_id, _ in reversed(placed)
        if f"{moment:0{_SPAN}b}".startswith(document.bits)
    ]


def _find_published_bits(key: FeedKey, published: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Return month -> bits of its published documents; {""} for a whole month."""
    start = paths.archive_name(key, "").removesuffix(f".{ATOM}")
    end = f".{ATOM}"
    bits_of: dict[str, set[str]] = {}
    for name in published:
        if name.startswith(start) and name.endswith(end):
            month, _, bits = name[len(start) : -len(end)].partition(".")
            bits_of.setdefault(month, set()).add(bits)
    return {month: frozenset(parts) for month, parts in bits_of.items()}


def _plan_closed_months(
    spec: FeedSpec,
    index: Members,
    closed: Mapping[str, tuple[int, str]],
    shown: Collection[str] | None,
    old_bits: Mapping[str, frozenset[str]],
    published: Mapping[str, str],
) -> Iterator[Document]:
    """Yield the documents of past months, oldest first. `closed`: their numbers of entries and
    fingerprints; `shown`: ids of the head if months share documents, else None. Reads entries of
    few months."""
    runs = _group_months(closed, old_bits, 1 if shown is None else _LEAST)
    for name, in_parts, months in runs:
        if in_parts:
            made_of = closed[name][1]
            bits_before = old_bits.get(name, frozenset())
            parts = sorted(bits_before)
            of_month = _digest(made_of)[:_MONTH_DIGITS]
            names = [paths.archive_name(spec.key, f"{name}.{bits}") for bits in parts]
            if not names or not all(published[part].startswith(of_month) for part in names):
                placed = _place_in_month(index.month_entries(spec.key, name), name)
                parts = [
                    bits for bits, _ in _split_by_time(placed, min(spec.limit, _WHOLE), bits_before)
                ]
            for bits in parts:
                part = paths.archive_name(spec.key, f"{name}.{bits}")
                fingerprint = _digest(made_of, bits)
                yield Document(
                    name=part, months=[name], fingerprint=fingerprint, bits=bits, month=of_month
                )
            continue
        if (
            not name
            and months is runs[-1][2]
            and shown is not None
            and _are_shown(shown, spec.key, months, index)
        ):
            return
        made_of, *more = (closed[month][1] for month in months)
        fingerprint = _digest(made_of, *more) if more else made_of
        yield Document(
            name=paths.archive_name(spec.key, name or months[-1]),
            months=months,
            fingerprint=fingerprint,
        )


def _group_months(
    closed: Mapping[str, tuple[int, str]], old_bits: Mapping[str, frozenset[str]], least: int
) -> list[tuple[str, bool, list[str]]]:
    """Return the months of each document, with the published name, "" for none, and True for a
    month in parts. Months without a published document join the next one that is published, for
    articles that got a tag later."""
    ends = sorted(month for month, bits in old_bits.items() if "" in bits)
    runs: list[tuple[str, bool, list[str]]] = []
    size = 0
    for month, (count, _) in closed.items():
        end = next((end for end in ends if end >= month), "")
        in_parts = month != end and (count > _WHOLE or month in old_bits)
        name = month if in_parts else end
        if (
            not runs
            or runs[-1][0] != name
            or (not name and (size >= least or size + count > _WHOLE))
        ):
            runs.append((name, in_parts, []))
            size = 0
        runs[-1][2].append(month)
        size += count
    return runs


def _are_shown(shown: Collection[str], key: FeedKey, months: Sequence[str], index: Members) -> bool:
    return {
        article_id for month in months for article_id, _, _ in index.month_entries(key, month)
    } <= set(shown)


def _plan_open_month(
    spec: FeedSpec,
    entries: Sequence[Entry],
    shown: Collection[str],
    month: str,
    old_bits: frozenset[str],
) -> list[Document]:
    """Return the documents of the current month, oldest first; none if the head shows it and none
    was published."""
    if not old_bits and {article_id for article_id, _, _ in entries} <= set(shown):
        return []
    placed = _place_in_month(entries, month)
    parts = list(_split_by_time(placed, min(spec.limit, _WHOLE), old_bits))
    if not _is_part_shown(shown, parts[-1]):  # the head shows only its share of a source
        parts = list(
            _split_by_time(
                placed,
                min(spec.limit, get_source_limit(spec, min(spec.most_older, spec.most))),
                old_bits,
            )
        )
    if _is_part_shown(shown, parts[-1]) and parts[-1][0] not in old_bits:
        parts.pop()
    return [_make_part(spec.key, month, bits, part) for bits, part in parts]


def _place_in_month(entries: Sequence[Entry], month: str) -> list[Placed]:
    first = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
    return [
        ((added - first) // _MICROSECOND, article_id, made_of)
        for article_id, added, made_of in reversed(entries)
    ]


def _is_part_shown(shown: Collection[str], part: tuple[str, Sequence[Placed]]) -> bool:
    return {article_id for _, article_id, _ in part[1]} <= set(shown)


def _split_by_time(
    entries: Sequence[Placed],
    most: int,
    old_bits: frozenset[str],
    bits: str = "",
    span: int = _SPAN,
) -> Iterator[tuple[str, Sequence[Placed]]]:
    """Yield the non-empty parts of the time span, halved until each has at most `most` entries. An
    entry's part depends on its own time alone. Parts of `old_bits` stay, whatever their size."""
    if (
        bits in old_bits
        or span == 0
        or (len(entries) <= most and not any(part.startswith(bits) for part in old_bits))
    ):
        if entries:
            yield bits, entries
        return
    half = 1 << (span - 1)
    low = [entry for entry in entries if not entry[0] & half]
    yield from _split_by_time(low, most, old_bits, bits + "0", span - 1)
    yield from _split_by_time(entries[len(low) :], most, old_bits, bits + "1", span - 1)


def _make_part(key: FeedKey, month: str, bits: str, entries: Sequence[Placed]) -> Document:
    fingerprint = _digest(*(f"{article_id}={of_entry}" for _, article_id, of_entry in entries))
    ids = tuple(article_id for _, article_id, _ in reversed(entries))
    name = paths.archive_name(key, f"{month}.{bits}" if bits else month)
    return Document(name=name, months=[month], fingerprint=fingerprint, ids=ids)


def _link_document(documents: Sequence[Document], place: int, about: str) -> Document:
    document = documents[place]
    previous = documents[place - 1].name if place else ""
    following = documents[place + 1].name if place + 1 < len(documents) else ""
    parts = (_FORM, about, document.fingerprint, previous, following)
    fingerprint = document.month + _digest(*parts)
    return replace(document, previous=previous, following=following, fingerprint=fingerprint)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
