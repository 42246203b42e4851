"""Ask the operator's language model about filed articles, newest first; file its answers."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from syndicator.app.archive import Archive, find_terms
from syndicator.app.clients import llm_key, make_enricher, open_worker
from syndicator.app.read_configuration import Configuration
from syndicator.configuration.settings import Settings
from syndicator.core import program
from syndicator.core.errors import ConfigError, WorkerFailed
from syndicator.core.model import Article, Failed, Problem
from syndicator.core.ports import Asked, FileStamp, Material, Meter, Reply
from syndicator.core.reasons import CommandReason, LlmReason
from syndicator.describing.llm import client, prompt, validate
from syndicator.describing.llm.aligned import Refusal
from syndicator.filing.context import BUGS, describe_bug
from syndicator.processes.worker import Worker
from syndicator.upkeep.model import jobs
from syndicator.upkeep.model.report import AskReport
from syndicator.upkeep.model.rules import (
    RECENT,
    find_reason_to_skip,
    make_failed,
    make_skipped,
    may_ask_again,
)
from syndicator.upkeep.passes.one_pass import Filed, read_filed, write_revision
from syndicator.upkeep.passes.revision import Revision

BATCH = 100
_KEPT = 4000  # characters of an answer that are kept
_AT_ONCE = 2  # requests; the rest of a home endpoint is its owner's
ALWAYS = datetime(1, 1, 1, tzinfo=UTC)
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Articles to ask about. `again`: also after failures or while the endpoint is paused."""

    since: datetime
    again: bool = False


async def ask_about_articles(
    archive: Archive,
    configuration: Configuration,
    *,
    stop: asyncio.Event,
    seconds: float | None = None,
    scope: Scope | None = None,
    filed: Callable[[str], None] = lambda title: None,
) -> AskReport:
    """Ask about the articles of `scope` (default: the last week), newest first, for `seconds` or
    until `stop`, and file accepted answers. `filed` gets each title. The caller holds the lock."""
    report = AskReport()
    settings = configuration.settings.describe.llm
    if not settings.url:
        return report
    scope = scope or Scope(since=archive.clock() - RECENT)
    try:
        llm_key(configuration.folder, settings, configuration.environ)
        if not list_unasked(archive, configuration.settings, scope, 1):
            return report
        meter = client.reset_if_changed(archive.store.enrichment.meter(), settings, archive.clock())
        meter = client.end_pause(meter) if scope.again else meter
        report.hindrance = client.find_hindrance(meter, settings, 0, archive.clock())
        if report.hindrance:
            return report
        enricher = make_enricher(archive.clock, configuration)
    except ConfigError as error:
        report.wrong = str(error)
        return report
    try:
        with open_worker(configuration.settings.fetch.workers) as worker:
            asking = _Asking(
                archive=archive,
                configuration=configuration,
                scope=scope,
                enricher=enricher,
                worker=worker,
                report=report,
                filed=filed,
            )
            await asking.run(stop, seconds)
    except ConfigError as error:  # in taxonomy.toml, which the worker reads
        report.wrong = str(error)
    finally:
        await enricher.aclose()
    return report


def list_unasked(
    archive: Archive, settings: Settings, scope: Scope, limit: int = 1_000_000
) -> list[str]:
    """Return the ids of articles to ask about."""
    plan = prompt.name_prompt(settings.describe.llm.model, settings.describe.llm.write)
    now = NEVER if scope.again else archive.clock()
    return archive.store.enrichment.list_unasked(plan, since=scope.since, now=now, limit=limit)


@dataclass(kw_only=True)
class _Asking:
    archive: Archive
    configuration: Configuration
    scope: Scope
    enricher: client.Endpoint
    worker: Worker
    report: AskReport
    filed: Callable[[str], None]
    broken: BaseException | None = None

    def __post_init__(self) -> None:
        self.settings = self.configuration.settings.describe.llm
        self.store = self.archive.store.enrichment
        self.plan = prompt.name_prompt(self.settings.model, self.settings.write)

    async def run(self, stop: asyncio.Event, seconds: float | None) -> None:
        if self.scope.again:
            self._keep(client.end_pause(self._meter()))
        loop = asyncio.get_running_loop()
        until = None if seconds is None else loop.time() + seconds
        stopped = asyncio.create_task(stop.wait())

        def may_start() -> bool:
            late = until is not None and loop.time() >= until
            return not (
                late or stopped.done() or stop.is_set() or self.report.hindrance or self.broken
            )

        ids = self._ids()
        try:
            # one question is enough to notice a dead endpoint
            await self._ask_in_turn(ids, may_start, stopped, until_answered=True)
            await asyncio.gather(
                *(self._ask_in_turn(ids, may_start, stopped) for _ in range(_AT_ONCE))
            )
        finally:
            stopped.cancel()
        if self.broken:
            raise self.broken

    def _ids(self) -> Iterator[str]:
        seen = dict[str, None]()
        while new := [
            article_id
            for article_id in list_unasked(
                self.archive, self.configuration.settings, self.scope, len(seen) + BATCH
            )
            if article_id not in seen
        ]:
            seen |= dict.fromkeys(new)
            yield from new

    async def _ask_in_turn(
        self,
        ids: Iterator[str],
        may_start: Callable[[], bool],
        stopped: asyncio.Task[bool],
        *,
        until_answered: bool = False,
    ) -> None:
        """Ask about one article of `ids` after the other while `may_start` says so, and break off
        when `stopped` ends. `until_answered`: only until the endpoint was called once."""
        while may_start():
            if (article_id := next(ids, None)) is None:
                return
            task = asyncio.create_task(self._take(article_id))
            try:
                await asyncio.wait((task, stopped), return_when=asyncio.FIRST_COMPLETED)
            finally:
                if not task.done():
                    task.cancel()
                    await asyncio.wait((task,))
            if task.cancelled():
                return
            # the disk or the store: raised when all have ended
            self.broken = task.exception() or self.broken
            if self.broken or (until_answered and task.result()):
                return

    async def _take(self, article_id: str) -> bool:
        try:
            return await self._asked(article_id)
        except BUGS as bug:
            stamp = self.archive.store.visits.stamp(article_id)
            now = self.archive.clock()
            if stamp is None:
                return False
            note = Asked(
                id=article_id,
                at=now,
                plan=self.plan,
                key="",
                status="failed",
                stamp=stamp,
                next_try=now + RECENT,
            )
            self._note(replace(note, reason=CommandReason.BUG, detail=describe_bug(bug)))
            return False

    async def _asked(self, article_id: str) -> bool:
        if (current := self._read(article_id)) is None:
            return False
        article, stamp = current
        before = self.store.read_result(article_id)
        note = Asked(
            id=article_id,
            at=self.archive.clock(),
            plan=self.plan,
            key="",
            status="skipped",
            stamp=stamp,
        )
        source = self.configuration.sources.get(article.source_key)
        if reason := find_reason_to_skip(article, source):
            self.store.save_asked(make_skipped(note, reason, before))
            return False
        try:
            asked = await self.worker.call(
                jobs.make_question, self.configuration.taxonomy, article, self.settings.write
            )
        except WorkerFailed as failure:
            failed = replace(note, status="failed", reason=failure.reason, detail=failure.detail)
            self._note(replace(failed, next_try=note.at + RECENT))
            return False
        note = replace(note, key=validate.make_cache_key(self.plan, asked))
        same = before if before is not None and before.key == note.key else None
        if same and not may_ask_again(same, self.archive.clock(), again=self.scope.again):
            self.store.save_asked(replace(same, stamp=stamp))  # another file of the same text
            return False
        if not asked.sentences:
            self.store.save_asked(make_skipped(note, LlmReason.SHORT, before))
            return False
        answer = self.store.answer(note.key)
        called = answer is None
        if answer is None:
            answer = await self._call(replace(note, tries=same.tries if same else 0), asked)
        if answer is not None:
            await self._judged(note, article, asked, answer)
        return called

    def _read(self, article_id: str) -> tuple[Article, FileStamp] | None:
        if (path := self.archive.store.index.path(article_id)) is None:
            return None
        try:
            stamp = self.archive.article_store.stamp(path)
        except FileNotFoundError:
            return None
        filed = read_filed(self.archive, path)
        if isinstance(filed, Problem):
            self.report.problems.append(filed)
        return (filed.article, stamp) if isinstance(filed, Filed) else None

    async def _call(self, note: Asked, asked: Material) -> str | None:
        cost = self.enricher.cost(asked)
        meter = self._meter()
        self.report.hindrance = client.find_hindrance(
            meter, self.settings, cost, self.archive.clock()
        )
        if self.report.hindrance:
            return None
        self._keep(client.count_call(meter, cost))
        self.report.calls += 1
        result = await self.enricher.ask(asked, meter.form)
        now = self.archive.clock()
        if isinstance(result, Reply):
            self._keep(client.record_answer(self._meter(), cost, result.tokens, result.form))
            self.store.save_answer(note.key, note.id, result.content[:_KEPT], now)
            return result.content
        meter = client.record_failure(self._meter(), result, now)
        self._keep(meter)
        self.report.hindrance = client.find_hindrance(meter, self.settings, 0, now)
        self._failed(note, result)
        return None

    def _failed(self, note: Asked, failure: Failed) -> None:
        """Record a failure; those of the endpoint do not count against the article."""
        if client.is_caused_by_endpoint(failure):
            self.report.problems.append(
                Problem(what=failure.url, reason=failure.reason, detail=failure.detail)
            )
            return
        self._note(make_failed(note, failure, self.archive.clock()))

    async def _judged(self, note: Asked, was: Article, asked: Material, answer: str) -> None:
        """File the answer, or record why it fails, unless the article changed."""
        current = self._read(note.id)
        if current is None or validate.prepare_material(current[0]) != validate.prepare_material(
            was
        ):
            return
        article, stamp = current
        source = find_terms(self.archive, self.configuration, article)
        note = replace(note, stamp=stamp, at=self.archive.clock(), answer=answer[:_KEPT], tries=0)
        try:
            applied = await self.worker.call(
                jobs.apply_answer, self.configuration.taxonomy, article, source, asked, answer
            )
        except WorkerFailed as failure:
            applied = Refusal(reason=failure.reason, detail=failure.detail)
        if self._read(note.id) != current:
            return
        if isinstance(applied, Refusal):
            self._note(
                replace(note, status="refused", reason=applied.reason, detail=applied.detail)
            )
            return
        stored = write_revision(self.archive, stamp.path, article, Revision(values=applied))
        self._note(
            replace(note, status="accepted", stamp=self.archive.article_store.stamp(stamp.path))
        )
        self.filed(stored.title)

    def _note(self, asked: Asked) -> None:
        self.store.save_asked(asked)
        program.logger("llm", article=asked.id).info(
            asked.status, reason=asked.reason, detail=asked.detail
        )
        self.report.counts[asked.status] = self.report.counts.get(asked.status, 0) + 1
        if asked.status != "accepted":
            self.report.problems.append(
                Problem(what=asked.stamp.path, reason=asked.reason, detail=asked.detail)
            )

    def _meter(self) -> Meter:
        return client.reset_if_changed(self.store.meter(), self.settings, self.archive.clock())

    def _keep(self, meter: Meter) -> None:
        self.store.save_meter(meter, self.archive.clock())
