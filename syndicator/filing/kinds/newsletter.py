"""Decide which mails of a mailbox belong to a source, and how far it has read. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from syndicator.core.model import Source
from syndicator.reading.mail.headers import MailHeaders

_MOST_OTHERS: Final = 50  # newsletters without a source that are stored; later ones are dropped
_SHOWN: Final = 5  # newsletters in a message to the operator


def is_wanted(source: Source, headers: MailHeaders) -> bool:
    """Return True if a mail with these `headers` belongs to the newsletter of `source`. The options
    `list` (`list_id`) and `from` (`sender`) of the source name it; if both are set, the mail must
    match both."""
    if source.list_id and headers.list_id != source.list_id:
        return False
    if not source.sender:
        return bool(source.list_id)
    # a mail with several senders matches here, but is refused with the reason when it is read
    if source.sender.startswith("@"):  # any sender of this domain
        return any(sender.endswith(source.sender) for sender in headers.senders)
    return source.sender in headers.senders


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """The positions in a mailbox at which the last visit of a source began (`before`) and ended
    (`after`). "" is the beginning of the mailbox.

    The next visit begins at `before` again: the mails from there to `after` are filed by then, so
    that it can mark or move them."""

    before: str = ""
    after: str = ""


def read_position(source: Source, stored: str | None) -> Position:
    """Return how far earlier visits read the mailbox of `source`, from the text `stored` of the
    last visit ("DIGEST;BEFORE;AFTER", None at the first visit). Return the beginning of the mailbox
    if nothing is stored, or if the source named another newsletter at that visit."""
    parts = (stored or "").split(";")
    if len(parts) != len(_write_position(source, Position()).split(";")):
        return Position()
    newsletter, before, after = parts
    if newsletter != _compute_digest(source):  # it named another newsletter
        return Position()
    return Position(before=before, after=after)


def next_position(source: Source, position: Position, after: str) -> str:
    """Return the validator to store at the end of a visit. `position`: where the visit began.
    `after`: the position up to which it examined the mails."""
    return _write_position(source, Position(before=position.after, after=after))


def _write_position(source: Source, position: Position) -> str:
    """Return the position as a text to store: a digest of the newsletter, `before` and `after`,
    with semicolons between them."""
    return ";".join((_compute_digest(source), position.before, position.after))


def _compute_digest(source: Source) -> str:
    """Return a digest of the newsletter that `source` names. It tells if a stored position belongs
    to this newsletter."""
    newsletter = repr((source.url, source.sender, source.list_id))
    return hashlib.sha256(newsletter.encode()).hexdigest()[:16]


def list_others(sources: Iterable[Source], mails: Sequence[MailHeaders]) -> list[str]:
    """Return the newsletters among `mails` that belong to none of `sources`, each as the line for
    sources.toml that names it: `list = "..."` or `from = "..."`."""
    all_sources = tuple(sources)
    lines = dict[str, None]()  # the keys are the lines, in order and without repetitions
    for headers in mails:
        if not headers.is_newsletter or headers.forgery:  # other mails are private
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
    """Return the newsletters that belong to no source, as lines for sources.toml. These are the
    ones that earlier visits stored and the ones that this visit found (`new`), without those that
    one of `sources` names by now. `stored`: a JSON list of lines, None if nothing is stored."""
    earlier: list[str] = []
    if stored:
        earlier = json.loads(stored)
    named_lines = set()
    for source in sources:
        if source.sender:
            named_lines.add(f'from = "{source.sender}"')
        if source.list_id:
            named_lines.add(f'list = "{source.list_id}"')
    waiting = dict.fromkeys(line for line in (*earlier, *new) if line not in named_lines)
    return tuple(waiting)[:_MOST_OTHERS]


def describe_others(others: Sequence[str]) -> str:
    """Return a message for the operator that lists the first five of the newsletters `others`; ""
    if there are none."""
    if not others:
        return ""
    first_lines = ", ".join(others[:_SHOWN])
    rest = f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
    return f"newsletters that no source names, and that are not read: {first_lines}{rest}"


def find_siblings(sources: Mapping[str, Source], source: Source) -> list[Source]:
    """Return the sources that have the same mailbox as `source`, including itself, in their order
    in `sources`."""
    return [other for other in sources.values() if other.url.strip() == source.url.strip()]
