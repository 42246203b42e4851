"""What a visit needs of a mailbox, whatever keeps it, and the mails that it brought."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from syndicator.core.reasons import MailReason


class MailboxFailed(Exception):
    """The mailbox cannot be read. `reason`: a MailReason or FetchReason; the message: a detail for
    the operator."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedMail:
    """A mail in a mailbox. `name`: what the mailbox calls it; `head`: its headers; `size`: in
    bytes."""

    name: str
    head: bytes
    size: int
    received: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The mails since a position, and the position after them."""

    mails: tuple[ListedMail, ...]
    position: str


class OpenMailbox(Protocol):
    """A mailbox. Every call may raise MailboxFailed."""

    def list_mails(self, position: str, since: datetime) -> Listing:
        """Return the mails that came after `position` ("": all), and were delivered after
        `since`."""

    def fetch(self, name: str) -> bytes:
        """Return a mail. It does not become a read one by that."""

    def put_away(self, names: Sequence[str], after: str) -> None:
        """Do with mails that are filed what the operator wants: "seen", "move:FOLDER"."""

    def close(self) -> None:
        """End the connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMail:
    """A mail as a visit brought it. `raw`: its headers alone if it is too large."""

    raw: bytes
    size: int
    received: datetime


def pack_mails(mails: Sequence[ReceivedMail]) -> bytes:
    """Return mails as the body of an answer."""
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
    """Return the mails that `pack_mails` packed."""
    return [
        ReceivedMail(
            raw=base64.b64decode(row["raw"]),
            size=row["size"],
            received=datetime.fromisoformat(row["received"]),
        )
        for row in json.loads(body)
    ]


def refuse_folder(detail: str) -> MailboxFailed:
    """Return the failure of a mailbox whose folder is missing or closed to us."""
    return MailboxFailed(MailReason.NO_FOLDER, detail)
