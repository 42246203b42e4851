"""Ask the operator's language model about filed articles, and write its answers to their files."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from syndicator.app.archive import Archive, find_terms
from syndicator.app.clients import make_enricher, open_worker, read_llm_key
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
    make_failed_record,
    make_skipped_record,
    may_ask_again,
)
from syndicator.upkeep.passes.one_pass import read_filed, write_revision
from syndicator.upkeep.passes.revision import Revision

BATCH = 100
_KEPT = 4000  # characters of an answer that are kept
_AT_ONCE = 2  # requests; the rest of a home endpoint is its owner's
ALWAYS = datetime(1, 1, 1, tzinfo=UTC)
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The articles to ask about. `since`: only articles added since then. `again`: True to include
    articles for which a question failed lately, and to ask even if the endpoint is paused."""

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
    """Ask the language model about articles, newest first, and write accepted answers to their
    files. Return a report: counts, problems, and why the questions ended early.

    It ends when the model was asked about all articles, after `seconds` (None: no limit), when
    `stop` is set, or when no question may be sent, for example because the budget is used up.
    `scope`: the articles, None for those of the last week. `filed`: called with the title of each
    changed article. The caller must hold the lock of the instance."""
    report = AskReport()
    settings = configuration.settings.describe.llm
    if not settings.url:
        return report
    scope = scope or Scope(since=archive.clock() - RECENT)
    try:
        # check first, without a worker, whether a question is needed and may be sent
        read_llm_key(configuration.folder, settings, configuration.environ)
        if not list_unasked(archive, configuration.settings, scope, 1):
            return report
        stored_meter = archive.store.enrichment.meter()
        meter = client.reset_if_changed(stored_meter, settings, archive.clock())
        if scope.again:
            meter = client.end_pause(meter)
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
    """Return the ids of at most `limit` articles of `scope` about which the language model is still
    to be asked, newest first."""
    plan = prompt.name_prompt(settings.describe.llm.model, settings.describe.llm.write)
    # with the latest time of all, each article is due for its next try
    now = NEVER if scope.again else archive.clock()
    return archive.store.enrichment.list_unasked(plan, since=scope.since, now=now, limit=limit)


@dataclass(kw_only=True)
class _Asking:
    """Asks about the articles of `scope`. `filed`: called with the title of each changed article.
    `broken`: the error of disk or database that ended the questions, None if there was none."""

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
        """Ask about all articles of the scope, _AT_ONCE at a time. It ends early after `seconds`
        (None: no limit), when `stop` is set, or when the endpoint may not be asked. Raises the
        error of disk or database that ended the questions."""
        if self.scope.again:
            self._save_meter(client.end_pause(self._read_meter()))
        loop = asyncio.get_running_loop()
        deadline = None if seconds is None else loop.time() + seconds
        stopped = asyncio.create_task(stop.wait())

        def may_start() -> bool:
            """True if another question may be put now."""
            if deadline is not None and loop.time() >= deadline:
                return False
            if stopped.done() or stop.is_set():
                return False
            return not (self.report.hindrance or self.broken)

        ids = self._iterate_ids()
        try:
            # one question is enough to notice a dead endpoint
            await self._ask_in_turn(ids, may_start, stopped, until_called=True)
            # then several tasks take their articles from the same iterator
            askers = [self._ask_in_turn(ids, may_start, stopped) for _ in range(_AT_ONCE)]
            await asyncio.gather(*askers)
        finally:
            stopped.cancel()
        if self.broken:
            raise self.broken

    def _iterate_ids(self) -> Iterator[str]:
        """Yield the ids of the articles to ask about, each once. They are read from the database in
        batches."""
        yielded = dict[str, None]()
        while True:
            # those yielded before may still be due, so the list must be longer than they are
            limit = len(yielded) + BATCH
            ids = list_unasked(self.archive, self.configuration.settings, self.scope, limit)
            new = [article_id for article_id in ids if article_id not in yielded]
            if not new:
                return
            yielded |= dict.fromkeys(new)
            yield from new

    async def _ask_in_turn(
        self,
        ids: Iterator[str],
        may_start: Callable[[], bool],
        stopped: asyncio.Task[bool],
        *,
        until_called: bool = False,
    ) -> None:
        """Ask about the articles `ids`, one after the other, while `may_start` returns True.
        `stopped`: a task that ends when the program is stopped; then the open question is cancelled
        at once. `until_called`: True to return as soon as the endpoint was called once."""
        while may_start():
            article_id = next(ids, None)
            if article_id is None:
                return
            task = asyncio.create_task(self._try_article(article_id))
            try:
                await asyncio.wait((task, stopped), return_when=asyncio.FIRST_COMPLETED)
            finally:
                if not task.done():
                    task.cancel()
                    await asyncio.wait((task,))
            if task.cancelled():
                return
            # an error of disk or database: `run` raises it when all questions have ended
            self.broken = task.exception() or self.broken
            if self.broken or (until_called and task.result()):
                return

    async def _try_article(self, article_id: str) -> bool:
        """Ask about one article; return True if the endpoint was called. If a bug of the program
        raises an error, record it as a failure of the article, which is tried again after
        RECENT."""
        try:
            return await self._ask_about(article_id)
        except BUGS as bug:
            stamp = self.archive.store.visits.stamp(article_id)
            now = self.archive.clock()
            if stamp is None:
                return False
            failed = Asked(
                id=article_id,
                at=now,
                plan=self.plan,
                key="",
                status="failed",
                stamp=stamp,
                next_try=now + RECENT,
                reason=CommandReason.BUG,
                detail=describe_bug(bug),
            )
            self._record_outcome(failed)
            return False

    async def _ask_about(self, article_id: str) -> bool:
        """Ask about one article and file the answer; return True if the endpoint was called. If the
        same question was answered before, the stored answer is filed without a call. Articles that
        need no question are recorded as skipped."""
        # skip an article that needs no question
        current = self._read_current(article_id)
        if current is None:
            return False
        article, stamp = current
        earlier_record = self.store.read_result(article_id)
        note = Asked(
            id=article_id,
            at=self.archive.clock(),
            plan=self.plan,
            key="",
            status="skipped",
            stamp=stamp,
        )
        source = self.configuration.sources.get(article.source_key)
        skip_reason = find_reason_to_skip(article, source)
        if skip_reason:
            self.store.save_asked(make_skipped_record(note, skip_reason, earlier_record))
            return False

        # make the question
        try:
            question = await self.worker.call(
                jobs.make_question, self.configuration.taxonomy, article, self.settings.write
            )
        except WorkerFailed as failure:
            failed = replace(note, status="failed", reason=failure.reason, detail=failure.detail)
            self._record_outcome(replace(failed, next_try=note.at + RECENT))
            return False

        # is it the same question as before?
        note = replace(note, key=validate.make_cache_key(self.plan, question))
        tries = 0
        if earlier_record is not None and earlier_record.key == note.key:
            if not may_ask_again(earlier_record, self.archive.clock(), again=self.scope.again):
                # the file has changed, but its text has not
                self.store.save_asked(replace(earlier_record, stamp=stamp))
                return False
            tries = earlier_record.tries
        if not question.sentences:
            self.store.save_asked(make_skipped_record(note, LlmReason.SHORT, earlier_record))
            return False

        # file a stored answer, or ask
        stored_answer = self.store.answer(note.key)
        if stored_answer is not None:
            await self._file_answer(note, article, question, stored_answer)
            return False
        answer = await self._call(replace(note, tries=tries), question)
        if answer is not None:
            await self._file_answer(note, article, question, answer)
        return True

    def _read_current(self, article_id: str) -> tuple[Article, FileStamp] | None:
        """Return the article as its file has it now, with the stamp of the file. Return None if the
        file is gone or cannot be read; the latter is reported as a problem."""
        path = self.archive.store.index.path(article_id)
        if path is None:
            return None
        try:
            stamp = self.archive.article_store.stamp(path)
        except FileNotFoundError:
            return None
        filed = read_filed(self.archive, path)
        if filed is None:
            return None
        if isinstance(filed, Problem):
            self.report.problems.append(filed)
            return None
        return filed.article, stamp

    async def _call(self, note: Asked, material: Material) -> str | None:
        """Send a question, count its cost, store the answer and return its text. Return None if no
        question may be sent now or if the endpoint fails; a failure is recorded. `note`: the record
        of the question; `material`: the question."""
        # the meter has the counts of calls, tokens and failures
        cost = self.enricher.estimate_cost(material)
        meter = self._read_meter()
        self.report.hindrance = client.find_hindrance(
            meter, self.settings, cost, self.archive.clock()
        )
        if self.report.hindrance:
            return None
        self._save_meter(client.count_call(meter, cost))
        self.report.calls += 1
        result = await self.enricher.ask(material, meter.form)
        now = self.archive.clock()
        if isinstance(result, Reply):
            meter = client.record_answer(self._read_meter(), cost, result.tokens, result.form)
            self._save_meter(meter)
            self.store.save_answer(note.key, note.id, result.content[:_KEPT], now)
            return result.content
        meter = client.record_failure(self._read_meter(), result, now)
        self._save_meter(meter)
        self.report.hindrance = client.find_hindrance(meter, self.settings, 0, now)
        self._record_failure(note, result)
        return None

    def _record_failure(self, note: Asked, failure: Failed) -> None:
        """Record a failed call. If the endpoint caused the failure, only report a problem; else
        record the failure for the article of `note`, which may have caused it."""
        if client.is_caused_by_endpoint(failure):
            self.report.problems.append(
                Problem(what=failure.url, reason=failure.reason, detail=failure.detail)
            )
            return
        self._record_outcome(make_failed_record(note, failure, self.archive.clock()))

    async def _file_answer(
        self, note: Asked, asked_about: Article, question: Material, answer: str
    ) -> None:
        """Check an answer and write its values to the article's file, or record why it is refused.
        Do nothing if the file was edited since the question was asked. `asked_about`: the article
        as it was then. `note`: the record of the question."""
        current = self._read_current(note.id)
        if current is None:
            return
        article, stamp = current
        if validate.prepare_material(article) != validate.prepare_material(asked_about):
            return
        source = find_terms(self.archive, self.configuration, article)
        note = replace(note, stamp=stamp, at=self.archive.clock(), answer=answer[:_KEPT], tries=0)
        try:
            applied = await self.worker.call(
                jobs.apply_answer, self.configuration.taxonomy, article, source, question, answer
            )
        except WorkerFailed as failure:
            applied = Refusal(reason=failure.reason, detail=failure.detail)
        # the file may have been edited while the worker checked the answer
        if self._read_current(note.id) != current:
            return
        if isinstance(applied, Refusal):
            self._record_outcome(
                replace(note, status="refused", reason=applied.reason, detail=applied.detail)
            )
            return
        stored = write_revision(self.archive, stamp.path, article, Revision(values=applied))
        new_stamp = self.archive.article_store.stamp(stamp.path)
        self._record_outcome(replace(note, status="accepted", stamp=new_stamp))
        self.filed(stored.title)

    def _record_outcome(self, record: Asked) -> None:
        """Save the outcome for an article, log it, and count it in the report."""
        self.store.save_asked(record)
        log = program.logger("llm", article=record.id)
        log.info(record.status, reason=record.reason, detail=record.detail)
        self.report.counts[record.status] = self.report.counts.get(record.status, 0) + 1
        if record.status != "accepted":
            self.report.problems.append(
                Problem(what=record.stamp.path, reason=record.reason, detail=record.detail)
            )

    def _read_meter(self) -> Meter:
        """Return the meter: the counts of calls, tokens and failures, as they are valid now."""
        return client.reset_if_changed(self.store.meter(), self.settings, self.archive.clock())

    def _save_meter(self, meter: Meter) -> None:
        self.store.save_meter(meter, self.archive.clock())
