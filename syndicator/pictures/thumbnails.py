"""Fetch the pictures of articles and the icons of sources during visits; publish small copies.

Requests for pages of the same host go first."""

import asyncio
import contextlib
from collections import defaultdict, deque
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext
from typing import Final

from syndicator.app.archive import Archive, find_terms
from syndicator.app.clients import task_group
from syndicator.app.read_configuration import Configuration
from syndicator.configuration.settings import Settings
from syndicator.core import urls
from syndicator.core.model import Article
from syndicator.core.ports import Fetcher, Outlet
from syndicator.core.ports.subscriptions import IconRow, PictureRow
from syndicator.pictures import icons, outcomes
from syndicator.pictures.copying import PictureCopier, open_kept_pictures
from syndicator.pictures.decoder import Decoder
from syndicator.publishing.output import redirects
from syndicator.publishing.render.view import may_copy_picture
from syndicator.store.engine import Store

# Time for the remaining pictures after the visits of a run; the next run fetches the others. A
# choice.
SECONDS: Final = 20.0
_AT_ONCE: Final = 8  # pictures that are fetched at the same time, each from another host
_BATCH_SIZE: Final = 100  # pictures that are queued at once, those of the newest articles first
_LOOK_SECONDS: Final = 1.0  # between two checks for newly filed articles
# Rules of a page for robots that forbid copies of its pictures.
_FORBIDDING_RULES: Final = (b"noimageindex", b"max-image-preview:none")


def has_due_pictures(archive: Archive, configuration: Configuration) -> bool:
    """Return True if a picture of an article or an icon of a source must be fetched now. Return
    False if the setting `publish.thumbnails` is off."""
    if not configuration.settings.publish.thumbnails:
        return False
    if archive.store.pictures.has_due(archive.clock()):
        return True
    return bool(icons.list_due(archive, configuration))


def take_pictures(
    archive: Archive, configuration: Configuration, fetcher: Fetcher | None, stop: asyncio.Event
) -> AbstractAsyncContextManager["PictureTaker | None"]:
    """Return a context manager that fetches due pictures in the background while its block runs.
    Its value is the PictureTaker that does so. If `fetcher` is None or thumbnails are off, nothing
    is fetched and the value is None. `stop`: is set when the program must end."""
    if fetcher is None or not configuration.settings.publish.thumbnails:
        return nullcontext()
    return aclosing(PictureTaker(archive, configuration, fetcher, stop))


_DueRow = PictureRow | IconRow


class PictureTaker:
    """Fetches due pictures and icons in a background task, until it is closed. Errors of disk and
    database end the task; `finish` raises them. `changed`: the number of articles and sources that
    got another picture; `stop`: ends the task when it is set."""

    def __init__(
        self, archive: Archive, configuration: Configuration, fetcher: Fetcher, stop: asyncio.Event
    ) -> None:
        self.archive = archive
        self.configuration = configuration
        self.stop = stop
        self.decoder = Decoder()
        self.copier = PictureCopier(archive, configuration, fetcher)
        self.icons = icons.IconFinder(archive, configuration, fetcher, self.copier, self.decoder)
        self.changed = 0
        self._queued_articles: set[str] = set()  # ids of articles whose pictures were queued
        self._queued_sources: set[str] = set()  # keys of sources whose icons were queued
        self._queues: dict[str, deque[_DueRow]] = defaultdict(deque)  # by host
        self._tasks: dict[str, asyncio.Task[None]] = {}  # by host: those that fetch its pictures
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._all_filed = asyncio.Event()  # set once no further article is filed
        # ids of articles that an earlier version read, None until they are needed
        self._outdated: frozenset[str] | None = None
        self._task = asyncio.create_task(self._fetch_until_done())

    async def finish(self, seconds: float) -> None:
        """Wait until all due pictures are fetched, or `seconds` have passed, or `stop` is set. Call
        this after the last article was filed. Raises OSError and StoreError."""
        self._all_filed.set()
        stopped = asyncio.create_task(self.stop.wait())
        try:
            await asyncio.wait(
                {self._task, stopped},
                timeout=max(0.0, seconds),
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            stopped.cancel()
        if self._task.done():
            self._task.result()  # raises the error of the task

    async def aclose(self) -> None:
        """End the task and the processes for pictures, and leave the remaining pictures due."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):  # `finish` raises them
            await self._task
        await self.icons.aclose()
        self.decoder.close()
        self.copier.end()

    async def _fetch_until_done(self) -> None:
        """Fetch pictures as they become due, until `stop` is set, or all articles are filed and
        nothing is left to fetch."""
        async with task_group() as group:
            while not self.stop.is_set():
                # read this before the queue, so that no picture filed in between is lost
                are_all_filed = self._all_filed.is_set()
                self._queue_and_start(group)
                if are_all_filed and not self._tasks:
                    return
                await self._wait_a_moment()

    async def _wait_a_moment(self) -> None:
        """Wait at most a second: until all articles are filed or, if they are filed already, until
        all pictures of one of the hosts are fetched."""
        if self._all_filed.is_set():
            tasks = list(self._tasks.values())
            await asyncio.wait(tasks, timeout=_LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            return
        all_filed = asyncio.create_task(self._all_filed.wait())
        await asyncio.wait([all_filed], timeout=_LOOK_SECONDS)
        all_filed.cancel()

    def _queue_and_start(self, group: asyncio.TaskGroup) -> None:
        """Queue the icons and pictures that are due, unless they were queued before. Then start a
        task in `group` for each host that has queued pictures and no task yet."""
        self._queue_icons()
        # pictures that were queued before may still be due: ask for a batch beyond them
        limit = len(self._queued_articles) + _BATCH_SIZE
        for row in self.archive.store.pictures.due(self.archive.clock(), limit):
            if row.id in self._queued_articles:
                continue
            self._queued_articles.add(row.id)
            self._queues[urls.host(row.url)].append(row)
        for host, rows in self._queues.items():
            if rows and host not in self._tasks:
                self._tasks[host] = group.create_task(self._fetch_host(host, rows))

    def _queue_icons(self) -> None:
        """Queue the icons that are due, unless they were queued before. An icon is queued before
        the pictures of its host."""
        for row in icons.list_due(self.archive, self.configuration):
            if row.source_key not in self._queued_sources:
                self._queued_sources.add(row.source_key)
                source = self.configuration.sources[row.source_key]
                self._queues[urls.host(source.url)].appendleft(row)

    async def _fetch_host(self, host: str, rows: deque[_DueRow]) -> None:
        """Fetch the queued pictures (`rows`) of a host, one after the other, and record the
        outcomes."""
        try:
            while rows and not self.stop.is_set():
                async with self._slots:  # few pictures at the same time over all hosts
                    await self._copy_picture(rows.popleft())
        finally:
            del self._tasks[host]

    async def _copy_picture(self, row: _DueRow) -> None:
        """Fetch a picture or an icon, publish the copy, and record the outcome."""
        if isinstance(row, IconRow):
            if await self.icons.find(row):
                self.changed += 1
            return
        updated = await self._fetch_picture(row)
        if updated is not None:
            self.archive.store.pictures.save(updated)

    async def _fetch_picture(self, row: PictureRow) -> PictureRow | None:
        """Fetch the picture of an article, unless that is forbidden, and publish its thumbnail.
        Return the row of the picture with the outcome, or None if there is nothing to record, as
        for an article that has been deleted."""
        article = self.archive.store.visits.article(row.id)
        now = self.archive.clock()
        if article is None:
            return None
        # the source with the operator's terms for copies
        source = find_terms(self.archive, self.configuration, article)
        if not may_copy_picture(article, source) or self._page_forbids_copies(article):
            return outcomes.record_ban(row, "its page, or the operator's terms for its source", now)
        copied = await self.copier.copy(row, source, self.decoder.make_thumbnail)
        if copied is not None and copied.picture is not None:
            self.changed += 1
        return copied

    def _page_forbids_copies(self, article: Article) -> bool:
        """Return True if the stored page of an article forbids copies of its pictures. Only pages
        that were read by an earlier version are searched, because it did not record such rules."""
        if self._outdated is None:
            self._outdated = self.archive.snapshots.outdated()
        if article.id not in self._outdated:
            return False
        snapshot = self.archive.snapshots.get(article.id)
        if snapshot is None:
            return False
        page, headers = snapshot
        header = headers.get("x-robots-tag", "").encode()
        text = (page + b"\n" + header).lower().replace(b" ", b"")
        return any(rule in text for rule in _FORBIDDING_RULES)


def publish_thumbnails(store: Store, settings: Settings, outlet: Outlet) -> set[str]:
    """Publish the files of all thumbnails and icons. Return the names of the published files. If a
    file is lost, record that it must be fetched again. Call this even if thumbnails are off: then
    there are none to publish, and `remove_thumbnails` deletes all."""
    names = store.pictures.names() if settings.publish.thumbnails else set()
    names |= set(icons.read_shown(store, settings).values())
    lost = redirects.publish_thumbnails(outlet, names, open_kept_pictures(settings).get)
    if lost:
        store.pictures.requeue_lost(lost)
        store.icons.requeue_lost(lost)
    return names - lost


def remove_thumbnails(store: Store, settings: Settings, outlet: Outlet, names: set[str]) -> None:
    """Delete all published thumbnails and icons except those with the names `names`. If any were
    deleted, also delete the unused ones in the state folder. Call this after a build, so that no
    page links the deleted files any more."""
    has_deleted = redirects.delete_unneeded_thumbnails(outlet, names)
    if has_deleted:
        in_use = store.pictures.names(shown=False) | store.icons.names()
        open_kept_pictures(settings).drop_all_but(in_use)
