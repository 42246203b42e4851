"""What keeps this installation from working, with the cure of each fault."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from syndicator.articles.beside.lists import BELIEVED
from syndicator.configuration.settings import load
from syndicator.configuration.sources.registry import placed_sources
from syndicator.configuration.sources.schema import Placed
from syndicator.configuration.toml_files import TomlFile, read_toml_file
from syndicator.core.axes import ALL
from syndicator.core.errors import SyndicatorError
from syndicator.core.model import Problem
from syndicator.core.ports import FeedRow
from syndicator.core.reasons import CheckReason
from syndicator.describing.taxonomy import vocabulary
from syndicator.describing.taxonomy.vocabulary import Vocabulary
from syndicator.publishing import paths
from syndicator.services.check import article_files, configuration, machine, names, templates
from syndicator.services.check.finding import Finding, in_order, of_fault, of_problem
from syndicator.services.container import App, make_fetcher, open_app, utc_now
from syndicator.services.ownership.rights import line
from syndicator.services.recovery import clock as recovery
from syndicator.visiting.fetch import dns

_NAMED = 20  # sites in one line; a choice


def check(
    config: Path,
    *,
    strict: bool = False,
    environ: Mapping[str, str] = os.environ,
    clock: Callable[[], datetime] = utc_now,
    lookup: machine.Lookup = dns.system,
) -> list[Finding]:
    """Everything that is wrong, errors first; empty when all is well. With `strict`, what should be set before feeds
    are published is an error. Raises nothing for what it finds."""
    return in_order([*configuration.variables(environ), *_look(config, strict, environ, clock, lookup)])


def _look(
    config: Path, strict: bool, environ: Mapping[str, str], clock: Callable[[], datetime], lookup: machine.Lookup
) -> Iterator[Finding]:
    if wrong := configuration.faults(config, environ):
        yield from wrong
        return
    settings = load(config, environ)
    placed = placed_sources(config / "sources.toml")
    yield from configuration.settings(config, settings, environ, strict=strict)
    yield from configuration.sources(placed, environ)
    yield from configuration.beside(config)
    yield from templates.templates(config, settings)
    shut = list(machine.folders(settings))
    yield from shut
    if not settings.fetch.proxy:  # a proxy looks names up for itself
        yield from machine.names((one.source for one in placed), lookup)
    if not all(Path(one.what).is_dir() for one in shut):
        return  # nothing can be opened there
    try:
        with open_app(config, environ=environ) as app:
            yield from _opened(app, placed, clock())
    except (SyndicatorError, OSError) as error:
        yield Finding(severity="error", what=str(config), reason=CheckReason.CANNOT_OPEN, detail=str(error))


def _opened(app: App, placed: Sequence[Placed], now: datetime) -> Iterator[Finding]:
    status = app.store.status
    last, behind = status.counts().last_run, recovery.behind(app.store, now)
    yield from machine.clock(now, installed=_installed(), last_run=last, articles=behind)
    yield from _names(app, placed)
    yield from (of_problem(one, "warning") for one in _unanswered(app, now))
    yield from article_files.broken(app)
    yield from (of_problem(one) for one in status.check())
    yield from (of_problem(one, "warning") for one in status.held())
    yield from article_files.passed_over(app.article_store)
    if app.settings.site.url and app.settings.publish.hubs:  # nobody is asked where feeds have no public address
        yield from asyncio.run(_hubs(app))


async def _hubs(app: App) -> list[Finding]:
    """Hubs that take no subscribers to the feed of everything."""
    from syndicator.publishing.output.websub import refused
    from syndicator.visiting.fetch.ssrf import endpoint

    fetcher = make_fetcher(app)
    try:
        topic = app.settings.base_url + paths.file_name(ALL, app.settings.publish.formats[0])
        found = await refused(topic, app.settings.publish.hubs, fetcher, allow=endpoint)
    finally:
        await fetcher.aclose()
    said = [f"it answers a subscription with {one.reason}{f': {one.detail}' * bool(one.detail)}" for one in found]
    return [
        Finding(severity="warning", what=one.what, reason=CheckReason.HUB_REFUSES, detail=detail)
        for one, detail in zip(found, said, strict=True)
    ]


def _installed() -> datetime:
    return datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC)


def _names(app: App, placed: Sequence[Placed]) -> Iterator[Finding]:
    """Names that are nowhere defined, in sources, queries and files of a hand."""
    path = app.config / "taxonomy.toml"
    words = vocabulary.load(path) if path.exists() else Vocabulary()
    rows = [row for row in app.store.index.feeds() if not row.dropped]
    categories = [one.name for one in words.category]
    known = names.Names(
        categories=[*categories, app.settings.describe.uncategorised] if categories else [],
        tags=[tag.name for tag in words.tag],
        aliases={alias: tag.name for tag in words.tag for alias in tag.aliases},
        sources=list(app.sources),
        used={
            names.CATEGORY: _of(rows, names.CATEGORY) + [one.source.category or "" for one in placed],
            names.TAG: _of(rows, names.TAG) + [tag for one in placed for tag in one.source.tags],
        },
    )
    feeds = app.config / "feeds.toml"
    file = read_toml_file(feeds) if feeds.exists() else TomlFile(feeds, {})
    unknown = (*names.in_sources(placed, known), *names.in_queries(file, app.queries, known))
    yield from (of_fault(fault, CheckReason.UNKNOWN_NAME, "warning") for fault in unknown)
    yield from article_files.by_hand(app.article_store, known.categories)


def _of(rows: Iterable[FeedRow], axis: str) -> list[str]:
    return [row.name for row in rows if row.key.axis == axis]


def _unanswered(app: App, now: datetime) -> Iterator[Problem]:
    """Rights that wait for the operator: sources that write for domains not their own, as they did before articles had
    owners, and links of front pages that were not seen lately."""
    for source in app.sources.values():
        if source.speaks_for is not None:
            continue
        for host, end in app.rights_file.ending(source.key, now.date()).items():
            detail = (
                f"the front page of {host} was last seen to link its feed on {end - BELIEVED}: from {end} on its own "
                f"words on articles there do not count; if they should, write in sources.toml: {line(source, [host])}"
            )
            yield Problem(what=source.key, reason=CheckReason.RIGHT_ENDS, detail=detail)
        sites = app.rights_file.before(source.key)
        if sites:
            more = f" and {len(sites) - _NAMED} more, named in {app.rights_file}" if len(sites) > _NAMED else ""
            detail = (
                f"it still writes the articles of {len(sites)} domains that are not its own; write in sources.toml for "
                f"which it may speak: {line(source, sites[:_NAMED])}{more}; speaks_for = [] leaves them all to their "
                f"own pages"
            )
            yield Problem(what=source.key, reason=CheckReason.SPEAKS_FOR, detail=detail)
