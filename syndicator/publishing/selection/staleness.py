"""Which feeds need a build. Imports little: a run with nothing to build loads no renderer, template or XML library."""

from __future__ import annotations

import hashlib
import heapq
import uuid
from collections.abc import Collection, Generator, Mapping, Sequence
from dataclasses import dataclass, field

from syndicator.configuration.settings import Publish, Settings
from syndicator.core.axes import ALL, AXES
from syndicator.core.model import FeedKey, FeedSpec, Problem
from syndicator.core.ports import ArticleIndex, FeedRow, Outlet
from syndicator.publishing import paths
from syndicator.publishing.look import Look
from syndicator.publishing.selection import fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """What a build did. `written`: names of files that changed or went, below the web root. `held`: feeds whose old
    files stayed, and why. `set_aside`: articles that could not be shown as they should. `left`: how many stale feeds it
    was not asked for; `shown`: how many entries each feed shows that it wrote, and how many articles it has."""

    written: tuple[str, ...] = ()
    unchanged: int = 0
    held: tuple[Problem, ...] = ()
    set_aside: tuple[Problem, ...] = ()
    ended: tuple[str, ...] = ()  # feeds, such as tags/ai, whose addresses answer 410 from now on
    hubs: tuple[Problem, ...] = ()  # hubs that could not be notified
    builds: int = 0
    left: int = 0
    shown: Mapping[FeedKey, tuple[int, int]] = field(default_factory=dict)
    seconds: float = 0.0  # of all of them, those in which others had their turn included


_LOOKED_AT = 8  # feeds, to see whether what is published was replaced: a choice, some milliseconds

Steps = Generator[None, None, BuildReport]  # a build, step by step; what it returns in the end


def stale(
    specs: Sequence[FeedSpec],
    index: ArticleIndex,
    settings: Settings | None = None,
    instance: uuid.UUID | None = None,
    look: Look | None = None,
    *,
    owed: bool = True,
) -> set[FeedKey]:
    """The feeds that need a build: marked stale, or never built yet, or, where settings and instance are given, built
    with other settings than these or with another `look` of pages. `owed`: those of whose pages some were left to a
    later build, too."""
    rows = {row.key: row for row in index.feeds()}
    if settings is None or instance is None:
        return {spec.key for spec in specs if _outdated(rows.get(spec.key), None, owed)}
    shared, pages = fingerprint.common(settings, instance), fingerprint.of_pages(settings, look)
    made_with = {spec.key: fingerprint.of_feed(spec, shared, pages) for spec in specs}
    return {key for key, made in made_with.items() if _outdated(rows.get(key), made, owed)}


def _outdated(row: FeedRow | None, made_with: str | None, owed: bool) -> bool:
    """`made_with`: the fingerprint that a build would leave in the row now, None where it is not to be looked at."""
    if row is None or row.stale or row.dropped or not row.files:
        return True
    if owed and fingerprint.OWED in row.files:
        return True
    return made_with is not None and row.files.get(fingerprint.FEED) != made_with


def replaced(index: ArticleIndex, outlet: Outlet) -> bool:
    """True when what is published is not what was written last, as where the folder of an earlier day was restored.
    Looks at a few feeds alone: those whose articles are newest changed last, and differ first."""
    fresh = [row for row in index.feeds() if row.files and row.latest_added and not (row.stale or row.moved_to)]
    looked_at = heapq.nlargest(_LOOKED_AT, fresh, key=lambda row: (row.latest_added, row.key))
    return any(_differs(row, outlet) for row in looked_at)


def _differs(row: FeedRow, outlet: Outlet) -> bool:
    names = [name for name in row.files if fingerprint.is_file(name) and not name.startswith(paths.ARCHIVES)]
    return any(hashlib.sha256(outlet.get(name) or b"").hexdigest() != row.files[name] for name in names[:1])


def settled(specs: Sequence[FeedSpec], index: ArticleIndex, outlet: Outlet, publish: Publish) -> bool:
    """True when a build of no feed at all would change nothing either: no feed has to go, and the index is there."""
    wanted = {spec.key for spec in specs}
    rows = index.feeds()
    going = any(ended(row, wanted, publish) or old_archives(row) for row in rows)
    unfinished = any(row.key == ALL and row.stale for row in rows) and ALL not in wanted
    return not going and not unfinished and outlet.get(paths.INDEX) is not None


def ended(row: FeedRow, wanted: Collection[FeedKey], publish: Publish) -> bool:
    """True for a feed that ended, because the configuration names it or its axis no more or the operator gave it up,
    and that still stands where it stood."""
    if row.key in wanted or row.moved_to is not None:
        return False
    given_up = AXES[row.key.axis].configured and not row.dropped and is_on(row.key.axis, publish)
    return given_up or any(map(fingerprint.is_file, row.files))


def off(row: FeedRow, publish: Publish) -> bool:
    """True for a feed that was published once and whose axis is not published now. It comes back with its axis, with
    the id that it had."""
    return bool(row.files) and not is_on(row.key.axis, publish)


def is_on(axis: str, publish: Publish) -> bool:
    """True for an axis whose feeds are published."""
    return AXES[axis].word in publish.axes


def old_archives(row: FeedRow) -> list[str]:
    """The archive documents of a feed that moved."""
    return [name for name in row.files if name.startswith(paths.ARCHIVES)] if row.moved_to else []
