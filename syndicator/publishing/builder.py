"""Build feeds and pages: find what differs from the published files, make it, write it.

Files are written by batches.

A batch reaches the disk before the database notes it: a build that dies anywhere leaves each file
whole, and each change marked until its files are safe."""

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from types import MappingProxyType
from typing import Final

from syndicator.core.errors import OF_A_FILE, OURS, DiskError, RefusedFiles
from syndicator.core.model import FeedKey, Problem
from syndicator.core.ports import FeedRow, Progress, PublishedFile
from syndicator.core.reasons import FeedFileReason
from syndicator.publishing import paths
from syndicator.publishing.kinds import articles, feeds, older, searching, shared, stories
from syndicator.publishing.kinds.site import Inputs, Site
from syndicator.publishing.kinds.targets import (
    ARTICLES,
    DIGESTS,
    FRONT,
    LISTS,
    MAPS,
    SEARCH,
    STORY_PAGES,
    BuildReport,
    File,
    Held,
    Steps,
    Target,
    Urgency,
    compare_targets,
)
from syndicator.publishing.output.batches import batch
from syndicator.publishing.selection.published import has_ended, has_old_archives, is_off

_BATCH: Final = 500  # files that reach the disk together, with two syncs: a choice


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of files that belong to no feed. `owner`: their key in the table of files; `targets`:
    yields all of them; `is_planned`: whether a build looks at them."""

    owner: FeedKey
    targets: Callable[[Site], Iterable[Target]]
    is_planned: Callable[[Site], bool] = lambda site: site.is_news or site.inputs.planned is None


KINDS: Final = (
    Kind(ARTICLES, articles.list_targets),
    Kind(STORY_PAGES, stories.list_targets, stories.is_stories_feed_planned),
    Kind(DIGESTS, shared.list_digest_targets, lambda site: True),
    Kind(FRONT, shared.list_front_targets, lambda site: True),
    Kind(LISTS, shared.list_feed_list_targets, lambda site: True),
    Kind(MAPS, shared.list_map_targets, lambda site: True),
    Kind(SEARCH, searching.list_targets),
)


def build(inputs: Inputs, is_over: Callable[[], bool] = lambda: False) -> Steps:
    """Build feeds and publish each target whole or not at all, in short steps between which other
    tasks run. What changes meanwhile stays marked. `is_over`: returns True once the rest is to be
    left to the next build."""
    site = Site(inputs)
    builder = _Builder(site)
    over = _find_ended(site)
    targets, known = yield from _plan_targets(site, [row.key for row in over])
    differs = compare_targets(targets, known, whole=inputs.whole)
    with batch(site.outlet):
        yield from builder.make(differs.due, is_over)
        builder.leave(differs.late)
        builder.drop(differs.gone)
        builder.finish(over)
    if site.pages.problems():
        site.kept.begin("")  # so that the next build reports the faults, too
    return builder.report()


def _find_ended(site: Site) -> list[FeedRow]:
    """Return the feeds that are published no more, which the maps of `site` know then, and those
    that moved and still have archives."""
    wanted = {*site.inputs.left_alone, *(spec.key for spec in site.inputs.specs)}
    publish = site.settings.publish
    over = []
    for row in site.rows.values():
        if row.key not in wanted and (has_ended(row, wanted, publish) or has_old_archives(row)):
            is_for_good = not (row.moved_to or is_off(row, publish))
            over.append(replace(row, dropped=row.dropped or is_for_good))
    site.rows |= {row.key: row for row in over}
    return over


def _plan_targets(
    site: Site, over: Collection[FeedKey]
) -> Generator[None, None, tuple[list[Target], Mapping[str, str]]]:
    """Return all targets of what the build looks at, and what was made before of each: id ->
    fingerprint. A feed that is `over` has no targets."""
    planned = [kind for kind in KINDS if kind.is_planned(site) or kind.owner in site.outdated]
    known = dict(site.index.targets([*over, *(kind.owner for kind in planned)]))
    targets: list[Target] = []
    for spec in site.planned:
        published = site.index.targets([spec.key])
        feed = feeds.prepare_feed(site, spec, published)
        targets += feeds.list_head_targets(site, feed)
        targets += older.list_archive_targets(site, feed, published)
        targets += older.list_calendar_targets(site, feed)
        known |= published
        yield
    for kind in planned:
        targets += kind.targets(site)
        yield
    return targets, known


@dataclass(slots=True)
class _Builder:
    """The state of a build. `_batch`: files since the last commit, to be noted; `_held`: owners
    that keep old files; `_owners_left`: feeds whose head is left to a later build."""

    site: Site
    written: set[str] = field(default_factory=set)
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    left: int = 0
    _batch: list[PublishedFile] = field(default_factory=list)
    _names: set[str] = field(default_factory=set)  # of all files that were made
    _obsolete: set[str] = field(default_factory=set)  # names that their target has no more
    _gone: set[str] = field(default_factory=set)  # names of deleted files, to be noted
    _held: set[FeedKey] = field(default_factory=set)
    _owners_left: set[FeedKey] = field(default_factory=set)

    def make(self, due: Iterable[Target], is_over: Callable[[], bool]) -> Iterator[None]:
        """Make targets in order until `is_over`; the rest is out of date."""
        due = list(due)
        names: dict[str, list[str]] = {}
        for file in self.site.index.files([target.id for target in due]).values():
            names.setdefault(file.target, []).append(file.name)
        unit = ""
        for place, target in enumerate(due):
            if len(self._batch) >= _BATCH and (target.unit != unit or not unit):
                self._commit()
                if is_over():
                    self.leave(due[place:])
                    return
            unit = target.unit
            # a head would link the document that could not be made
            if target.urgency != Urgency.HEAD or target.owner not in self._held:
                self._make(target, names.get(target.id, ()))
            yield

    def _make(self, target: Target, before: Iterable[str]) -> None:
        """Make one target, or keep its old files and say why."""
        try:
            files = [self._put(target, file) for file in target.make()]
        except Held as held:
            self._hold(target.owner, target.id, str(held))
            return
        except OSError as error:
            if error.errno in OURS - OF_A_FILE:  # such as a full disk
                raise
            self._hold(target.owner, target.id, f"cannot write {DiskError.of(error)}")
            return
        self._batch += files
        self._obsolete |= {*before} - {file.name for file in files}

    def _put(self, target: Target, file: File) -> PublishedFile:
        """Write a file if its bytes differ from those published."""
        self._names.add(file.name)
        if self.site.outlet.put(file.name, file.data, heir_of=file.heir_of):
            self.written.add(file.name)
        else:
            self.unchanged += 1
        return PublishedFile(
            name=file.name,
            owner=target.owner,
            target=target.id,
            made_of=target.made_of,
            sha256=sha256(file.data).hexdigest(),
        )

    def _hold(self, owner: FeedKey, article_id: str, reason: str) -> None:
        """Keep the old files of the target `id`, and its owner's changes marked."""
        what = paths.stem(owner) if owner.axis else article_id
        self._held.add(owner)
        self.problems.append(Problem(what=what, reason=FeedFileReason.HELD, detail=reason))
        if owner.axis:
            self.site.index.keep_back(owner, reason)

    def _hold_refused(self, refused: RefusedFiles) -> None:
        """Hold the feeds whose files could not be replaced. Raises OSError for another file."""
        files = {file.name: file for file in self._batch}
        for name, error in refused.errors.items():
            file = files.get(name)
            if file is None or not file.owner.axis:
                raise error from refused
            self.written.discard(name)
            if file.owner not in self._held:
                self._hold(file.owner, file.target, f"cannot write {DiskError.of(error)}")
        self._batch = [file for file in self._batch if file.name not in refused.errors]

    def leave(self, late: Iterable[Target]) -> None:
        """Note that these targets are out of date, and leave them to a later build. The feed of a
        head that is left keeps its marks, so that this build sees that it changed."""
        late = list(late)
        self.left += len(late)
        self._owners_left |= {target.owner for target in late if target.urgency == Urgency.HEAD}
        published = {file.target for file in self._outdate([target.id for target in late])}
        for target in late:
            if target.id not in published:
                # no file of it was ever written: a row with the name of the target stands for them
                row = PublishedFile(name=target.id, owner=target.owner, target=target.id)
                self._batch.append(row)

    def _outdate(self, ids: Collection[str]) -> list[PublishedFile]:
        """Note that the published files of targets are out of date; return them."""
        files = [replace(file, made_of="") for file in self.site.index.files(ids).values()]
        self._batch += files
        return files

    def drop(self, gone: Collection[str]) -> None:
        """Delete the files of targets that exist no more, unless another target has them now."""
        self._commit()
        self._gone = {*(self._obsolete - self._names), *self.site.index.files(gone)}
        for name in sorted(self._gone):
            if self.site.outlet.delete(name):
                self.written.add(name)

    def finish(self, over: Iterable[FeedRow]) -> None:
        """Note what was deleted and left, and end the marks of all feeds that were looked at: after
        a build that died before, pages about all feeds still know which feeds changed."""
        site = self.site
        published: dict[FeedKey, bool | None] = {spec.key: True for spec in site.planned}
        for row in over:
            published[row.key] = None if row.dropped else False
            if not row.moved_to:
                self.ended.append(paths.stem(row.key))
            if row.dropped:
                site.index.save_feed(row)
        self._commit(published)

    def _commit(self, looked_at: Mapping[FeedKey, bool | None] = MappingProxyType({})) -> None:
        """Bring what was written to the disk, then note it. `looked_at`: feeds of which all changes
        are published now, except those that keep old files; feed -> whether it is published, as
        `Progress.published` has it."""
        try:
            self.site.outlet.commit()
        except RefusedFiles as refused:
            self._hold_refused(refused)
        keep_marks = self._held | self._owners_left
        up_to_date = {key: state for key, state in looked_at.items() if key not in keep_marks}
        marks: list[int] = []
        for key in up_to_date:
            marks += self.site.inputs.marks.get(key, ())
        self.site.index.record(
            Progress(files=self._batch, gone=self._gone, marks=marks, published=up_to_date)
        )
        self._batch = []
        self._gone = set()

    def report(self) -> BuildReport:
        site = self.site
        return BuildReport(
            written=tuple(sorted(self.written)),
            unchanged=self.unchanged,
            held=tuple(self.problems),
            set_aside=(*site.entries.problems.values(), *site.pages.problems()),
            ended=tuple(self.ended),
            shown=site.shown,
            left=self.left,
        )
