"""Read kept pages again, with the present rules or with rules on trial; fetch pages that are no
longer kept."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean
from typing import TYPE_CHECKING, Any

from syndicator.app.clients import make_fetcher, open_worker
from syndicator.app.container import App
from syndicator.app.lookup import article_id, filed, need_sources, rewrite
from syndicator.app.places import Place, kept_pages
from syndicator.articles.beside.lists import RIGHTS_TOML, RightsFile
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
from syndicator.core.model import Article, Failed, FeedKey, Fetched, Problem, Rules
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


def chosen(app: App, which: Which) -> list[str]:
    """Return the ids of the chosen articles, oldest first. Raises UsageError."""
    key, id = _meant(app, which.what)
    ids = [id] if id else list(app.store.visits.stamps())  # copies of a story too
    if which.outdated:
        older = app.snapshots.outdated()
        ids = [id for id in ids if id in older]
    dated = []
    for article in filed(app, ids):
        at = article.added or article.published
        is_early = at is not None and which.since is not None and at < which.since
        if article.source_key in app.sources and key in ("", article.source_key) and not is_early:
            dated.append((at.timestamp() if at else 0.0, article.id))
    return [id for _, id in sorted(dated)]


def outdated(index: Index, snapshots: Snapshots, followed: Collection[str]) -> int:
    """Return the number of kept pages of `followed` sources that an older version read."""
    return sum(key in followed for key in index.sources(sorted(snapshots.outdated())).values())


def newly_outdated(app: App) -> int:
    """Return the number of articles read by an older version on this version's first run, else
    0."""
    version = str(app.snapshots.version)
    if app.store.visits.note(_READING) == version:
        return 0
    app.store.visits.set_note(_READING, version, app.clock())
    return outdated(app.store.index, app.snapshots, app.sources)


def due_again(app: App, which: Which) -> int:
    """Return the number of entries to read again because their source's rules changed."""
    key, id = _meant(app, which.what)
    states = app.store.visits.states()
    asked = [
        source
        for source in app.sources.values()
        if not id and key in ("", source.key) and source.key in states
    ]
    changed = (
        source for source in asked if states[source.key].rules not in (None, source.rules.digest)
    )
    return sum(len(reconcile.due_again(app, source)) for source in changed)


def _meant(app: App, what: str) -> tuple[str, str]:
    if not what or what in app.sources:
        return what, ""
    alias = urls.alias(what)
    key = next(
        (source.key for source in app.sources.values() if urls.alias(source.url) == alias), None
    )
    if key:
        return key, ""
    id = article_id(app, what)
    article = app.store.visits.article(id) if id else None
    if id is None or article is None:
        raise UsageError(
            f"no source or article {what!r}{suggestion(what, app.sources)}; give the key or address"
            " of a source (`syndicator sources` lists them), or the address, id or file of an"
            " article"
        )
    if article.source_key not in app.sources:
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
    app: App, which: Which = Which(), *, progress: Progress = lambda done, total: None
) -> Plan:
    """Plan a reread. Raises UsageError, ConfigError."""
    if app.faults:
        raise ConfigError.of(app.faults)
    problems, ids = list(reconcile.files(app)), chosen(app, which)
    counter = ChangeCounter(app.store.index.merged())
    unkept, read, changes = list[str](), list[str](), list[Changed]()
    with open_worker() as worker:
        for number, id in enumerate(ids, 1):
            page, path = app.snapshots.get(id), app.article_store.find(id)
            if page is None or path is None:
                unkept.append(id)
            else:
                try:
                    changed = _again(app, worker, path, page)
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
        due_again=due_again(app, which),
    )


def _again(
    app: App, worker: Worker, path: str, page: tuple[bytes, dict[str, str]]
) -> Changed | Problem | None:
    """Reread a kept page. Returns the change, problem, or None. Raises WorkerFailed,
    ConfigError."""
    try:
        article = app.article_store.get(path)
    except ConfigError as error:
        return Problem(what=path, reason=FileReason.BAD_ARTICLE_FILE, detail=str(error))
    if (source := app.terms(article)) is None:
        return None
    source = as_followed(source, app.store.visits.state(source.key))
    html, headers = page
    try:
        new = worker.call_sync(
            jobs.reread,
            html,
            headers,
            article,
            source,
            owned=app.rights_of(app.sources[source.key]).owns(article.url),
            files=app.taxonomy,
            repeated=app.store.visits.repeated(urls.own_host(article.url)),
            now=app.clock(),
            uncategorised=app.settings.describe.uncategorised,
        )
    except RulesError as error:
        raise ConfigError(f"{app.config}/sources.toml: source {source.key!r}: {error}") from error
    except NotAnArticle as refusal:
        return Problem(
            what=path, reason=refusal.reason, detail=f"{refusal}; the article stays as it is"
        )
    return Changed(path=path, before=article, now=new) if new else None


def apply_plan(app: App, planned: Plan, progress: Progress = lambda done, total: None) -> None:
    """Apply the changes of `plan`, and note the articles that this version has read."""

    def write(item: Changed) -> None:
        new, files, store = item.now, app.article_store, app.store.visits
        sketch = lambda stored: compared(stored, app.clock())
        refile(
            files,
            store,
            new.article,
            before=item.before,
            path=item.path,
            html=new.html,
            compared=sketch,
        )

    rewrite(app, planned.articles, write, progress)
    for id in planned.read:
        app.snapshots.note_read(id)


def unkept(app: App, which: Which) -> list[str]:
    """Return the ids of chosen articles without a kept page."""
    return [id for id in chosen(app, which) if app.snapshots.get(id) is None]


async def fetch(
    app: App, ids: Sequence[str], progress: Progress = lambda done, total: None
) -> tuple[Problem, ...]:
    """Fetch and keep the pages of articles. Returns the failures. Raises NetworkDown, OSError."""
    problems: list[Problem] = []
    async with aclosing(make_fetcher(app)) as fetcher:
        for number, id in enumerate(ids, 1):
            article = app.store.visits.article(id)
            failed = await _fetch(app, fetcher, article) if article else None
            if failed and failed.no_network and number == 1:
                raise NetworkDown(f"{failed.url}: {failed.reason}: {failed.detail}")
            problems += (
                [Problem(what=failed.url, reason=failed.reason, detail=failed.detail)]
                if failed
                else []
            )
            progress(number, len(ids))
    return tuple(problems)


async def _fetch(app: App, fetcher: Fetcher, article: Article) -> Failed | None:
    if (source := app.terms(article)) is None:
        return None
    request = page_request(article.url, source, app.settings, app.environ)
    result = without_credentials(request, source, app.environ) or await fetcher.fetch(request)
    if isinstance(result, Failed):
        return result
    if not isinstance(result, Fetched) or not urls.same_site(result.final_url, article.url):
        return Failed(
            url=article.url, reason=FetchReason.REDIRECTS, detail=f"{result.final_url} answered"
        )
    app.snapshots.put(article.id, result.body, {**result.headers, ANSWERED: result.final_url})
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


def try_out(app: App, key: str, rules: Rules, *, most: int = PAGES) -> tuple[Tried, ...]:
    """Try `rules` on the newest kept pages of a source. Raises UsageError, RulesError."""
    pages, tried = kept(app.place(), key, most), []
    with open_worker() as worker:
        for page in pages:
            html, answered, headers = page.page
            repeated, trial = app.store.visits.repeated(urls.own_host(page.url)), None
            more: dict[str, Any] = {"repeated": repeated, "headers": headers, "now": app.clock()}
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
