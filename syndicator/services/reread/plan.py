"""What reading kept pages again would change, and the change. Nothing is fetched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from syndicator.core import urls
from syndicator.core.errors import ConfigError, NotAnArticle, RulesError, WorkerFailed
from syndicator.core.model import Article, Problem
from syndicator.core.reasons import FileReason
from syndicator.pipeline import jobs
from syndicator.pipeline.dedupe import remember
from syndicator.pipeline.descriptions.confirm import ChangeCounter, FeedChange
from syndicator.pipeline.refile import refile
from syndicator.pipeline.results import Reread
from syndicator.processes.worker import Worker
from syndicator.services import reconcile
from syndicator.services.container import App, open_worker
from syndicator.services.reread.chosen import Which, chosen, due_again

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
    """What reading kept pages again would change of the articles that are meant. Changes nothing. Raises UsageError,
    and ConfigError for rules that are wrong."""
    problems = list(reconcile.files(app))
    ids = chosen(app, which)
    counter = ChangeCounter(app.store.index.merged())
    with open_worker(app) as worker:
        reading = _Reading(app, worker, problems=problems)
        for number, id in enumerate(ids, 1):
            changed = reading.take(id)
            if changed is not None:
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


def apply(app: App, planned: Plan, progress: Progress = lambda done, total: None) -> None:
    """Changes exactly what `plan` listed, and notes which articles this version has read."""
    store = app.store.visits
    for number, item in enumerate(planned.articles, 1):
        stored, changed = refile(
            app.article_store, store, item.now.article, before=item.before, path=item.path, html=item.now.html
        )
        if changed:
            remember(stored, store, app.clock())
        progress(number, len(planned.articles))
    note_read(app, planned.read)


def note_read(app: App, ids: Sequence[str]) -> None:
    """What this version makes of these articles is in their files: they are not offered again."""
    for id in ids:
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
