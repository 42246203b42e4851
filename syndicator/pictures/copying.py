"""Fetch a picture of another site, decode it in a sandbox and publish our small copy."""

from collections.abc import Awaitable, Callable
from typing import Final

from syndicator.app.archive import Archive
from syndicator.app.places import open_outlet
from syndicator.app.read_configuration import Configuration
from syndicator.configuration.settings import Settings
from syndicator.core.errors import DiskError
from syndicator.core.model import Failed, Fetched, Source
from syndicator.core.ports import Fetcher
from syndicator.core.ports.subscriptions import Picture, PictureRow
from syndicator.core.program import logger
from syndicator.filing.context import build_picture_request
from syndicator.pictures import outcomes
from syndicator.pictures.answers import Thumbnail
from syndicator.pictures.decoder import PictureRefused
from syndicator.pictures.outcomes import KeptPictures

# Name of a note in the database, which is set while pictures are written. It stays if the process
# is killed meanwhile.
_NOTE_NAME: Final = "pictures begun"

MakeCopy = Callable[[bytes], Awaitable[Thumbnail]]


def open_kept_pictures(settings: Settings) -> KeptPictures:
    """Return the store of our small copies, in the state folder of the instance."""
    return KeptPictures(settings.state_dir / "pictures")


class PictureCopier:
    """Fetches pictures of other sites and publishes small copies. Call `end` after the last one."""

    def __init__(self, archive: Archive, configuration: Configuration, fetcher: Fetcher) -> None:
        self._archive = archive
        self._settings = configuration.settings
        self._fetcher = fetcher
        self._kept = open_kept_pictures(configuration.settings)
        self._outlet = open_outlet(
            configuration.settings, configuration.environ, held=archive.store.check_lock
        )
        self._is_noted = False  # True once the note `_NOTE_NAME` is set
        self._sweep_after_kill()

    def _sweep_after_kill(self) -> None:
        """If the last process that wrote pictures was killed, delete its temporary files."""
        visits = self._archive.store.visits
        if visits.note(_NOTE_NAME):  # `end` deletes the note when a process ends normally
            self._kept.sweep()
            self._outlet.sweep()
            visits.set_note(_NOTE_NAME, None, self._archive.clock())

    async def copy(
        self, row: PictureRow, source: Source | None, make_copy: MakeCopy
    ) -> PictureRow | None:
        """Fetch the picture of `row`, make a small copy and publish it. Return the row with the
        outcome: the copy, or why there is none and when to try again. Return None if the server
        sent neither a picture nor an error, so that there is nothing to record. `source`: the
        source of the picture, whose settings apply; `make_copy`: gets the bytes of the picture,
        returns the copy or raises PictureRefused. Raises DiskError and StoreError."""
        log = logger("pictures")
        request = build_picture_request(row.url, source, self._settings)
        result = await self._fetcher.fetch(request)
        now = self._archive.clock()
        if isinstance(result, Failed):
            log.debug("no picture", of=row.id, reason=result.reason, detail=result.detail)
            return outcomes.record_failure(row, result, now)
        if not isinstance(result, Fetched):
            return None
        directive = outcomes.find_ban(result.headers)  # such as "noimageindex"
        if directive:
            return outcomes.record_ban(row, f"its server says {directive}", now)
        try:
            thumbnail = await make_copy(result.body)
        except PictureRefused as refusal:
            log.debug("no copy", of=row.id, reason=refusal.reason, detail=refusal.detail)
            now = self._archive.clock()
            return outcomes.record_refusal(
                row, refusal.reason, refusal.detail, now, final=refusal.final
            )
        name = self._publish_copy(thumbnail)
        picture = Picture(name=name, width=thumbnail.width, height=thumbnail.height)
        return outcomes.record_copy(row, picture)

    def _publish_copy(self, thumbnail: Thumbnail) -> str:
        """Store a copy in the state folder and publish it. Return the name of its file. Raises
        DiskError."""
        if not self._is_noted:
            # tell the next process that temporary files may be left over if this one is killed
            self._archive.store.visits.set_note(_NOTE_NAME, "now", self._archive.clock())
            # before the first temporary file, so that the note is there if the process is killed
            self._archive.store.visits.commit()
            self._is_noted = True
        try:
            name = self._kept.put(thumbnail.webp)
            self._outlet.put(name, thumbnail.webp)
            self._outlet.commit()
        except OSError as error:
            raise DiskError.of(error) from error
        return name

    def end(self) -> None:
        """Delete the note that pictures are being written."""
        if self._is_noted:
            self._archive.store.visits.set_note(_NOTE_NAME, None, self._archive.clock())
