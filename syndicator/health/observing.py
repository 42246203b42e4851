"""Open an instance read-only, collect the facts on its health, derive its conditions.

`status`, the console, the health feed, alerts and metrics are views of the result."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from syndicator.app import build_notes
from syndicator.app.clock import utc_now
from syndicator.app.places import OpenedInstance, add_index, has_begun, open_kept_pages, open_outlet
from syndicator.app.read_configuration import Configuration, join_faults, read_configuration
from syndicator.articles.article_store import open_articles
from syndicator.configuration.entry_rules import has_collapsed
from syndicator.core import urls
from syndicator.core.axes import AXES, SOURCE
from syndicator.core.formats import FORMATS
from syndicator.core.model import FeedKey, Problem, Schedule, Source, SourceState, VisitTimes
from syndicator.core.ports import Outlet
from syndicator.health.conditions import Condition, Disk, HeldFeed, Observed, find_conditions
from syndicator.health.conditions import find_source_conditions as conditions_of_source
from syndicator.health.episodes import date_conditions, read_memory, read_outbox
from syndicator.publishing import paths
from syndicator.sending import digests, hubs, webhooks
from syndicator.store.engine import Store, open_store_read_only
from syndicator.upkeep import reconcile, recovery
from syndicator.upkeep.passes.choose import count_outdated

_NEWEST_ARTICLES: Final = 20  # of a source, whose publishers are compared


@contextmanager
def open_read_only(
    config: Path,
    *,
    now: Callable[[], datetime] = utc_now,
    environ: Mapping[str, str] = os.environ,
    configured: Configuration | None = None,
) -> Iterator[OpenedInstance]:
    """Open an instance, yield it, and close its database at the end. The database is opened
    read-only; before the first run there is none, and `store` is None. `config`: folder of the
    configuration; `configured`: the configuration, if the caller has read it already. Raises
    ConfigError or StoreError."""
    configured = configured or read_configuration(config, environ)
    settings = configured.settings
    article_store = open_articles(settings.articles_at, environ)
    store = open_store_read_only(
        settings.store_url, articles_exist=has_begun(article_store, settings, environ)
    )
    try:
        if store is not None:
            article_store = add_index(article_store, store, now)
        yield OpenedInstance(
            config=config,
            sources=configured.sources,
            settings=settings,
            store=store,
            article_store=article_store,
            now=now(),
            environ=environ,
            fault=join_faults(configured.faults),
        )
    finally:
        if store is not None:
            store.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderFacts:
    """The facts that can only be found by reading all folders."""

    files: tuple[Problem, ...] = ()  # article files that cannot be read
    outdated: int = 0  # articles that an older version read


def read_folders(instance: OpenedInstance) -> FolderFacts:
    """Read all folders of articles and kept pages, which may take seconds. Raises StoreError,
    OSError."""
    store = instance.store
    if store is None:
        return FolderFacts()
    pages = open_kept_pages(instance.settings, instance.environ)
    files = reconcile.list_unreadable_files(store, instance.article_store)
    return FolderFacts(files=files, outdated=count_outdated(store.index, pages, instance.sources))


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """The facts about an instance or about one source, and the conditions that follow from them."""

    seen: Observed
    conditions: tuple[Condition, ...]  # those for the operator first


def examine(
    instance: OpenedInstance,
    each: Callable[[SourceState], object] = lambda state: None,
    *,
    walked: FolderFacts | None = None,
) -> Examined:
    """Collect the facts about a whole instance, and find the conditions that follow. `each`: called
    with the state of every source. `walked`: the facts from the folders, None to read the folders
    now. Raises StoreError or OSError."""
    facts = observe(instance, each, walked)
    return _examine_facts(instance, facts)


def examine_source(instance: OpenedInstance, store: Store, state: SourceState) -> Examined:
    """Collect the facts about one source, and find the conditions that follow. `state`: of the
    source. Raises StoreError."""
    key = state.key
    status = store.status
    facts = Observed(
        sources={key: instance.sources[key]},
        states=[state],
        operator=[entries for entries in status.list_for_operator() if entries.source == key],
        floods=[entries for entries in status.list_floods() if entries.source == key],
        mixed=find_mixed(store, [state]),
    )
    return _examine_facts(instance, facts)


def _examine_facts(instance: OpenedInstance, observed: Observed) -> Examined:
    """Return the facts with the conditions that follow from them. If there is a database, each
    condition has the time since when it lasts."""
    conditions = find_conditions(observed, instance.now)
    if instance.store is None:
        return Examined(seen=observed, conditions=conditions)
    dated_conditions = date_conditions(conditions, read_memory(instance.store))
    return Examined(seen=observed, conditions=dated_conditions)


def observe(
    instance: OpenedInstance,
    each: Callable[[SourceState], object] = lambda state: None,
    walked: FolderFacts | None = None,
) -> Observed:
    """Return the facts about an instance from which its conditions follow. Without a database,
    these are only disks and configuration. `each`: called with the state of every source. `walked`:
    the facts from the folders, None to read the folders now. Raises StoreError or OSError."""
    disks = read_disks(instance.settings.folders)
    store = instance.store
    if store is None:
        return Observed(sources=instance.sources, disks=disks, configuration=instance.fault)
    status = store.status
    outlet = open_outlet(instance.settings, instance.environ)
    folder_facts = walked or read_folders(instance)
    states: list[SourceState] = []
    for state in discard_outdated_states(store.visits.each_state(), instance.sources):
        each(state)
        states.append(_drop_unneeded_fields(state, instance.now))
    return Observed(
        sources=instance.sources,
        states=states,
        mixed=find_mixed(store, states),
        held=[_describe_held_feed(problem, outlet) for problem in status.list_invalid_feeds()],
        ending=build_notes.read_waiting(store),
        operator=status.list_for_operator(),
        floods=status.list_floods(),
        files=_list_file_problems(store, instance.now, folder_facts),
        on_hold=status.on_hold(),
        disks=disks,
        clock=recovery.describe_clock_fault(store, instance.now),
        configuration=instance.fault,
        alert=_describe_unsent(store),
        webhooks=webhooks.list_overdue_receivers(
            store.messages.waiting(), instance.settings.webhook, instance.now
        ),
        hubs=hubs.read_failing(store, instance.settings.publish.hubs),
        outdated=folder_facts.outdated,
    )


def _list_file_problems(store: Store, now: datetime, walked: FolderFacts) -> tuple[Problem, ...]:
    """Return the problems of article files that cannot be read, then those of files that
    vanished."""
    unreadable = {problem.what for problem in walked.files}
    vanished = recovery.list_missing_files(store, now)
    others = [problem for problem in vanished if problem.what not in unreadable]
    return (*walked.files, *others)


def _describe_unsent(store: Store) -> str:
    """Return why alerts or digests could not be sent, "" if they were."""
    faults = [read_outbox(store).fault, *digests.list_mail_faults(store)]
    return "; ".join(fault for fault in faults if fault)


def find_mixed(store: Store, states: Iterable[SourceState]) -> frozenset[str]:
    """Return the keys of sources whose texts became short and whose newest articles come from
    several publishers. The texts of such a source may be short because other sites wrote them. If
    there is only one publisher, its site has probably changed its layout."""
    mixed: set[str] = set()
    for state in states:
        if not has_collapsed(state.pages.bodies):
            continue
        ids = store.index.latest(FeedKey(SOURCE, state.key), _NEWEST_ARTICLES)
        articles = store.index.articles(ids).values()
        publishers = {
            urls.publisher(article.url) for article in articles if article.source_key == state.key
        }
        if len(publishers) > 1:
            mixed.add(state.key)
    return frozenset(mixed)


def discard_outdated_states(
    states: Iterable[SourceState], sources: Mapping[str, Source]
) -> Iterator[SourceState]:
    """Yield the states of configured sources. If the address of a source was edited after its last
    visit, an empty state is yielded in place of it, as it says nothing about the new address."""
    for state in states:
        source = sources.get(state.key)
        if source is None:
            continue
        is_edited = source.url != state.url
        yield SourceState(key=source.key, url=source.url) if is_edited else state


def _drop_unneeded_fields(state: SourceState, now: datetime) -> SourceState:
    """Return the state of a source reduced to the fields that are counted, to save memory: there
    may be 100,000 sources. A state is returned unchanged if its source has a warning, has moved or
    has a condition."""
    has_moved = bool(state.redirects.effective_url or state.redirects.site_moved)
    if state.warning or has_moved:
        return state
    first_condition = next(conditions_of_source(state, now), None)
    if first_condition is not None:
        return state
    return SourceState(
        key=state.key,
        url=state.url,
        visits=VisitTimes(last_visit=state.visits.last_visit),
        schedule=Schedule(next_due=state.schedule.next_due, waiting=state.schedule.waiting),
        muted=state.muted,
    )


def _describe_held_feed(problem: Problem, outlet: Outlet) -> HeldFeed:
    """Return the feed of a problem, whose new edition is invalid. The problem names it as
    "axis/slug". The newest of its published files says when the earlier edition was written."""
    axis, _, slug = problem.what.partition("/")
    stem = paths.get_stem(FeedKey(axis, slug)) if axis in AXES else problem.what
    times = [outlet.written(f"{stem}.{name}") for name in FORMATS]
    times_of_existing_files = [time for time in times if time]
    last_written = max(times_of_existing_files, default=None)
    return HeldFeed(problem=problem, stem=stem, written=last_written)


def read_disks(folders: Iterable[Path]) -> tuple[Disk, ...]:
    """Return the free space of the disks on which these folders are, each disk once. If a folder
    does not exist yet, its nearest existing parent is taken."""
    disks: dict[int, Disk] = {}
    for folder in folders:
        candidates = (folder, *folder.parents)
        existing = next((path for path in candidates if path.exists()), None)
        if existing is None:
            continue
        room = os.statvfs(existing)
        disk = Disk(
            path=str(existing),
            free=room.f_bavail * room.f_frsize,
            size=room.f_blocks * room.f_frsize,
            free_inodes=room.f_favail,
            inodes=room.f_files,
        )
        disks.setdefault(existing.stat().st_dev, disk)
    return tuple(disks.values())
