"""Puts the files of the search where they are published: those of periods that changed, and no others."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any, Final

from syndicator.core.axes import ALL
from syndicator.core.ports import ArticleIndex, Outlet
from syndicator.publishing.render.view import View
from syndicator.publishing.search import shards
from syndicator.publishing.search.periods import Period, periods

_UNKNOWN: Final[list[Any]] = ["", "", 0, 0]  # what the list says of a period that it does not have


def write_search(
    index: ArticleIndex,
    outlet: Outlet,
    views: Callable[[Sequence[str]], Sequence[View]],
    about: str,
    put: Callable[[str, bytes], None],
    drop: Callable[[str], None],
    *,
    made_of: Mapping[str, str],
    whole: bool = False,
) -> Generator[None, None, dict[str, str]]:
    """Makes the files of the periods that changed, step by step; the list of periods among them is written last.
    `views`: those of article ids; `about`: a fingerprint of what they are made with; `put` and `drop`: of a published
    file; `made_of`: what this returned the last time, by period the fingerprint of what its files were made of (times
    of files are in it, so it is not published). `whole`: all of them."""
    months = {month: made_of for month, (_, made_of) in index.month_fingerprints(ALL).items()}
    newest = index.month_entries(ALL, max(months)) if months else []
    known = {} if whole else _known(outlet)
    now_of: dict[str, str] = {}
    there = outlet.names(shards.FOLDER)
    listed: list[list[Any]] = []
    wanted = {shards.MANIFEST}
    for period in periods(months, newest, about):
        before = known.get(period.name, _UNKNOWN)
        names = shards.shard_names(period.name, before[2], before[3])
        now_of[period.name] = period.fingerprint
        if before[0] and made_of.get(period.name) == period.fingerprint and there.issuperset(names):
            listed.append(before)
        else:
            shown = views(_ids(index, period))
            made, parts = shards.files(period.name, shown)
            for name, data in made.items():
                put(name, data)
            names = list(made)
            listed.append([period.name, shards.edition(made.values()), len(shown), parts])
            yield
        wanted.update(names)
    put(shards.MANIFEST, shards.call("index", listed))
    for name in sorted(there - wanted):
        if not name.endswith(".gz"):
            drop(name)
    return now_of


def _ids(index: ArticleIndex, period: Period) -> list[str]:
    """The articles of a period, oldest first."""
    if period.ids:
        return list(period.ids)
    return [id for month in period.months for id in reversed(index.month_ids(ALL, month))]


def _known(outlet: Outlet) -> dict[str, list[Any]]:
    """The periods that are published, by name."""
    found = shards.called(outlet.get(shards.MANIFEST))
    rows = found if isinstance(found, list) else []
    return {row[0]: row for row in rows if isinstance(row, list) and [type(one) for one in row] == [str, str, int, int]}
