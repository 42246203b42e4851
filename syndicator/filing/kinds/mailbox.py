"""Follow a newsletter in a mailbox, which `from` or `list` of the source names.

A visit lists the mails that came since the last visit, reads their headers, and fetches only those
of its newsletter. They are read in the worker and stored as entries with their text, so that the
mailbox is not needed again. At the next visit, when they are filed, they are marked or moved
(`after`)."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from syndicator.core import secrets, urls
from syndicator.core.errors import WorkerFailed
from syndicator.core.mailboxes import parse_mailbox
from syndicator.core.model import Entry, Failed, Fetched, FetchResult, ParsedFeed, Source
from syndicator.core.reasons import FetchReason
from syndicator.filing import worker_functions
from syndicator.filing.context import (
    RunContext,
    VisitContext,
    describe_unset_variables,
    list_unset_url_variables,
)
from syndicator.filing.kinds import newsletter
from syndicator.filing.kinds.kind import Announced, Finding, Search
from syndicator.filing.open_mailboxes import KnownMail, SharedMailbox
from syndicator.reading.mail.headers import LARGEST, read_headers
from syndicator.visiting.mail.mailbox import (
    MailboxFailed,
    MailName,
    OpenMailbox,
    ReceivedMail,
    pack_mails,
    unpack_mails,
)
from syndicator.visiting.mail.maildir import Maildir

FIRST_DAYS: Final = timedelta(days=30)  # older mails are not read at the first visit: our choice
_MAILS_PER_PAGE: Final = 500  # mails whose headers are read together: 32 MB at most
_MOST_MAILS: Final = 200  # that one visit fetches; the others are fetched at the next visit
_MOST_BYTES: Final = 50_000_000  # of mails that one visit fetches
_OTHERS_NOTE: Final = "newsletters of "  # begin of the note with newsletters that no source names


@dataclass(slots=True, kw_only=True)
class _Harvest:
    """The mails that a visit found in its mailbox. `new`: mails of the newsletter to fetch.
    `filed`: mails of the newsletter that are stored already. `others`: newsletters that no source
    names, as keys. `end`: the position in the mailbox up to which all mails were examined."""

    end: str
    new: list[KnownMail] = field(default_factory=list)
    filed: list[MailName] = field(default_factory=list)
    others: dict[str, None] = field(default_factory=dict)

    def has_room_for(self, mail: KnownMail) -> bool:
        """Return True if this visit can fetch `mail` in addition to the mails in `new`. A visit
        fetches at most 200 mails and 50 MB, but always one mail, even if it is larger."""
        if not self.new:
            return True
        size = sum(min(fetched.size, LARGEST) for fetched in (*self.new, mail))
        return len(self.new) < _MOST_MAILS and size <= _MOST_BYTES


async def discover(search: Search, earlier: Sequence[Finding]) -> list[Finding]:
    """Return []: a mailbox has no web address at which it could be found."""
    del search, earlier
    return []


async def fetch(context: VisitContext) -> FetchResult:
    """Fetch the mails of the newsletter that came since the last visit, and return them as one
    answer. Its header "etag" says how far the mailbox was read, for the next visit. Mails that
    earlier visits filed are marked or moved now. If the mailbox cannot be read, return a Failed
    with the reason."""
    run = context.run
    source = context.source
    now = run.clock()
    shown_url = urls.redacted(source.url)
    position = newsletter.read_position(source, context.state.validators.etag)
    first_visit = context.state.visits.first_visit or now
    since = first_visit - FIRST_DAYS  # older mails are not read
    open_box = partial(open_mailbox, source, run)
    try:
        async with run.mailboxes.use(source.url, open_box) as mailbox:
            harvest = await _look_through_mails(context, mailbox, position, since)
            received = await asyncio.to_thread(_fetch_mails, mailbox, harvest.new)
            problem = await _put_mails_away(mailbox, harvest.filed, source.after)
    except MailboxFailed as failed:
        values = secrets.read_known_values(source.url, run.environ)
        detail = secrets.mask_text(failed.detail, values)
        return Failed(url=shown_url, reason=failed.reason, detail=detail)
    return Fetched(
        url=shown_url,
        final_url=shown_url,
        status=200,
        headers={"etag": newsletter.next_position(source, position, harvest.end)},
        body=pack_mails(received) if received else b"",
        warning=problem or _store_others(context, harvest.others, now),
    )


async def _look_through_mails(
    context: VisitContext, mailbox: SharedMailbox, position: newsletter.Position, since: datetime
) -> _Harvest:
    """Read the headers of the mails after the last position, 500 at a time, and return the mails of
    the newsletter. Stop when there are as many as one visit fetches. `position`: how far earlier
    visits read the mailbox. `since`: mails that were delivered before this time are ignored."""
    source = context.source
    siblings = newsletter.find_siblings(context.run.sources, source)
    harvest = _Harvest(end=position.after)
    names = await asyncio.to_thread(mailbox.box.list_names, position.before, since)
    for start in range(0, len(names), _MAILS_PER_PAGE):
        names_on_page = names[start : start + _MAILS_PER_PAGE]
        mails = await asyncio.to_thread(mailbox.read_headers, names_on_page)
        if not _sort_page(context, harvest, mails):
            return harvest
        others = newsletter.list_others(siblings, [mail.headers for mail in mails])
        harvest.others.update(dict.fromkeys(others))
        harvest.end = names_on_page[-1].position
    return harvest


def _sort_page(context: VisitContext, harvest: _Harvest, mails: Sequence[KnownMail]) -> bool:
    """Add those of `mails` that belong to the newsletter to `harvest`, the mails that this visit
    found: stored ones to its `filed`, others to its `new`. Return False if this visit cannot fetch
    all of them, so that the next visit must examine these mails again."""
    source = context.source
    newsletter_mails = [mail for mail in mails if newsletter.is_wanted(source, mail.headers)]
    mail_ids = [mail.headers.mid_url for mail in newsletter_mails]
    stored_rows = context.run.store.entries(source.key, mail_ids)
    new_ids = {mail.headers.mid_url for mail in harvest.new}
    for mail in newsletter_mails:
        mail_id = mail.headers.mid_url
        if mail_id in stored_rows:
            harvest.filed.append(mail.name)
            continue
        if mail_id in new_ids:
            continue
        if not harvest.has_room_for(mail):
            return False
        harvest.new.append(mail)
        new_ids.add(mail_id)
    return True


def open_mailbox(source: Source, run: RunContext) -> OpenMailbox:
    """Open the mailbox of a source: a Maildir, or a folder of an IMAP server. Raises MailboxFailed
    if it cannot be opened, or if a variable of its login is not set."""
    address = parse_mailbox(source.url)
    if not address.host:
        return Maildir(Path(address.folder), LARGEST)
    unset_variables = list_unset_url_variables(source, run.environ)
    if unset_variables:
        detail = describe_unset_variables(unset_variables, run.environ)
        raise MailboxFailed(FetchReason.UNSET_VARIABLE, detail)
    # imported here, so that a run without mail servers need not load it
    from syndicator.visiting.mail.imap import open_folder

    values = secrets.read_known_values(source.url, run.environ)
    login = replace(
        address,
        user=secrets.fill_in(address.user, values),
        password=secrets.fill_in(address.password, values),
    )
    return open_folder(login, source.allow, run.settings.fetch, LARGEST)


def _fetch_mails(mailbox: SharedMailbox, mails: Sequence[KnownMail]) -> list[ReceivedMail]:
    """Fetch `mails`, whose headers are known, and return them whole. A mail that another program
    deleted or moved meanwhile is left out. If it was moved, the next visit finds it again."""
    received = []
    for mail in mails:
        # the head is only stored for a mail that is too large to be fetched
        raw = mail.head or mailbox.box.fetch(mail.name)
        if raw:
            received.append(ReceivedMail(raw=raw, size=mail.size, received=mail.received))
    return received


async def _put_mails_away(mailbox: SharedMailbox, names: Sequence[MailName], after: str) -> str:
    """Mark or move the filed mails `names`, as the option `after` of the source says. Return "", or
    a message for the operator if this is not possible; the visit does not fail then."""
    if after == "keep" or not names:
        return ""
    try:
        await asyncio.to_thread(mailbox.box.put_away, names, after)
    except MailboxFailed as failed:
        return f'after = "{after}" was not possible: {failed.detail}'
    return ""


def _store_others(context: VisitContext, others: Iterable[str], now: datetime) -> str:
    """Store which newsletters in the mailbox belong to no source, and return a line about them for
    the operator. `others`: those that this visit found; those of earlier visits are stored already.
    If several sources have the same mailbox, only the first of them returns the line, and the rest
    return ""."""
    store = context.run.store
    siblings = newsletter.find_siblings(context.run.sources, context.source)  # of this mailbox
    key = f"{_OTHERS_NOTE}{urls.redacted(context.source.url)}"
    stored = store.note(key)
    waiting = newsletter.merge_others(siblings, stored, list(others))
    if waiting or stored:
        note = json.dumps(waiting)
        if note != stored:
            store.set_note(key, note, now)
    is_first_of_mailbox = not siblings or siblings[0].key == context.source.key
    if not is_first_of_mailbox:
        return ""
    return newsletter.describe_others(waiting)


async def read_entries(context: VisitContext, answer: Fetched) -> Announced:
    """Return the mails in `answer` as entries of a feed. A mail that cannot be read becomes an
    entry with a `fault`, a text that says why. The title of the feed is the stored title of the
    source, or else the first sender."""
    mails = unpack_mails(answer.body) if answer.body else []
    readers = _find_readers(context.source)  # mail addresses of the person who reads
    entries = [await _read_mail(context, mail, readers) for mail in mails]
    title = context.state.channel.feed_title
    if not title:
        senders = [entry.authors[0] for entry in entries if entry.authors and not entry.fault]
        title = next(iter(senders), "")
    feed = ParsedFeed(format="mail", title=title, entries=tuple(entries))
    return Announced(feed=feed, answer=answer)


async def _read_mail(context: VisitContext, mail: ReceivedMail, readers: tuple[str, ...]) -> Entry:
    """Read `mail` in the worker process, and return it as an entry. If the worker fails, the entry
    has only an id, a title and a `fault`, a text that says why. `readers`: the mail addresses of
    the person who reads, which are removed from the text."""
    try:
        entry: Entry = await context.run.worker.call(
            worker_functions.read_mail, mail.raw, mail.received, mail.size, readers
        )
        return entry
    except WorkerFailed as failure:
        headers = read_headers(mail.raw)
        fault = f"{failure.reason}: {failure.detail}"
        return Entry(id=headers.mid_url, url=headers.mid_url, title=headers.title, fault=fault)


def _find_readers(source: Source) -> tuple[str, ...]:
    """Return the mail addresses of the reader, which texts of mails may contain: the user of the
    mailbox if this is a mail address, else ()."""
    user = parse_mailbox(source.url).user
    return (user.lower(),) if "@" in user else ()
