"""Mailboxes: a source is one newsletter of it, named by `from` or `list`.

A visit lists the mails that came since the last one, reads their headers, and fetches those of its
newsletter alone. They are read in the worker, and wait as entries with their text, so that nothing
in the mailbox is needed again. Only then, at the next visit, are they put away (`after`)."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from syndicator.core import urls
from syndicator.core.errors import WorkerFailed
from syndicator.core.mailboxes import parse_mailbox
from syndicator.core.model import Entry, Failed, Fetched, FetchResult, ParsedFeed, Source
from syndicator.filing import worker_functions
from syndicator.filing.context import VisitContext
from syndicator.filing.kinds import newsletter
from syndicator.filing.kinds.kind import Announced, Finding, Search
from syndicator.reading.mail.headers import LARGEST, MailHeaders, read_headers
from syndicator.visiting.mail.mailbox import (
    ListedMail,
    Listing,
    MailboxFailed,
    OpenMailbox,
    ReceivedMail,
    pack_mails,
    unpack_mails,
)
from syndicator.visiting.mail.maildir import Maildir

FIRST_DAYS: Final = timedelta(days=30)  # before the first visit: a choice
_MOST_MAILS: Final = 200  # of one visit; the others are read at the next one
_MOST_BYTES: Final = 50_000_000  # the same
_OTHERS: Final = "newsletters of "  # note in the database: those that no source names


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sorted:
    """The mails of a listing. `new`: of the newsletter, not known yet; `filed`: names of those that
    are."""

    new: tuple[ListedMail, ...]
    filed: tuple[str, ...]


async def discover(search: Search, earlier: Sequence[Finding]) -> list[Finding]:
    """Return nothing: a mailbox is no address of the web."""
    del search, earlier
    return []


async def visit(context: VisitContext) -> FetchResult:
    """Fetch the mails of the newsletter that came since the last visit."""
    source, state, now = context.source, context.state, context.run.clock()
    address = urls.redacted(source.url)
    position = newsletter.read_position(source, state.validators.etag)
    since = (state.visits.first_visit or now) - FIRST_DAYS
    try:
        mailbox = open_mailbox(context)
        listing = await asyncio.to_thread(mailbox.list_mails, position.before, since)
        headers = await asyncio.to_thread(_read_heads, listing)
        sorted_mails = _sort(context, listing, headers)
        taken = _take(sorted_mails.new)
        received = await asyncio.to_thread(_fetch, mailbox, taken)
        if source.after != "keep" and sorted_mails.filed:
            await asyncio.to_thread(mailbox.put_away, sorted_mails.filed, source.after)
    except MailboxFailed as failed:
        return Failed(url=address, reason=failed.reason, detail=failed.detail)
    validator = state.validators.etag or ""
    if len(taken) == len(sorted_mails.new):  # else the next visit begins where this one did
        validator = newsletter.next_position(source, position, listing.position)
    return Fetched(
        url=address,
        final_url=address,
        status=200,
        headers={"etag": validator},
        body=pack_mails(received) if received else b"",
        warning=_note_others(context, headers, now),
    )


def open_mailbox(context: VisitContext) -> OpenMailbox:
    """Return the mailbox of a source. Raises MailboxFailed."""
    address = parse_mailbox(context.source.url)
    return Maildir(Path(address.folder), LARGEST)


def _read_heads(listing: Listing) -> list[MailHeaders]:
    return [read_headers(mail.head) for mail in listing.mails]


def _sort(context: VisitContext, listing: Listing, headers: Sequence[MailHeaders]) -> _Sorted:
    """Sort the mails of a listing, which have these headers, into those of the newsletter that are
    new, and filed ones."""
    wanted = [
        (mail, each.mid)
        for mail, each in zip(listing.mails, headers, strict=True)
        if newsletter.is_wanted(context.source, each)
    ]
    rows = context.run.store.entries(context.source.key, [mid for _, mid in wanted])
    new: dict[str, ListedMail] = {}
    filed: list[str] = []
    for mail, mid in wanted:
        if mid in rows:
            filed.append(mail.name)
        else:
            new.setdefault(mid, mail)
    return _Sorted(new=tuple(new.values()), filed=tuple(filed))


def _take(mails: Sequence[ListedMail]) -> list[ListedMail]:
    """Return the mails that one visit fetches, the oldest first."""
    taken: list[ListedMail] = []
    size = 0
    for mail in mails[:_MOST_MAILS]:
        size += min(mail.size, LARGEST)
        if taken and size > _MOST_BYTES:
            break
        taken.append(mail)
    return taken


def _fetch(mailbox: OpenMailbox, mails: Sequence[ListedMail]) -> list[ReceivedMail]:
    received = []
    for mail in mails:
        raw = mail.head if mail.size > LARGEST else mailbox.fetch(mail.name)
        received.append(ReceivedMail(raw=raw or mail.head, size=mail.size, received=mail.received))
    return received


def _note_others(context: VisitContext, mails: Sequence[MailHeaders], now: datetime) -> str:
    """Note the newsletters that no source names. Return a line for the operator at the first source
    of the mailbox: it stands in `status` once."""
    store = context.run.store
    siblings = newsletter.find_siblings(context.run.sources, context.source)
    key = f"{_OTHERS}{urls.redacted(context.source.url)}"
    stored = store.note(key)
    others = newsletter.merge_others(siblings, stored, newsletter.list_others(siblings, mails))
    if others or stored:
        note = json.dumps(others)
        if note != stored:
            store.set_note(key, note, now)
    if siblings and siblings[0].key != context.source.key:
        return ""
    return newsletter.describe_others(others)


async def entries(context: VisitContext, answer: Fetched) -> Announced:
    """Return the mails as entries. One that cannot be read has a fault, and holds up no other."""
    mails = unpack_mails(answer.body) if answer.body else []
    readers = _find_readers(context.source)
    found = [await _read(context, mail, readers) for mail in mails]
    names = [entry.authors[0] for entry in found if entry.authors and not entry.fault]
    title = context.state.channel.feed_title or next(iter(names), "")
    feed = ParsedFeed(format="mail", title=title, entries=tuple(found))
    return Announced(feed=feed, answer=answer)


async def _read(context: VisitContext, mail: ReceivedMail, readers: tuple[str, ...]) -> Entry:
    try:
        entry: Entry = await context.run.worker.call(
            worker_functions.read_mail, mail.raw, mail.received, mail.size, readers
        )
        return entry
    except WorkerFailed as failure:
        headers = read_headers(mail.raw)
        fault = f"{failure.reason}: {failure.detail}"
        return Entry(id=headers.mid, url=headers.mid, title=headers.title, fault=fault)


def _find_readers(source: Source) -> tuple[str, ...]:
    """Return the address of the reader that the mailbox's user is, if it is one."""
    user = parse_mailbox(source.url).user
    return (user.lower(),) if "@" in user else ()
