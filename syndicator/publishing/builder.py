"""Build feeds: render, validate, and publish what passed."""

import hashlib
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import chain, groupby
from typing import Any, Final

from syndicator.configuration.settings import Digest, Settings
from syndicator.core.axes import ALL, AXES, SOURCE, STORIES
from syndicator.core.errors import OF_A_FILE, OURS, DiskError, RefusedFiles
from syndicator.core.formats import ATOM, FORMATS, PAGE
from syndicator.core.model import Article, FeedKey, FeedSpec, Older, Problem, Source, entry_urn
from syndicator.core.ports import ArticleIndex, FeedRow, Fresh, Outlet
from syndicator.core.reasons import FeedFileReason
from syndicator.core.text import plain
from syndicator.publishing import article_pages, digests, lists, paths, search, validate
from syndicator.publishing.article_pages import Feed, published_whole
from syndicator.publishing.entries import Entries, documents, renderers
from syndicator.publishing.kept import EntryKind, KeptEntries
from syndicator.publishing.look import Look
from syndicator.publishing.output import redirects
from syndicator.publishing.output.batches import batch
from syndicator.publishing.render.head import Removed, head
from syndicator.publishing.render.view import View
from syndicator.publishing.selection import archive, staleness
from syndicator.publishing.selection.archive import Document, head_of_window
from syndicator.publishing.selection.staleness import BuildReport, Steps, ended, off, old_archives
from syndicator.publishing.web import calendar, front
from syndicator.publishing.web.calendar import CalendarPage
from syndicator.publishing.web.pages import PHONE, Pages

# Changed files, and feeds whose files are the same as before, in one batch.
_BATCH: Final = 512
_GONE: Final = "gone"  # fingerprint of a story that fell apart
# Tombstones (RFC 6721) of a head feed: how many at most, and how long, by the time of its newest
# article, so that every reader has polled.
_TOMBSTONES: Final = 50
_TOMBSTONE_LIFE: Final = timedelta(days=30)


def build(
    specs: Sequence[FeedSpec],
    *,
    index: ArticleIndex,
    outlet: Outlet,
    settings: Settings,
    sources: Mapping[str, Source],
    source_of: Callable[[Article], Source | None] | None = None,
    instance: uuid.UUID,
    only: Collection[FeedKey] | None = None,
    remake: Callable[[str], str | None] | None = None,
    excused: Collection[str] = (),
    tags: Collection[str] = (),
    markdown: Callable[[str], str] = lambda id: "",
    look: Look | None = None,
    kept: KeptEntries | None = None,
    brief: bool = False,
    rows: Sequence[FeedRow] | None = None,
    left_alone: Collection[FeedKey] = (),
    stories: Sequence[Sequence[str]] = (),
    digest: Sequence[tuple[Digest, Sequence[Mapping[str, Any]]]] = (),
) -> Steps:
    """Build feeds and publish each whole or not at all, in short steps between which other tasks
    run. A feed that changes meanwhile stays stale. `specs`: all feeds; `only`: those to build, None
    for all; `rows`: of all feeds, None: read them; `left_alone`: feeds that keep their files;
    `source_of`: returns an article's source with the settings that hold for the article; `remake`:
    returns missing HTML of an article id, made in a process that can be killed; `excused`: ids of
    pruned articles; `stories`: the article ids of each story. `brief`: leave changed calendar pages
    to a later build, and the shared pages too unless the feed of everything is built."""
    pages, kept = (
        Pages([*specs, *digests.specs(digest, settings)], settings, look, tags),
        kept or KeptEntries(),
    )
    shared = staleness.common(settings, instance)
    of, table = source_of or (lambda article: sources.get(article.source_key)), renderers(pages)
    kept.begin(repr((shared, settings, pages.templates.look.digest, sorted(tags))))
    entries = Entries(index, of, instance, settings, table, remake, tags, markdown, kept)
    among = None if rows is None or only is None else {*only, ALL}
    row_of = {row.key: row for row in rows or ()} | {row.key: row for row in index.feeds(among)}
    context, texts = (
        (index, outlet, settings, instance, entries, pages),
        published_whole(settings, sources),
    )
    builder = Builder(
        *context, frozenset(excused), texts, only is None, row_of, markdown, brief, stories
    )
    feeds = []
    for spec in specs if only is None else filter(lambda spec: spec.key in only, specs):
        feeds.append(builder.prepare(spec, shared))
        yield
    lists.mark(index, pages, frozenset(only or ()))
    keys = {*left_alone, *(spec.key for spec in specs)}
    with batch(outlet):
        for _ in _write_files(builder, feeds, keys, shared, digest, whole=only is None):
            builder.settle_full_batch()
            yield
    if pages.problems():
        kept.begin("")  # so that the next build reports the faults, too
    return builder.report()


def _write_files(
    builder: "Builder",
    feeds: list[Feed],
    keys: Collection[FeedKey],
    shared: str,
    digest: Sequence[tuple[Digest, Sequence[Mapping[str, Any]]]],
    *,
    whole: bool,
) -> Iterator[None]:
    """Write the files of prepared `feeds` and what is beside them. `keys`: of all feeds."""
    # The feed of everything, stale after each change, is marked fresh last: so the next build
    # completes one that died.
    everything = [feed for feed in feeds if feed.spec.key == ALL]
    outdated = bool(everything) or builder.unfinished(keys)
    going = (yield from builder.write_articles(shared)) if outdated else ()
    yield from builder.write_stories(shared, feeds)
    yield from builder.write_older(feeds)
    others = [feed for feed in feeds if feed.spec.key != ALL]
    yield from builder.write_heads(others)
    builder.drop_ended(keys)
    yield from builder.write_digests(digest)
    changed = outdated or builder.written or whole
    is_left = builder.brief and builder.is_left(everything)
    if not is_left and (changed or builder.outlet.get(paths.INDEX) is None):
        builder.write_shared(shared)
        yield from builder.write_search(shared, everything)
    yield from builder.write_heads(everything)
    builder.finish(keys, going)


@dataclass(slots=True)
class Builder:
    """The state of a build. `whole_texts`: sources whose articles have pages of their own; `whole`:
    write even unchanged documents; `brief`: as in `build`; `shown`: numbers of entries and articles
    by feed."""

    index: ArticleIndex
    outlet: Outlet
    settings: Settings
    instance: uuid.UUID
    entries: Entries
    pages: Pages
    excused: frozenset[str]
    whole_texts: Sequence[Source]
    whole: bool
    rows: dict[FeedKey, FeedRow]
    markdown: Callable[[str], str]
    brief: bool = False
    stories: Sequence[Sequence[str]] = ()
    shown: dict[FeedKey, tuple[int, int]] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)
    unchanged: int = 0
    staged: int = 0  # changed files since the last commit
    ended: list[str] = field(default_factory=list)
    held: list[Problem] = field(default_factory=list)
    of_stories: Entries = field(init=False)
    folded: Entries = field(init=False)
    removed: dict[FeedKey, list[Removed]] = field(default_factory=lambda: defaultdict(list))
    open_month: str = field(init=False)
    _of_pages: str = field(init=False)  # fingerprint of input that only pages use
    _moved: dict[FeedKey, list[FeedKey]] = field(default_factory=lambda: defaultdict(list))
    fresh: list[Fresh] = field(default_factory=list)  # to be marked once their files are on disk
    made_of: dict[FeedKey, Mapping[str, str]] = field(default_factory=dict)  # files of no feed
    # before, now
    changed: dict[FeedKey, dict[str, tuple[str, str]]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    def __post_init__(self) -> None:
        self.of_stories = replace(self.entries, kind=EntryKind.STORY)
        self.folded = replace(self.entries, kind=EntryKind.FOLDED, folds=self.index.folds())
        self._of_pages = staleness.of_pages(self.settings, self.pages.templates.look)
        targets = redirects.moved(list(self.rows.values()))
        for item in sorted(self.index.withdrawn(), key=lambda item: (item.at, item.id)):
            for key in item.feeds:
                key = targets.get(key, key) if key.axis == SOURCE else key
                self.removed[key].append(
                    Removed(urn=entry_urn(self.instance, item.id), when=item.at)
                )
        latest = self.rows[ALL].latest_added if ALL in self.rows else None
        self.open_month = latest.strftime("%Y-%m") if latest else ""
        for old, target in targets.items():
            self._moved[target].append(old)

    def prepare(self, spec: FeedSpec, shared: str) -> Feed:
        """Select the articles of a feed's head and plan its archive documents. `shared`:
        `staleness.common`."""
        index, outlet, row = self.index, self.outlet, self.rows.get(spec.key)
        if row is None:
            row = self.rows[spec.key] = FeedRow(
                key=spec.key, name=spec.name, first_slug=spec.first_slug
            )
            index.save_feed(row)
        elif row.dropped:  # it is published again
            row = self.rows[spec.key] = replace(row, dropped=False, made_with=None)
            index.save_feed(row)
            index.mark_fresh(Fresh(key=spec.key, seen=0, files={}))
            self.written.add(redirects.JSON)
        chosen = head_of_window(spec, index, row)
        archives, empty = list[Document](), head(spec, self.settings, self.instance, None)
        folder, files = (
            f"{paths.ARCHIVES}{paths.stem(spec.key)}/",
            index.files(spec.key) if row.built else {},
        )
        if not files:  # if the database was lost, documents keep their addresses
            files = dict.fromkeys(outlet.names(folder), "")
        short = self.settings.publish.archives is not True  # months share documents
        longer = (
            not short
            or row.count > len(chosen.ids)
            or any(name.startswith(folder) for name in files)
        )
        if empty.archives and longer:
            about = staleness.of_archive(spec, shared)
            archives = archive.chain(
                spec, index, chosen.ids, self.open_month, about, files, shared=short
            )
        made_with = staleness.of_feed(spec, shared, self._of_pages)
        feed = Feed(
            spec, row, chosen.ids, empty, made_with, archives, files, left_out=chosen.left_out
        )
        if (
            article_pages.wanted(spec, self.settings.publish.archives)
            and PAGE not in empty.archives
        ):
            about = staleness.of_calendar(spec, shared, self._of_pages)
            feed.calendar = article_pages.planned(spec, index.days(spec.key), about)
            self.pages.calendars[paths.stem(spec.key)] = feed.calendar
        return feed

    def write_older(self, feeds: Sequence[Feed]) -> Iterator[None]:
        """Write changed archive documents and calendar pages by month, so that a shared entry is
        rendered once."""
        months: dict[str, list[tuple[Feed, Document | list[CalendarPage]]]] = defaultdict(list)
        for feed in feeds:
            for item in feed.archives:
                files = archive.files_of(item, feed.head, self._of_pages)
                if self.whole or any(
                    feed.known.get(name) != made_of for name, made_of in files.items()
                ):
                    months[item.months[-1]].append((feed, item))
                feed.files |= files
                if item.marker:
                    feed.files[archive.marker(feed.spec.key, item.months[-1])] = item.marker
            if self.brief:
                feed.put_off_pages()
            changed = [
                page
                for page in feed.calendar
                if self.whole or feed.known.get(page.name) != page.fingerprint
            ]
            for month, pages in groupby(changed, key=lambda page: page.days[-1][: calendar.MONTH]):
                months[month].append((feed, list(pages)))
            feed.files |= {page.name: page.fingerprint for page in feed.calendar}
        for month in sorted(months):
            for feed, part in months.pop(month):
                if isinstance(part, Document):
                    yield from self._write_archive(feed, part)
                else:
                    yield from self._write_pages(feed, part)

    def write_heads(self, feeds: list[Feed]) -> Iterator[None]:
        """Write the head feeds; a feed with a fault keeps its old files. Empties `feeds`, to free
        memory."""
        while feeds:
            self._write_head(feed := feeds.pop(0))
            self.pages.forget(feed.spec.key)
            yield

    def settle_full_batch(self) -> None:
        if self.staged >= _BATCH or len(self.fresh) >= _BATCH:
            self.settle()

    def settle(self) -> None:
        """Publish what is staged, and mark the feeds fresh whose files are on the disk now."""
        try:
            self.outlet.commit()
        except RefusedFiles as refused:
            self._hold_refused(refused)
        self.staged = 0
        if self.fresh:
            self.index.mark_fresh(*self.fresh)
            self.fresh.clear()

    def _hold_refused(self, refused: RefusedFiles) -> None:
        """Hold the feeds whose heads could not be replaced. Raises OSError for another file."""
        feed_of: dict[str, FeedKey] = {}
        for fresh in self.fresh:
            for key in (fresh.key, *self._moved.get(fresh.key, ())):
                feed_of.update((paths.file_name(key, format), fresh.key) for format in FORMATS)
        held = set[FeedKey]()
        for name, error in refused.errors.items():
            if name not in feed_of:
                raise error from refused
            self.written.discard(name)
            key = feed_of[name]
            if key not in held:
                self._hold(key, f"cannot write {DiskError.of(error)}")
            held.add(key)
        self.fresh = [fresh for fresh in self.fresh if fresh.key not in held]

    def drop_ended(self, wanted: Collection[FeedKey]) -> None:
        """Delete files of dropped feeds (their addresses answer 410), and archives of moved feeds:
        new ones exist."""
        for key, row in self.rows.items():
            if old_archives(row):
                files = self.index.files(key)
                old = [name for name in files if name.startswith(paths.ARCHIVES)]
                for name in filter(staleness.is_file, old):
                    self._delete(name)
                left = {name: files[name] for name in files.keys() - old}
                self.fresh.append(Fresh(key=key, seen=row.mark, files=left, made_with=""))
            if key != ALL and ended(row, wanted, self.settings.publish):
                self._end(row)

    def finish(self, wanted: Collection[FeedKey], going: Collection[str]) -> None:
        """Mark the written feeds fresh and delete the pages `going`, which no page links any more.
        Mark the feed of everything last: while it is stale, shared pages are not complete."""
        self.settle()
        for name in sorted(going):
            self._delete(name)
        row = self.rows.get(ALL)
        if row is not None and self.unfinished(wanted):
            if ended(row, wanted, self.settings.publish):
                self._end(row)
            else:
                self.fresh.append(Fresh(key=ALL, seen=row.mark))
        self.outlet.commit()
        for key, made_of in self.made_of.items():
            self.index.save_files(key, made_of)
        for key, changed in self.changed.items():
            self.index.change_files(key, changed)
        self.settle()

    def report(self) -> BuildReport:
        return BuildReport(
            written=tuple(sorted(self.written)),
            unchanged=self.unchanged,
            held=tuple(self.held),
            set_aside=(*self.entries.problems.values(), *self.pages.problems()),
            ended=tuple(self.ended),
            shown=self.shown,
        )

    def unfinished(self, wanted: Collection[FeedKey]) -> bool:
        """Return True if the feed of everything is not in `wanted` and `finish` must end it or mark
        it fresh."""
        row = self.rows.get(ALL)
        if row is None or ALL in wanted:
            return False
        return row.stale or ended(row, wanted, self.settings.publish)

    def _end(self, row: FeedRow) -> None:
        """Delete a feed's files, for good or while its axis is off."""
        once = "" if off(row, self.settings.publish) else None
        if once is None:
            self.index.save_feed(replace(row, dropped=True))
        self.ended.append(paths.stem(row.key))
        self.written.add(redirects.JSON)
        for name in filter(staleness.is_file, self.index.files(row.key)):
            self._delete(name)
        self._delete(f"{paths.stem(row.key)}.opml")
        if row.key == STORIES:
            for story, made_of in self.index.files(staleness.STORIES).items():
                self._delete(paths.story_name(story))
                self.changed[staleness.STORIES][story] = made_of, ""
        self.fresh.append(Fresh(key=row.key, seen=row.mark, files={}, made_with=once))
        self.rows[row.key] = replace(row, dropped=row.dropped or once is None, made_with=once)

    def write_shared(self, shared: str) -> None:
        """Write the pages about all feeds: front page, list of feeds, OPML, stylesheets, redirect
        maps."""
        rows, base = self.rows, self.settings.base_url
        files = self.pages.shared(rows, self._newest(), self.stories)
        listed = lists.write(self.index, self.pages, shared + self._of_pages, whole=self.whole)
        files, self.changed[staleness.LISTS] = files | listed.files, listed.changed
        self.made_of |= {} if listed.made_of is None else {staleness.LISTS: listed.made_of}
        silent = [row.key for row in rows.values() if off(row, self.settings.publish)]
        withdrawn = (
            [paths.article_name(item.id) for item in self.index.withdrawn()]
            if self.whole_texts
            else ()
        )
        files |= redirects.files(list(rows.values()), base, silent, withdrawn)
        self.written.discard(redirects.JSON)
        if not self.pages.phone:
            self._delete(PHONE)
        for name in ("combine-data.js", *listed.gone):  # the first: of earlier versions
            self._delete(name)
        for name, data in files.items():
            self._put(name, data)

    def write_search(self, about: str, everything: Sequence[Feed]) -> Iterator[None]:
        """Write the search files. `about`: a fingerprint of their input besides articles."""
        if self.is_left(everything) or PAGE not in self.settings.publish.formats:
            return
        views, made_of = self.entries.views, self.index.files(staleness.SEARCH)
        shown, text = (lambda ids: views(ids, None)), (lambda id: plain(self.markdown(id)))
        doors = self.index, self.outlet, shown, about, self._put, self._delete
        self.made_of[staleness.SEARCH] = yield from search.write_search(
            *doors, made_of, text, self.whole
        )

    def write_stories(self, shared: str, feeds: Sequence[Feed]) -> Iterator[None]:
        """Write the changed pages of stories; all of them if the feed of stories is among
        `feeds`."""
        if not any(feed.spec.key == STORIES and PAGE in feed.spec.formats for feed in feeds):
            return
        about, states = shared + self._of_pages, self.index.files(staleness.STORIES)
        for story in (
            story
            for story, made_of in states.items()
            if self.whole or made_of not in (about, _GONE)
        ):
            name = paths.story_name(story)
            if ids := [id for id, _ in self.index.story_articles([story]).get(story, ())]:
                parts = self.entries.stories(ids, None)
                self._put(name, self.pages.story_page(name, self.entries.views(ids, None), parts))
            else:
                self._delete(name)
            self.changed[staleness.STORIES][story] = states[story], about if ids else _GONE
            yield

    def write_digests(
        self, made: Sequence[tuple[Digest, Sequence[Mapping[str, Any]]]]
    ) -> Iterator[None]:
        """Write the feeds of digests, each with its entries, and delete the files of all other
        digests."""
        there = set[str]()
        for digest, issues in made:
            for name, data in digests.files(digest, issues, self.entries, self.pages).items():
                there.add(name)
                if fault := self.entries.renderers[_format(name)].check(data).fault:
                    self.held.append(Problem(what=name, reason=FeedFileReason.HELD, detail=fault))
                else:
                    self._put(name, data)
            yield
        for name in self.outlet.names("digests/"):
            if name.removesuffix(".gz") not in there:
                self._delete(name)

    def is_left(self, everything: Sequence[Feed]) -> bool:
        """Return True if the feed of everything is stale and left to a later build, which writes
        the shared pages."""
        row = self.rows.get(ALL)
        return (
            row is not None
            and row.stale
            and not everything
            and any(spec.key == ALL for spec in self.pages.specs)
        )

    def write_articles(self, shared: str) -> Generator[None, None, Collection[str]]:
        """Write the pages of articles that are published whole; return the files of pages to
        delete."""
        doors = self.index, self.entries, self.pages, self.outlet, self._put
        about, before = shared + self._of_pages, self.index.files(staleness.ARTICLES)
        made_of, going = yield from article_pages.write(
            *doors, self.whole_texts, about, before, self.whole
        )
        self.made_of[staleness.ARTICLES] = made_of
        return going

    def _newest(self) -> list[View]:
        """Return the newest articles, and the other reports of their stories."""
        article_pages.plan_everything(self.pages, self.index)
        ids = [*self.index.latest(ALL, front.NEWEST), *chain.from_iterable(self.stories)]
        return self._entries(ALL).views(list(dict.fromkeys(ids)), None)

    def _write_pages(self, feed: Feed, pages: Sequence[CalendarPage]) -> Iterator[None]:
        shown = [page for page in pages if len(page.span) == calendar.MONTH or not page.parts]
        days, content = [day for page in shown for day in page.days], feed.spec.content
        ids = self.index.day_ids(feed.spec.key, min(days), max(days)) if days else {}
        entries = self._entries(feed.spec.key)
        for page in pages:
            stories = [] if page.parts else [id for day in page.days for id in ids.get(day, ())]
            tops = {
                day: entries.views(ids.get(day, [])[: front.CANDIDATES], content)
                for day in reversed(page.days if page.parts and page in shown else ())
            }
            self._put(
                page.name,
                self.pages.calendar_page(feed.head, page, entries.stories(stories, content), tops),
            )
            yield

    def _write_archive(self, feed: Feed, item: Document) -> Iterator[None]:
        """Write an archive document. If it has a fault, the whole feed keeps its old files."""
        ids = archive.ids_of(item, feed.spec.key, self.index)
        entries = self._entries(feed.spec.key)
        views = entries.views(ids, feed.spec.content)
        names = {_format(name): name for name in archive.files_of(item, feed.head, "")}
        head = replace(feed.head, self_name=item.name, current=False, removed=())
        head = replace(head, previous=item.previous, following=item.following)
        contents = documents(head, list(names), views, feed.spec.content, entries)
        for format, name in names.items():
            fault = self.entries.renderers[format].check(contents[format]).fault
            if fault:
                feed.fault = f"{name}: {fault}"
                return
        for format, name in names.items():
            self._put(name, contents[format])
        yield

    def _write_head(self, feed: Feed) -> None:
        spec = feed.spec
        entries = self._entries(spec.key)
        views = entries.views(feed.ids, spec.content)
        newest = max((view.updated for view in views), default=feed.head.updated)
        previous = feed.archives[-1].name if feed.archives else ""
        removed = self.removed[spec.key] if "tombstones" in self.settings.publish.extensions else []
        shown = tuple(
            item for item in removed[-_TOMBSTONES:] if item.when > newest - _TOMBSTONE_LIFE
        )
        top = replace(feed.head, previous=previous, removed=shown)
        days: Mapping[str, int] = {}
        if article_pages.wanted(spec, self.settings.publish.archives):
            days = Counter(view.published.strftime("%Y-%m-%d") for view in views)
            if feed.row.count > len(feed.ids):
                days = {day: count for day, (count, _) in self.index.days(spec.key).items()}
        if spec.older is Older.NONE:
            article_pages.plan_everything(self.pages, self.index)
        self.pages.describe(spec, feed.row.count, days, views)
        contents = documents(top, spec.formats, views, spec.content, entries)
        files = {paths.file_name(spec.key, format): data for format, data in contents.items()}
        led = {entry_urn(self.instance, view.id) for view in views if view.story}
        reason = feed.fault or self._fault(feed, files, led) or self._put_all(feed, files)
        if reason:
            self._hold(spec.key, reason)
            return
        for name in filter(staleness.is_file, feed.known.keys() - feed.files.keys()):
            self._delete(name)
        made_with, owed = feed.made_with, feed.owed
        self.fresh.append(
            Fresh(
                key=spec.key, seen=feed.row.mark, files=feed.files, made_with=made_with, owed=owed
            )
        )
        self.shown[feed.spec.key] = (len(feed.ids), feed.row.count)

    def _hold(self, key: FeedKey, reason: str) -> None:
        """Report that a feed keeps its old files; it stays stale."""
        live = self.outlet.get(paths.file_name(key, ATOM)) or b""
        reason += validate.named(reason, key, live, self.index, self.instance)
        self.held.append(Problem(what=paths.stem(key), reason=FeedFileReason.HELD, detail=reason))
        self.index.keep_back(key, reason)

    def _fault(self, feed: Feed, files: Mapping[str, bytes], led: Collection[str]) -> str | None:
        """Return why new files are invalid or lose entries, or None. `led`: ids of articles shown
        as stories."""
        ids: dict[str, Sequence[str]] = {}
        for name, data in files.items():
            check = self.entries.renderers[_format(name)].check(data)
            if check.fault:
                return f"{name}: {check.fault}"
            ids[name] = check.ids
        name = paths.file_name(feed.spec.key, ATOM)
        old = self.outlet.get(name) if name in files else None
        if not old:
            return None
        excused = {*led} | {item.urn for items in self.removed.values() for item in items}
        excused |= {
            entry_urn(self.instance, id)
            for id in (*self.excused, *self.entries.problems, *feed.left_out)
        }
        suspects = validate.lost(
            validate.ids(old), ids[name], excused, feed.spec, self.index, self.instance
        )
        return (
            f"lost {len(suspects)} of the live feed's entries, first {suspects[0]}"
            if suspects
            else None
        )

    def _entries(self, key: FeedKey) -> Entries:
        if key == STORIES:
            return self.of_stories
        return self.folded if AXES[key.axis].archived else self.entries

    def _put_all(self, feed: Feed, files: Mapping[str, bytes]) -> str | None:
        """Write a feed's files, also at former addresses; return a file's fault, raise OSError if
        all feeds have it."""
        try:
            for name, data in files.items():
                old = [
                    paths.file_name(key, _format(name))
                    for key in self._moved.get(feed.spec.key, ())
                ]
                self._put(name, data, heir_of=old)
                feed.files[name] = hashlib.sha256(data).hexdigest()
                for address in old:
                    self._put(address, data)
        except OSError as error:
            if error.errno in OURS - OF_A_FILE:  # such as a full disk
                raise
            return f"cannot write {DiskError.of(error)}"
        return None

    def _put(self, name: str, data: bytes, *, heir_of: Sequence[str] = ()) -> None:
        if self.outlet.put(name, data, heir_of=heir_of):
            self.written.add(name)
            self.staged += 1
        else:
            self.unchanged += 1

    def _delete(self, name: str) -> None:
        if self.outlet.delete(name):
            self.written.add(name)


def _format(name: str) -> str:
    return name.rpartition(".")[2]
