"""Revise filed articles: read each, plan its revision by a given function, write the plan."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from syndicator.app.archive import Archive
from syndicator.core.errors import ConfigError, WorkerFailed
from syndicator.core.model import Article, Problem
from syndicator.core.ports import Compared
from syndicator.core.reasons import FileReason
from syndicator.filing.dedupe import make_comparison_data
from syndicator.filing.save_article import write_article
from syndicator.upkeep.feed_changes import ChangeCounter, FeedChange
from syndicator.upkeep.passes.choose import Chosen
from syndicator.upkeep.passes.revision import Revision

_ARTICLES_A_COMMIT: Final = 100  # articles whose rows share a commit

Progress = Callable[[int, int], None]  # called with (articles done, of how many); may raise to stop
Outcome = Revision | Problem | None  # None: nothing changes
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A filed article, as its file has it."""

    path: str
    article: Article


FiledItem = TypeVar("FiledItem", bound=Filed)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRevision:
    """The revision that a pass would write to the article `id`, whose file is `path`."""

    id: str
    title: str
    path: str
    revision: Revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The changes that a pass over articles would write. `looked`: number of articles that it read.
    `lacking`: ids of articles that it could not read, because something that it needs is not kept.
    `examined`: ids of the articles with an outcome, even if nothing changes. `articles`: the
    revisions. `feeds`: how feeds would change."""

    looked: int
    lacking: tuple[str, ...]
    examined: tuple[str, ...]
    articles: tuple[PlannedRevision, ...]
    feeds: tuple[FeedChange, ...]
    problems: tuple[Problem, ...]


def ignore_progress(count: int, total: int) -> None:
    """Do nothing. This is the default for functions that report progress."""


def read_filed(archive: Archive, path: str) -> Filed | Problem | None:
    """Return the article in the file at `path`; a problem if the file cannot be read; None if the
    file is gone."""
    try:
        return Filed(path=path, article=archive.article_store.get(path))
    except FileNotFoundError:
        return None
    except ConfigError as error:
        return Problem(what=path, reason=FileReason.BAD_ARTICLE_FILE, detail=str(error))


def plan_pass(
    archive: Archive,
    articles: Sequence[Chosen],
    read: Callable[[Chosen], FiledItem | Problem | None],
    revise: Callable[[Sequence[FiledItem]], Sequence[Outcome]],
    *,
    problems: Sequence[Problem],
    batch: int = 1,
    progress: Progress = ignore_progress,
) -> Plan:
    """Read the chosen articles, and plan the revision (new values) of each. Return the plan.

    `read`: returns an article with all that `revise` needs, such as its kept page; None if that is
    not kept. `revise`: gets up to `batch` articles and returns an outcome for each: a revision, a
    problem or None. It may raise WorkerFailed; then only the article that caused it has no
    revision. `problems`: already known ones; the files that they name are not read. `progress`:
    called with the number of articles done and of all; it may raise to stop."""
    unreadable = {problem.what for problem in problems}
    readable = [article for article in articles if article.path not in unreadable]
    feed_changes = ChangeCounter(archive.store.index.merged())
    findings = _Findings(problems=list(problems), counter=feed_changes)
    for start in range(0, len(readable), batch):
        # read a batch of articles
        part = readable[start : start + batch]
        items: list[FiledItem] = []
        for article in part:
            item = read(article)
            if item is None:
                findings.lacking.append(article.id)
            elif isinstance(item, Problem):
                findings.problems.append(item)
            else:
                items.append(item)
        findings.looked += len(items)

        # revise the articles of the batch
        for item, outcome in zip(items, _revise_each(items, revise), strict=True):
            findings.add(item, outcome)
        progress(start + len(part), len(readable))
    return findings.make_plan()


@dataclass(kw_only=True)
class _Findings:
    """The findings of a pass over articles that is still running. At its end, they become a Plan.
    `counter`: counts the changes of feeds; the other fields are those of Plan."""

    problems: list[Problem]
    counter: ChangeCounter
    looked: int = 0
    lacking: list[str] = field(default_factory=list)
    examined: list[str] = field(default_factory=list)
    planned: list[PlannedRevision] = field(default_factory=list)

    def add(self, item: Filed, outcome: Outcome | WorkerFailed) -> None:
        """Record the outcome of revising one article: a revision, a problem, or None if nothing
        changes. A failure of the worker becomes a problem."""
        if isinstance(outcome, WorkerFailed):
            failure = Problem(what=item.path, reason=outcome.reason, detail=outcome.detail)
            self.problems.append(failure)
            return
        article = item.article
        self.examined.append(article.id)
        if isinstance(outcome, Problem):
            self.problems.append(outcome)
        elif outcome is not None:  # None: nothing to change
            self.planned.append(
                PlannedRevision(
                    id=article.id, title=article.title, path=item.path, revision=outcome
                )
            )
            self.counter.add(article, replace(article, **outcome.values))

    def make_plan(self) -> Plan:
        """Return all findings as the plan of the pass."""
        return Plan(
            looked=self.looked,
            lacking=tuple(self.lacking),
            examined=tuple(self.examined),
            articles=tuple(self.planned),
            feeds=self.counter.list_changes(),
            problems=tuple(self.problems),
        )


def _revise_each(
    items: Sequence[FiledItem], revise: Callable[[Sequence[FiledItem]], Sequence[Outcome]]
) -> list[Outcome | WorkerFailed]:
    """Call `revise` for the articles `items` together and return the outcome of each. If the worker
    fails, call it for each of them alone; an article for which it fails again has the failure as
    its outcome."""
    if not items:
        return []
    try:
        return list(revise(items))
    except WorkerFailed as failure:
        if len(items) == 1:
            return [failure]
    return [_revise_each([item], revise)[0] for item in items]


def write_plan(archive: Archive, plan: Plan, progress: Progress = ignore_progress) -> None:
    """Write the planned revisions to the article files. Fields that an operator edited stay, even
    if this was after the plan was made. `progress`: called with the number of articles done and of
    all; it may raise to stop."""

    def write(planned: PlannedRevision) -> None:
        """Write the revision of one article. `write_together` calls this for each article."""
        old = archive.article_store.get(planned.path)
        write_revision(archive, planned.path, old, planned.revision)

    write_together(archive, plan.articles, write, progress)


def write_revision(
    archive: Archive, path: str, old: Article, revision: Revision, *, ordered: Sequence[str] = ()
) -> Article:
    """Write a revision of an article to its file and its database row. Return the article as its
    file then has it. Fields that were edited by hand stay, except for those in `ordered`. `path`:
    of the file; `old`: the article in it."""

    def compare(stored: Article) -> Compared | None:
        """Return data of a new body, with which later articles are compared to find copies. None if
        the body stays. It is called with the article as it is stored."""
        if "body" not in revision.values:
            return None
        return make_comparison_data(stored, archive.clock())

    stored, _ = write_article(
        archive.article_store,
        archive.store.visits,
        replace(old, **revision.values),
        before=old,
        path=path,
        ordered=ordered,
        html=revision.html,
        score=revision.score,
        compared=compare,
    )
    return stored


def write_together(
    archive: Archive,
    items: Sequence[Item],
    write: Callable[[Item], object],
    progress: Progress,
) -> None:
    """Write many articles quickly: their database rows are committed in groups of
    _ARTICLES_A_COMMIT. `write`: is called for each item, and writes one article. `progress`: called
    with the number of items done and of all; it may raise to stop."""
    # before each commit of rows, the files written so far are made durable
    with (
        archive.article_store.batch_writes() as make_files_durable,
        archive.store.visits.shared(make_files_durable, gather=True),
    ):
        for number, item in enumerate(items, 1):
            write(item)
            if number % _ARTICLES_A_COMMIT == 0 or number == len(items):
                archive.store.visits.commit()
            progress(number, len(items))
