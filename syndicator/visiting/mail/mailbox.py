"""Define the interface of a mailbox, on disk or on a server, and pack the mails of a visit."""

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
class MailName:
    """The name of a mail in its mailbox, and the `position` of a visit that has read this mail and
    all before it."""

    name: str
    position: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedMail:
    """A mail in a mailbox. `head`: its headers; `size`: in bytes."""

    name: MailName
    head: bytes
    size: int
    received: datetime


class OpenMailbox(Protocol):
    """A mailbox. Every call but `close` may raise MailboxFailed."""

    def list_names(self, position: str, since: datetime) -> list[MailName]:
        """Return the mails that came after `position` ("": all), and were delivered after `since`,
        in the order in which they came. Those just before it may be among them."""

    def read_heads(self, names: Sequence[MailName]) -> list[ListedMail]:
        """Return the headers of mails, in their order; none of those that are gone."""

    def fetch(self, name: MailName) -> bytes:
        """Return a mail, b"" if it is gone. It stays unread."""

    def put_away(self, names: Sequence[MailName], after: str) -> None:
        """Mark mails that are filed as seen; with `after` = "move:FOLDER" also move them."""

    def close(self) -> None:
        """End the connection, also while another thread waits for an answer on it."""


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
