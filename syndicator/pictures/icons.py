"""Find the icon of each source: first among those that its feed names, then on its site.

A source keeps its icon until another icon is found, or until the server forbids copies."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urljoin, urlsplit

from syndicator.app.archive import Archive
from syndicator.app.read_configuration import Configuration
from syndicator.configuration.settings import Settings
from syndicator.core import urls
from syndicator.core.errors import WorkerFailed
from syndicator.core.model import Fetched, Source
from syndicator.core.ports import Fetcher
from syndicator.core.ports.subscriptions import IconRow, PictureRow
from syndicator.core.reasons import FetchReason, PictureReason
from syndicator.filing import worker_functions
from syndicator.filing.context import build_site_request
from syndicator.pictures.copying import PictureCopier
from syndicator.pictures.decoder import Decoder
from syndicator.processes.worker import Worker
from syndicator.store.engine import Store

# Time until an icon is looked for again. Icons change once in years; feed readers such as Miniflux
# never look again.
_LOOK_AGAIN: Final = timedelta(days=30)
_MOST_STATED: Final = 3  # icons named by a feed that are tried
_WEB_SCHEMES: Final = ("http", "https")
_FAVICON: Final = "/favicon.ico"


def list_due(archive: Archive, configuration: Configuration) -> list[IconRow]:
    """Return the rows of the icons to look for now, without those of disabled sources and of
    sources that are not on the web, such as mailboxes."""
    due: list[IconRow] = []
    for row in archive.store.icons.due(archive.clock()):
        source = configuration.sources.get(row.source_key)
        if source is None or not source.enabled:
            continue
        is_on_web = urlsplit(source.url).scheme in _WEB_SCHEMES
        if is_on_web:
            due.append(row)
    return due


def read_shown(store: Store, settings: Settings) -> dict[str, str]:
    """Return source key -> name of the icon file that pages show. Empty if the setting
    `publish.thumbnails` is off."""
    return store.icons.shown() if settings.publish.thumbnails else {}


class IconFinder:
    """Finds and publishes the icons of sources. Call `aclose` at the end."""

    def __init__(
        self,
        archive: Archive,
        configuration: Configuration,
        fetcher: Fetcher,
        copier: PictureCopier,
        decoder: Decoder,
    ) -> None:
        self._archive = archive
        self._configuration = configuration
        self._fetcher = fetcher
        self._copier = copier
        self._decoder = decoder
        self._worker = Worker()  # its child starts with the first page

    async def aclose(self) -> None:
        """End the process that reads pages."""
        await self._worker.aclose()

    async def find(self, row: IconRow) -> bool:
        """Look for the icon of a source, publish it, and save the outcome. The icon is the first
        usable picture of those that the source may have as its icon. `row`: the stored state of the
        icon. Return True if the icon has changed, so that pages must show another one. Raises
        DiskError and StoreError."""
        source = self._configuration.sources[row.source_key]
        outcome = PictureRow(id=row.source_key, url="", tries=row.tries)
        async with aclosing(self._list_addresses(source)) as addresses:
            async for address in addresses:
                picture_row = PictureRow(id=row.source_key, url=address, tries=row.tries)
                copied = await self._copier.copy(picture_row, source, self._decoder.make_icon)
                if copied is not None:
                    outcome = copied
                if outcome.picture is not None:
                    break
        updated = _update_row(row, outcome, self._archive.clock())
        self._archive.store.icons.save(updated)
        return updated.name != row.name

    async def _list_addresses(self, source: Source) -> AsyncGenerator[str]:
        """Yield the addresses at which a source may have an icon, the best first: those that its
        feed names, those that the front page of its site names, then /favicon.ico. The front page
        is fetched only if the caller asks for a further address after those of the feed. No address
        comes twice."""
        state = self._archive.store.visits.state(source.key)
        named_by_feed: Sequence[str] = ()
        site_named_by_feed = ""
        if state is not None:
            named_by_feed = state.channel.feed_icons[:_MOST_STATED]
            site_named_by_feed = state.channel.site_url
        for address in named_by_feed:
            yield address

        site = find_site(source, site_named_by_feed)
        if not site:
            return
        request = build_site_request(site, source, self._configuration.settings)
        answer = await self._fetcher.fetch(request)
        final_url = site
        named_by_page: tuple[str, ...] = ()
        if isinstance(answer, Fetched):
            final_url = answer.final_url
            named_by_page = await self._read_page(answer)
        favicon = urljoin(final_url, _FAVICON)
        for address in dict.fromkeys((*named_by_page, favicon)):
            if address not in named_by_feed:
                yield address

    async def _read_page(self, answer: Fetched) -> tuple[str, ...]:
        """Return the addresses of icons that the fetched page names, () if it cannot be read."""
        page = (answer.body, answer.final_url, dict(answer.headers))
        try:
            # parse the page in another process
            return await self._worker.call(worker_functions.find_linked_icons, *page)
        except WorkerFailed:
            return ()


def find_site(source: Source, stated: str) -> str:
    """Return the address of the site of a source: `stated`, the address that its feed names, or the
    front page of the host of the feed if `stated` is "". Return "" if the feed has no host."""
    if stated:
        return stated
    host = urls.host(source.url)
    if not host:
        return ""
    return f"{urlsplit(source.url).scheme}://{host}/"


def _update_row(row: IconRow, outcome: PictureRow, now: datetime) -> IconRow:
    """Return the row of an icon after a search. If the search found no icon, the old icon stays,
    unless the server forbids copies. The next search is after the usual interval, or earlier if
    the outcome says so. `row`: the row before the search; `outcome`: the result of the last address
    that was tried."""
    next_regular_search = now + _LOOK_AGAIN
    if outcome.picture is not None:
        return IconRow(
            source_key=row.source_key, name=outcome.picture.name, next_try=next_regular_search
        )
    is_forbidden = outcome.reason == PictureReason.OFF_LIMITS
    has_no_icon = outcome.reason == FetchReason.NOT_FOUND  # a clear answer: no early second try
    next_try = next_regular_search
    if outcome.next_try is not None and not has_no_icon:
        next_try = min(outcome.next_try, next_regular_search)
    return replace(
        row,
        name="" if is_forbidden else row.name,
        next_try=next_try,
        tries=outcome.tries,
        reason=outcome.reason,
        detail=outcome.detail,
    )
