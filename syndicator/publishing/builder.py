"""Build feeds and pages: make and write the published files whose input changed, delete old files.

Files are written in batches. A batch reaches the disk before the database records it: if a build
dies anywhere, each file is whole, and a change stays marked until the files that show it are on the
disk."""

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

_BATCH_SIZE: Final = 500  # files that reach the disk together, with two syncs: a choice


# States of a feed in `Progress.published`.
FEED_PUBLISHED: Final = True
# the feed moved to another address, or will come back when the operator turns its axis on again
FEED_UNPUBLISHED: Final = False
FEED_ENDED: Final = None  # for good


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of files that belong to no feed, such as the front page. `owner`: stands for a feed in
    the table of files; `targets`: yields all targets of the kind; `is_planned`: returns True if
    this build compares these targets with the published ones."""

    owner: FeedKey
    targets: Callable[[Site], Iterable[Target]]
    is_planned: Callable[[Site], bool] = lambda site: (
        site.has_new_articles or site.inputs.planned is None
    )


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
    """Build feeds and pages: a generator that yields after each short step, so that the caller can
    run other tasks, and returns a report. Files that belong together (a target) are published whole
    or not at all. Input that changes during the build stays marked for the next build. `inputs`:
    everything that the build reads; `is_over`: returns True as soon as this build shall leave the
    remaining targets to the next one."""
    site = Site(inputs)
    builder = _Builder(site)

    # which targets must be made, which deleted
    ended = _find_ended_feeds(site)
    plan = yield from _plan_targets(site, [row.key for row in ended])
    difference = compare_targets(plan.targets, plan.published, whole=inputs.whole)

    with batch(site.outlet):  # commits the files at the end
        yield from builder.make_targets(difference.due, is_over)
        builder.leave_targets(difference.late)
        builder.delete_targets(difference.gone)
        builder.finish(ended)
    if site.pages.list_problems():
        # empty the cache: the next build renders all entries again, and reports the faults, too
        site.kept.begin("")
    return builder.report()


def _find_ended_feeds(site: Site) -> list[FeedRow]:
    """Return the rows of the feeds whose files must be deleted: feeds that end now, and feeds that
    moved and still have archives at their old address. Put these rows into `site.rows`, too, so
    that the redirect maps show the feeds as ended."""
    configured = {*site.inputs.feeds_to_keep, *(spec.key for spec in site.inputs.specs)}
    publish = site.settings.publish
    ended: list[FeedRow] = []
    for row in site.rows.values():
        if row.key in configured:
            continue
        if has_ended(row, configured, publish) or has_old_archives(row):
            # a feed whose axis is turned off may come back
            ends_for_good = row.moved_to is None and not is_axis_off(row, publish)
            ended.append(replace(row, dropped=row.dropped or ends_for_good))
    site.rows |= {row.key: row for row in ended}
    return ended


@dataclass(frozen=True, slots=True)
class _Plan:
    """The targets that a build compares. `published`: the fingerprints of the published targets of
    the same feeds and kinds of files, by target id."""

    targets: list[Target]
    published: Mapping[str, str]


def _plan_targets(site: Site, ended: Collection[FeedKey]) -> Generator[None, None, _Plan]:
    """Return the plan of a build: which targets (files that are made together) there should be, and
    which are published now. A generator that yields after each feed. `ended`: feeds whose files
    must be deleted: the plan has their published targets, but no new ones."""
    kinds = [kind for kind in KINDS if kind.is_planned(site) or kind.owner in site.outdated]
    published = dict(site.index.targets([*ended, *(kind.owner for kind in kinds)]))
    targets: list[Target] = []
    # the targets of feeds, then other kinds of files, such as the front page
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
    """The state of a build. `written`: names of files that were changed or deleted; `ended`: paths
    of feeds that ended, such as tags/ai; `left`: number of targets left to a later build; `_batch`:
    rows of the files since the last commit; `_held`: owners of which some target keeps its old
    files; `_owners_left`: feeds whose head is left to a later build."""

    site: Site
    written: set[str] = field(default_factory=set)
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    left: int = 0
    _batch: list[PublishedFile] = field(default_factory=list)
    _made_names: set[str] = field(default_factory=set)  # of all files that this build made
    # names of published files that their target did not make again
    _obsolete_names: set[str] = field(default_factory=set)
    _deleted_names: set[str] = field(default_factory=set)  # not yet recorded in the database
    _held: set[FeedKey] = field(default_factory=set)
    _owners_left: set[FeedKey] = field(default_factory=set)

    def make_targets(self, due: Iterable[Target], is_over: Callable[[], bool]) -> Iterator[None]:
        """Make the files of the targets `due`, in order, and publish (commit) them whenever there
        are enough for a batch. Targets of the same unit are published together. If `is_over`
        returns True after a batch, leave the remaining targets to the next build. A generator that
        yields after each target."""
        targets = list(due)
        published_names: dict[str, list[str]] = {}  # of the files of each target
        for file in self.site.index.files([target.id for target in targets]).values():
            published_names.setdefault(file.target, []).append(file.name)
        previous_unit = ""
        for index, target in enumerate(targets):
            starts_unit = target.unit != previous_unit or previous_unit == ""
            if len(self._batch) >= _BATCH_SIZE and starts_unit:
                self._commit()
                if is_over():
                    self.leave_targets(targets[index:])
                    return
            previous_unit = target.unit
            # A head links the feed's newest archive document: if that could not be made, the old
            # head stays.
            is_link_missing = target.urgency == Urgency.HEAD and target.owner in self._held
            if not is_link_missing:
                self._make_target(target, published_names.get(target.id, ()))
            yield

    def _make_target(self, target: Target, published_names: Iterable[str]) -> None:
        """Make the files of a target and add them to the batch. If they are invalid or cannot be
        written, keep the old files and add a problem. `published_names`: names of the files that
        the target has now. Raises OSError for a fault of the whole disk."""
        try:
            files = [self._put_file(target, file) for file in target.make()]
        except Held as held:
            self._hold_target(target.owner, target.id, str(held))
            return
        except OSError as error:
            if error.errno in OURS - OF_A_FILE:  # such as a full disk
                raise
            self._hold_target(target.owner, target.id, f"cannot write {DiskError.of(error)}")
            return
        self._batch += files
        # files that the target had and did not make again
        self._obsolete_names |= {*published_names} - {file.name for file in files}

    def _put_file(self, target: Target, file: File) -> PublishedFile:
        """Put a file into the outlet, which writes it if its bytes differ from the published ones.
        Return the row that describes the file in the table of files."""
        self._made_names.add(file.name)
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

    def _hold_target(self, owner: FeedKey, target_id: str, reason: str) -> None:
        """Record that a target keeps its old files, and the reason. The changes of its feed stay
        marked, so that the next build tries again. `owner`: the feed of the target; the key has no
        axis if the files belong to no feed."""
        is_feed = bool(owner.axis)
        what = paths.get_stem(owner) if is_feed else target_id
        self._held.add(owner)
        self.problems.append(Problem(what=what, reason=FeedFileReason.HELD, detail=reason))
        if is_feed:
            self.site.index.record_invalid(owner, reason)

    def _hold_refused_targets(self, refused: RefusedFiles) -> None:
        """Record for the files that the disk refused that their feeds keep the old files, and drop
        these files from the batch. `refused`: name -> error. Raises OSError if a refused file
        belongs to no feed."""
        rows_by_name = {file.name: file for file in self._batch}
        for name, error in refused.errors.items():
            file = rows_by_name.get(name)
            if file is None or not file.owner.axis:
                raise error from refused
            self.written.discard(name)
            if file.owner not in self._held:
                self._hold_target(file.owner, file.target, f"cannot write {DiskError.of(error)}")
        self._batch = [file for file in self._batch if file.name not in refused.errors]

    def leave_targets(self, late: Iterable[Target]) -> None:
        """Leave the targets `late` to a later build, and record that their files are out of
        date."""
        targets = list(late)
        self.left += len(targets)
        # The changes of a feed stay marked if its head, the document with its newest entries, is
        # left, so that the later build sees them.
        heads = [target for target in targets if target.urgency == Urgency.HEAD]
        self._owners_left.update(head.owner for head in heads)
        outdated_files = self._mark_outdated([target.id for target in targets])
        published = {file.target for file in outdated_files}
        for target in targets:
            if target.id not in published:
                # This target has no files yet, but the later build must know of it: a row with the
                # id of the target as its name stands for the files.
                row = PublishedFile(name=target.id, owner=target.owner, target=target.id)
                self._batch.append(row)

    def _mark_outdated(self, target_ids: Collection[str]) -> list[PublishedFile]:
        """Mark the published files of some targets as out of date: add such rows for the table of
        files to the batch. Return these rows."""
        files = [
            replace(file, made_of=OUT_OF_DATE)
            for file in self.site.index.files(target_ids).values()
        ]
        self._batch += files
        return files

    def delete_targets(self, target_ids: Collection[str]) -> None:
        """Delete the files of targets that no longer exist, and files that their target did not
        make again. A file stays if another target made a file of its name. `target_ids`: of the
        targets that no longer exist."""
        # First commit, so that the table of files knows the files of this build.
        self._commit()
        self._deleted_names = {
            *(self._obsolete_names - self._made_names),
            *self.site.index.files(target_ids),
        }
        for name in sorted(self._deleted_names):
            if self.site.outlet.delete(name):
                self.written.add(name)

    def finish(self, ended: Iterable[FeedRow]) -> None:
        """Commit the rest: the deleted files, the state of each feed, and that the changes of these
        feeds are published. `ended`: the feeds whose files were deleted. Call this last: if a build
        dies before, the next one still knows which feeds changed."""
        site = self.site
        states: dict[FeedKey, bool | None] = dict.fromkeys(
            (spec.key for spec in site.planned), FEED_PUBLISHED
        )
        for row in ended:
            states[row.key] = FEED_ENDED if row.dropped else FEED_UNPUBLISHED
            if not row.moved_to:
                self.ended.append(paths.get_stem(row.key))
            if row.dropped:
                site.index.save_feed(row)
        self._commit(states)

    def _commit(self, states: Mapping[FeedKey, bool | None] = MappingProxyType({})) -> None:
        """Publish the files of the batch, then record them in the database. `states`: feed -> new
        state (such as FEED_PUBLISHED) for the feeds whose changes are all published by now. The
        marks of these changes are deleted, except for feeds that keep old files."""
        try:
            self.site.outlet.commit()
        except RefusedFiles as refused:
            self._hold_refused_targets(refused)
        keep_marks = self._held | self._owners_left
        up_to_date = {key: state for key, state in states.items() if key not in keep_marks}
        marks: list[int] = []
        for key in up_to_date:
            marks += self.site.inputs.marks.get(key, ())
        self.site.index.record_progress(
            Progress(files=self._batch, gone=self._deleted_names, marks=marks, published=up_to_date)
        )
        self._batch = []
        self._deleted_names = set()

    def report(self) -> BuildReport:
        """Return the report of the build: which files were written, what failed, what is left."""
        site = self.site
        return BuildReport(
            written=tuple(sorted(self.written)),
            unchanged=self.unchanged,
            held=tuple(self.problems),
            set_aside=(*site.entries.problems.values(), *site.pages.list_problems()),
            ended=tuple(self.ended),
            shown=site.entry_counts,
            left=self.left,
        )
