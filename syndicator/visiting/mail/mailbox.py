"""Define the interface of a mailbox, on disk or on a server; pack its mails as an answer."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from syndicator.core.reasons import MailReason


class MailboxFailed(Exception):
    """Raised if a mailbox cannot be read. `reason`: a code of MailReason or FetchReason. `detail`:
    a line for the operator."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class MailName:
    """The name of a mail in its mailbox. `position`: the value to store when this mail and all
    mails before it have been read."""

    name: str
    position: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedMail:
    """A mail with its headers (`head`). `size`: bytes of the whole mail. `received`: when it was
    delivered."""

    name: MailName
    head: bytes
    size: int
    received: datetime


class OpenMailbox(Protocol):
    """A mailbox in use. Every method except `close` may raise MailboxFailed."""

    def list_names(self, position: str, since: datetime) -> list[MailName]:
        """Return the mails that came after `position` ("": all) and were delivered at `since` or
        later, in the order in which they came. Mails that were delivered up to a day before `since`
        may be among them."""

    def read_headers(self, names: Sequence[MailName]) -> list[ListedMail]:
        """Return the mails `names` with their headers, in this order. Mails that were deleted
        meanwhile are left out."""

    def fetch(self, name: MailName) -> bytes:
        """Return the bytes of a mail, or b"" if it was deleted meanwhile. The mail is not marked as
        seen."""

    def put_away(self, names: Sequence[MailName], after: str) -> None:
        """Mark the filed mails `names` as seen. `after`: "seen" if this is all, or "move:FOLDER" to
        move them to this folder, too."""

    def close(self) -> None:
        """Close the connection. Another thread may call this to end a call that waits for an
        answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMail:
    """A mail that a visit fetched. `raw`: its bytes, or only its headers if it is too large.
    `size`: bytes of the whole mail. `received`: when it was delivered."""

    raw: bytes
    size: int
    received: datetime


def pack_mails(mails: Sequence[ReceivedMail]) -> bytes:
    """Return mails as one JSON text in bytes. With it, a visit can treat fetched mails like the
    body of an HTTP answer. `unpack_mails` reads it."""
    rows = [
        {
            "raw": base64.b64encode(mail.raw).decode(),
            "size": mail.size,
            "received": mail.received.isoformat(),
        }
        for mail in mails
    ]
    return json.dumps(rows).encode()


def unpack_mails(body: bytes) -> list[ReceivedMail]:
    """Return the mails in `body`, which `pack_mails` made."""
    mails = []
    for row in json.loads(body):
        raw = base64.b64decode(row["raw"])
        received = datetime.fromisoformat(row["received"])
        mails.append(ReceivedMail(raw=raw, size=row["size"], received=received))
    return mails


def refuse_folder(detail: str) -> MailboxFailed:
    """Return the failure of a mailbox whose folder is missing or cannot be used. `detail`: a line
    for the operator."""
    return MailboxFailed(MailReason.NO_FOLDER, detail)
