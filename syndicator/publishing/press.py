"""From the shelf to the files that subscribers fetch."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from syndicator.model import FeedKey, FeedSpec, Problem, Source
from syndicator.ports import Outlet, ShelfIndex
from syndicator.publishing import names, prints, site
from syndicator.publishing.entries import Entries
from syndicator.publishing.plan import ALL
from syndicator.publishing.run import Job, Run
from syndicator.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class PressReport:
    """What a press did. `written`: names of files that changed or went, below the web root. `held`: feeds whose old
    files stayed, and why. `set_aside`: articles that could not be shown as they should."""

    written: tuple[str, ...] = ()
    unchanged: int = 0
    held: tuple[Problem, ...] = ()
    set_aside: tuple[Problem, ...] = ()
    hubs: tuple[Problem, ...] = ()  # hubs that could not be told


def press(
    specs: Sequence[FeedSpec],
    *,
    index: ShelfIndex,
    outlet: Outlet,
    settings: Settings,
    sources: Mapping[str, Source],
    instance: uuid.UUID,
    only: Collection[FeedKey] | None = None,
    progress: Callable[[str], None] | None = None,
    remake: Callable[[str], str | None] | None = None,
    released: Collection[str] = (),
) -> PressReport:
    """Renders feeds and puts them where they are published, each whole or not at all.

    `specs`: every feed there is (`plan`); the index page, the OPML and the maps speak of all of them. `only`: the ones
    to render (`stale`), None for all, which restores everything after the web root was deleted. `progress` is told the
    name of each feed when it is done. `remake`: makes the HTML of an article whose kept HTML is missing (in a process
    that can be ended). `released`: ids of articles that were taken off the shelf on purpose and may vanish (pruned)."""
    entries = Entries(index, sources, instance, settings.base_url, remake)
    run = Run(index, outlet, settings, instance, entries, frozenset(released), whole=only is None)
    wanted = [spec for spec in specs if only is None or spec.key in only]
    shared = prints.common(settings, sources, instance)
    jobs = [run.job(spec, prints.about(spec, shared)) for spec in wanted]
    run.archives(jobs)
    # The feed of everything is marked fresh last, after the pages that speak of all feeds: whatever changes any of them
    # makes it stale, so that a press which died on the way is finished by the next one.
    whole = [job for job in jobs if job.spec.key == ALL]
    for job in jobs:
        if job.spec.key != ALL:
            _press(run, job, progress)
    run.drop({spec.key for spec in specs})
    if whole or run.written or only is None or outlet.get(site.INDEX) is None:
        run.shared(specs)
    for job in whole:
        _press(run, job, progress)
    return PressReport(
        written=tuple(sorted(run.written)),
        unchanged=run.unchanged,
        held=tuple(run.held),
        set_aside=tuple(entries.problems.values()),
    )


def _press(run: Run, job: Job, progress: Callable[[str], None] | None) -> None:
    run.head(job)
    if progress:
        progress(names.stem(job.spec.key))


def stale(
    specs: Sequence[FeedSpec],
    index: ShelfIndex,
    settings: Settings | None = None,
    sources: Mapping[str, Source] | None = None,
    instance: uuid.UUID | None = None,
) -> set[FeedKey]:
    """The feeds that need a press: marked stale, or never pressed yet, or, where settings, sources and instance are
    given, pressed with other settings than these."""
    rows = {row.key: row for row in index.feeds()}
    shared = None
    if settings is not None and sources is not None and instance is not None:
        shared = prints.common(settings, sources, instance)
    found = set()
    for spec in specs:
        row = rows.get(spec.key)
        now = prints.about(spec, shared) if shared else None
        if row is None or row.stale or row.dropped or not row.files or (now and row.files.get(prints.ABOUT) != now):
            found.add(spec.key)
    return found


def urls_of(written: Iterable[str], base_url: str) -> list[str]:
    """The addresses of those written files that are feeds, for hubs."""
    other = (names.ARCHIVES, names.MAPS)
    return [base_url + name for name in sorted(written) if names.is_feed(name) and not name.startswith(other)]
