"""Read a Maildir (https://cr.yp.to/proto/maildir.html): a mail is a file in `new` or `cur`.

A mail is found by the time at which its file last changed (ctime), which nobody can set back: a
mail that was moved in has an old date of delivery, and a new ctime."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from syndicator.articles.disk import PRIVATE_FOLDER
from syndicator.visiting.mail.mailbox import ListedMail, MailName, refuse_folder

_FOLDERS: Final = ("new", "cur")
_LONGEST_HEAD: Final = 65_536
_SEEN: Final = "S"


class Maildir:
    """The Maildir in `folder`. `largest`: bytes of a mail that are read."""

    def __init__(self, folder: Path, largest: int) -> None:
        self.folder = folder
        self.largest = largest

    def list_names(self, position: str, since: datetime) -> list[MailName]:
        """Return the mails since `position`, a ctime in nanoseconds; mails of that moment are
        listed again, as another may have come in it. Raises MailboxFailed."""
        earliest = int(position or 0)
        found: list[tuple[int, str]] = []
        for name, stat in self._list_files():
            received = datetime.fromtimestamp(stat.st_mtime, UTC)
            if stat.st_ctime_ns >= earliest and received >= since:
                found.append((stat.st_ctime_ns, name))
        return [MailName(name=name, position=str(changed)) for changed, name in sorted(found)]

    def read_heads(self, names: Sequence[MailName]) -> list[ListedMail]:
        """Return the headers of mails; none of those that are gone. Raises MailboxFailed."""
        mails: list[ListedMail] = []
        for name in names:
            with self._open(name) as file:
                if file is None:
                    continue
                stat = os.fstat(file.fileno())
                head = file.read(_LONGEST_HEAD)
            received = datetime.fromtimestamp(stat.st_mtime, UTC)
            mails.append(ListedMail(name=name, head=head, size=stat.st_size, received=received))
        return mails

    def fetch(self, name: MailName) -> bytes:
        """Return a mail, at most `largest` bytes; b"" if it is gone. Raises MailboxFailed."""
        with self._open(name) as file:
            return file.read(self.largest) if file is not None else b""

    def put_away(self, names: Sequence[MailName], after: str) -> None:
        """Mark mails as seen, and with "move:FOLDER" move them. One that another program moved
        meanwhile is left to it. Raises MailboxFailed."""
        for name in names:
            try:
                self._put_away(name.name, after)
            except FileNotFoundError:
                continue
            except OSError as error:
                raise refuse_folder(f"{self.folder / name.name}: {error.strerror}") from error

    def close(self) -> None:
        """End nothing: no file stays open."""

    def _put_away(self, name: str, after: str) -> None:
        """Mark one mail as seen, and with "move:FOLDER" move it. Raises OSError."""
        folder = self.folder
        if after != "seen":
            folder = self.folder / f".{after.removeprefix('move:').replace('/', '.')}"
            for part in ("tmp", "new", "cur"):
                (folder / part).mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        file_name = name.partition("/")[2]
        source = self.folder / name
        target = folder / "cur" / _add_flag(file_name, _SEEN)
        if source == target:
            return
        try:
            os.link(source, target)  # fails if a mail has that name: none is written over
        except FileExistsError:
            return
        source.unlink()

    def _list_files(self) -> Iterator[tuple[str, os.stat_result]]:
        """Yield the name and the times of each mail. Raises MailboxFailed."""
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

    @contextmanager
    def _open(self, name: MailName) -> Iterator[BinaryIO | None]:
        """Open a mail; None if it is gone. A link or a pipe is no mail."""
        path = self.folder / name.name
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            yield None
            return
        except OSError as error:
            raise refuse_folder(f"{path}: {error.strerror}") from error
        with os.fdopen(descriptor, "rb") as file:
            yield file


def _add_flag(name: str, flag: str) -> str:
    """Return the name of a mail in `cur` with a flag; flags are sorted."""
    base, _, info = name.partition(":2,")
    return f"{base}:2,{''.join(sorted({*info, flag}))}"
