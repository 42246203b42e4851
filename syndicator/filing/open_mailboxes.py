"""Open each mailbox of a run once, for all newsletters in it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from syndicator.reading.mail.headers import LARGEST, MailHeaders, read_headers
from syndicator.visiting.mail.mailbox import MailboxFailed, MailName, OpenMailbox

_MOST_REMEMBERED: Final = 25_000  # mails whose headers stay in memory: 30 MB


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMail:
    """A mail whose headers were read. `size`: bytes of the whole mail. `received`: when it was
    delivered. `head`: the bytes of its headers if the mail is too large to be fetched, else b""."""

    name: MailName
    headers: MailHeaders
    size: int
    received: datetime
    head: bytes


@dataclass(slots=True)
class SharedMailbox:
    """An open mailbox that several visits of a run use. `known`: the mails whose headers were read
    in this run, by name."""

    box: OpenMailbox
    known: dict[str, KnownMail] = field(default_factory=dict)

    def read_headers(self, names: Sequence[MailName]) -> list[KnownMail]:
        """Return the mails with the names `names`, with their headers. A mail that was deleted
        meanwhile is left out. The headers are remembered for other newsletters of the mailbox.
        Raises MailboxFailed if the mailbox does not answer."""
        if len(self.known) > _MOST_REMEMBERED:
            self.known.clear()
        unknown_names = [name for name in names if name.name not in self.known]
        for mail in self.box.read_headers(unknown_names):
            is_too_large = mail.size > LARGEST
            self.known[mail.name.name] = KnownMail(
                name=mail.name,
                headers=read_headers(mail.head),
                size=mail.size,
                received=mail.received,
                head=mail.head if is_too_large else b"",
            )
        mails = []
        for name in names:
            if name.name in self.known:
                mails.append(self.known[name.name])
        return mails


@dataclass(slots=True)
class _Slot:
    """The state of the mailbox at one address. `turn`: held by the visit that uses the mailbox.
    `mailbox`: None if it is not open. `failed`: why it could not be opened, None if nothing
    failed."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    mailbox: SharedMailbox | None = None
    failed: MailboxFailed | None = None

    async def open(self, open_mailbox: Callable[[], OpenMailbox]) -> SharedMailbox:
        """Return the mailbox. The first call opens it with `open_mailbox`. Raises MailboxFailed if
        this fails, and then again at each further call of the run."""
        # not tried again, as servers lock accounts after several wrong passwords
        if self.failed is not None:
            raise self.failed
        if self.mailbox is None:
            try:
                self.mailbox = SharedMailbox(await asyncio.to_thread(open_mailbox))
            except MailboxFailed as failed:
                self.failed = failed
                raise
        return self.mailbox

    def close(self) -> None:
        """Close the mailbox, if it is open."""
        if self.mailbox is not None:
            self.mailbox.box.close()
            self.mailbox = None


class Mailboxes:
    """The mailboxes of a run, by address."""

    def __init__(self) -> None:
        self._slots: dict[str, _Slot] = {}

    @asynccontextmanager
    async def use(
        self, url: str, open_mailbox: Callable[[], OpenMailbox]
    ) -> AsyncIterator[SharedMailbox]:
        """Yield the mailbox at `url`, to one visit at a time. If it is not open, it is opened with
        `open_mailbox`. It stays open after the block, but is closed if the block raises an
        exception. Raises MailboxFailed if it cannot be opened."""
        slot = self._slots.setdefault(url, _Slot())
        async with slot.turn:
            mailbox = await slot.open(open_mailbox)
            try:
                yield mailbox
            except BaseException:
                # a thread may still wait for an answer, which must not be taken for the next one's
                slot.close()
                raise

    @asynccontextmanager
    async def closing(self) -> AsyncIterator[None]:
        """Run the block, then close all mailboxes."""
        try:
            yield
        finally:
            for slot in self._slots.values():
                slot.close()
            self._slots.clear()
