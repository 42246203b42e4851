"""Decide which mails of a mailbox belong to a source, and how far it has read. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from syndicator.core.model import Source
from syndicator.reading.mail.headers import MailHeaders

_MOST_OTHERS: Final = 50  # newsletters that nobody follows; the first count
_SHOWN: Final = 5  # of them


def is_wanted(source: Source, headers: MailHeaders) -> bool:
    """Return True if the mail is of the newsletter that `source` names. With `from` and `list` both
    must fit. A mail that names several senders is of each, so that it is refused with a reason."""
    if source.list_id and headers.list_id != source.list_id:
        return False
    if not source.sender:
        return bool(source.list_id)
    if source.sender.startswith("@"):
        return any(sender.endswith(source.sender) for sender in headers.senders)
    return source.sender in headers.senders


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """The positions in its mailbox where a source's last visit began (`before`) and ended
    (`after`). The next visit begins at `before`, too: the mails up to `after` are filed by then,
    and can be put away."""

    before: str = ""
    after: str = ""


def read_position(source: Source, stored: str | None) -> Position:
    """Return the position in `stored`, a validator; of another newsletter the beginning."""
    parts = (stored or "").split(";")
    if len(parts) != len(_write_position(source, Position()).split(";")):
        return Position()
    newsletter, before, after = parts
    if newsletter != _compute_digest(source):
        return Position()
    return Position(before=before, after=after)


def next_position(source: Source, position: Position, after: str) -> str:
    """Return the validator after a visit that read up to `after`."""
    return _write_position(source, Position(before=position.after, after=after))


def _write_position(source: Source, position: Position) -> str:
    """Return the position as the validator of a source."""
    return ";".join((_compute_digest(source), position.before, position.after))


def _compute_digest(source: Source) -> str:
    """Return a digest of the newsletter that `source` names: its position is of no use for another
    one."""
    newsletter = repr((source.url, source.sender, source.list_id))
    return hashlib.sha256(newsletter.encode()).hexdigest()[:16]


def list_others(sources: Iterable[Source], mails: Sequence[MailHeaders]) -> list[str]:
    """Return the newsletters among `mails` that no source names, each as the line of sources.toml
    that would name it. Of other mails nothing is said: an inbox is private."""
    all_sources = tuple(sources)
    lines = dict[str, None]()
    for headers in mails:
        if not headers.is_newsletter or headers.forgery:
            continue
        if any(is_wanted(source, headers) for source in all_sources):
            continue
        if headers.list_id:
            lines[f'list = "{headers.list_id}"'] = None
        elif headers.senders:
            lines[f'from = "{headers.senders[0]}"'] = None
    return list(lines)


def merge_others(
    sources: Sequence[Source], stored: str | None, new: Sequence[str]
) -> tuple[str, ...]:
    """Return the newsletters that wait for the operator: those `stored` that no source names by
    now, and `new` ones."""
    earlier: list[str] = json.loads(stored) if stored else []
    named_lines = {f'from = "{source.sender}"' for source in sources if source.sender}
    named_lines |= {f'list = "{source.list_id}"' for source in sources if source.list_id}
    waiting = dict.fromkeys(line for line in (*earlier, *new) if line not in named_lines)
    return tuple(waiting)[:_MOST_OTHERS]


def describe_others(others: Sequence[str]) -> str:
    """Return a line for the operator, "" if no newsletter waits."""
    if not others:
        return ""
    first_lines = ", ".join(others[:_SHOWN])
    rest = f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
    return f"newsletters that no source names, and that are not read: {first_lines}{rest}"


def find_siblings(sources: Mapping[str, Source], source: Source) -> list[Source]:
    """Return the sources of the same mailbox, in their order."""
    return [other for other in sources.values() if other.url.strip() == source.url.strip()]
