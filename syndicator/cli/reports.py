"""Log and print what runs do: problems, visits, builds, progress, the result at the end."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from syndicator.cli import logs
from syndicator.cli.logs import Level, log, one_line
from syndicator.cli.printing import (
    aligned_table,
    answer,
    as_json,
    complain,
    counted,
    local,
    quiet,
    say,
)
from syndicator.core.errors import ConfigError
from syndicator.core.reasons import ConditionReason

if TYPE_CHECKING:
    from rich.progress import Progress

    from syndicator.cli.progress import Count
    from syndicator.core.model import Outcome, Problem
    from syndicator.core.ports import Enriched
    from syndicator.publishing.kinds.targets import BuildReport
    from syndicator.runs.refresh import RunReport, Watch


def log_problems(problems: Iterable[Problem], level: Level = "warning", **fields: object) -> None:
    for problem in problems:
        log(
            "problem",
            level,
            **fields,
            what=problem.what,
            reason=problem.reason,
            detail=problem.detail,
        )


def log_visit(outcome: Outcome) -> None:
    """Log the result of a visit, as a warning if the source failed."""
    fields: dict[str, object] = {
        "source": outcome.key,
        "status": outcome.status,
        "new": len(outcome.added),
    }
    more: dict[str, object] = {
        "changed": len(outcome.changed),
        "pending": outcome.pending,
        "waiting": outcome.waiting,
    }
    more |= {"reason": outcome.reason, "detail": outcome.detail} if outcome.reason else {}
    fields |= {name: value for name, value in more.items() if value or name == "detail"}
    log("visited", "warning" if outcome.status in ("failed", "disabled") else "info", **fields)
    log_problems(outcome.skipped, "info", source=outcome.key)


def log_build(report: BuildReport) -> None:
    log_problems((*report.held, *report.ending, *report.set_aside, *report.hubs))


def log_run(report: RunReport) -> None:
    log_build(report.built)
    log_problems((*report.problems, *report.failed_reports))
    if report.outdated:
        log(
            "articles that an older version read",
            articles=report.outdated,
            cure=ConditionReason.OUTDATED.cure,
        )
    model = report.llm
    if model.wrong:
        log("problem", "warning", what="describe.llm", reason="bad-config", detail=model.wrong)
    if model.calls or model.counts:
        log("language model", "info", calls=model.calls, **model.counts)
        log_problems(model.problems, "info")
        if model.hindrance:
            log(
                "language model",
                "warning",
                waits=model.hindrance.reason,
                detail=model.hindrance.detail,
            )


@contextmanager
def watching(tells: Callable[[Outcome], bool] = lambda outcome: True) -> Iterator[Watch]:
    """Show progress on a terminal. Otherwise, or with log options, log the visits that `tells`
    accepts."""
    from syndicator.cli.progress import Count
    from syndicator.runs.refresh import Watch

    count = Count()
    began = time.monotonic()
    if not sys.stderr.isatty() or logs.choice().steps or logs.choice().quiet:
        yield _logging(count, began, tells)
        return
    with _bar() as progress:
        task = progress.add_task("sources", total=None, pages="")

        def show() -> None:
            line = _describe(count, began)
            progress.update(task, total=count.sources, completed=count.visited, pages=line)

        def started(sources: int) -> None:
            count.start(sources)
            show()

        def counted_pages(more: int, read: int) -> None:
            count.add_pages(more, read)
            show()

        def ended(outcome: Outcome) -> None:
            count.add_visit(outcome)
            show()
            if outcome.reason and tells(outcome):
                progress.console.print(
                    one_line(f"{outcome.key}: {outcome.reason} {outcome.detail}"), markup=False
                )

        yield Watch(
            started=started,
            visited=ended,
            pages=counted_pages,
            filed=lambda title: progress.update(
                task, description=one_line(title[:50]).replace("[", "(")
            ),
        )


def _logging(count: Count, began: float, tells: Callable[[Outcome], bool]) -> Watch:
    """Return a watch that logs visits, and every ten seconds how far the run is."""
    from syndicator.cli.progress import LINE_SECONDS
    from syndicator.runs.refresh import Watch

    said = began

    def counted_pages(more: int, read: int) -> None:
        nonlocal said
        count.add_pages(more, read)
        now = time.monotonic()
        if now - said >= LINE_SECONDS:
            said = now
            sources = f"{count.visited} of {count.sources}"
            log("progress", "info", sources=sources, pages=_describe(count, began))

    def ended(outcome: Outcome) -> None:
        count.add_visit(outcome)
        if tells(outcome):
            log_visit(outcome)

    return Watch(started=count.start, visited=ended, pages=counted_pages)


def _describe(count: Count, began: float) -> str:
    """Return the pages of a run and the time that is left."""
    from syndicator.cli.progress import describe_left, estimate_seconds

    left = describe_left(estimate_seconds(count, time.monotonic() - began))
    return f"{count.read} of {count.pages} pages, {left} left"


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[pages]}"),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=Console(stderr=True), transient=True)


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar on a terminal. Yield a function of the finished and the total number."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    with _bar() as progress:
        task = progress.add_task(what, total=None, pages="")
        yield lambda done, total: progress.update(task, completed=done, total=total)


def run_report(report: RunReport, *, json: bool) -> None:
    if json:
        built = {
            name: getattr(report.built, name)
            for name in ("written", "unchanged", "held", "ending", "set_aside", "hubs")
        }
        as_json(
            {"sources": report.outcomes, **built, "problems": report.problems, "llm": report.llm}
        )
        return
    if quiet():  # failed visits are logged already
        log_run(report)
        return
    new = sum(len(outcome.added) for outcome in report.outcomes)
    changed = sum(len(outcome.changed) for outcome in report.outcomes)
    say(
        f"{counted(len(report.outcomes), 'source')} visited, {len(report.failed)} failed;"
        f" {counted(new, 'new article')}, {changed} changed;"
        f" {counted(len(report.built.written), 'file')} written"
    )
    for fault in report.faults:
        say(f"not followed as written: {fault}")
    if not report.followed:
        say("no source is followed: `syndicator add URL` adds one")
    elif not report.outcomes:
        say(
            "none was due: `syndicator sources` says when each is; `syndicator refresh --all`"
            " visits all of them now"
        )
    if waiting := sum(outcome.waiting for outcome in report.outcomes):
        say(f"waiting for the next run: {waiting} of the announced entries")
    for outcome in report.failed:
        say(f"failed: {outcome.key}: {outcome.reason} {outcome.detail}".rstrip())
    for problem in (*report.built.held, *report.built.set_aside):
        say(f"held back: {problem.what}: {problem.reason} {problem.detail}".rstrip())
    for line in describe_ending(report.built):
        say(line)
    not_read(report.problems)
    log_problems((*report.built.hubs, *report.failed_reports))
    if report.outdated:
        say(
            f"read by an older version: {counted(report.outdated, 'article')};"
            f" {ConditionReason.OUTDATED.cure}"
        )
    answer({}, report.llm.lines(), json=False)
    if report.llm.wrong:
        complain(ConfigError(report.llm.wrong), as_json=False)


def describe_ending(report: BuildReport) -> list[str]:
    reason = ConditionReason.FEEDS_WOULD_END
    return [
        f"{problem.what} ({problem.detail}): {reason.means}; {reason.cure}"
        for problem in report.ending
    ]


def not_read(problems: Iterable[Problem]) -> None:
    """Print the article files that could not be read, with their faults."""
    for problem in problems:
        fault = problem.detail.split(f"{problem.what}: ")[-1]  # it names the file, too
        say(f"not read: {problem.what}: {fault} ({problem.reason})")


def language_model(state: Enriched) -> None:
    meter = state.meter
    counts = state.counts
    came = ", ".join(
        f"{counts[status]} {status}"
        for status in ("accepted", "refused", "failed")
        if status in counts
    )
    say(
        f"language model {meter.endpoint}: {counted(meter.calls, 'call')} and {meter.tokens} tokens"
        f" on {meter.day}" + (f"; articles: {came}" if came else "")
    )
    if meter.reason:
        until = f"; not asked before {local(meter.rest_until)}" if meter.rest_until else ""
        failures = counted(meter.failures, "failure")
        say(f"language model: {failures} in a row, the last {meter.reason} {meter.detail}{until}")
    if state.refused:
        rows = [(problem.what, problem.reason, problem.detail) for problem in state.refused]
        aligned_table("Not described by the language model", ("article", "reason", "detail"), rows)
