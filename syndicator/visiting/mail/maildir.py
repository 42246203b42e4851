"""Read a Maildir (https://cr.yp.to/proto/maildir.html): a mail is a file in `new` or `cur`.

A mail is found by the time at which its file last changed (ctime), which nobody can set back: a
mail that was moved in has an old date of delivery, and a new ctime."""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from syndicator.articles.disk import PRIVATE_FOLDER
from syndicator.visiting.mail.mailbox import (
    ListedMail,
    Listing,
    MailboxFailed,
    refuse_folder,
)

_FOLDERS: Final = ("new", "cur")
_LONGEST_HEAD: Final = 65_536
_SEEN: Final = "S"


class Maildir:
    """The Maildir in `folder`. `largest`: bytes of a mail that are read."""

    def __init__(self, folder: Path, largest: int) -> None:
        self.folder = folder
        self.largest = largest

    def list_mails(self, position: str, since: datetime) -> Listing:
        """Return the mails since `position`, the latest ctime in nanoseconds; mails of that moment
        are listed again, as another may have come in it. Raises MailboxFailed."""
        earliest = int(position or 0)
        latest = earliest
        mails: list[ListedMail] = []
        for name, stat in self._files():
            latest = max(latest, stat.st_ctime_ns)
            received = datetime.fromtimestamp(stat.st_mtime, UTC)
            if stat.st_ctime_ns < earliest or received < since:
                continue
            head = self._read(name, _LONGEST_HEAD)
            mails.append(ListedMail(name=name, head=head, size=stat.st_size, received=received))
        mails.sort(key=lambda mail: (mail.received, mail.name))
        return Listing(mails=tuple(mails), position=str(latest))

    def fetch(self, name: str) -> bytes:
        """Return a mail, at most `largest` bytes. Raises MailboxFailed."""
        return self._read(name, self.largest)

    def put_away(self, names: Sequence[str], after: str) -> None:
        """Mark mails as seen, or move them. One that another program moved meanwhile is left to
        it."""
        for name in names:
            with suppress(FileNotFoundError):
                self._put_away(name, after)

    def close(self) -> None:
        """End nothing: no file stays open."""

    def _put_away(self, name: str, after: str) -> None:
        bare = name.partition("/")[2]
        seen = _with_flag(bare, _SEEN)
        if after == "seen":
            target = self.folder / "cur" / seen
        else:
            folder = self.folder / f".{after.removeprefix('move:').replace('/', '.')}"
            for part in ("tmp", "new", "cur"):
                (folder / part).mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            target = folder / "cur" / seen
        source = self.folder / name
        if source == target:
            return
        try:
            os.link(source, target)  # fails if a mail has that name: none is written over
        except FileExistsError:
            return
        source.unlink()

    def _files(self) -> Iterator[tuple[str, os.stat_result]]:
        for part in _FOLDERS:
            try:
                with os.scandir(self.folder / part) as listing:
                    entries = [entry for entry in listing if not entry.name.startswith(".")]
            except OSError as error:
                detail = f"{self.folder / part}: {error.strerror}; a Maildir has new, cur and tmp"
                raise refuse_folder(detail) from error
            for entry in entries:
                with suppress(FileNotFoundError):  # another program moved it meanwhile
                    if entry.is_file(follow_symlinks=False):
                        yield f"{part}/{entry.name}", entry.stat(follow_symlinks=False)

    def _read(self, name: str, most: int) -> bytes:
        try:
            descriptor = os.open(self.folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise MailboxFailed(*_describe(self.folder / name, error)) from error
        with os.fdopen(descriptor, "rb") as file:
            return file.read(most)


def _describe(path: Path, error: OSError) -> tuple[str, str]:
    failure = refuse_folder(f"{path}: {error.strerror}")
    return failure.reason, failure.detail


def _with_flag(name: str, flag: str) -> str:
    """Return the name of a mail in `cur` with a flag; flags are sorted."""
    base, _, info = name.partition(":2,")
    return f"{base}:2,{''.join(sorted({*info, flag}))}"
