"""Plan and apply a reread of kept pages; fetch pages that are no longer kept (`reread --fetch`)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from syndicator.articles.snapshots import ANSWERED
from syndicator.core import urls
from syndicator.core.errors import ConfigError, NetworkDown, NotAnArticle, RulesError, UsageError, WorkerFailed
from syndicator.core.model import Article, Failed, Fetched, Problem, Source
from syndicator.core.ports import Fetcher
from syndicator.core.ports.articles import Snapshots
from syndicator.core.reasons import FetchReason, FileReason
from syndicator.core.text import suggestion
from syndicator.pipeline import jobs
from syndicator.pipeline.context import page_request, without_credentials
from syndicator.pipeline.dedupe import compared
from syndicator.pipeline.descriptions.confirm import ChangeCounter, FeedChange
from syndicator.pipeline.refile import refile
from syndicator.pipeline.results import Reread
from syndicator.processes.worker import Worker
from syndicator.services import reconcile
from syndicator.services.container import App, make_fetcher, open_worker
from syndicator.services.naming import article_id
from syndicator.store.index import Index

ROWS = 500  # rows read at a time
_READING = "reading version"  # the note with the version that ran last


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Articles to reread. `what`: source or article, "" for all; `since`: of adding; `outdated`: by old versions."""

    what: str = ""
    since: datetime | None = None
    outdated: bool = False


def chosen(app: App, which: Which) -> list[str]:
    """The ids of the chosen articles of followed sources, oldest first. Raises UsageError."""
    key, id = _meant(app, which.what)
    ids = [id] if id else list(app.store.visits.stamps())  # copies of a story too
    if which.outdated:
        older = app.snapshots.outdated()
        ids = [one for one in ids if one in older]
    found = []
    for start in range(0, len(ids), ROWS):
        for article in app.store.index.articles(ids[start : start + ROWS]).values():
            at = article.added or article.published
            if article.source_key in app.sources and key in ("", article.source_key) and not _before(at, which.since):
                found.append((at.timestamp() if at else 0.0, article.id))
    return [id for _, id in sorted(found)]


def outdated(index: Index, snapshots: Snapshots, followed: Collection[str]) -> int:
    """How many articles of the sources `followed` (keys) an older version read, whose pages are kept."""
    return sum(key in followed for key in index.sources(sorted(snapshots.outdated())).values())


def newly_outdated(app: App) -> int:
    """The number of articles read by an older version, at the first run of a new one; 0 later."""
    version = str(app.snapshots.version)
    if app.store.visits.note(_READING) == version:
        return 0
    app.store.visits.set_note(_READING, version, app.clock())
    return outdated(app.store.index, app.snapshots, app.sources)


def due_again(app: App, which: Which) -> int:
    """How many entries the next run asks for once more because the rules of their source were changed since it."""
    key, id = _meant(app, which.what)
    states = app.store.visits.states()

    def changed(source: Source) -> bool:
        return source.key in states and states[source.key].rules not in (None, source.rules.digest)

    meant = [source for source in app.sources.values() if not id and key in ("", source.key)]
    return sum(len(reconcile.due_again(app, source)) for source in meant if changed(source))


def _before(at: datetime | None, since: datetime | None) -> bool:
    return at is not None and since is not None and at < since


def _meant(app: App, what: str) -> tuple[str, str]:
    if not what or what in app.sources:
        return what, ""
    alias = urls.alias(what)
    key = next((source.key for source in app.sources.values() if urls.alias(source.url) == alias), None)
    if key:
        return key, ""
    id = article_id(app, what)
    article = app.store.visits.article(id) if id else None
    if id is None or article is None:
        raise UsageError(
            f"no source or article {what!r}{suggestion(what, app.sources)}; give the key or address of a source "
            "(`syndicator sources` lists them), or the address, id or file of an article"
        )
    if article.source_key not in app.sources:
        raise UsageError(f"{what!r}: its source {article.source_key!r} is not in sources.toml, so it has no rules")
    return "", id


Progress = Callable[[int, int], None]  # done, of how many


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """An article that reads differently now, and the path of its file."""

    path: str
    before: Article
    now: Reread


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What `reread` would change. `looked`: articles that have a kept page; `unkept`: ids of those without one; `read`:
    ids of those whose page was read; `due_again`: entries that the next run asks for once more, as rules changed."""

    looked: int
    unkept: tuple[str, ...]
    read: tuple[str, ...]
    articles: tuple[Changed, ...]
    feeds: tuple[FeedChange, ...]
    problems: tuple[Problem, ...]
    due_again: int = 0


def plan(app: App, which: Which = Which(), *, progress: Progress = lambda done, total: None) -> Plan:
    """Plan a reread of the chosen articles. Changes nothing. Raises UsageError, ConfigError for any fault: who rereads
    wants the rules as they are now."""
    if app.faults:
        raise ConfigError.of(app.faults)
    problems = list(reconcile.files(app))
    ids = chosen(app, which)
    counter = ChangeCounter(app.store.index.merged())
    with open_worker(app) as worker:
        reading = _Reading(app, worker, problems=problems)
        for number, id in enumerate(ids, 1):
            if (changed := reading.take(id)) is not None:
                counter.add(changed.before, changed.now.article)
            progress(number, len(ids))
    return Plan(
        looked=len(ids) - len(reading.unkept),
        unkept=tuple(reading.unkept),
        read=tuple(reading.read),
        articles=tuple(reading.found),
        feeds=counter.feeds(),
        problems=tuple(reading.problems),
        due_again=due_again(app, which),
    )


def apply_plan(app: App, planned: Plan, progress: Progress = lambda done, total: None) -> None:
    """Changes exactly what `plan` listed, and notes which articles this version has read."""
    store = app.store.visits
    for number, item in enumerate(planned.articles, 1):
        refile(
            app.article_store,
            store,
            item.now.article,
            before=item.before,
            path=item.path,
            html=item.now.html,
            compared=lambda stored: compared(stored, app.clock()),
        )
        progress(number, len(planned.articles))
    for id in planned.read:  # what this version makes of them is in their files
        app.snapshots.note_read(id)


@dataclass(slots=True)
class _Reading:
    """The pages of one plan, one after the other. What fails is named and costs no other."""

    app: App
    worker: Worker
    unkept: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    found: list[Changed] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def take(self, id: str) -> Changed | None:
        """The article as its kept page reads now, None when it stays."""
        kept, path = self.app.snapshots.get(id), self.app.article_store.find(id)
        if kept is None or path is None:
            self.unkept.append(id)
            return None
        try:
            changed = self._again(path, kept)
        except NotAnArticle as refusal:
            self._problem(path, refusal.reason, f"{refusal}; the article stays as it is")
            changed = None
        except WorkerFailed as failure:
            self._problem(path, failure.reason, failure.detail)
            return None
        self.read.append(id)
        self.found += [changed] if changed else []
        return changed

    def _again(self, path: str, kept: tuple[bytes, dict[str, str]]) -> Changed | None:
        app, article = self.app, self._article(path)
        source = app.terms(article) if article else None
        if article is None or source is None:
            return None
        html, headers = kept
        try:
            new = self.worker.call_sync(
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
        return Changed(path=path, before=article, now=new) if new else None

    def _article(self, path: str) -> Article | None:
        try:
            return self.app.article_store.get(path)
        except ConfigError as error:
            self._problem(path, FileReason.BAD_ARTICLE_FILE, str(error))
            return None

    def _problem(self, path: str, reason: str, detail: str) -> None:
        self.problems.append(Problem(what=path, reason=reason, detail=detail))


def unkept(app: App, which: Which) -> list[str]:
    """The ids of the articles that are meant and have no kept page. Raises UsageError."""
    return [id for id in chosen(app, which) if app.snapshots.get(id) is None]


async def fetch(app: App, ids: Sequence[str], progress: Progress = lambda done, total: None) -> tuple[Problem, ...]:
    """Fetch and keep the pages of articles, one by one. Returns the failures. Raises NetworkDown, OSError."""
    fetcher = make_fetcher(app)
    problems: list[Problem] = []
    try:
        for number, id in enumerate(ids, 1):
            article = app.store.visits.article(id)
            failed = await _fetch(app, fetcher, article) if article else None
            if failed and failed.no_network and number == 1:
                raise NetworkDown(f"{failed.url}: {failed.reason}: {failed.detail}")
            problems += [Problem(what=failed.url, reason=failed.reason, detail=failed.detail)] if failed else []
            progress(number, len(ids))
    finally:
        await fetcher.aclose()
    return tuple(problems)


async def _fetch(app: App, fetcher: Fetcher, article: Article) -> Failed | None:
    """Keeps the page of `article`. Why it could not, None where it did. What another site answers is not its page."""
    if (source := app.terms(article)) is None:
        return None
    request = page_request(article.url, source, app.settings, app.environ)
    result = without_credentials(request, source, app.environ) or await fetcher.fetch(request)
    if isinstance(result, Failed):
        return result
    if not isinstance(result, Fetched) or not urls.same_site(result.final_url, article.url):
        return Failed(url=article.url, reason=FetchReason.REDIRECTS, detail=f"{result.final_url} answered")
    app.snapshots.put(article.id, result.body, {**result.headers, ANSWERED: result.final_url})
    return None
