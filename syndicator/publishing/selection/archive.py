"""Select the articles of a feed's head; divide the older ones into archive documents (RFC 5005).

An article belongs to the UTC month in which it was added. With `archives = true`, each past month
has a document. In all other forms, successive months share a document, named after the last of
them, until it has 50 entries; and the newest months have no document as long as the head shows all
of their articles. A month of more than 200 entries, or with published parts, is halved by time
until each part has at most `limit` entries. So a reader that follows prev-archive from the head
finds every article, and may stop at a document that it has.

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
# If one source floods a feed, so many times `most` articles are searched for those of other
# sources.
_CANDIDATES_PER_PLACE: Final = 4
_NO_LIMIT: Final = 2**31 - 1  # more articles than any feed has
_MICROSECOND: Final = timedelta(microseconds=1)
# Bits of a time within a month, in microseconds: 2**42 microseconds are 50 days.
_TIME_BITS: Final = 42
_DOCUMENT_VERSION: Final = "1"  # increase when archive documents change
# Entries in a document of whole months, at most: some 200 kB, as much as the longest head feed.
_MOST_OF_MONTHS: Final = 200
# Digits of a month's fingerprint in those of its parts: it is compared only with itself.
_MONTH_DIGITS: Final = 12
# A document of several months with so many entries gets no further month: a choice.
_LEAST_ENTRIES: Final = 50

Entry = tuple[str, datetime, str]  # id, added, fingerprint


class PlacedEntry(NamedTuple):
    """An entry of a month. `microseconds`: the time between the beginning of the month and the
    moment when the article was added to the store."""

    microseconds: int
    article_id: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The articles of a head feed. `ids`: newest first; `left_out`: the candidates that were not
    selected, because their source had its share."""

    ids: list[str]
    left_out: frozenset[str] = frozenset()


def select_head(spec: FeedSpec, index: Members, row: FeedRow | None) -> Selection:
    """Select the articles of a head feed, the document with a feed's newest entries. `index`: which
    articles belong to which feed; `row`: the row of the feed in the database, None if it is new.
    The limits are fields of `spec`:

    1. Select the newest `limit` articles, and all articles that were added in the `window_hours`
       before the newest one. If these are at most `most_older` and at most `most`, this is all.
    2. Else, if more than `most` articles were added in the 24 hours before the newest one, select
       `most` articles.
    3. Else select all articles of these 24 hours, and older ones until there are `most_older`.

    In steps 2 and 3, each source gets at most its `share` of the places, unless places would stay
    empty."""
    latest = row.latest_added if row is not None else None
    if latest is None:
        latest = _find_latest_addition(spec.key, index)
    since = latest - timedelta(hours=spec.window_hours) if latest else None
    most_in_all = min(spec.most_older, spec.most)
    # ask for one more than there may be, to see whether there are too many
    ids_in_window = index.ids(spec.key, limit=spec.limit, since=since, most=most_in_all + 1)
    are_too_many = len(ids_in_window) > most_in_all
    if latest is None or not are_too_many:
        return Selection(ids=ids_in_window[:most_in_all])

    day_begin = max(latest - DAY, since) if since else latest
    ids_of_day = index.ids(spec.key, limit=0, since=day_begin, most=spec.most + 1)
    does_day_fill_all = len(ids_of_day) > spec.most
    if does_day_fill_all:
        # search further back, so that there are articles of other sources among the candidates
        reach = _CANDIDATES_PER_PLACE * spec.most
        return _select_shared(spec, index, always=0, places=spec.most, reach=reach, since=since)
    # all articles of the last day are selected, and the others share the places that are left
    return _select_shared(
        spec,
        index,
        always=len(ids_of_day),
        places=max(len(ids_of_day), most_in_all),
        reach=spec.limit,
        since=since,
    )


def get_source_limit(spec: FeedSpec, places: int) -> int:
    """Return how many of the `places` in a feed one source may fill as long as other sources have
    articles for them: its `spec.share`, at least one."""
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
    """Select articles for the `places` of a feed, so that no source takes more than its share. The
    candidates are the newest `reach` articles and all articles that were added after `since`. The
    newest `always` candidates are selected whatever their source. The other places go to the newest
    candidates whose source has not filled its share of all places yet. If places would stay empty,
    sources get more than their share. `index`: which articles belong to which feed."""
    may_one_source_fill_all = spec.share >= 1
    if may_one_source_fill_all:
        return Selection(ids=index.ids(spec.key, limit=spec.limit, since=since, most=places))
    candidate_ids = index.ids(spec.key, limit=reach, since=since, most=_NO_LIMIT)
    sources_by_id = index.sources(candidate_ids)
    selected_indices = select_indices(
        [sources_by_id.get(article_id, "") for article_id in candidate_ids],
        always=always,
        places=places,
        source_limit=get_source_limit(spec, places),
    )
    ids = [candidate_ids[candidate_index] for candidate_index in selected_indices]
    return Selection(ids=ids, left_out=frozenset(candidate_ids) - frozenset(ids))


def select_indices(
    sources: Sequence[str], *, always: int, places: int, source_limit: int
) -> list[int]:
    """Select at most `places` articles by their sources; return the indices of the selected ones,
    ascending. `sources`: the source of each article, newest first. The newest `always` articles are
    selected whatever their source. Then the others are gone through, newest first, and selected
    while fewer than `source_limit` articles of their source are selected. If places would stay
    empty, this limit is raised for all sources. Pure."""
    article_count = Counter(sources)
    selected_count = Counter(sources[:always])
    # raise the limit until as many articles can be selected as there are places or articles
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
    """Return how many articles can be selected in all if each source may have `limit` of them.
    Articles that are selected already count in any case. `article_count`: source -> number of its
    articles; `selected_count`: source -> number of its articles that are selected already."""
    selectable_count = 0
    for source, count in article_count.items():
        allowed_count = min(count, limit)
        selectable_count += max(allowed_count, selected_count.get(source, 0))
    return selectable_count


def _find_latest_addition(key: FeedKey, index: Members) -> datetime | None:
    """Return when the newest article of a feed was added, None if the feed has none."""
    ids = index.ids(key, limit=1, since=None, most=1)
    for article in index.articles(ids).values():
        return article.added
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An archive document: all entries of `months` or, with `bits`, a part of one month.

    A part has the entries whose time within the month, written as a binary number of 42 digits,
    starts with `bits`: "0" is the first half of the time, "01" its second quarter."""

    name: str  # of its Atom file
    months: Sequence[str]  # such as "2026-11", ascending
    fingerprint: str  # of its input; in a part of a past month, it begins with `month`
    ids: tuple[str, ...] | None = None  # its entries, newest first; None if they are not read yet
    bits: str | None = None
    month: str = ""  # the fingerprint of the month, if it is past and divided into parts
    previous: str = ""  # name of the document before it, "" for none
    following: str = ""  # name of the document after it, "" for none


def file_name(document: Document, feed_format: str) -> str:
    """Return the name of the document's file in a format such as "html"."""
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
    """Return the archive documents of a feed, which hold its articles by month, oldest first.
    `head_ids`: the ids of the articles in its head; `open_month`: the current month such as
    "2026-11", in which the newest article of the store was added; `other_input`: a fingerprint of
    all input besides articles; `published`: name -> fingerprint of each document that the feed has
    published so far; `shared`: True if several months may share a document."""
    months = index.month_fingerprints(spec.key)  # month -> (number of entries, fingerprint)
    published_bits = _find_published_bits(spec.key, published)
    closed = {month: facts for month, facts in months.items() if month < open_month}
    shared_head_ids = head_ids if shared else None  # None: each month has its own document
    documents = list(
        _plan_closed_months(spec, index, closed, shared_head_ids, published_bits, published)
    )
    if open_month in months:
        entries = index.month_entries(spec.key, open_month)
        bits_of_month = published_bits.get(open_month, frozenset())
        documents += _plan_open_month(spec, entries, head_ids, open_month, bits_of_month)
    return [_link_document(documents, number, other_input) for number in range(len(documents))]


def list_article_ids(document: Document, key: FeedKey, index: Members) -> Sequence[str]:
    """Return the ids of the articles in an archive document, newest first. `key`: of the document's
    feed; `index`: which articles belong to which feed."""
    if document.ids is not None:
        return document.ids
    entries: list[Entry] = []
    for month in reversed(document.months):
        entries += index.month_entries(key, month)
    if document.bits is None:  # the document is of whole months
        return [article_id for article_id, _, _ in entries]
    # A part of a month: its entries are those whose times, written in binary, begin with its bits.
    month = document.months[0]
    oldest_first = _place_in_month(entries, month)
    article_ids: list[str] = []
    for entry in reversed(oldest_first):
        binary_time = f"{entry.microseconds:0{_TIME_BITS}b}"
        if binary_time.startswith(document.bits):
            article_ids.append(entry.article_id)
    return article_ids


def _find_published_bits(key: FeedKey, published: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Return, by month, which parts of the month have a published document. A part of a month is
    named by binary digits, its bits: "01" for the document 2026-11.01.atom, "" for 2026-11.atom,
    the document of a whole month. `key`: of the feed; `published`: document name -> fingerprint."""
    ending = f".{ATOM}"
    folder = paths.archive_name(key, "").removesuffix(ending)
    bits_by_month: dict[str, set[str]] = {}
    for name in published:
        if name.startswith(folder) and name.endswith(ending):
            month_and_bits = name.removeprefix(folder).removesuffix(ending)
            month, _, bits = month_and_bits.partition(".")
            bits_by_month.setdefault(month, set()).add(bits)
    return {month: frozenset(bits) for month, bits in bits_by_month.items()}


class _MonthGroup(NamedTuple):
    """Months that share one document or, if `in_parts`, a single month that is divided into parts.
    `published_name`: the month after which the published document is named, "" if no document is
    published yet."""

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
    """Yield the archive documents of past months, oldest first. If months may share a document, the
    newest months get no document while the feed's head shows all of their articles. `closed`: past
    month -> (number of its entries, its fingerprint); `head_ids`: the ids of the head's articles,
    None if months may not share a document; `published_bits`: month -> its parts that have a
    published document, "" for the whole month; `published`: document name -> fingerprint."""
    least_entries = 1 if head_ids is None else _LEAST_ENTRIES
    groups = _group_months(closed, published_bits, least_entries)
    for group in groups:
        if group.in_parts:  # a large month, the only one of its group
            month = group.months[0]
            _, month_fingerprint = closed[month]
            bits_of_month = published_bits.get(month, frozenset())
            yield from _plan_parts(spec, index, month, month_fingerprint, bits_of_month, published)
            continue
        is_newest = group is groups[-1]
        is_published = group.published_name != ""
        may_wait = is_newest and not is_published
        if may_wait and head_ids is not None:
            are_in_head = _are_months_in_head(head_ids, spec.key, group.months, index)
            if are_in_head:
                return  # a later build makes the document, once the head does not show all any more
        month_fingerprints: list[str] = []
        for month in group.months:
            _, month_fingerprint = closed[month]
            month_fingerprints.append(month_fingerprint)
        yield _plan_months(spec, group, month_fingerprints)


def _plan_months(spec: FeedSpec, group: _MonthGroup, fingerprints: Sequence[str]) -> Document:
    """Return the archive document that the months of a group share. It is named after the last
    month, unless it has a published name. `fingerprints`: of each month."""
    name = paths.archive_name(spec.key, group.published_name or group.months[-1])
    fingerprint = fingerprints[0] if len(fingerprints) == 1 else _digest(*fingerprints)
    return Document(name=name, months=group.months, fingerprint=fingerprint)


def _plan_parts(
    spec: FeedSpec,
    index: Members,
    month: str,
    month_fingerprint: str,
    published_bits: frozenset[str],
    published: Mapping[str, str],
) -> Iterator[Document]:
    """Yield an archive document for each part of a past month, oldest first. A month is divided by
    time; a part is named by its bits, the first binary digits of the times of its entries. If the
    month has not changed since its parts were published, the parts stay as they are. `month`: such
    as "2026-11"; `published_bits`: the bits of its published parts; `published`: document name ->
    fingerprint."""
    month_digest = _digest(month_fingerprint)[:_MONTH_DIGITS]
    bits_of_parts = sorted(published_bits)
    names = [paths.archive_name(spec.key, f"{month}.{bits}") for bits in bits_of_parts]
    # the fingerprint of a published part begins with the digest that its month had then
    has_same_digest = all(published[name].startswith(month_digest) for name in names)
    is_unchanged = has_same_digest and bool(names)
    if not is_unchanged:
        placed_entries = _place_in_month(index.month_entries(spec.key, month), month)
        most_entries = min(spec.limit, _MOST_OF_MONTHS)
        parts = _split_by_time(placed_entries, most_entries, published_bits)
        bits_of_parts = [part.bits for part in parts]
    for bits in bits_of_parts:
        yield Document(
            name=paths.archive_name(spec.key, f"{month}.{bits}"),
            months=[month],
            fingerprint=_digest(month_fingerprint, bits),
            bits=bits,
            month=month_digest,
        )


def _group_months(
    closed: Mapping[str, tuple[int, str]],
    published_bits: Mapping[str, frozenset[str]],
    least_entries: int,
) -> list[_MonthGroup]:
    """Divide past months into groups, oldest first. The months of a group share one archive
    document. A month with more than 200 entries, or one whose parts have documents, is a group
    alone, and each part of it gets a document.

    Published documents keep their addresses. So a month without a document joins the next month
    that has one: it got its entries later, such as old ones tagged anew. After the last published
    document, months are joined until a group has `least_entries`, as long as the group has no more
    than 200. `closed`: past month -> (number of its entries, its fingerprint), oldest first;
    `published_bits`: month -> its parts that have a published document, "" for the whole month."""
    published_months = sorted(month for month, bits in published_bits.items() if "" in bits)
    groups: list[_MonthGroup] = []
    group_size = 0  # entries in the last group
    for month, (count, _) in closed.items():
        # the first month from this one on that has a published document, "" if there is none
        next_published = next((name for name in published_months if name >= month), "")
        needs_parts = count > _MOST_OF_MONTHS or month in published_bits
        in_parts = needs_parts and month != next_published
        published_name = month if in_parts else next_published
        joins_last_group = bool(groups) and groups[-1].published_name == published_name
        if published_name == "":  # no document is published: sizes decide
            has_enough = group_size >= least_entries
            would_be_too_large = group_size + count > _MOST_OF_MONTHS
            is_full = has_enough or would_be_too_large
            joins_last_group = joins_last_group and not is_full
        if not joins_last_group:
            groups.append(_MonthGroup(published_name, in_parts, []))
            group_size = 0
        groups[-1].months.append(month)
        group_size += count
    return groups


def _are_months_in_head(
    head_ids: Collection[str], key: FeedKey, months: Sequence[str], index: Members
) -> bool:
    """Return True if the head of the feed `key` has all of the feed's articles of some months.
    `head_ids`: the ids of the head's articles; `months`: such as ["2026-10", "2026-11"]."""
    ids_of_months: set[str] = set()
    for month in months:
        entries = index.month_entries(key, month)
        ids_of_months.update(article_id for article_id, _, _ in entries)
    return ids_of_months <= set(head_ids)


def _plan_open_month(
    spec: FeedSpec,
    entries: Sequence[Entry],
    head_ids: Collection[str],
    month: str,
    published_bits: frozenset[str],
) -> list[Document]:
    """Return the archive documents of the current month, oldest first, one for each part into which
    the month is divided by time. The newest part gets no document while the feed's head shows all
    of its articles, unless a document of it was published before. `entries`: those of the month,
    newest first; `head_ids`: the ids of the head's articles; `month`: such as "2026-11";
    `published_bits`: the bits (first binary digits of time) of the parts that were published
    before."""
    ids_of_month = {article_id for article_id, _, _ in entries}
    is_month_in_head = ids_of_month <= set(head_ids)
    if is_month_in_head and not published_bits:
        return []
    placed_entries = _place_in_month(entries, month)
    most_entries = min(spec.limit, _MOST_OF_MONTHS)
    parts = list(_split_by_time(placed_entries, most_entries, published_bits))
    if not _is_part_in_head(head_ids, parts[-1]):
        # The head lacks articles of the newest part, because each source has only its share of the
        # places. Make parts no larger than this share: then the head may have all of the newest.
        share = get_source_limit(spec, min(spec.most_older, spec.most))
        parts = list(_split_by_time(placed_entries, min(spec.limit, share), published_bits))
    newest_part = parts[-1]
    is_published = newest_part.bits in published_bits
    if _is_part_in_head(head_ids, newest_part) and not is_published:
        parts.pop()
    return [_make_part(spec.key, month, part) for part in parts]


def _place_in_month(entries: Sequence[Entry], month: str) -> list[PlacedEntry]:
    """Return the entries of a month ("2026-11") with their times within the month, oldest first.
    `entries`: the same entries, newest first."""
    begin = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
    return [
        PlacedEntry((added - begin) // _MICROSECOND, article_id, fingerprint)
        for article_id, added, fingerprint in reversed(entries)
    ]


class _Part(NamedTuple):
    """The entries of a month whose time within the month, as a binary number of 42 digits, starts
    with `bits`. The oldest is first."""

    bits: str
    entries: Sequence[PlacedEntry]


def _is_part_in_head(head_ids: Collection[str], part: _Part) -> bool:
    """Return True if the head of a feed, with the articles `head_ids`, has all articles of a part
    of a month."""
    return {entry.article_id for entry in part.entries} <= set(head_ids)


def _split_by_time(
    entries: Sequence[PlacedEntry],
    most: int,
    published_bits: frozenset[str],
    bits: str = "",
    bits_left: int = _TIME_BITS,
) -> Iterator[_Part]:
    """Yield the parts of a month that have entries, oldest first. The time of the month is halved
    until each part has at most `most` entries. A part is named by its bits, the first binary digits
    of the times of its entries: halving adds "0" or "1". Parts in `published_bits` are not halved
    again, whatever their size. `entries`: oldest first. Recursive: a call divides the `entries`
    whose times start with `bits`; `bits_left` is the number of binary digits after these."""
    if not entries:
        return
    is_published = bits in published_bits
    has_published_parts = any(part.startswith(bits) for part in published_bits)
    is_small = len(entries) <= most and not has_published_parts
    if is_published or is_small or bits_left == 0:
        yield _Part(bits, entries)
        return
    next_bit = 1 << (bits_left - 1)  # 0 in the times of the first half, 1 in those of the second
    earlier = [entry for entry in entries if not entry.microseconds & next_bit]
    later = entries[len(earlier) :]
    yield from _split_by_time(earlier, most, published_bits, bits + "0", bits_left - 1)
    yield from _split_by_time(later, most, published_bits, bits + "1", bits_left - 1)


def _make_part(key: FeedKey, month: str, part: _Part) -> Document:
    """Return the archive document of a part of the current month. `key`: of the feed; `month`: such
    as "2026-11"."""
    fingerprint = _digest(*(f"{entry.article_id}={entry.fingerprint}" for entry in part.entries))
    newest_first = tuple(entry.article_id for entry in reversed(part.entries))
    name = paths.archive_name(key, f"{month}.{part.bits}" if part.bits else month)
    return Document(name=name, months=[month], fingerprint=fingerprint, ids=newest_first)


def _link_document(documents: Sequence[Document], index: int, other_input: str) -> Document:
    """Return the document at `index`, completed: with the names of the documents before and after
    it, which it links, and with its final fingerprint. The fingerprint covers these two names, too.
    `documents`: all of a feed, oldest first; `other_input`: a fingerprint of all input besides
    articles."""
    document = documents[index]
    previous = documents[index - 1].name if index > 0 else ""
    following = documents[index + 1].name if index + 1 < len(documents) else ""
    parts = (_DOCUMENT_VERSION, other_input, document.fingerprint, previous, following)
    # `month` begins the fingerprint, so that a later build sees whether the month changed
    fingerprint = document.month + _digest(*parts)
    return replace(document, previous=previous, following=following, fingerprint=fingerprint)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
