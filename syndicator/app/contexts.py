"""The contexts in which articles are filed, from an opened instance."""

from collections.abc import (
    Callable,
)
from dataclasses import fields

from syndicator.app.container import App
from syndicator.core.model import Source
from syndicator.core.ports import Fetcher
from syndicator.core.ports.subscriptions import Hubs
from syndicator.filing.context import FilingContext, RunContext
from syndicator.filing.ownership import Owners, Rights, rights_in
from syndicator.filing.refile import sequence
from syndicator.processes.worker import Worker


def filing_context(app: App) -> FilingContext:
    return FilingContext(
        store=app.store.visits,
        article_store=app.article_store,
        clock=app.clock,
        added=sequence(app.clock, app.store.ahead.newest_added()),
        ranks={key: place for place, key in enumerate(app.sources)},
        owners=owners(app),
    )


def owners(app: App) -> Owners:
    """Return the sources with their rights to write articles."""

    def rights(source: Source) -> Rights:
        return rights_in(app.rights_file, source, app.clock().date())

    return Owners(app.sources, rights, app.rights_file.all_linked())


def make_context(
    app: App,
    fetcher: Fetcher,
    worker: Worker,
    filed: Callable[[str], None],
    *,
    asked: bool = False,
    hubs: Hubs | None = None,
    pages: Callable[[int, int], None] = lambda more, read: None,
) -> RunContext:
    """Return the context of visits. `filed` gets each title, `pages` the pages as `Watch` has it;
    `asked`: a person named the sources."""
    filing, names = filing_context(app), [each.name for each in fields(FilingContext)]
    shared = ("settings", "sources", "rights_file", "snapshots", "taxonomy", "jitter", "environ")
    return RunContext(
        **{name: getattr(filing, name) for name in names},
        **{name: getattr(app, name) for name in shared},
        fetcher=fetcher,
        worker=worker,
        progress=filed,
        count_pages=pages,
        asked=asked,
        hubs=hubs,
    )
