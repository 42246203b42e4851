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
    """Open an instance for reading, yield it, and close its database at the end. Before the first
    run there is no database, and its `store` is None. `config`: folder of the configuration; `now`:
    returns the time; `environ`: environment variables; `configured`: the configuration, None to
    read it here. Raises ConfigError or StoreError."""
    configured = configured or read_configuration(config, environ)
    settings = configured.settings
    article_store = open_articles(settings.articles_at, environ)
    articles_exist = has_begun(article_store, settings, environ)
    store = open_store_read_only(settings.store_url, articles_exist=articles_exist)
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
    """Read all folders of articles and of kept pages, which may take seconds. Return what they
    show: the article files that cannot be read, and the number of outdated articles. Before the
    first run, there are none. Raises StoreError or OSError."""
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
    """Collect the facts about a whole instance, and find the conditions (faults and remarks) that
    follow from them. Return both. `each`: is called with the state of every source. `walked`: the
    facts from the folders, None to read the folders now. Raises StoreError or OSError."""
    facts = observe(instance, each, walked)
    return _examine_facts(instance, facts)


def examine_source(instance: OpenedInstance, store: Store, state: SourceState) -> Examined:
    """Collect the facts about one source, and find the conditions (faults and remarks) that follow
    from them. Return both. `state`: the stored state of the source. Raises StoreError."""
    key = state.key
    for_operator = store.status.list_for_operator()
    floods = store.status.list_floods()
    facts = Observed(
        sources={key: instance.sources[key]},
        states=[state],
        operator=[entries for entries in for_operator if entries.source == key],
        floods=[entries for entries in floods if entries.source == key],
        mixed=find_mixed_sources(store, [state]),
    )
    return _examine_facts(instance, facts)


def _examine_facts(instance: OpenedInstance, observed: Observed) -> Examined:
    """Return the facts with the conditions that follow from them. With a database, conditions also
    get the time when an earlier check first found them."""
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
    """Return the facts about an instance from which its conditions follow. Before the first run,
    these are only facts on disks and configuration. `each`: is called with the state of every
    source. `walked`: the facts from the folders, None to read the folders now. Raises StoreError or
    OSError."""
    disks = read_disks(instance.settings.folders)
    store = instance.store
    if store is None:
        return Observed(sources=instance.sources, disks=disks, configuration=instance.fault)
    status = store.status
    outlet = open_outlet(instance.settings, instance.environ)
    folder_facts = walked or read_folders(instance)
    states: list[SourceState] = []
    for state in select_current_states(store.visits.each_state(), instance.sources):
        each(state)
        states.append(_drop_unneeded_fields(state, instance.now))
    return Observed(
        sources=instance.sources,
        states=states,
        mixed=find_mixed_sources(store, states),
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
    """Return a problem for each article file that cannot be read, then one for each that vanished.
    `walked`: the facts from the folders, with the files that cannot be read."""
    unreadable = {problem.what for problem in walked.files}
    vanished = recovery.list_missing_files(store, now)
    others = [problem for problem in vanished if problem.what not in unreadable]
    return (*walked.files, *others)


def _describe_unsent(store: Store) -> str:
    """Return why the last alert or the mail of a digest could not be sent, in words; "" if nothing
    failed."""
    faults = [read_outbox(store).fault, *digests.list_mail_faults(store)]
    return "; ".join(fault for fault in faults if fault)


def find_mixed_sources(store: Store, states: Iterable[SourceState]) -> frozenset[str]:
    """Return the keys of sources whose newest articles come from several publishers. Only sources
    whose texts became much shorter are examined: with one publisher, the layout of its site has
    probably changed; with several, other sites may just write shorter texts."""
    mixed: set[str] = set()
    for state in states:
        has_short_texts = has_collapsed(state.pages.bodies)
        if not has_short_texts:
            continue
        ids = store.index.latest(FeedKey(SOURCE, state.key), _NEWEST_ARTICLES)
        articles = store.index.articles(ids).values()
        publishers = {
            urls.publisher(article.url) for article in articles if article.source_key == state.key
        }
        if len(publishers) > 1:
            mixed.add(state.key)
    return frozenset(mixed)


def select_current_states(
    states: Iterable[SourceState], sources: Mapping[str, Source]
) -> Iterator[SourceState]:
    """Yield those stored states whose source is still configured. If the address of a source was
    edited after its last visit, yield an empty state instead: the stored one says nothing about the
    new address. `sources`: the configured sources by key."""
    for state in states:
        source = sources.get(state.key)
        if source is None:
            continue
        is_edited = source.url != state.url
        yield SourceState(key=source.key, url=source.url) if is_edited else state


def _drop_unneeded_fields(state: SourceState, now: datetime) -> SourceState:
    """Return the state of a source with only a few fields, to save memory: there may be 100,000
    sources. The state of a source that has a warning, a new address or a condition is returned
    unchanged, because it is reported in full."""
    has_moved = bool(state.redirects.effective_url or state.redirects.site_moved)
    if state.warning or has_moved:
        return state
    has_condition = any(True for condition in conditions_of_source(state, now))
    if has_condition:
        return state
    return SourceState(
        key=state.key,
        url=state.url,
        visits=VisitTimes(last_visit=state.visits.last_visit),
        schedule=Schedule(next_due=state.schedule.next_due, waiting=state.schedule.waiting),
        muted=state.muted,
    )


def _describe_held_feed(problem: Problem, outlet: Outlet) -> HeldFeed:
    """Return the feed whose new edition is invalid, so that its earlier edition stays published.
    `problem`: says what is wrong, and names the feed as "axis/slug", such as tag/ai. `outlet`: the
    published files, which show when the earlier edition was written."""
    axis, _, slug = problem.what.partition("/")
    stem = paths.get_stem(FeedKey(axis, slug)) if axis in AXES else problem.what
    times = [outlet.written(f"{stem}.{name}") for name in FORMATS]
    times_of_existing_files = [time for time in times if time]
    last_written = max(times_of_existing_files, default=None)
    return HeldFeed(problem=problem, stem=stem, written=last_written)


def read_disks(folders: Iterable[Path]) -> tuple[Disk, ...]:
    """Return the disks on which these folders are, each disk once, with their free space. If a
    folder does not exist yet, its nearest existing parent is taken."""
    disks: dict[int, Disk] = {}  # by number of the device
    for folder in folders:
        existing_folders = [path for path in (folder, *folder.parents) if path.exists()]
        if not existing_folders:
            continue
        existing = existing_folders[0]
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
