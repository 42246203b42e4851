"""Review of unconfirmed articles, the most doubtful first. Each decision is written at once, under
a short lock."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from itertools import islice

from syndicator.app.archive import Archive
from syndicator.app.configured import Configuration, taxonomy_files
from syndicator.articles.edits import By
from syndicator.core.errors import ConfigError, UsageError
from syndicator.core.model import Article, Problem
from syndicator.processes.worker import Worker
from syndicator.upkeep import reconcile
from syndicator.upkeep.descriptions import jobs
from syndicator.upkeep.descriptions.answers import Offers, doubt
from syndicator.upkeep.descriptions.confirm import Decision, decided
from syndicator.upkeep.descriptions.tags import defined_names, write_decision

NEWEST = 5000  # published articles to review
DOUBTED = 200  # newest tagged articles that are sorted by doubt
BATCH = 20  # articles to a call of the worker


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """An article under review: `offered` tags with probability, the `marked` ones, and the
    category."""

    article: Article
    path: str
    offered: tuple[tuple[str, float], ...]
    marked: tuple[str, ...]
    category: str

    def turned(self, tag: str) -> "Sheet":
        """Return the sheet with the mark of `tag` toggled."""
        if tag in self.marked:
            return replace(self, marked=tuple(mark for mark in self.marked if mark != tag))
        offered = self.offered if tag in dict(self.offered) else (*self.offered, (tag, 0.0))
        return replace(self, offered=offered, marked=(*self.marked, tag))


class Review:
    """A review session; `alone` holds the lock of runs."""

    def __init__(
        self,
        archive: Archive,
        configuration: Configuration,
        worker: Worker,
        alone: Callable[[], AbstractContextManager[object]],
        write: Callable[[Archive, str, Article, Article], Article] = write_decision,
    ) -> None:
        self._archive, self._configuration, self._worker, self._alone, self._write = (
            archive,
            configuration,
            worker,
            alone,
            write,
        )
        self._names = defined_names(archive.store, configuration.folder)
        # with the article as decided; None: put off
        self._steps: list[tuple[Sheet, Article | None]] = []
        self._again: list[str] = []  # ids that come next
        self._coming = self._ids()
        self.problems: list[Problem] = []

    @property
    def categories(self) -> tuple[str, ...]:
        return tuple(category.name for category in self._names.vocabulary.category)

    @property
    def confirmed(self) -> int:
        return sum(after is not None for _, after in self._steps)

    def next(self) -> Sheet | None:
        while True:
            id = self._again.pop() if self._again else next(self._coming, None)
            if id is None:
                return None
            path = self._archive.store.index.path(id)
            article = self._read(path) if path else None
            if path and article and article.tags_by != By.OPERATOR:
                (offered,) = self._offers([article])
                category = article.category or offered.category
                return Sheet(
                    article=article,
                    path=path,
                    offered=offered.tags,
                    marked=article.tags,
                    category=category,
                )

    def tag(self, sheet: Sheet, name: str) -> Sheet:
        """Mark or unmark a typed tag. Raises UsageError for an unknown one."""
        return sheet.turned(self._names.tag(name, sheet.article))

    def confirm(self, sheet: Sheet) -> None:
        """Write the marked tags and the category. Raises UsageError if the file was edited."""
        category = sheet.category if sheet.category in self.categories else None
        wanted = decided(sheet.article, Decision(tags=sheet.marked, category=category))
        try:
            with self._alone():
                after = self._write(self._archive, sheet.path, sheet.article, wanted)
        except UsageError:
            self._again.append(sheet.article.id)
            raise
        self._steps.append((sheet, after))

    def put_off(self, sheet: Sheet) -> None:
        self._steps.append((sheet, None))

    def undo(self, sheet: Sheet | None) -> bool:
        """Undo the last decision and show its article next; False if none. Raises UsageError."""
        if not self._steps:
            return False
        if sheet is not None:
            self._again.append(sheet.article.id)
        last, after = self._steps.pop()
        if after is not None:
            with self._alone():
                self._write(self._archive, last.path, after, last.article)
        self._again.append(last.article.id)
        return True

    def waiting(self) -> list[Sheet]:
        return list(islice(iter(self.next, None), DOUBTED))

    def _ids(self) -> Iterator[str]:
        merged = self._archive.store.index.merged()
        newest = islice(self._archive.store.index.each(), NEWEST)
        waiting = [
            article
            for article in newest
            if article.tags_by != By.OPERATOR and article.id not in merged
        ]
        yield from (article.id for article in waiting if not article.tags)
        tagged = [article.id for article in waiting if article.tags]
        yield from self._by_doubt(tagged[:DOUBTED])
        yield from tagged[DOUBTED:]

    def _by_doubt(self, ids: list[str]) -> list[str]:
        doubts: dict[str, float] = {}
        for start in range(0, len(ids), BATCH):
            paths = [
                path
                for id in ids[start : start + BATCH]
                if (path := self._archive.store.index.path(id))
            ]
            articles = [article for path in paths if (article := self._read(path))]
            for article, offered in zip(articles, self._offers(articles), strict=True):
                doubts[article.id] = doubt(article, offered)
        return sorted(doubts, key=lambda id: -doubts[id])

    def _offers(self, articles: list[Article]) -> list[Offers]:
        files = taxonomy_files(self._configuration.folder, self._configuration.settings)
        return self._worker.call_sync(jobs.offers_many, files, articles)

    def _read(self, path: str) -> Article | None:
        try:
            return self._archive.article_store.get(path)
        except FileNotFoundError:
            return None  # deleted meanwhile: the next run forgets it
        except (ConfigError, OSError) as error:
            self.problems.append(reconcile.unreadable(path, error))
            return None
