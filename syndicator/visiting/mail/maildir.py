"""Read a Maildir (https://cr.yp.to/proto/maildir.html): a mail is a file in `new` or `cur`.

New mails are found by the time at which their files last changed (ctime), which nobody can set
back. A mail that was moved into the folder has an old date of delivery (mtime), but a new ctime."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from syndicator.articles.disk import PRIVATE_FOLDER
from syndicator.visiting.mail.mailbox import ListedMail, MailName, refuse_folder

_FOLDERS: Final = ("new", "cur")
_LONGEST_HEAD: Final = 65_536  # bytes of a mail's headers that are read
_SEEN: Final = "S"  # flag in the name of a file in `cur`


class Maildir:
    """The Maildir in `folder`, as an `OpenMailbox`. `largest`: the most bytes of a mail that are
    read. The name of a mail is its path in the folder. Its position is the ctime of its file in
    nanoseconds."""

    def __init__(self, folder: Path, largest: int) -> None:
        self.folder = folder
        self.largest = largest

    def list_names(self, position: str, since: datetime) -> list[MailName]:
        """Return the names of the mails that came at `position` or later ("": all) and were
        delivered at `since` or later, in the order in which they came.

        `position`: a ctime in nanoseconds. Mails with exactly this ctime are returned again, as
        another mail may have come at the same moment. Raises MailboxFailed if the folder cannot be
        read."""
        earliest = int(position or 0)
        mails: list[tuple[int, str]] = []
        for name, stat in self._list_files():
            received = datetime.fromtimestamp(stat.st_mtime, UTC)
            if stat.st_ctime_ns >= earliest and received >= since:
                mails.append((stat.st_ctime_ns, name))
        return [MailName(name=name, position=str(ctime)) for ctime, name in sorted(mails)]

    def read_headers(self, names: Sequence[MailName]) -> list[ListedMail]:
        """Return the headers, sizes and times of the mails `names`, in this order. Mails that were
        deleted meanwhile are left out. Raises MailboxFailed if a file cannot be read."""
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
        """Return the bytes of a mail, at most the first `largest`. b"" if it was deleted meanwhile.
        Raises MailboxFailed if its file cannot be read."""
        with self._open(name) as file:
            return file.read(self.largest) if file is not None else b""

    def put_away(self, names: Sequence[MailName], after: str) -> None:
        """Mark the mails `names` as seen. If `after` is "move:FOLDER", also move them to this
        folder. A mail that another program moved meanwhile is left out. Raises MailboxFailed if a
        file cannot be moved."""
        for name in names:
            try:
                self._put_away(name.name, after)
            except FileNotFoundError:
                continue
            except OSError as error:
                raise refuse_folder(f"{self.folder / name.name}: {error.strerror}") from error

    def close(self) -> None:
        """Do nothing: no file stays open."""

    def _put_away(self, name: str, after: str) -> None:
        """Mark the mail `name`, such as "new/1234.host", as seen. This moves its file to `cur`. If
        `after` is "move:FOLDER", move it to `cur` of this folder instead, and create the folder if
        it is missing. Raises OSError."""
        folder = self.folder
        if after != "seen":
            # Maildir++: the folder A/B is the folder `.A.B` in the Maildir
            folder = self.folder / f".{after.removeprefix('move:').replace('/', '.')}"
            for part in ("tmp", "new", "cur"):
                (folder / part).mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        file_name = name.partition("/")[2]
        source = self.folder / name
        target = folder / "cur" / _add_flag(file_name, _SEEN)
        if source == target:
            return
        # a link and a deletion: unlike a rename, they never replace a file of that name
        try:
            os.link(source, target)
        except FileExistsError:
            return
        source.unlink()

    def _list_files(self) -> Iterator[tuple[str, os.stat_result]]:
        """Yield a pair for each mail in the folder: its path, such as "new/1234.host", and the
        `stat` of its file. Raises MailboxFailed if the folder cannot be read."""
        for part in _FOLDERS:
            try:
                with os.scandir(self.folder / part) as listing:
                    entries = [entry for entry in listing if not entry.name.startswith(".")]
            except OSError as error:
                detail = f"{self.folder / part}: {error.strerror}; a Maildir has new, cur and tmp"
                raise refuse_folder(detail) from error
            for entry in entries:
                # another program may have moved it meanwhile
                with suppress(FileNotFoundError):
                    if entry.is_file(follow_symlinks=False):
                        yield f"{part}/{entry.name}", entry.stat(follow_symlinks=False)

    @contextmanager
    def _open(self, name: MailName) -> Iterator[BinaryIO | None]:
        """Yield the open file of a mail; None if it was deleted meanwhile. Raises MailboxFailed if
        it cannot be opened, or if it is a symbolic link."""
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
    """Return the name of a mail's file with `flag` added. "1234.host:2,F" and "S" give
    "1234.host:2,FS". The flags are sorted."""
    base, _, info = name.partition(":2,")
    return f"{base}:2,{''.join(sorted({*info, flag}))}"
