"""One press at work: renders, asks the gate, puts, marks."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from syndicator.model import FeedKey, FeedSpec, Problem, Source, entry_urn
from syndicator.ports import ArticleIndex, FeedRow, Outlet
from syndicator.publishing import document, paths
from syndicator.publishing.entries import Entries
from syndicator.publishing.output import redirects
from syndicator.publishing.render import pages
from syndicator.publishing.render.head import Head, Removed, head
from syndicator.publishing.render.opml import opml
from syndicator.publishing.render.view import View
from syndicator.publishing.selection import archive, fingerprint
from syndicator.publishing.selection.archive import Document
from syndicator.publishing.selection.feeds import ALL
from syndicator.publishing.selection.staleness import BuildReport, ended, old_archives
from syndicator.publishing.selection.window import head_ids
from syndicator.publishing.validate import lost_entries, schema
from syndicator.settings import Settings

# Withdrawals that a head feed tells of (RFC 6721): so many at most, and until articles come that are so much newer, by
# when every reader that polls at all has polled.
_TOLD: Final = 50
_TOLD_FOR: Final = timedelta(days=30)


@dataclass(slots=True)
class Job:
    """A feed in the build. `files`: what its row will remember, file name (or print name) -> digest."""

    spec: FeedSpec
    row: FeedRow
    ids: list[str]
    head: Head
    about: str
    archives: list[Document]
    files: dict[str, str] = field(default_factory=dict)
    fault: str | None = None


@dataclass(slots=True)
class Run:
    """The state of a build. `whole`: make every document, even where nothing it is made of changed."""

    index: ArticleIndex
    outlet: Outlet
    settings: Settings
    instance: uuid.UUID
    entries: Entries
    released: frozenset[str]
    whole: bool
    written: set[str] = field(default_factory=set)
    unchanged: int = 0
    held: list[Problem] = field(default_factory=list)
    rows: dict[FeedKey, FeedRow] = field(init=False)
    removed: dict[FeedKey, list[Removed]] = field(init=False)
    open_month: str = field(init=False)
    _moved: dict[FeedKey, list[FeedKey]] = field(init=False)

    def __post_init__(self) -> None:
        self.rows = {row.key: row for row in self.index.feeds()}
        self.removed = defaultdict(list)
        for item in sorted(self.index.withdrawn(), key=lambda item: (item.at, item.id)):
            for key in item.feeds:
                self.removed[key].append(Removed(urn=entry_urn(self.instance, item.id), when=item.at))
        latest = self.rows[ALL].latest_added if ALL in self.rows else None
        self.open_month = latest.strftime("%Y-%m") if latest else ""
        self._moved = defaultdict(list)
        for old, target in redirects.moved(list(self.rows.values())).items():
            self._moved[target].append(old)

    def job(self, spec: FeedSpec, about: str) -> Job:
        """A feed made ready: its row, its ids, its archive documents."""
        row = self.rows.get(spec.key)
        if row is None:
            row = FeedRow(key=spec.key, name=spec.name, first_slug=spec.first_slug)
            self.index.save_feed(row)
        elif row.dropped:  # it was published once and is again
            row = self.rows[spec.key] = replace(row, dropped=False, files={})
            self.index.save_feed(row)
            self.index.mark_fresh(spec.key, {})
            self.written.add(redirects.JSON)
        ids = head_ids(spec, self.index, row)
        made = head(spec, self.settings, self.instance, None)
        documents: list[Document] = []
        if archive.wanted(spec, self.settings.publish.archives):
            documents = archive.chain(spec, self.index, ids, self.open_month, about)
        return Job(spec, row, ids, made, about, documents)

    def archives(self, jobs: Sequence[Job]) -> None:
        """The archive documents of `jobs` that must be made again, month by month, so that what feeds share is made
        once and no more than a month of it is held in memory."""
        months: dict[str, list[tuple[Job, Document]]] = defaultdict(list)
        for job in jobs:
            for item in job.archives:
                known = job.row.files.get(fingerprint.of_document(item.name))
                if self.whole or known != item.print or item.name not in job.row.files:
                    months[item.month].append((job, item))
                else:
                    job.files[item.name] = job.row.files[item.name]
                job.files[fingerprint.of_document(item.name)] = item.print
        for month in sorted(months):
            for job, item in months[month]:
                self._archive(job, item)
            self.entries.forget()

    def head(self, job: Job) -> None:
        """The head feed in all its formats: render, gate, put, mark."""
        spec = job.spec
        views = self.entries.views(job.ids, spec.content)
        previous = job.archives[-1].name if job.archives else ""
        updated = document.newest(views) or job.head.updated
        removed = tuple(item for item in self.removed[spec.key][-_TOLD:] if item.when > updated - _TOLD_FOR)
        made = replace(job.head, updated=updated, previous=previous, removed=removed)
        files = self._formats(made, spec, views)
        reason = job.fault or self._fault(spec, files) or self._put_all(job, files)
        if reason:
            self.held.append(Problem(what=paths.stem(spec.key), reason="held", detail=reason))
            self.index.hold(spec.key, reason)
            return
        for name in filter(fingerprint.is_file, set(job.row.files) - set(job.files)):
            self._delete(name)
        self.index.mark_fresh(spec.key, job.files | {fingerprint.ABOUT: job.about})

    def drop(self, wanted: Collection[FeedKey]) -> None:
        """Categories and queries that are configured no more: their files go, their addresses answer 410. Archives of
        feeds that moved go, too: the new feed has its own, and what is withdrawn must be gone from every page."""
        for key, row in self.rows.items():
            old = old_archives(row)
            for name in filter(fingerprint.is_file, old):
                self._delete(name)
            if old:
                self.index.mark_fresh(key, {name: value for name, value in row.files.items() if name not in old})
            if ended(row, wanted):
                self.index.save_feed(replace(row, dropped=True))
                self.written.add(redirects.JSON)
                for name in filter(fingerprint.is_file, row.files):
                    self._delete(name)

    def shared(self, specs: Sequence[FeedSpec]) -> None:
        """What speaks of all feeds: index page, OPML, stylesheets, redirect maps."""
        rows = {row.key: row for row in self.index.feeds()}
        base = self.settings.base_url
        files = {"feeds.opml": opml(self.settings.site.title, specs, base), **pages.assets()}
        for spec in specs:
            if spec.key.axis == "category":
                files[f"{paths.stem(spec.key)}.opml"] = opml(spec.title, [spec], base)
        files[paths.INDEX] = pages.index_page(specs, rows, self.settings)
        files |= redirects.files(list(rows.values()), base)
        self.written.discard(redirects.JSON)
        for name, data in files.items():
            self._put(name, data)

    def _archive(self, job: Job, item: Document) -> None:
        """One archive document: render, gate, put. A fault holds the whole feed."""
        ids = item.ids if item.ids is not None else self.index.month_ids(job.spec.key, item.month)
        views = self.entries.views(ids, job.spec.content)
        spec = replace(job.spec, formats=("atom",))
        data = document.machine(archive.head_of(item, job.head), spec, views, self.entries)["atom"]
        fault = schema.fault("atom", data, checked=True)
        if fault:
            job.fault = f"{item.name}: {fault}"
            return
        self._put(item.name, data)
        job.files[item.name] = pages.digest(data)

    def _formats(self, made: Head, spec: FeedSpec, views: Sequence[View]) -> dict[str, bytes]:
        found = document.machine(made, spec, views, self.entries)
        if "html" in spec.formats:
            found["html"] = pages.feed_page(made, spec, views)
        return {paths.file_name(spec.key, format): data for format, data in found.items()}

    def _fault(self, spec: FeedSpec, files: Mapping[str, bytes]) -> str | None:
        for name, data in files.items():
            found = schema.fault(name.rpartition(".")[2], data, checked=True)
            if found:
                return f"{name}: {found}"
        name = paths.file_name(spec.key, "atom")
        old = self.outlet.get(name) if name in files else None
        return self._lost(spec, schema.ids(old), schema.ids(files[name])) if old else None

    def _lost(self, spec: FeedSpec, old: Sequence[str], new: Sequence[str]) -> str | None:
        excused = {item.urn for items in self.removed.values() for item in items}
        excused |= {entry_urn(self.instance, id) for id in (*self.released, *self.entries.problems)}
        suspects = lost_entries.lost(old, new, excused, spec, self.index, self.instance)
        return f"lost {len(suspects)} of the live feed's entries, first {suspects[0]}" if suspects else None

    def _put_all(self, job: Job, files: Mapping[str, bytes]) -> str | None:
        """Puts the files of a feed, here and at the addresses it once had (for servers that do not read the maps)."""
        try:
            for name, data in files.items():
                old = [paths.file_name(key, name.rpartition(".")[2]) for key in self._moved.get(job.spec.key, ())]
                self._put(name, data, heir_of=old)
                job.files[name] = pages.digest(data)
                for address in old:
                    self._put(address, data)
        except OSError as error:
            return f"cannot write {error.filename or ''}: {error.strerror or error}"
        return None

    def _put(self, name: str, data: bytes, *, heir_of: Sequence[str] = ()) -> None:
        if self.outlet.put(name, data, heir_of=heir_of):
            self.written.add(name)
        else:
            self.unchanged += 1

    def _delete(self, name: str) -> None:
        if self.outlet.delete(name):
            self.written.add(name)


def build(
    specs: Sequence[FeedSpec],
    *,
    index: ArticleIndex,
    outlet: Outlet,
    settings: Settings,
    sources: Mapping[str, Source],
    instance: uuid.UUID,
    only: Collection[FeedKey] | None = None,
    progress: Callable[[str], None] | None = None,
    remake: Callable[[str], str | None] | None = None,
    released: Collection[str] = (),
) -> BuildReport:
    """Renders feeds and puts them where they are published, each whole or not at all.

    `specs`: every feed there is (`plan`); the index page, the OPML and the maps speak of all of them. `only`: the ones
    to render (`stale`), None for all, which restores everything after the web root was deleted. `progress` is told the
    name of each feed when it is done. `remake`: makes the HTML of an article whose kept HTML is missing (in a process
    that can be ended). `released`: ids of articles that were taken off the store on purpose and may vanish (pruned)."""
    entries = Entries(index, sources, instance, settings.base_url, remake)
    run = Run(index, outlet, settings, instance, entries, frozenset(released), whole=only is None)
    wanted = [spec for spec in specs if only is None or spec.key in only]
    shared = fingerprint.common(settings, sources, instance)
    jobs = [run.job(spec, fingerprint.about(spec, shared)) for spec in wanted]
    run.archives(jobs)
    # The feed of everything is marked fresh last, after the pages that speak of all feeds: whatever changes any of them
    # makes it stale, so that a build which died on the way is finished by the next one.
    whole = [job for job in jobs if job.spec.key == ALL]
    for job in jobs:
        if job.spec.key != ALL:
            _build(run, job, progress)
    run.drop({spec.key for spec in specs})
    if whole or run.written or only is None or outlet.get(paths.INDEX) is None:
        run.shared(specs)
    for job in whole:
        _build(run, job, progress)
    return BuildReport(
        written=tuple(sorted(run.written)),
        unchanged=run.unchanged,
        held=tuple(run.held),
        set_aside=tuple(entries.problems.values()),
    )


def _build(run: Run, job: Job, progress: Callable[[str], None] | None) -> None:
    run.head(job)
    if progress:
        progress(paths.stem(job.spec.key))


def urls_of(written: Iterable[str], base_url: str) -> list[str]:
    """The addresses of those written files that are feeds, for hubs."""
    other = (paths.ARCHIVES, paths.MAPS)
    return [base_url + name for name in sorted(written) if paths.is_feed(name) and not name.startswith(other)]
