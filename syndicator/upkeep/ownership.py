"""Find and mend articles filed under the wrong source; report hosts that a source lost."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from syndicator.app.archive import Archive
from syndicator.app.contexts import owners
from syndicator.app.lookup import filed
from syndicator.articles.beside.tab_lists import CARRIED
from syndicator.core import urls
from syndicator.core.model import Entry, Problem, Source
from syndicator.core.ports import EntryRow
from syndicator.core.reasons import CheckReason, EntryReason
from syndicator.filing.ownership import Fault, fault_of
from syndicator.filing.save_article import refile
from syndicator.upkeep.reconcile import OWNED_SINCE


def find_mend(archive: Archive, sources: Mapping[str, Source]) -> list[Fault]:
    """Return the faults of ownership, newest articles last. Raises StoreError, ConfigError."""
    rows: dict[str, list[EntryRow]] = defaultdict(list)
    for row in archive.store.visits.bound():
        rows[row.article_id or ""].append(row)
    noted = archive.store.visits.note(OWNED_SINCE)
    since = datetime.fromisoformat(noted) if noted else archive.clock()
    claims = owners(archive, sources)
    faults = (
        fault_of(article, rows.get(article.id, ()), claims, since)
        for article in filed(archive.store)
    )
    return sorted(
        filter(None, faults), key=lambda fault: (fault.article.added or since, fault.article.id)
    )


def told(fault: Fault) -> Iterator[Problem]:
    """Yield the problems of a fault, each with the effect of mending it."""
    article, what = fault.article, fault.article.url
    again = (
        "its own page is read again"
        if fault.reader
        else "no source of yours can read its page again: see to it"
    )
    if fault.owner:
        detail = f"filed through {article.source_key}; becomes {fault.owner}'s, and {again}"
        yield Problem(what=what, reason=CheckReason.FOREIGN_SOURCE, detail=detail)
    if fault.text:
        others = ", ".join(sorted({row.source_key for row in fault.strays} or {article.source_key}))
        detail = f"title and text may be {others}'s; {again}"
        yield Problem(what=what, reason=CheckReason.FOREIGN_TEXT, detail=detail)
    for url in fault.aliases:
        yield Problem(
            what=what, reason=CheckReason.FOREIGN_ALIAS, detail=f"{url} is taken out of its aliases"
        )
    for row in fault.strays:
        detail = (
            f"{row.entry_id} of {row.source_key} leads to {row.url} and becomes an entry of its own"
        )
        yield Problem(what=what, reason=CheckReason.FOREIGN_ENTRY, detail=detail)


def mend(archive: Archive, faults: Iterable[Fault]) -> None:
    """Mend aliases, owners and entries. Safe to repeat."""
    visits = archive.store.visits
    files = archive.article_store
    for fault in faults:
        article = fault.article
        if (path := files.find(article.id)) is None:
            continue  # its file is gone: `reconcile` forgets it
        due = _due(archive.clock, fault) if fault.reader and (fault.owner or fault.text) else None
        entries = [due] if due else []
        for row in fault.strays:
            entry = Entry(id=row.entry_id, url=row.url)
            entries.append(replace(row.reopened(), tries=0, article_id=None, entry=entry))
        visits.save_entries(entries)
        if fault.owner:
            CARRIED.append(files, [(article.id, article.source_key)])
            visits.carry([(article.id, article.source_key)], {})
        in_file = files.get(path)
        mended = replace(
            in_file, aliases=tuple(url for url in in_file.aliases if url not in fault.aliases)
        )
        if fault.owner and due:
            mended = replace(mended, source_key=due.source_key, source_id=due.entry_id)
        stored, _ = refile(files, visits, mended, before=in_file, path=path)
        visits.realias(stored)


def _due(clock: Callable[[], datetime], fault: Fault) -> EntryRow:
    article = fault.article
    key = fault.reader
    own = article.source_id if key == article.source_key and article.source_id else article.url
    new = EntryRow(
        source_key=key, entry_id=own, url="", digest="", status="pending", first_seen=clock()
    )
    row = fault.row or new
    url, entry = urls.canonical(article.url), Entry(id=row.entry_id, url=article.url)
    again = replace(row.reopened(), url=url, tries=0, article_id=article.id, entry=entry)
    return replace(again, reason=EntryReason.OWNERSHIP, detail="")


def line(source: Source, hosts: Iterable[str]) -> str:
    """Return the line `speaks_for` with `hosts` added."""
    return f"speaks_for = {json.dumps(list(dict.fromkeys((*(source.speaks_for or ()), *hosts))))}"


def lost(archive: Archive, sources: Mapping[str, Source]) -> Iterator[Problem]:
    """Yield the hosts that each source lost the right to."""
    for key, claimant in owners(archive, sources).items():
        hosts = [
            host
            for host in archive.rights_file.shown(key)
            if not claimant.rights.owns(f"https://{host}/")
        ]
        if hosts:
            detail = (
                f"it wrote articles of {', '.join(sorted(hosts))}:"
                f" {line(claimant.source, sorted(hosts))}"
            )
            yield Problem(what=key, reason=CheckReason.RIGHT_LOST, detail=detail)
