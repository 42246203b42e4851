"""From the shelf to the files that subscribers fetch."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from syndicator.model import FeedKey, FeedSpec, Source
from syndicator.ports import Outlet, ShelfIndex
from syndicator.publishing import paths
from syndicator.publishing.builder import Job, Run
from syndicator.publishing.entries import Entries
from syndicator.publishing.selection import fingerprint
from syndicator.publishing.selection.feeds import ALL
from syndicator.publishing.selection.staleness import PressReport, stale
from syndicator.settings import Settings

__all__ = ["PressReport", "press", "stale", "urls_of"]


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
    shared = fingerprint.common(settings, sources, instance)
    jobs = [run.job(spec, fingerprint.about(spec, shared)) for spec in wanted]
    run.archives(jobs)
    # The feed of everything is marked fresh last, after the pages that speak of all feeds: whatever changes any of them
    # makes it stale, so that a press which died on the way is finished by the next one.
    whole = [job for job in jobs if job.spec.key == ALL]
    for job in jobs:
        if job.spec.key != ALL:
            _press(run, job, progress)
    run.drop({spec.key for spec in specs})
    if whole or run.written or only is None or outlet.get(paths.INDEX) is None:
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
        progress(paths.stem(job.spec.key))


def urls_of(written: Iterable[str], base_url: str) -> list[str]:
    """The addresses of those written files that are feeds, for hubs."""
    other = (paths.ARCHIVES, paths.MAPS)
    return [base_url + name for name in sorted(written) if paths.is_feed(name) and not name.startswith(other)]
