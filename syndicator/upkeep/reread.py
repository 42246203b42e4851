"""Read kept pages again, with the present rules or with rules on trial; fetch pages that are no
longer kept."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean
from typing import TYPE_CHECKING, Any

from syndicator.app.archive import Archive, as_place, find_terms
from syndicator.app.clients import make_fetcher, open_worker
from syndicator.app.configured import Configuration
from syndicator.app.lookup import article_id, filed, need_sources, rewrite
from syndicator.app.places import Place, kept_pages
from syndicator.articles.beside.rights_toml import RIGHTS_TOML, RightsFile
from syndicator.articles.snapshots import ANSWERED
from syndicator.configuration.sources.identity import as_followed
from syndicator.core import urls
from syndicator.core.errors import (
    ConfigError,
    NetworkDown,
    NotAnArticle,
    RulesError,
    UsageError,
    WorkerFailed,
)
from syndicator.core.model import Article, Failed, FeedKey, Fetched, Problem, Rules, Source
from syndicator.core.ports import Fetcher
from syndicator.core.ports.articles import Snapshots
from syndicator.core.reasons import FetchReason, FileReason
from syndicator.core.text import suggestion
from syndicator.filing.context import page_request, without_credentials
from syndicator.filing.dedupe import compared
from syndicator.filing.ownership import rights_in
from syndicator.filing.refile import refile
from syndicator.filing.results import Reread
from syndicator.processes.worker import Worker
from syndicator.store.index import Index
from syndicator.upkeep import reconcile
from syndicator.upkeep.descriptions import jobs
from syndicator.upkeep.descriptions.confirm import ChangeCounter, FeedChange

if TYPE_CHECKING:
    from syndicator.reading.reader import Trial


_READING = "reading version"  # name of a note: the version that ran last


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Articles to reread. `what`: source or article, "": all; `outdated`: by old versions."""

    what: str = ""
    since: datetime | None = None
    outdated: bool = False


def chosen(archive: Archive, sources: Mapping[str, Source], which: Which) -> list[str]:
    """Return the ids of the chosen articles, oldest first. Raises UsageError."""
    key, id = _meant(archive, sources, which.what)
    ids = [id] if id else list(archive.store.visits.stamps())  # copies of a story too
    if which.outdated:
        older = archive.snapshots.outdated()
        ids = [id for id in ids if id in older]
    dated = []
    for article in filed(archive.store, ids):
        at = article.added or article.published
        is_early = at is not None and which.since is not None and at < which.since
        if article.source_key in sources and key in ("", article.source_key) and not is_early:
            dated.append((at.timestamp() if at else 0.0, article.id))
    return [id for _, id in sorted(dated)]


def outdated(index: Index, snapshots: Snapshots, followed: Collection[str]) -> int:
    """Return the number of kept pages of `followed` sources that an older version read."""
    return sum(key in followed for key in index.sources(sorted(snapshots.outdated())).values())


def newly_outdated(archive: Archive, sources: Mapping[str, Source]) -> int:
    """Return the number of articles read by an older version on this version's first run, else
    0."""
    version = str(archive.snapshots.version)
    if archive.store.visits.note(_READING) == version:
        return 0
    archive.store.visits.set_note(_READING, version, archive.clock())
    return outdated(archive.store.index, archive.snapshots, sources)


def due_again(archive: Archive, sources: Mapping[str, Source], which: Which) -> int:
    """Return the number of entries to read again because their source's rules changed."""
    key, id = _meant(archive, sources, which.what)
    states = archive.store.visits.states()
    asked = [
        source
        for source in sources.values()
        if not id and key in ("", source.key) and source.key in states
    ]
    changed = (
        source for source in asked if states[source.key].rules not in (None, source.rules.digest)
    )
    return sum(len(reconcile.due_again(archive, source)) for source in changed)


def _meant(archive: Archive, sources: Mapping[str, Source], what: str) -> tuple[str, str]:
    if not what or what in sources:
        return what, ""
    alias = urls.alias(what)
    key = next((source.key for source in sources.values() if urls.alias(source.url) == alias), None)
    if key:
        return key, ""
    id = article_id(archive, what)
    article = archive.store.visits.article(id) if id else None
    if id is None or article is None:
        raise UsageError(
            f"no source or article {what!r}{suggestion(what, sources)}; give the key or address"
            " of a source (`syndicator sources` lists them), or the address, id or file of an"
            " article"
        )
    if article.source_key not in sources:
        raise UsageError(
            f"{what!r}: its source {article.source_key!r} is not in sources.toml, so it has no"
            " rules"
        )
    return "", id


Progress = Callable[[int, int], None]  # done, of how many


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    path: str
    before: Article
    now: Reread


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Changes by `reread`. `unkept`: articles without a page; `due_again`: entries to read
    again."""

    looked: int
    unkept: tuple[str, ...]
    read: tuple[str, ...]
    articles: tuple[Changed, ...]
    feeds: tuple[FeedChange, ...]
    problems: tuple[Problem, ...]
    due_again: int = 0


def plan(
    archive: Archive,
    configuration: Configuration,
    which: Which = Which(),
    *,
    progress: Progress = lambda done, total: None,
) -> Plan:
    """Plan a reread. Raises UsageError, ConfigError."""
    if configuration.faults:
        raise ConfigError.of(configuration.faults)
    problems, ids = (
        list(reconcile.files(archive, configuration)),
        chosen(archive, configuration.sources, which),
    )
    counter = ChangeCounter(archive.store.index.merged())
    unkept, read, changes = list[str](), list[str](), list[Changed]()
    with open_worker() as worker:
        for number, id in enumerate(ids, 1):
            page, path = archive.snapshots.get(id), archive.article_store.find(id)
            if page is None or path is None:
                unkept.append(id)
            else:
                try:
                    changed = _again(archive, configuration, worker, path, page)
                    read.append(id)
                except WorkerFailed as failure:
                    changed = Problem(what=path, reason=failure.reason, detail=failure.detail)
                if isinstance(changed, Problem):
                    problems.append(changed)
                elif changed:
                    changes.append(changed)
                    counter.add(changed.before, changed.now.article)
            progress(number, len(ids))
    return Plan(
        looked=len(ids) - len(unkept),
        unkept=tuple(unkept),
        read=tuple(read),
        articles=tuple(changes),
        feeds=counter.feeds(),
        problems=tuple(problems),
        due_again=due_again(archive, configuration.sources, which),
    )


def _again(
    archive: Archive,
    configuration: Configuration,
    worker: Worker,
    path: str,
    page: tuple[bytes, dict[str, str]],
) -> Changed | Problem | None:
    """Reread a kept page. Returns the change, problem, or None. Raises WorkerFailed,
    ConfigError."""
    try:
        article = archive.article_store.get(path)
    except ConfigError as error:
        return Problem(what=path, reason=FileReason.BAD_ARTICLE_FILE, detail=str(error))
    if (source := find_terms(archive, configuration, article)) is None:
        return None
    source = as_followed(source, archive.store.visits.state(source.key))
    html, headers = page
    try:
        new = worker.call_sync(
            jobs.reread,
            html,
            headers,
            article,
            source,
            owned=archive.rights_of(configuration.sources[source.key]).owns(article.url),
            files=configuration.taxonomy,
            repeated=archive.store.visits.repeated(urls.own_host(article.url)),
            now=archive.clock(),
            uncategorised=configuration.settings.describe.uncategorised,
        )
    except RulesError as error:
        raise ConfigError(
            f"{configuration.folder}/sources.toml: source {source.key!r}: {error}"
        ) from error
    except NotAnArticle as refusal:
        return Problem(
            what=path, reason=refusal.reason, detail=f"{refusal}; the article stays as it is"
        )
    return Changed(path=path, before=article, now=new) if new else None


def apply_plan(
    archive: Archive, planned: Plan, progress: Progress = lambda done, total: None
) -> None:
    """Apply the changes of `plan`, and note the articles that this version has read."""

    def write(item: Changed) -> None:
        new, files, store = item.now, archive.article_store, archive.store.visits
        sketch = lambda stored: compared(stored, archive.clock())
        refile(
            files,
            store,
            new.article,
            before=item.before,
            path=item.path,
            html=new.html,
            compared=sketch,
        )

    rewrite(archive, planned.articles, write, progress)
    for id in planned.read:
        archive.snapshots.note_read(id)


def unkept(archive: Archive, sources: Mapping[str, Source], which: Which) -> list[str]:
    """Return the ids of chosen articles without a kept page."""
    return [id for id in chosen(archive, sources, which) if archive.snapshots.get(id) is None]


async def fetch(
    archive: Archive,
    configuration: Configuration,
    ids: Sequence[str],
    progress: Progress = lambda done, total: None,
) -> tuple[Problem, ...]:
    """Fetch and keep the pages of articles. Returns the failures. Raises NetworkDown, OSError."""
    problems: list[Problem] = []
    async with aclosing(make_fetcher(archive, configuration.settings)) as fetcher:
        for number, id in enumerate(ids, 1):
            article = archive.store.visits.article(id)
            failed = await _fetch(archive, configuration, fetcher, article) if article else None
            if failed and failed.no_network and number == 1:
                raise NetworkDown(f"{failed.url}: {failed.reason}: {failed.detail}")
            problems += (
                [Problem(what=failed.url, reason=failed.reason, detail=failed.detail)]
                if failed
                else []
            )
            progress(number, len(ids))
    return tuple(problems)


async def _fetch(
    archive: Archive, configuration: Configuration, fetcher: Fetcher, article: Article
) -> Failed | None:
    if (source := find_terms(archive, configuration, article)) is None:
        return None
    request = page_request(article.url, source, configuration.settings, configuration.environ)
    result = without_credentials(request, source, configuration.environ) or await fetcher.fetch(
        request
    )
    if isinstance(result, Failed):
        return result
    if not isinstance(result, Fetched) or not urls.same_site(result.final_url, article.url):
        return Failed(
            url=article.url, reason=FetchReason.REDIRECTS, detail=f"{result.final_url} answered"
        )
    archive.snapshots.put(article.id, result.body, {**result.headers, ANSWERED: result.final_url})
    return None


PAGES = 10  # newest kept pages that are tried
POINTED = 5  # pages on which a selector made by pointing must match


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """Result of rules on a kept page; `trial` is None if reading failed."""

    id: str
    title: str
    trial: "Trial | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPage:
    """A kept page: its bytes, the address that answered, and its headers."""

    id: str
    title: str
    url: str
    page: tuple[bytes, str, Mapping[str, str]]


def kept(place: Place, key: str, most: int = POINTED) -> list[KeptPage]:
    """Return the newest kept pages that a source owns. Raises UsageError."""
    need_sources(place.sources, [key], place.config)
    if place.store is None:
        return []
    rights = rights_in(RightsFile(place.article_store.file(RIGHTS_TOML)), place.sources[key])
    snapshots, index = kept_pages(place.settings, place.environ), place.store.index
    ids = index.ids(FeedKey("source", key), limit=10 * most, since=None, most=10 * most)
    pages: list[KeptPage] = []
    for id, article in index.articles(ids).items():
        if (
            len(pages) < most
            and rights.owns(article.url)
            and (page := snapshots.get(id)) is not None
        ):
            html, headers = page
            answered = (html, headers.get(ANSWERED, article.url), headers)
            pages.append(KeptPage(id=id, title=article.title, url=article.url, page=answered))
    return pages


def try_out(
    archive: Archive, configuration: Configuration, key: str, rules: Rules, *, most: int = PAGES
) -> tuple[Tried, ...]:
    """Try `rules` on the newest kept pages of a source. Raises UsageError, RulesError."""
    pages, tried = kept(as_place(archive, configuration), key, most), []
    with open_worker() as worker:
        for page in pages:
            html, answered, headers = page.page
            repeated, trial = archive.store.visits.repeated(urls.own_host(page.url)), None
            more: dict[str, Any] = {
                "repeated": repeated,
                "headers": headers,
                "now": archive.clock(),
            }
            with suppress(WorkerFailed):
                trial = worker.call_sync(jobs.tried, html, answered, rules, **more)
            tried.append(Tried(id=page.id, title=page.title, trial=trial))
    return tuple(tried)


def score(tried: Sequence[Tried]) -> float:
    """Return the mean score; an unreadable page counts as 0."""
    return fmean(row.trial.score if row.trial else 0.0 for row in tried) if tried else 0.0


def pages_matched(tried: Sequence[Tried]) -> dict[str, int]:
    trials = [row.trial for row in tried if row.trial]
    return {
        rule: sum(bool(trial.matches[rule]) for trial in trials)
        for rule in (trials[0].matches if trials else ())
    }
