"""Find and mend articles filed under the wrong source; report hosts that a source lost.

A source lost a host if it wrote articles of it and its settings do not allow that any more."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from syndicator.app.archive import Archive
from syndicator.app.contexts import load_owners
from syndicator.app.lookup import iterate_articles
from syndicator.articles.beside.tab_lists import CARRIED
from syndicator.core import urls
from syndicator.core.model import Entry, Problem, Source
from syndicator.core.ports import EntryRow
from syndicator.core.reasons import CheckReason, EntryReason
from syndicator.filing.ownership import Fault, find_fault
from syndicator.filing.save_article import write_article
from syndicator.upkeep.reconcile import OWNED_SINCE


def find_filing_faults(archive: Archive, sources: Mapping[str, Source]) -> list[Fault]:
    """Return a fault for each article that is filed under a wrong source, or that has text,
    addresses or entries of another article. The faults of the oldest articles come first.
    `sources`: the followed sources by key. Raises StoreError or ConfigError."""
    # feed entries by the id of the article as which they are stored
    rows_by_article: dict[str, list[EntryRow]] = defaultdict(list)
    for row in archive.store.visits.list_bound_entries():
        rows_by_article[row.article_id or ""].append(row)
    # the time of the first start at which articles had owners: later ones have no such faults
    stored_since = archive.store.visits.note(OWNED_SINCE)
    owned_since = datetime.fromisoformat(stored_since) if stored_since else archive.clock()
    claimants = load_owners(archive, sources)
    faults = []
    for article in iterate_articles(archive.store):
        rows = rows_by_article.get(article.id, ())
        fault = find_fault(article, rows, claimants, owned_since)
        if fault:
            faults.append(fault)

    def get_age_key(fault: Fault) -> tuple[datetime, str]:
        """Return a key that sorts the faults of the oldest articles first."""
        return fault.article.added or owned_since, fault.article.id

    return sorted(faults, key=get_age_key)


def describe_fault(fault: Fault) -> Iterator[Problem]:
    """Yield a problem for each error that `fault` lists for its article. The detail of each problem
    also says how mending corrects the error."""
    article = fault.article
    url = article.url
    # how the article gets its own text
    reading = "no source of yours can read its page again: see to it"
    if fault.reader:
        reading = "its own page is read again"
    if fault.owner:
        detail = f"filed through {article.source_key}; becomes {fault.owner}'s, and {reading}"
        yield Problem(what=url, reason=CheckReason.FOREIGN_SOURCE, detail=detail)
    if fault.text:
        possible_sources = {row.source_key for row in fault.strays} or {article.source_key}
        names = ", ".join(sorted(possible_sources))
        detail = f"title and text may be {names}'s; {reading}"
        yield Problem(what=url, reason=CheckReason.FOREIGN_TEXT, detail=detail)
    for alias in fault.aliases:
        detail = f"{alias} is taken out of its aliases"
        yield Problem(what=url, reason=CheckReason.FOREIGN_ALIAS, detail=detail)
    for row in fault.strays:
        detail = (
            f"{row.entry_id} of {row.source_key} leads to {row.url} and becomes an entry of its own"
        )
        yield Problem(what=url, reason=CheckReason.FOREIGN_ENTRY, detail=detail)


def mend_articles(archive: Archive, faults: Iterable[Fault]) -> None:
    """Correct the articles that have these faults. For each article, its source and aliases are
    corrected in its file, its page is read again, and feed entries that were stored as this article
    by mistake become entries of their own. May be called again after a crash."""
    visits = archive.store.visits
    files = archive.article_store
    for fault in faults:
        article = fault.article
        path = files.find(article.id)
        if path is None:
            continue  # its file is gone: `reconcile` forgets it

        # make the entry of the article's own page due, and those that led to it by mistake
        due_entries = []
        reread_entry = None
        must_be_reread = bool(fault.owner or fault.text)
        if must_be_reread and fault.reader:
            reread_entry = _make_due_entry(archive.clock, fault)
            due_entries.append(reread_entry)
        for row in fault.strays:
            entry = Entry(id=row.entry_id, url=row.url)
            own_entry = replace(row.reopened(), tries=0, article_id=None, entry=entry)
            due_entries.append(own_entry)
        visits.save_entries(due_entries)

        # the source that filed it stays a carrier: its feed goes on to show the article
        if fault.owner:
            CARRIED.append(files, [(article.id, article.source_key)])
            visits.add_carriers([(article.id, article.source_key)], {})

        # correct source and aliases in the file
        in_file = files.get(path)
        aliases = tuple(url for url in in_file.aliases if url not in fault.aliases)
        mended = replace(in_file, aliases=aliases)
        if fault.owner and reread_entry:
            mended = replace(
                mended, source_key=reread_entry.source_key, source_id=reread_entry.entry_id
            )
        stored, _ = write_article(files, visits, mended, before=in_file, path=path)
        visits.replace_aliases(stored)


def _make_due_entry(clock: Callable[[], datetime], fault: Fault) -> EntryRow:
    """Return a feed entry that is due now, so that the page of the article is read again. The
    source `fault.reader`, which may read this page, reads it. The entry is the article's own if the
    database has that, else a new one. `clock`: returns the present time."""
    article = fault.article
    row = fault.row
    if row is None:
        entry_id = article.url
        if fault.reader == article.source_key:
            entry_id = article.source_id or article.url
        row = EntryRow(
            source_key=fault.reader,
            entry_id=entry_id,
            url="",
            digest="",
            status="pending",
            first_seen=clock(),
        )
    return replace(
        row.reopened(),
        url=urls.canonical(article.url),
        tries=0,
        article_id=article.id,
        entry=Entry(id=row.entry_id, url=article.url),
        reason=EntryReason.OWNERSHIP,
        detail="",
    )


def write_speaks_for(source: Source, hosts: Iterable[str]) -> str:
    """Return the line `speaks_for = [...]` for sources.toml, which lets `source` write articles of
    the listed hosts. It lists the hosts that are configured already, and then `hosts`."""
    configured = source.speaks_for or ()
    all_hosts = list(dict.fromkeys((*configured, *hosts)))
    return f"speaks_for = {json.dumps(all_hosts)}"


def find_lost_hosts(archive: Archive, sources: Mapping[str, Source]) -> Iterator[Problem]:
    """Yield a problem for each source that earlier wrote articles of a host, but may not write
    articles of this host with its present settings. The problem quotes the line for sources.toml
    that would allow it. `sources`: the followed sources by key."""
    for key, claimant in load_owners(archive, sources).items():
        lost_hosts = []
        for host in archive.rights_file.shown(key):  # hosts of which the source wrote articles
            if not claimant.rights.owns(f"https://{host}/"):
                lost_hosts.append(host)
        if lost_hosts:
            lost_hosts.sort()
            hosts = ", ".join(lost_hosts)
            line = write_speaks_for(claimant.source, lost_hosts)
            detail = f"it wrote articles of {hosts}: {line}"
            yield Problem(what=key, reason=CheckReason.RIGHT_LOST, detail=detail)
