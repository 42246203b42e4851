"""Entries of the live feed that its new edition lacks without a reason."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence

from syndicator.core.model import FeedSpec, entry_urn
from syndicator.core.ports import ArticleIndex

_EVERY = 2**31 - 1


def lost(
    old: Sequence[str],
    new: Sequence[str],
    excused: Collection[str],
    spec: FeedSpec,
    index: ArticleIndex,
    instance: uuid.UUID,
) -> list[str]:
    """The ids of the live file (`old`) that the new one lacks and should have; both newest first. `excused`: ids that
    were withdrawn, set aside, or had to give way to those of other sources. An article that is still indexed but no
    longer in the feed was retagged, merged or put on hold, which is a reason; so is that it was pruned."""
    if set(old) <= set(new):
        return []
    near = _members(spec, index, instance, 2 * spec.most + len(old))
    if not suspects(old, new, near, excused):
        return []
    members = _members(spec, index, instance, _EVERY)
    known = (*(article.id for article in index.each()), *index.merged(), *index.on_hold(), *index.pruned())
    indexed = {entry_urn(instance, id) for id in known}
    return suspects(old, new, members, {*excused, *(indexed - set(members))})


def suspects(old: Sequence[str], new: Iterable[str], members: Sequence[str], excused: Collection[str]) -> list[str]:
    """Pure. `members`: the ids that belong to the feed now, newest first. An id that belongs to it and is older than
    the oldest of the new file has only moved out of its window. An id that no longer belongs to it and is not excused
    is lost when one that stood below it is still there (so it was not the window), or when nothing of the live file is
    left at all."""
    kept = set(new)
    rank = {id: place for place, id in enumerate(members)}
    oldest = max((rank[id] for id in kept if id in rank), default=-1)
    last = max((place for place, id in enumerate(old) if id in kept), default=-1)
    missing = [(place, id) for place, id in enumerate(old) if id not in kept and id not in excused]
    unknown = [id for place, id in missing if id not in rank and (place < last or last < 0)]
    return unknown + [id for _, id in missing if rank.get(id, _EVERY) < oldest]


def _members(spec: FeedSpec, index: ArticleIndex, instance: uuid.UUID, most: int) -> list[str]:
    return [entry_urn(instance, id) for id in index.ids(spec.key, limit=most, since=None, most=most)]
