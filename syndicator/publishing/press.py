"""From the shelf to the files that subscribers fetch."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from syndicator.model import FeedKey, FeedSpec, Problem, Source, entry_urn
from syndicator.ports import FeedRow, Outlet, ShelfIndex, Withdrawn
from syndicator.publishing import archive, document, gate, maps, names, site
from syndicator.publishing.entries import Entries
from syndicator.publishing.render.head import Head, Removed, head
from syndicator.publishing.render.opml import opml
from syndicator.publishing.view import View
from syndicator.publishing.window import head_ids, query_articles
from syndicator.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class PressReport:
    """What a press did. `written`: names of files whose bytes changed, below the web root. `held`: feeds whose old
    files stayed, and why. `set_aside`: articles that could not be shown."""

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
    to render, None for all, which restores everything after the web root was deleted. `progress` is told the name of
    each feed when it is done. `remake`: makes the HTML of an article whose kept HTML is missing (in a process that can
    be ended). `released`: ids of articles that were taken off the shelf on purpose and may vanish from feeds
    (pruned)."""
    rows = {row.key: row for row in index.feeds()}
    entries = Entries(index, sources, instance, settings.base_url, remake)
    run = _Run(index, outlet, settings, instance, entries, rows, index.withdrawn(), frozenset(released))
    for spec in specs:
        if only is None or spec.key in only:
            run.feed(spec)
            if progress:
                progress(names.stem(spec.key))
    run.dropped({spec.key for spec in specs})
    if run.written or only is None or outlet.get(site.INDEX) is None:
        run.shared(specs)
    return PressReport(
        written=tuple(sorted(run.written)),
        unchanged=run.unchanged,
        held=tuple(run.held),
        set_aside=tuple(entries.problems.values()),
    )


def stale(specs: Sequence[FeedSpec], index: ShelfIndex) -> set[FeedKey]:
    """The feeds that need a press: marked stale, or never pressed yet."""
    rows = {row.key: row for row in index.feeds()}
    return {spec.key for spec in specs if (row := rows.get(spec.key)) is None or row.stale or not row.files}


@dataclass(slots=True)
class _Run:
    index: ShelfIndex
    outlet: Outlet
    settings: Settings
    instance: uuid.UUID
    entries: Entries
    rows: dict[FeedKey, FeedRow]
    withdrawn: Sequence[Withdrawn]
    released: frozenset[str]
    written: set[str] = field(default_factory=set)
    unchanged: int = 0
    held: list[Problem] = field(default_factory=list)

    def feed(self, spec: FeedSpec) -> None:
        """One feed: render, gate, put, mark."""
        row = self.rows.get(spec.key)
        if row is None:
            row = FeedRow(key=spec.key, name=spec.name, first_slug=spec.first_slug)
            self.index.save_feed(row)
        views = self.entries.views(head_ids(spec, self.index, row), spec.content)
        made = head(spec, self.settings, self.instance, document.newest(views))
        made = replace(made, removed=self._removed(spec.key))
        months = archive.months(spec, self.index, self.settings, self._open_month())
        made = replace(made, previous=names.archive_name(spec.key, months[-1]) if months else "")
        files = {f"{made.stem}.{format}": data for format, data in self._formats(made, spec, views).items()}
        files |= archive.documents(made, spec, months, self.index, self.entries)
        reason = self._fault(spec, files)
        if reason:
            self.held.append(Problem(what=names.stem(spec.key), reason="held", detail=reason))
            self.index.hold(spec.key, reason)
            return
        for name, data in files.items():
            self._put(name, data)
        for name in set(row.files) - set(files):
            self._delete(name)
        self._mirror(spec.key, files)
        self.index.mark_fresh(spec.key, {name: site.digest(data) for name, data in files.items()})

    def shared(self, specs: Sequence[FeedSpec]) -> None:
        """What speaks of all feeds: index page, OPML, stylesheets, redirect maps."""
        rows = {row.key: row for row in self.index.feeds()}
        self._put("feeds.opml", opml(self.settings.site.title, specs, self.settings.base_url))
        for spec in specs:
            if spec.key.axis == "category":
                self._put(f"{names.stem(spec.key)}.opml", opml(spec.title, [spec], self.settings.base_url))
        for name, data in chain(
            site.assets().items(),
            [(site.INDEX, site.index_page(specs, rows, self.settings))],
            maps.files(list(rows.values()), self.settings.base_url).items(),
        ):
            self._put(name, data)

    def dropped(self, wanted: Collection[FeedKey]) -> None:
        """Categories and queries that are configured no more: their files go, their addresses answer 410."""
        for key, row in self.rows.items():
            if key.axis in ("category", "query") and key not in wanted and not row.dropped and row.moved_to is None:
                self.index.save_feed(replace(row, dropped=True))
                for name in row.files:
                    self._delete(name)

    def _formats(self, made: Head, spec: FeedSpec, views: Sequence[View]) -> dict[str, bytes]:
        found = document.machine(made, spec, views, self.entries)
        if "html" in spec.formats:
            found["html"] = site.feed_page(made, spec, views)
        return found

    def _fault(self, spec: FeedSpec, files: Mapping[str, bytes]) -> str | None:
        for name, data in files.items():
            found = gate.fault(name.rpartition(".")[2], data)
            if found:
                return f"{name}: {found}"
        name = names.file_name(spec.key, "atom")
        old = self.outlet.get(name) if name in files else None
        return self._lost(spec, gate.ids(old), gate.ids(files[name])) if old else None

    def _lost(self, spec: FeedSpec, old: Sequence[str], new: Sequence[str]) -> str | None:
        if set(old) <= set(new):
            return None
        members = [entry_urn(self.instance, id) for id in self._members(spec, 2 * spec.most + len(old))]
        excused = {entry_urn(self.instance, item.id) for item in self.withdrawn}
        excused |= {entry_urn(self.instance, id) for id in (*self.released, *self.entries.problems)}
        suspects = gate.lost(old, new, members, excused)
        if suspects:
            every = {entry_urn(self.instance, article.id) for article in self.index.each()}
            members = [entry_urn(self.instance, id) for id in self._members(spec, 1_000_000)]
            suspects = gate.lost(old, new, members, excused | (every - set(members)))
        return f"lost {len(suspects)} of the live feed's entries, first {suspects[0]}" if suspects else None

    def _members(self, spec: FeedSpec, most: int) -> list[str]:
        if spec.query is not None:
            found = (article.id for article in query_articles(spec, self.index))
            return [id for id, _ in zip(found, range(most), strict=False)]
        return self.index.ids(spec.key, limit=most, since=None, most=most)

    def _removed(self, key: FeedKey) -> tuple[Removed, ...]:
        mine = sorted((item for item in self.withdrawn if key in item.feeds), key=lambda item: (item.at, item.id))
        return tuple(Removed(urn=entry_urn(self.instance, item.id), when=item.at) for item in mine[-50:])

    def _open_month(self) -> str:
        months = self.index.months(FeedKey("all", "all"))
        return months[-1] if months else ""

    def _mirror(self, key: FeedKey, files: Mapping[str, bytes]) -> None:
        """Old addresses of a feed that moved here serve it, for servers that do not read the maps."""
        for old, target in maps.moved(list(self.rows.values())).items():
            if target == key:
                for format in names.FORMATS:
                    data = files.get(names.file_name(key, format))
                    if data is not None:
                        self._put(names.file_name(old, format), data)

    def _put(self, name: str, data: bytes) -> None:
        if self.outlet.put(name, data):
            self.written.add(name)
        else:
            self.unchanged += 1

    def _delete(self, name: str) -> None:
        if self.outlet.delete(name):
            self.written.add(name)


def urls_of(written: Iterable[str], base_url: str) -> list[str]:
    """The addresses of those written files that are feeds, for hubs."""
    other = (names.ARCHIVES, names.MAPS)
    return [base_url + name for name in sorted(written) if names.is_feed(name) and not name.startswith(other)]
