"""Mails of newsletters that tests deliver into a Maildir."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path

PARAGRAPHS = (
    "The council counted {number} bridges in its report of the year, and it closed none of them.",
    "The engineers looked at each of the {number} bridges and wrote down what they saw.",
)


def html_text(number: int, more: str = "") -> str:
    """The text of issue `number`, with a pixel, a personal link and a line to the reader."""
    paragraphs = "".join(f"<p>{line.format(number=number)}</p>" for line in PARAGRAPHS)
    return (
        f'<html><body><img src="https://t.example/pixel-{number}.gif" width="1">{paragraphs}{more}'
        '<p>You get this at anna@reader.example. <a href="https://news.example/u/123">Unsubscribe'
        "</a></p></body></html>"
    )


def make_mail(
    number: int,
    sent: datetime,
    *,
    sender: str = "news@bridges.example",
    headers: Mapping[str, str] | None = None,
    body: str | None = None,
) -> bytes:
    """Issue `number` of the newsletter of `sender`. `headers`: others, or "" to leave one out."""
    lines = {
        "From": f"Bridges Weekly <{sender}>",
        "To": "Anna Smith <anna@reader.example>",
        "Subject": f"Issue {number} of the bridges",
        "Message-ID": f"<issue.{number}@{sender.partition('@')[2]}>",
        "Date": format_datetime(sent),
        "List-Unsubscribe": "<https://news.example/u/123>",
        "MIME-Version": "1.0",
        "Content-Type": "text/html; charset=utf-8",
        **(headers or {}),
    }
    head = "".join(f"{name}: {value}\n" for name, value in lines.items() if value)
    return f"{head}\n{html_text(number) if body is None else body}\n".encode()


def make_maildir(folder: Path) -> Path:
    """An empty Maildir."""
    for part in ("new", "cur", "tmp"):
        (folder / part).mkdir(parents=True)
    return folder


def deliver_to_maildir(
    folder: Path, name: str, raw: bytes, received: datetime, part: str = "new"
) -> Path:
    """Deliver a mail as `name` at the time `received`."""
    path = folder / part / name
    path.write_bytes(raw)
    os.utime(path, (received.timestamp(), received.timestamp()))
    return path
