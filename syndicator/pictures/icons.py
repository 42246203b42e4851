"""Find the icon of each source: first among those that its feed names, then on its site.

A source keeps its icon until another icon is found, or until the server forbids copies."""

from collections.abc import AsyncGenerator
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
    """Return the rows of the icons to look for now. Disabled sources, and sources that are not on
    the web, such as mailboxes, are left out."""
    due: list[IconRow] = []
    for row in archive.store.icons.due(archive.clock()):
        source = configuration.sources.get(row.source_key)
        if source is not None and source.enabled and urlsplit(source.url).scheme in _WEB_SCHEMES:
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
        """Look for the icon of a source, publish it, and save the outcome. The first address that
        has a usable picture counts. Return True if pages must show another icon than before.
        Raises DiskError and StoreError."""
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
        stated = state.channel.feed_icons[:_MOST_STATED] if state else ()
        for address in stated:
            yield address
        site = find_site(source, state.channel.site_url if state else "")
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
            if address not in stated:
                yield address

    async def _read_page(self, answer: Fetched) -> tuple[str, ...]:
        """Return the addresses of icons that a page names, an empty tuple if it cannot be read."""
        body = (answer.body, answer.final_url, dict(answer.headers))
        try:
            return await self._worker.call(worker_functions.find_linked_icons, *body)
        except WorkerFailed:
            return ()


def find_site(source: Source, stated: str) -> str:
    """Return the address of a source's site: `stated`, which is the one that its feed names or "",
    else the front page of the host of its feed; "" if the feed has no host."""
    if stated:
        return stated
    host = urls.host(source.url)
    return f"{urlsplit(source.url).scheme}://{host}/" if host else ""


def _update_row(row: IconRow, outcome: PictureRow, now: datetime) -> IconRow:
    """Return the row of an icon after a search. If the search found no new icon, the old one stays,
    unless the server forbids copies. The next search is at the time that the outcome says, but not
    later than after the usual interval. `row`: before the search; `outcome`: that of the last
    address that was tried."""
    next_regular_search = now + _LOOK_AGAIN
    if outcome.picture is not None:
        return IconRow(
            source_key=row.source_key, name=outcome.picture.name, next_try=next_regular_search
        )
    is_forbidden = outcome.reason == PictureReason.OFF_LIMITS
    has_no_icon = outcome.reason == FetchReason.NOT_FOUND  # an answer, which needs no second try
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
