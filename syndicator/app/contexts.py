"""Make the contexts in which `filing` works, from an opened instance."""

from collections.abc import (
    Callable,
    Mapping,
)
from dataclasses import fields

from syndicator.app.archive import Archive
from syndicator.app.read_configuration import Configuration
from syndicator.core.model import Source
from syndicator.core.ports import Fetcher
from syndicator.core.ports.subscriptions import Hubs
from syndicator.filing.context import FilingContext, RunContext
from syndicator.filing.ownership import Owners, Rights, load_rights
from syndicator.filing.save_article import make_filing_clock
from syndicator.processes.worker import Worker


def make_filing_context(archive: Archive, sources: Mapping[str, Source]) -> FilingContext:
    """Return the context for filing articles outside of visits. The rank of a source is its number
    in the configuration."""
    return FilingContext(
        store=archive.store.visits,
        article_store=archive.article_store,
        clock=archive.clock,
        take_filing_time=make_filing_clock(archive.clock, archive.store.ahead.read_newest_added()),
        ranks={key: rank for rank, key in enumerate(sources)},
        owners=load_owners(archive, sources),
    )


def load_owners(archive: Archive, sources: Mapping[str, Source]) -> Owners:
    """Return the sources with their rights to write articles of sites."""

    def load_rights_today(source: Source) -> Rights:
        return load_rights(archive.rights_file, source, archive.clock().date())

    return Owners(sources, load_rights_today, archive.rights_file.list_linked_hosts())


def make_context(
    archive: Archive,
    configuration: Configuration,
    jitter: Callable[[], float],
    fetcher: Fetcher,
    worker: Worker,
    filed: Callable[[str], None],
    *,
    asked: bool = False,
    hubs: Hubs | None = None,
    pages: Callable[[int, int], None] = lambda count, read: None,
) -> RunContext:
    """Return the context of visits: that for filing articles, and what visits need besides.

    `filed`: called with the title of each new article. `pages`: called with how many pages were
    added to those to read, and how many were read. `asked`: True if a person chose the sources.
    `hubs`: the subscriptions, None if there are none."""
    filing_context = make_filing_context(archive, configuration.sources)
    filing_fields = {
        field.name: getattr(filing_context, field.name) for field in fields(FilingContext)
    }
    return RunContext(
        **filing_fields,
        settings=configuration.settings,
        sources=configuration.sources,
        rights_file=archive.rights_file,
        snapshots=archive.snapshots,
        taxonomy=configuration.taxonomy,
        jitter=jitter,
        environ=configuration.environ,
        fetcher=fetcher,
        worker=worker,
        report_filed=filed,
        count_pages=pages,
        asked_by_person=asked,
        hubs=hubs,
    )
