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
    """Return the context for filing articles (writing them to files and the database) when no
    source is visited. `sources`: the configured ones by key, in order: earlier ones rank first."""
    return FilingContext(
        store=archive.store.visits,
        article_store=archive.article_store,
        clock=archive.clock,
        take_filing_time=make_filing_clock(archive.clock, archive.store.ahead.read_newest_added()),
        ranks={key: rank for rank, key in enumerate(sources)},
        owners=load_owners(archive, sources),
    )


def load_owners(archive: Archive, sources: Mapping[str, Source]) -> Owners:
    """Return an object that knows which source may write the articles of a site. `sources`: the
    configured ones, by key."""

    def load_rights_today(source: Source) -> Rights:
        """Return the rights of a source. Called when they are first needed."""
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
    """Return the context of a run, which visits sources and files their articles: settings, stores
    and clients.

    `jitter`: returns a random number, by which times of visits differ. `fetcher`: fetches feeds and
    pages. `worker`: a process that parses them. `filed`: called with the title of each new article.
    `asked`: True if a person chose the sources. `hubs`: the subscriptions at hubs, None if there
    are none. `pages`: called with two numbers: pages added to those to read, and pages read."""
    # a RunContext has all fields of a FilingContext, and more
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
