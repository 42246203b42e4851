"""Fetch articles' pictures during visits, make and publish their thumbnails.

Requests for pages go first."""

import asyncio
import contextlib
from collections import defaultdict, deque
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext
from typing import Final

from syndicator.app.archive import Archive, find_terms
from syndicator.app.clients import task_group
from syndicator.app.places import open_outlet
from syndicator.app.read_configuration import Configuration
from syndicator.configuration.settings import Settings
from syndicator.core import urls
from syndicator.core.errors import DiskError
from syndicator.core.model import Article, Failed, Fetched
from syndicator.core.ports import Fetcher, Outlet
from syndicator.core.ports.subscriptions import Picture, PictureRow
from syndicator.core.program import logger
from syndicator.filing.context import picture_request
from syndicator.pictures import outcomes
from syndicator.pictures.answers import Thumbnail
from syndicator.pictures.decoder import Decoder, PictureRefused
from syndicator.pictures.outcomes import KeptPictures
from syndicator.publishing.output import redirects
from syndicator.publishing.render.view import may_copy_picture
from syndicator.store.engine import Store

# after the visits of a run, for the pictures left: a choice; the next run takes the rest
SECONDS: Final = 20.0
_AT_ONCE: Final = 8  # pictures under way, each of another host
_BATCH: Final = 100  # newest articles first; older ones are taken little by little
_LOOK_SECONDS: Final = 1.0  # seconds between two checks for newly filed articles
_BEGUN: Final = "pictures begun"  # name of a note: somebody writes pictures
_RULES: Final = (b"noimageindex", b"max-image-preview:none")


def open_kept_pictures(settings: Settings) -> KeptPictures:
    """Return the thumbnails that the state keeps."""
    return KeptPictures(settings.state_dir / "pictures")


def has_due_pictures(archive: Archive, settings: Settings) -> bool:
    """Return True if pages show thumbnails and some are to be made now."""
    return settings.publish.thumbnails and archive.store.pictures.any_due(archive.clock())


def take_pictures(
    archive: Archive, configuration: Configuration, fetcher: Fetcher | None, stop: asyncio.Event
) -> AbstractAsyncContextManager["PictureTaker | None"]:
    """Take pictures during the block; none without a `fetcher`, or if thumbnails are off."""
    if fetcher is None or not configuration.settings.publish.thumbnails:
        return nullcontext()
    return aclosing(PictureTaker(archive, configuration, fetcher, stop))


class PictureTaker:
    """Thumbnails under way. `finish` raises the errors of disk and store."""

    def __init__(
        self, archive: Archive, configuration: Configuration, fetcher: Fetcher, stop: asyncio.Event
    ) -> None:
        self.archive = archive
        self.configuration = configuration
        self.fetcher = fetcher
        self.stop = stop
        self.kept = open_kept_pictures(configuration.settings)
        self.outlet = open_outlet(
            configuration.settings, configuration.environ, held=archive.store.held
        )
        self.decoder = Decoder()
        self._is_noted = False  # in the note of those that write pictures
        self.changed = 0  # articles that show another picture, or none, since they were asked for
        self._seen: set[str] = set()  # ids of articles whose pictures were queued
        self._queues: dict[str, deque[PictureRow]] = defaultdict(deque)  # by host
        self._tasks: dict[str, asyncio.Task[None]] = {}  # by host: those that fetch its pictures
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._all_filed = asyncio.Event()  # set: no article is filed any more
        self._outdated: frozenset[str] | None = None
        self._task = asyncio.create_task(self._run())

    async def finish(self, seconds: float) -> None:
        """Wait for the due thumbnails, `seconds` at most. Raises OSError, StoreError."""
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
            self._task.result()

    async def aclose(self) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):  # `finish` raises them
            await self._task
        self.decoder.close()
        if self._is_noted:
            self.archive.store.visits.set_note(_BEGUN, None, self.archive.clock())

    async def _run(self) -> None:
        async with task_group() as group:
            while not self.stop.is_set():
                # read before the queue, so that no picture filed meanwhile is lost
                are_all_filed = self._all_filed.is_set()
                self._queue_and_start(group)
                if are_all_filed and not self._tasks:
                    return
                await self._wait_a_moment()

    async def _wait_a_moment(self) -> None:
        """Wait until all is filed, or then until a host is done; _LOOK_SECONDS at most."""
        if self._all_filed.is_set():
            tasks = list(self._tasks.values())
            await asyncio.wait(tasks, timeout=_LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            return
        all_filed = asyncio.create_task(self._all_filed.wait())
        await asyncio.wait([all_filed], timeout=_LOOK_SECONDS)
        all_filed.cancel()

    def _queue_and_start(self, group: asyncio.TaskGroup) -> None:
        """Queue further due pictures; start a task for each host that has some and no task."""
        # those that were queued may still be due: so many more are needed for a batch of new ones
        limit = len(self._seen) + _BATCH
        for row in self.archive.store.pictures.due(self.archive.clock(), limit):
            if row.id in self._seen:
                continue
            self._seen.add(row.id)
            self._queues[urls.host(row.url)].append(row)
        for host, rows in self._queues.items():
            if rows and host not in self._tasks:
                self._tasks[host] = group.create_task(self._fetch_host(host, rows))

    async def _fetch_host(self, host: str, rows: deque[PictureRow]) -> None:
        """Fetch the pictures of one host, one after the other, and record the outcomes."""
        try:
            while rows and not self.stop.is_set():
                async with self._slots:
                    updated = await self._fetch_picture(rows.popleft())
                if updated is not None:
                    self.archive.store.pictures.save(updated)
        finally:
            del self._tasks[host]

    async def _fetch_picture(self, row: PictureRow) -> PictureRow | None:
        """Fetch a picture and publish its thumbnail. Return its row with the outcome; None if there
        is no outcome to record."""
        article = self.archive.store.visits.article(row.id)
        now = self.archive.clock()
        if article is None:
            return None
        source = find_terms(self.archive, self.configuration, article)
        if not may_copy_picture(article, source) or self._page_forbids_copies(article):
            return outcomes.off_limits(row, "its page, or the operator's terms for its source", now)
        result = await self.fetcher.fetch(
            picture_request(row.url, source, self.configuration.settings)
        )
        if isinstance(result, Failed):
            logger("pictures").debug(
                "no picture", article=row.id, reason=result.reason, detail=result.detail
            )
            return outcomes.failed(row, result, now)
        if not isinstance(result, Fetched):
            return None
        if rule := outcomes.forbidden(result.headers):
            return outcomes.off_limits(row, f"its server says {rule}", now)
        try:
            thumbnail = await self.decoder.make_thumbnail(result.body)
        except PictureRefused as refusal:
            logger("pictures").debug(
                "no thumbnail", article=row.id, reason=refusal.reason, detail=refusal.detail
            )
            return outcomes.refused(
                row, refusal.reason, refusal.detail, self.archive.clock(), final=refusal.final
            )
        name = self._publish_thumbnail(thumbnail)
        self.changed += 1
        picture = Picture(name=name, width=thumbnail.width, height=thumbnail.height)
        return outcomes.kept(row, picture)

    def _publish_thumbnail(self, thumbnail: Thumbnail) -> str:
        """Keep and publish a thumbnail. Return the name of its file. Raises DiskError."""
        if not self._is_noted:
            self.archive.store.visits.set_note(_BEGUN, "now", self.archive.clock())
            self.archive.store.visits.commit()  # before the first temporary file
            self._is_noted = True
        try:
            name = self.kept.put(thumbnail.webp)
            self.outlet.put(name, thumbnail.webp)
            self.outlet.commit()
        except OSError as error:
            raise DiskError.of(error) from error
        return name

    def _page_forbids_copies(self, article: Article) -> bool:
        """Return True if a page kept by an earlier version, which did not look, forbids copies."""
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
        return any(rule in text for rule in _RULES)


def were_begun(store: Store) -> bool:
    """Return True while pictures are written; also after a kill, which may have left half of
    one."""
    return bool(store.visits.note(_BEGUN))


def publish_thumbnails(store: Store, settings: Settings, outlet: Outlet) -> set[str]:
    """Publish all thumbnails and return their names. Call it even if they are off: the outlet
    learns earlier files."""
    names = store.pictures.names() if settings.publish.thumbnails else set()
    lost = redirects.publish(outlet, names, open_kept_pictures(settings).get)
    if lost:
        store.pictures.lost(lost)
    return names - lost


def remove_thumbnails(store: Store, settings: Settings, outlet: Outlet, names: set[str]) -> None:
    """Remove thumbnails other than `names` after a build, and unused ones from the state."""
    if redirects.take_off(outlet, names):
        open_kept_pictures(settings).drop_all_but(store.pictures.names(shown=False))
