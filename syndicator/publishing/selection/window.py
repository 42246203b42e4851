"""Which articles a feed's head holds, and which it leaves to the archives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from syndicator.core.model import Article, FeedKey, FeedSpec
from syndicator.core.ports import ArticleIndex, FeedRow

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
