"""Define the interface of a mailbox, on disk or on a server; pack its mails as an answer."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from syndicator.core.reasons import MailReason


class MailboxFailed(Exception):
    """Raised if a mailbox cannot be read. `reason`: a code of MailReason or FetchReason; `detail`:
    a line for the operator."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class MailName:
    """The name of a mail in its mailbox. `position`: what a visit stores after it has read this
    mail and all before it."""

    name: str
    position: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedMail:
    """A mail in a list of a mailbox. `head`: its headers; `size`: bytes of the whole mail;
    `received`: when it was delivered."""

    name: MailName
    head: bytes
    size: int
    received: datetime


class OpenMailbox(Protocol):
    """A mailbox in use. Every method except `close` may raise MailboxFailed."""

    def list_names(self, position: str, since: datetime) -> list[MailName]:
        """Return the mails that came after `position` ("": all of them) and were delivered after
        `since`, in the order in which they came. Mails delivered up to a day before `since` may be
        among them."""

    def read_heads(self, names: Sequence[MailName]) -> list[ListedMail]:
        """Return the mails `names` with their headers, in this order, without those that were
        deleted meanwhile."""

    def fetch(self, name: MailName) -> bytes:
        """Return the bytes of a mail; b"" if it was deleted meanwhile. It is not marked as seen."""

    def put_away(self, names: Sequence[MailName], after: str) -> None:
        """Mark mails that are filed as seen; if `after` is "move:FOLDER", also move them to this
        folder. `after` is "seen" otherwise."""

    def close(self) -> None:
        """Close the connection. Another thread may call this to end a call that waits for an
        answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMail:
    """A mail that a visit fetched. `raw`: its bytes, only its headers if it is too large; `size`:
    bytes of the whole mail."""

    raw: bytes
    size: int
    received: datetime


def pack_mails(mails: Sequence[ReceivedMail]) -> bytes:
    """Return mails as one JSON body: a visit stores the mails that it fetched like the answer to an
    HTTP request."""
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
    """Return the mails in a body that `pack_mails` made."""
    mails = []
    for row in json.loads(body):
        raw = base64.b64decode(row["raw"])
        received = datetime.fromisoformat(row["received"])
        mails.append(ReceivedMail(raw=raw, size=row["size"], received=received))
    return mails


def refuse_folder(detail: str) -> MailboxFailed:
    """Return the failure of a mailbox whose folder is missing or cannot be used."""
    return MailboxFailed(MailReason.NO_FOLDER, detail)
