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
from typing import Final, NamedTuple

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
_LEAST: Final = (
    50  # entries after which a document of several months gets no further month: a choice
)

Entry = tuple[str, datetime, str]  # id, added, fingerprint


class PlacedEntry(NamedTuple):
    """An entry of a month. `microseconds`: from the beginning of the month."""

    microseconds: int
    article_id: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The ids of a head feed, newest first. `left_out`: unselected ids newer than the oldest
    selected one."""

    ids: list[str]
    left_out: frozenset[str] = frozenset()


def select_head(spec: FeedSpec, index: Members, row: FeedRow | None) -> Selection:
    """Select the articles of a head feed: the newest `limit`, and those of the `window_hours`
    before the newest. Of the last 24 hours it has at most `most`; in all at most `most_older`, or
    those of the last 24 hours if they are more. If articles are left out, each source gets at most
    its `share` of the places, as long as other sources have articles."""
    latest = row.latest_added if row is not None else None
    if latest is None:
        latest = _find_latest(spec.key, index)
    since = latest - timedelta(hours=spec.window_hours) if latest else None
    most_in_all = min(spec.most_older, spec.most)
    ids_in_window = index.ids(spec.key, limit=spec.limit, since=since, most=most_in_all + 1)
    if len(ids_in_window) <= most_in_all or latest is None:
        return Selection(ids=ids_in_window[:most_in_all])
    day_begin = max(latest - DAY, since) if since else latest
    ids_of_day = index.ids(spec.key, limit=0, since=day_begin, most=spec.most + 1)
    if len(ids_of_day) > spec.most:
        reach = _REACH * spec.most
        return _select_shared(spec, index, always=0, places=spec.most, reach=reach, since=since)
    return _select_shared(
        spec,
        index,
        always=len(ids_of_day),
        places=max(len(ids_of_day), most_in_all),
        reach=spec.limit,
        since=since,
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
    """Select `places` articles among the newest `reach` and those after `since`. The newest
    `always` are selected; the others share the places by source."""
    if spec.share >= 1:
        return Selection(ids=index.ids(spec.key, limit=spec.limit, since=since, most=places))
    candidates = index.ids(spec.key, limit=reach, since=since, most=_EVERY)
    source_of = index.sources(candidates)
    indices = select_indices(
        [source_of.get(article_id, "") for article_id in candidates],
        always=always,
        places=places,
        source_limit=get_source_limit(spec, places),
    )
    ids = [candidates[number] for number in indices]
    return Selection(ids=ids, left_out=frozenset(candidates) - frozenset(ids))


def select_indices(
    sources: Sequence[str], *, always: int, places: int, source_limit: int
) -> list[int]:
    """Select articles by their sources; return the indices of the selected ones, ascending.
    `sources`: the source of each article, newest first. The newest `always` are selected, then
    others while their source has fewer than `source_limit`. If places stay empty, the limit grows
    for all sources. Pure."""
    article_count = Counter(sources)
    selected_count = Counter(sources[:always])
    most = min(places, len(sources))
    limit = source_limit
    while _count_selectable(article_count, selected_count, limit) < most:
        limit += 1
    selected = list(range(always))
    for index in range(always, len(sources)):
        source = sources[index]
        if len(selected) < places and selected_count[source] < limit:
            selected.append(index)
            selected_count[source] += 1
    return selected


def _count_selectable(
    article_count: Mapping[str, int], selected_count: Mapping[str, int], limit: int
) -> int:
    """Return how many articles may be selected if each source has at most `limit`, or those that
    are selected already."""
    return sum(
        max(selected_count.get(source, 0), min(count, limit))
        for source, count in article_count.items()
    )


def _find_latest(key: FeedKey, index: Members) -> datetime | None:
    """Return when the newest article of a feed was added, None without articles."""
    ids = index.ids(key, limit=1, since=None, most=1)
    for article in index.articles(ids).values():
        return article.added
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An archive document. `fingerprint`: of its input; that of a part of a past month begins with
    the fingerprint of the month; `ids`: its entries, newest first; if None, its entries are those
    of `months`, of a part only those whose binary times start with `bits`."""

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
    head_ids: Collection[str],
    open_month: str,
    other_input: str,
    published: Mapping[str, str],
    *,
    shared: bool,
) -> list[Document]:
    """Return the archive documents of a feed, oldest first. `head_ids`: the articles of its head;
    `open_month`: the current month, which is that of the newest article in the store;
    `other_input`: a fingerprint of all other input; `published`: fingerprints of its published
    documents, by name; `shared`: months share documents."""
    months = index.month_fingerprints(spec.key)
    published_bits = _find_published_bits(spec.key, published)
    closed = {month: counts for month, counts in months.items() if month < open_month}
    shared_head_ids = head_ids if shared else None
    documents = list(
        _plan_closed_months(spec, index, closed, shared_head_ids, published_bits, published)
    )
    if open_month in months:
        entries = index.month_entries(spec.key, open_month)
        bits_of_month = published_bits.get(open_month, frozenset())
        documents += _plan_open_month(spec, entries, head_ids, open_month, bits_of_month)
    return [_link_document(documents, number, other_input) for number in range(len(documents))]


def list_article_ids(document: Document, key: FeedKey, index: Members) -> Sequence[str]:
    """Return the article ids of a document, newest first."""
    if document.ids is not None:
        return document.ids
    entries: list[Entry] = []
    for month in reversed(document.months):
        entries += index.month_entries(key, month)
    if document.bits is None:
        return [article_id for article_id, _, _ in entries]
    placed = _place_in_month(entries, document.months[0])
    return [
        entry.article_id
        for entry in reversed(placed)
        if f"{entry.microseconds:0{_SPAN}b}".startswith(document.bits)
    ]


def _find_published_bits(key: FeedKey, published: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Return month -> the `bits` of its published documents; "" stands for a document of the whole
    month."""
    start = paths.archive_name(key, "").removesuffix(f".{ATOM}")
    end = f".{ATOM}"
    bits_of: dict[str, set[str]] = {}
    for name in published:
        if name.startswith(start) and name.endswith(end):
            month, _, bits = name[len(start) : -len(end)].partition(".")
            bits_of.setdefault(month, set()).add(bits)
    return {month: frozenset(bits) for month, bits in bits_of.items()}


class _MonthGroup(NamedTuple):
    """The months of one document, or a month that is divided into parts. `published_name`: of its
    document, without ending; "" for none."""

    published_name: str
    in_parts: bool
    months: list[str]


def _plan_closed_months(
    spec: FeedSpec,
    index: Members,
    closed: Mapping[str, tuple[int, str]],
    head_ids: Collection[str] | None,
    published_bits: Mapping[str, frozenset[str]],
    published: Mapping[str, str],
) -> Iterator[Document]:
    """Yield the documents of past months, oldest first. The newest months have none while the head
    shows them. `closed`: month -> number of entries and fingerprint; `head_ids`: articles of the
    head if months share documents, else None; `published_bits`: see `_find_published_bits`;
    `published`: fingerprints of published documents, by name."""
    least = 1 if head_ids is None else _LEAST
    groups = _group_months(closed, published_bits, least)
    for group in groups:
        if group.in_parts:
            month = group.months[0]
            bits_of_month = published_bits.get(month, frozenset())
            yield from _plan_parts(spec, index, month, closed[month][1], bits_of_month, published)
            continue
        is_newest = group is groups[-1]
        may_wait = head_ids is not None and is_newest and not group.published_name
        if may_wait and _are_shown(head_ids or (), spec.key, group.months, index):
            return  # until the head no longer shows them
        yield _plan_months(spec, group, [closed[month][1] for month in group.months])


def _plan_months(spec: FeedSpec, group: _MonthGroup, fingerprints: Sequence[str]) -> Document:
    """Return the document of whole months. `fingerprints`: of the months."""
    return Document(
        name=paths.archive_name(spec.key, group.published_name or group.months[-1]),
        months=group.months,
        fingerprint=fingerprints[0] if len(fingerprints) == 1 else _digest(*fingerprints),
    )


def _plan_parts(
    spec: FeedSpec,
    index: Members,
    month: str,
    month_fingerprint: str,
    published_bits: frozenset[str],
    published: Mapping[str, str],
) -> Iterator[Document]:
    """Yield the parts of a past month, oldest first. Its entries are read only if they changed
    since its parts were published."""
    month_digest = _digest(month_fingerprint)[:_MONTH_DIGITS]
    parts = sorted(published_bits)
    names = [paths.archive_name(spec.key, f"{month}.{bits}") for bits in parts]
    is_unchanged = names and all(published[name].startswith(month_digest) for name in names)
    if not is_unchanged:
        placed = _place_in_month(index.month_entries(spec.key, month), month)
        most = min(spec.limit, _WHOLE)
        parts = [part.bits for part in _split_by_time(placed, most, published_bits)]
    for bits in parts:
        yield Document(
            name=paths.archive_name(spec.key, f"{month}.{bits}"),
            months=[month],
            fingerprint=_digest(month_fingerprint, bits),
            bits=bits,
            month=month_digest,
        )


def _group_months(
    closed: Mapping[str, tuple[int, str]], published_bits: Mapping[str, frozenset[str]], least: int
) -> list[_MonthGroup]:
    """Divide past months into documents, oldest first. Months without a published document join the
    next one that is published, for articles that got a tag later. Else months are joined until a
    document has `least` entries, unless it would have more than `_WHOLE`."""
    published_months = sorted(month for month, bits in published_bits.items() if "" in bits)
    groups: list[_MonthGroup] = []
    size = 0
    for month, (count, _) in closed.items():
        next_published = next((end for end in published_months if end >= month), "")
        needs_parts = count > _WHOLE or month in published_bits
        in_parts = needs_parts and month != next_published
        name = month if in_parts else next_published
        is_full = not name and (size >= least or size + count > _WHOLE)
        if not groups or groups[-1].published_name != name or is_full:
            groups.append(_MonthGroup(name, in_parts, []))
            size = 0
        groups[-1].months.append(month)
        size += count
    return groups


def _are_shown(
    head_ids: Collection[str], key: FeedKey, months: Sequence[str], index: Members
) -> bool:
    """Return True if the head has all articles of these months."""
    ids: set[str] = set()
    for month in months:
        ids.update(article_id for article_id, _, _ in index.month_entries(key, month))
    return ids <= set(head_ids)


def _plan_open_month(
    spec: FeedSpec,
    entries: Sequence[Entry],
    head_ids: Collection[str],
    month: str,
    published_bits: frozenset[str],
) -> list[Document]:
    """Return the documents of the current month, oldest first. The newest part has none while the
    head shows all of it, unless it was published already. `published_bits`: of the month's
    published parts."""
    ids = {article_id for article_id, _, _ in entries}
    if not published_bits and ids <= set(head_ids):
        return []
    placed = _place_in_month(entries, month)
    most = min(spec.limit, _WHOLE)
    parts = list(_split_by_time(placed, most, published_bits))
    if not _is_part_shown(head_ids, parts[-1]):  # the head shows only its share of a source
        most_of_source = get_source_limit(spec, min(spec.most_older, spec.most))
        parts = list(_split_by_time(placed, min(spec.limit, most_of_source), published_bits))
    newest = parts[-1]
    if _is_part_shown(head_ids, newest) and newest.bits not in published_bits:
        parts.pop()
    return [_make_part(spec.key, month, part) for part in parts]


def _place_in_month(entries: Sequence[Entry], month: str) -> list[PlacedEntry]:
    """Return the entries of a month, oldest first. `entries`: newest first."""
    begin = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
    return [
        PlacedEntry((added - begin) // _MICROSECOND, article_id, fingerprint)
        for article_id, added, fingerprint in reversed(entries)
    ]


class _Part(NamedTuple):
    """The entries of a month whose binary times start with `bits`, oldest first."""

    bits: str
    entries: Sequence[PlacedEntry]


def _is_part_shown(head_ids: Collection[str], part: _Part) -> bool:
    """Return True if the head has all articles of a part."""
    return {entry.article_id for entry in part.entries} <= set(head_ids)


def _split_by_time(
    entries: Sequence[PlacedEntry],
    most: int,
    published_bits: frozenset[str],
    bits: str = "",
    span: int = _SPAN,
) -> Iterator[_Part]:
    """Yield the non-empty parts of a month, halved by time until each has at most `most` entries.
    The time of an entry alone decides to which part it belongs. Published parts stay, whatever
    their size. `bits`: the beginning of the times of `entries`; `span`: the number of their other
    bits."""
    has_published_parts = any(part.startswith(bits) for part in published_bits)
    is_small = len(entries) <= most and not has_published_parts
    if bits in published_bits or span == 0 or is_small:
        if entries:
            yield _Part(bits, entries)
        return
    half = 1 << (span - 1)
    earlier = [entry for entry in entries if not entry.microseconds & half]
    later = entries[len(earlier) :]
    yield from _split_by_time(earlier, most, published_bits, bits + "0", span - 1)
    yield from _split_by_time(later, most, published_bits, bits + "1", span - 1)


def _make_part(key: FeedKey, month: str, part: _Part) -> Document:
    """Return the document of a part of the current month."""
    fingerprint = _digest(*(f"{entry.article_id}={entry.fingerprint}" for entry in part.entries))
    ids = tuple(entry.article_id for entry in reversed(part.entries))
    name = paths.archive_name(key, f"{month}.{part.bits}" if part.bits else month)
    return Document(name=name, months=[month], fingerprint=fingerprint, ids=ids)


def _link_document(documents: Sequence[Document], index: int, other_input: str) -> Document:
    """Return a document with links to the one before and the one after it, which its fingerprint
    includes."""
    document = documents[index]
    previous = documents[index - 1].name if index > 0 else ""
    following = documents[index + 1].name if index + 1 < len(documents) else ""
    parts = (_FORM, other_input, document.fingerprint, previous, following)
    fingerprint = document.month + _digest(*parts)
    return replace(document, previous=previous, following=following, fingerprint=fingerprint)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
