"""State and faults of an instance, the output of `status --json` (fields: docs/json.md), and of one
source."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from syndicator.app import build_notes
from syndicator.app.configured import Configuration, configuration, fault_of
from syndicator.app.container import utc_now
from syndicator.app.lookup import need_sources
from syndicator.app.places import Place, begun, indexed, kept_pages, open_outlet
from syndicator.articles.article_store import open_articles
from syndicator.configuration.sources.identity import moves
from syndicator.core import secrets, urls
from syndicator.core.axes import AXES
from syndicator.core.formats import FORMATS
from syndicator.core.model import (
    FeedKey,
    Outcome,
    Problem,
    Rules,
    Schedule,
    Source,
    SourceState,
    VisitTimes,
)
from syndicator.core.ports import Enriched, EntryRow, Move, Outlet
from syndicator.core.ports.subscriptions import Pictured, Subscription
from syndicator.core.reasons import ConditionReason
from syndicator.core.text import span
from syndicator.health import freshness
from syndicator.health.conditions import Condition, Disk, Observed, conditions, plain
from syndicator.health.conditions import of_source as conditions_of_source
from syndicator.health.episodes import (
    Scheduled,
    dated,
    feed_url,
    known_feed_token,
    read_memory,
    read_outbox,
    read_schedule,
)
from syndicator.health.freshness import Freshness
from syndicator.publishing import paths
from syndicator.sending import digests, hubs, webhooks
from syndicator.store.engine import Store, look_into
from syndicator.store.status import Counts
from syndicator.upkeep import reconcile, recovery
from syndicator.upkeep.reread import outdated

_MOST_NAMED = 3  # articles on hold in one line


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    now: datetime
    conditions: tuple[Condition, ...]
    fine: int  # sources without faults
    unvisited: int  # sources
    counts: Counts
    disks: tuple[Disk, ...]
    llm: Enriched | None = None
    moves: tuple[Move, ...] = ()
    freshness: Freshness | None = None
    muted: int = 0  # entries
    waiting: int = 0  # entries that the next run takes
    pictures: Pictured | None = None  # of articles; None if pages show none
    feed: str = ""  # the address of the health feed, if there is one
    schedule: tuple[Scheduled, ...] = ()  # the jobs of `up`

    @property
    def need_you(self) -> tuple[Condition, ...]:
        return tuple(condition for condition in self.conditions if condition.needs_you)

    @property
    def headline(self) -> str:
        """A line such as: 297 fine, 3 need you, last article 4 minutes ago."""
        need, last = len(self.need_you), self.counts.last_article
        again = sum(
            condition.kind == "source-failing" and not condition.needs_you
            for condition in self.conditions
        )
        parts = (
            f"{self.fine} fine",
            f"{need} needs you" if need == 1 else f"{need} need you",
            f"{again} tried again by {'itself' if again == 1 else 'themselves'}" if again else "",
            f"{self.unvisited} not visited yet" if self.unvisited else "",
            f"last article {span(self.now - last)} ago" if last else "no article yet",
        )
        return ", ".join(filter(None, parts))


@contextmanager
def place_of(
    config: Path,
    *,
    now: Callable[[], datetime] = utc_now,
    environ: Mapping[str, str] = os.environ,
    read: Configuration | None = None,
) -> Iterator[Place]:
    """Open the instance read-only. Raises ConfigError, StoreError."""
    read = read or configuration(config, environ)
    article_store = open_articles(read.settings.articles_at, environ)
    store = look_into(
        read.settings.store_url, articles_exist=begun(article_store, read.settings, environ)
    )
    try:
        if store is not None:
            article_store = indexed(article_store, store, now)
        yield Place(
            config=config,
            sources={source.key: source for source in read.sources},
            settings=read.settings,
            store=store,
            article_store=article_store,
            now=now(),
            environ=environ,
            fault=fault_of(read.faults),
        )
    finally:
        if store is not None:
            store.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    files: tuple[Problem, ...] = ()  # article files that cannot be read
    outdated: int = 0  # articles that an older version read


def walk(place: Place) -> Walked:
    """Read all folders, which may take seconds. Raises StoreError, OSError."""
    if (store := place.store) is None:
        return Walked()
    pages = kept_pages(place.settings, place.environ)
    files = reconcile.unread(store, place.article_store)
    return Walked(files=files, outdated=outdated(store.index, pages, place.sources))


def look(
    place: Place,
    each: Callable[[SourceState], object] = lambda state: None,
    *,
    walked: Walked | None = None,
) -> Health:
    """Return the instance's health; `each` gets every state. Raises StoreError, OSError."""
    store, settings = place.store, place.settings
    seen = observe(place, each, walked)
    current = conditions(seen, place.now)
    current = dated(current, read_memory(store)) if store else current
    ill = {condition.source for condition in current if condition.needs_you}
    visited = {state.key for state in seen.states if state.visits.last_visit}
    never = {
        state.key
        for state in seen.states
        if state.backoff.reason and state.visits.last_success is None
    }
    followed = {key for key, source in place.sources.items() if source.enabled}
    return Health(
        now=place.now,
        conditions=current,
        fine=len((followed & visited) - ill - never),
        unvisited=len(followed - visited - ill),
        counts=store.status.counts() if store else Counts(),
        disks=tuple(seen.disks),
        llm=store.status.llm() if store else None,
        moves=moves(seen.states),
        freshness=freshness.measure_freshness(freshness.read_freshness(store)) if store else None,
        muted=sum(state.muted for state in seen.states),
        waiting=sum(state.schedule.waiting for state in seen.states),
        pictures=store.pictures.counts() if store and settings.publish.thumbnails else None,
        feed=feed_url(settings, key) if (key := known_feed_token(settings.state_dir)) else "",
        schedule=read_schedule(store) if store else (),
    )


def observe(
    place: Place,
    each: Callable[[SourceState], object] = lambda state: None,
    walked: Walked | None = None,
) -> Observed:
    """Return the facts for conditions; `each` gets every state. Raises StoreError, OSError."""
    disks = disks_of(place.settings.folders)
    if (store := place.store) is None:
        return Observed(sources=place.sources, disks=disks, configuration=place.fault)
    status, on_hold = store.status, store.status.on_hold()
    outlet = open_outlet(place.settings, place.environ)
    walked = walked or walk(place)
    seen = {problem.what for problem in walked.files}
    vanished = [
        problem for problem in recovery.list_vanished(store, place.now) if problem.what not in seen
    ]
    files = [
        f"{row.file} ({row.reason})" if row.reason else row.file for row in on_hold[:_MOST_NAMED]
    ]
    return Observed(
        sources=place.sources,
        states=[
            _slim(state, place.now, each)
            for state in as_written(store.visits.each_state(), place.sources)
        ],
        held=[_held(problem, outlet) for problem in status.held()],
        ending=build_notes.read_waiting(store),
        operator=status.for_the_operator(),
        floods=status.floods(),
        files=(*walked.files, *vanished),
        on_hold=len(on_hold),
        on_hold_since=min((article.added for article in on_hold if article.added), default=None),
        on_hold_files=", ".join(files)
        + (f" and {len(on_hold) - len(files)} more" if on_hold[_MOST_NAMED:] else ""),
        disks=disks,
        clock=recovery.behind(store, place.now),
        configuration=place.fault,
        alert="; ".join(filter(None, (read_outbox(store).fault, *digests.faults(store)))),
        webhooks=webhooks.overdue(store.messages.waiting(), place.settings.webhook, place.now),
        hubs=hubs.read_failing(store, place.settings.publish.hubs),
        outdated=walked.outdated,
    )


def as_written(
    states: Iterable[SourceState], sources: Mapping[str, Source]
) -> Iterator[SourceState]:
    """Yield the states of sources; an empty one if the address was edited since."""
    for state in states:
        if (source := sources.get(state.key)) is not None:
            yield state if source.url == state.url else SourceState(key=source.key, url=source.url)


def _slim(state: SourceState, now: datetime, each: Callable[[SourceState], object]) -> SourceState:
    each(state)
    if (
        state.warning
        or state.redirects.effective_url
        or state.redirects.site_moved
        or any(True for _ in conditions_of_source(state, now))
    ):
        return state
    return SourceState(
        key=state.key,
        url=state.url,
        visits=VisitTimes(last_visit=state.visits.last_visit),
        schedule=Schedule(next_due=state.schedule.next_due, waiting=state.schedule.waiting),
        muted=state.muted,
    )


def _held(problem: Problem, outlet: Outlet) -> Condition:
    axis, _, slug = problem.what.partition("/")
    stem = paths.stem(FeedKey(axis, slug)) if axis in AXES else problem.what
    written = max(
        (when for name in FORMATS if (when := outlet.written(f"{stem}.{name}"))), default=None
    )
    return plain(ConditionReason.FEED_HELD, stem, detail=problem.detail, last_success=written)


def disks_of(folders: Iterable[Path]) -> tuple[Disk, ...]:
    """Return the free space of the disks of these folders, each disk once."""
    disks: dict[int, Disk] = {}
    for folder in folders:
        there = next((path for path in (folder, *folder.parents) if path.exists()), None)
        if there is None:
            continue
        room = os.statvfs(there)
        size = {"free": room.f_bavail * room.f_frsize, "size": room.f_blocks * room.f_frsize}
        disk = Disk(path=str(there), **size, free_inodes=room.f_favail, inodes=room.f_files)
        disks.setdefault(there.stat().st_dev, disk)
    return tuple(disks.values())


_SHOWN = 10  # visits, and entries of each kind


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """The state of a source, None if never visited. `rules`: as in `select "div.text"`."""

    source: Source
    state: SourceState | None
    conditions: tuple[Condition, ...] = ()
    visits: tuple[Outcome, ...] = ()  # newest first
    entries: tuple[EntryRow, ...] = ()  # refused, or tried and still pending; newest first
    rules: tuple[str, ...] = ()
    hub: Subscription | None = None  # the one asked to push it


def look_at(place: Place, key: str) -> SourceHealth:
    """Return the health of one source. Raises UsageError, StoreError."""
    need_sources(place, [key])
    source, recorded = place.sources[key], place.store.visits.state(key) if place.store else None
    named = ((field, getattr(source.rules, field.name)) for field in fields(Rules))
    changed = ((field.name, value) for field, value in named if value != field.default)
    lists = ((name, value if isinstance(value, tuple) else (value,)) for name, value in changed)
    rules = tuple(f"{name} {each!r}" for name, values in lists for each in values)
    if place.store is None or recorded is None:
        return SourceHealth(source=source, state=None, rules=rules)
    (state,) = as_written([recorded], {key: source})
    status = place.store.status
    seen = Observed(
        sources={key: source},
        states=[state],
        operator=[entries for entries in status.for_the_operator() if entries.source == key],
        floods=[entries for entries in status.floods() if entries.source == key],
    )
    return SourceHealth(
        source=source,
        state=state,
        conditions=dated(conditions(seen, place.now), read_memory(place.store)),
        visits=tuple(status.outcomes(key, _SHOWN)),
        entries=status.troubled(key, _SHOWN),
        rules=rules,
        hub=next((hub for hub in place.store.subscriptions.of(key) if hub.wanted), None),
    )


# Fields of a source, in this order. Others are internal and may change.
_OF_A_CONDITION = (
    *("kind", "subject", "source", "needs_you", "since", "last_success", "next_try"),
    *("code", "reason", "detail", "cure", "count"),
)
_OF_A_VISIT = (
    *(
        "at",
        "status",
        "reason",
        "detail",
        "announced",
        "added",
        "changed",
        "refused",
        "pending",
        "waiting",
    ),
    *("seconds", "bytes", "next_due", "due_why"),
)
_OF_A_HUB = (
    "topic",
    "verified_at",
    "expires",
    "last_push",
    "pushed",
    "missed",
    "next_try",
    "reason",
    "detail",
)


def _picked(item: object, *names: str) -> dict[str, Any]:
    return {name: getattr(item, name) for name in names}


def document(
    health: Health, store: Store | None, sources: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    status = store.status if store else None
    broken = (condition for condition in health.conditions if condition.kind == "article-file")
    return {
        "fine": health.fine,
        "need_you": len(health.need_you),
        "unvisited": health.unvisited,
        **_picked(health.counts, "articles", "feeds", "pending"),
        **_picked(health, "waiting", "muted"),
        "pictures": asdict(health.pictures) if health.pictures else None,
        **_picked(health.counts, "last_article", "last_run"),
        "freshness": health.freshness,
        "disks": [_picked(disk, "path", "free", "size") for disk in health.disks],
        "conditions": [of_condition(condition) for condition in health.conditions],
        "sources": sources,
        "refused": status.refused() if status else [],
        "late": status.late() if status else [],
        "for_the_operator": status.for_the_operator() if status else [],
        "held": status.held() if status else [],
        "on_hold": status.on_hold() if status else [],
        "moves": health.moves,
        "files": [
            {"what": file.subject, "reason": file.code, "detail": file.detail} for file in broken
        ],
        "llm": health.llm,
        "schedule": health.schedule,
        "health_feed": health.feed or None,
    }


def of_condition(condition: Condition) -> dict[str, Any]:
    special = {
        "kind": condition.kind.value,
        "source": condition.source or None,
        "code": condition.code or None,
    }
    return _picked(condition, *_OF_A_CONDITION) | special


def of_state(state: SourceState) -> dict[str, Any]:
    return {
        "key": state.key,
        "url": secrets.shown(state.url),
        **_picked(state.backoff, "reason", "detail", "failures", "failing_since", "disabled"),
        "warning": state.warning,
        **_picked(state.visits, "last_visit", "last_success"),
        **_picked(state.schedule, "next_due", "due_why", "waiting"),
        "moved_to": state.redirects.effective_url,
    }


def of_source(health: SourceHealth) -> dict[str, Any]:
    entries = ((entry, {"what": entry.url or entry.entry_id}) for entry in health.entries)
    return {
        "source": health.source.key,
        "url": secrets.shown(health.source.url),
        "enabled": health.source.enabled,
        "rules": health.rules,
        "hub": of_hub(health.hub) if health.hub else None,
        "state": of_state(health.state) if health.state else None,
        "conditions": [of_condition(condition) for condition in health.conditions],
        # `added`, `changed`: ids of articles
        "visits": [_picked(visit, *_OF_A_VISIT) for visit in health.visits],
        "entries": [
            what | _picked(row, "status", "reason", "detail", "tries", "next_try")
            for row, what in entries
        ],
    }


def of_hub(hub: Subscription) -> dict[str, Any]:
    return {
        "url": urls.redacted(hub.hub),
        **{name: getattr(hub, name) or None for name in _OF_A_HUB},
    }
