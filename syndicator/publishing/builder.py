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
    OUT_OF_DATE,
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
from syndicator.publishing.selection.published import has_ended, has_old_archives, is_axis_off

_BATCH: Final = 500  # files that reach the disk together, with two syncs: a choice


# States of a feed in `Progress.published`.
FEED_PUBLISHED: Final = True
FEED_UNPUBLISHED: Final = False  # it comes back with its axis, or moved
FEED_ENDED: Final = None  # for good


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of files that belong to no feed. `owner`: their key in the table of files; `targets`:
    yields all targets of the kind; `is_planned`: returns True if a build compares them."""

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
    """Build feeds and pages in short steps, between which other tasks run. Each target is published
    whole or not at all. Input that changes meanwhile stays marked for the next build. `is_over`:
    returns True once the remaining targets are to be left to the next build."""
    site = Site(inputs)
    builder = _Builder(site)
    ended = _find_ended(site)
    plan = yield from _plan_targets(site, [row.key for row in ended])
    difference = compare_targets(plan.targets, plan.published, whole=inputs.whole)
    with batch(site.outlet):
        yield from builder.make_targets(difference.due, is_over)
        builder.leave_targets(difference.late)
        builder.delete_targets(difference.gone)
        builder.finish(ended)
    if site.pages.list_problems():
        site.kept.begin("")  # so that the next build reports the faults, too
    return builder.report()


def _find_ended(site: Site) -> list[FeedRow]:
    """Return the feeds that end now, and moved feeds that still have archives. Their rows in
    `site.rows` are replaced, so that the redirect maps show them as ended."""
    configured = {*site.inputs.left_alone, *(spec.key for spec in site.inputs.specs)}
    publish = site.settings.publish
    ended: list[FeedRow] = []
    for row in site.rows.values():
        if row.key in configured:
            continue
        if has_ended(row, configured, publish) or has_old_archives(row):
            ends_for_good = not (row.moved_to or is_axis_off(row, publish))
            ended.append(replace(row, dropped=row.dropped or ends_for_good))
    site.rows |= {row.key: row for row in ended}
    return ended


@dataclass(frozen=True, slots=True)
class _Plan:
    """The targets that a build compares, and the fingerprints of the published targets of the same
    owners, by id."""

    targets: list[Target]
    published: Mapping[str, str]


def _plan_targets(site: Site, ended: Collection[FeedKey]) -> Generator[None, None, _Plan]:
    """Return all targets of the feeds and kinds of files that this build compares. A feed that
    `ended` has published targets, but none to make."""
    kinds = [kind for kind in KINDS if kind.is_planned(site) or kind.owner in site.outdated]
    published = dict(site.index.targets([*ended, *(kind.owner for kind in kinds)]))
    targets: list[Target] = []
    for spec in site.planned:
        published_of_feed = site.index.targets([spec.key])
        feed = feeds.prepare_feed(site, spec, published_of_feed)
        targets += feeds.list_head_targets(site, feed)
        targets += older.list_archive_targets(site, feed, published_of_feed)
        targets += older.list_calendar_targets(site, feed)
        published |= published_of_feed
        yield
    for kind in kinds:
        targets += kind.targets(site)
        yield
    return _Plan(targets, published)


@dataclass(slots=True)
class _Builder:
    """The state of a build. `_batch`: files since the last commit, to be recorded; `_held`: owners
    that keep their old files; `_owners_left`: feeds whose head is left to a later build."""

    site: Site
    written: set[str] = field(default_factory=set)
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    left: int = 0
    _batch: list[PublishedFile] = field(default_factory=list)
    _names: set[str] = field(default_factory=set)  # of all files that were made
    _obsolete: set[str] = field(default_factory=set)  # names that their target no longer has
    _gone: set[str] = field(default_factory=set)  # names of deleted files, to be recorded
    _held: set[FeedKey] = field(default_factory=set)
    _owners_left: set[FeedKey] = field(default_factory=set)

    def make_targets(self, due: Iterable[Target], is_over: Callable[[], bool]) -> Iterator[None]:
        """Make targets in order. Once `is_over` returns True, leave the remaining ones to the next
        build."""
        targets = list(due)
        published_names: dict[str, list[str]] = {}
        for file in self.site.index.files([target.id for target in targets]).values():
            published_names.setdefault(file.target, []).append(file.name)
        unit = ""
        for index, target in enumerate(targets):
            starts_unit = target.unit != unit or not unit
            if len(self._batch) >= _BATCH and starts_unit:
                self._commit()
                if is_over():
                    self.leave_targets(targets[index:])
                    return
            unit = target.unit
            # a head would link the document that could not be made
            links_missing = target.urgency == Urgency.HEAD and target.owner in self._held
            if not links_missing:
                self._make_target(target, published_names.get(target.id, ()))
            yield

    def _make_target(self, target: Target, published_names: Iterable[str]) -> None:
        """Make one target, or keep its old files and report why."""
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
        self._obsolete |= {*published_names} - {file.name for file in files}

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

    def _hold(self, owner: FeedKey, target_id: str, reason: str) -> None:
        """Keep the old files of a target, and the changes of its owner marked for later builds."""
        what = paths.stem(owner) if owner.axis else target_id
        self._held.add(owner)
        self.problems.append(Problem(what=what, reason=FeedFileReason.HELD, detail=reason))
        if owner.axis:
            self.site.index.record_invalid(owner, reason)

    def _hold_refused(self, refused: RefusedFiles) -> None:
        """Hold the feeds that have files which could not be replaced. Raises OSError if a file of
        no feed could not be replaced."""
        file_of = {file.name: file for file in self._batch}
        for name, error in refused.errors.items():
            file = file_of.get(name)
            if file is None or not file.owner.axis:
                raise error from refused
            self.written.discard(name)
            if file.owner not in self._held:
                self._hold(file.owner, file.target, f"cannot write {DiskError.of(error)}")
        self._batch = [file for file in self._batch if file.name not in refused.errors]

    def leave_targets(self, late: Iterable[Target]) -> None:
        """Leave these targets to a later build and record that they are out of date. A feed whose
        head is left keeps its marks, so that the later build sees that it changed."""
        targets = list(late)
        self.left += len(targets)
        self._owners_left |= {target.owner for target in targets if target.urgency == Urgency.HEAD}
        outdated_files = self._mark_outdated([target.id for target in targets])
        published = {file.target for file in outdated_files}
        for target in targets:
            if target.id not in published:
                # no file of it was ever written: a row with the name of the target stands for them
                row = PublishedFile(name=target.id, owner=target.owner, target=target.id)
                self._batch.append(row)

    def _mark_outdated(self, target_ids: Collection[str]) -> list[PublishedFile]:
        """Mark the published files of targets as out of date; return them."""
        files = [
            replace(file, made_of=OUT_OF_DATE)
            for file in self.site.index.files(target_ids).values()
        ]
        self._batch += files
        return files

    def delete_targets(self, gone: Collection[str]) -> None:
        """Delete the files of targets that no longer exist, unless another target has them now."""
        self._commit()
        self._gone = {*(self._obsolete - self._names), *self.site.index.files(gone)}
        for name in sorted(self._gone):
            if self.site.outlet.delete(name):
                self.written.add(name)

    def finish(self, ended: Iterable[FeedRow]) -> None:
        """Record which files were deleted or left, and end the marks of all feeds that this build
        compared. The marks end last: if a build dies before, the next one still knows which feeds
        changed."""
        site = self.site
        states: dict[FeedKey, bool | None] = dict.fromkeys(
            (spec.key for spec in site.planned), FEED_PUBLISHED
        )
        for row in ended:
            states[row.key] = FEED_ENDED if row.dropped else FEED_UNPUBLISHED
            if not row.moved_to:
                self.ended.append(paths.stem(row.key))
            if row.dropped:
                site.index.save_feed(row)
        self._commit(states)

    def _commit(self, states: Mapping[FeedKey, bool | None] = MappingProxyType({})) -> None:
        """Write the batch to the disk, then record it. `states`: the feeds whose changes are all
        published now, each with its new state as in `Progress.published`. Feeds that keep old files
        keep their marks."""
        try:
            self.site.outlet.commit()
        except RefusedFiles as refused:
            self._hold_refused(refused)
        keep_marks = self._held | self._owners_left
        up_to_date = {key: state for key, state in states.items() if key not in keep_marks}
        marks: list[int] = []
        for key in up_to_date:
            marks += self.site.inputs.marks.get(key, ())
        self.site.index.record_progress(
            Progress(files=self._batch, gone=self._gone, marks=marks, published=up_to_date)
        )
        self._batch = []
        self._gone = set()

    def report(self) -> BuildReport:
        """Return the result of the build."""
        site = self.site
        return BuildReport(
            written=tuple(sorted(self.written)),
            unchanged=self.unchanged,
            held=tuple(self.problems),
            set_aside=(*site.entries.problems.values(), *site.pages.list_problems()),
            ended=tuple(self.ended),
            shown=site.shown,
            left=self.left,
        )
