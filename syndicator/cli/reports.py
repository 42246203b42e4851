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
    complain,
    counted,
    format_local_time,
    is_quiet,
    print_aligned_table,
    print_json,
    say,
)
from syndicator.core.errors import ConfigError, Fault
from syndicator.core.reasons import ConditionReason

if TYPE_CHECKING:
    from rich.progress import Progress

    from syndicator.cli.progress import Count
    from syndicator.core.model import Outcome, Problem
    from syndicator.core.ports import Enriched
    from syndicator.publishing.kinds.targets import BuildReport
    from syndicator.runs.refresh import RunReport, Watch

_TITLE_CHARACTERS = 50  # of the article at work, beside the progress bar


def log_problems(problems: Iterable[Problem], level: Level = "warning", **fields: object) -> None:
    """Log each problem as a line. `level`: the level of these lines. `fields`: further facts that
    each line has, by name."""
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
    """Log the result of a visit to a source: a line about the source, which is a warning if the
    visit failed, then a line for each skipped entry."""
    fields: dict[str, object] = {
        "source": outcome.key,
        "status": outcome.status,
        "new": len(outcome.added),
    }
    if outcome.changed:
        fields["changed"] = len(outcome.changed)
    if outcome.pending:
        fields["pending"] = outcome.pending
    if outcome.waiting:
        fields["waiting"] = outcome.waiting
    if outcome.reason:
        fields["reason"] = outcome.reason
        fields["detail"] = outcome.detail
    level: Level = "warning" if outcome.status in ("failed", "disabled") else "info"
    log("visited", level, **fields)
    log_problems(outcome.skipped, "info", source=outcome.key)


def log_build(report: BuildReport) -> None:
    """Log the feeds that a build held back, would end or set aside, and the hubs that failed."""
    log_problems((*report.held, *report.ending, *report.set_aside, *report.hubs))


def log_run(report: RunReport) -> None:
    """Log the events of a run that are not about visits: problems of the build and of files,
    articles that an older version read, and the use of the language model. Each visit is logged
    when it ends."""
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
        if model.hindrance:  # the reason why the model is not asked any more for a while
            log(
                "language model",
                "warning",
                waits=model.hindrance.reason,
                detail=model.hindrance.detail,
            )


@contextmanager
def show_progress(tells: Callable[[Outcome], bool] = lambda outcome: True) -> Iterator[Watch]:
    """Yield a watch, an object with functions that a run calls as it goes on. They show the
    progress of the run as a bar on a terminal, else as lines in the log. `tells`: returns True for
    a visit that is worth a line."""
    from syndicator.cli.progress import Count
    from syndicator.runs.refresh import Watch

    count = Count()
    began = time.monotonic()
    options = logs.get_options()
    shows_bar = sys.stderr.isatty() and not options.steps and not options.quiet
    if not shows_bar:
        yield _make_log_watch(count, began, tells)
        return

    # `on_start`, `on_pages`, `on_visit` and `on_filed` are called when the run begins, has found or
    # read pages, has ended a visit, and has filed an article
    with _make_progress_bar() as progress:
        task = progress.add_task("sources", total=None, pages="")

        def update_bar() -> None:
            pages = _describe_progress(count, began)
            progress.update(task, total=count.sources, completed=count.visited, pages=pages)

        def on_start(sources: int) -> None:
            count.start(sources)
            update_bar()

        def on_pages(more: int, read: int) -> None:
            count.add_pages(more, read)
            update_bar()

        def on_visit(outcome: Outcome) -> None:
            count.add_visit(outcome)
            update_bar()
            if outcome.reason and tells(outcome):
                line = one_line(f"{outcome.key}: {outcome.reason} {outcome.detail}")
                progress.console.print(line, markup=False)

        def on_filed(title: str) -> None:
            # a "[" would begin markup
            description = one_line(title[:_TITLE_CHARACTERS]).replace("[", "(")
            progress.update(task, description=description)

        yield Watch(started=on_start, visited=on_visit, pages=on_pages, filed=on_filed)


def _make_log_watch(count: Count, began: float, tells: Callable[[Outcome], bool]) -> Watch:
    """Return a watch, an object with functions that a run calls as it goes on. They log the
    progress of the run every LINE_SECONDS, and each visit for which `tells` returns True. `count`:
    counts the sources and pages of the run. `began`: when the run began, by time.monotonic()."""
    from syndicator.cli.progress import LINE_SECONDS
    from syndicator.runs.refresh import Watch

    last_logged = began  # when the progress was logged last

    def on_pages(more: int, read: int) -> None:
        """Add `more` new pages and `read` pages that were read to the count. Log the progress if
        the last line about it is LINE_SECONDS old."""
        nonlocal last_logged
        count.add_pages(more, read)
        now = time.monotonic()
        if now - last_logged < LINE_SECONDS:
            return
        last_logged = now
        sources = f"{count.visited} of {count.sources}"
        log("progress", "info", sources=sources, pages=_describe_progress(count, began))

    def on_visit(outcome: Outcome) -> None:
        count.add_visit(outcome)
        if tells(outcome):
            log_visit(outcome)

    return Watch(started=count.start, visited=on_visit, pages=on_pages)


def _describe_progress(count: Count, began: float) -> str:
    """Return the number of pages read and the time that is left, such as "3 of 9 pages, 40 s left".
    `count`: the pages of the run so far. `began`: when the run began, by time.monotonic()."""
    from syndicator.cli.progress import describe_left, estimate_seconds

    elapsed = time.monotonic() - began
    time_left = describe_left(estimate_seconds(count, elapsed))
    return f"{count.read} of {count.pages} pages, {time_left} left"


def _make_progress_bar() -> Progress:
    """Return a progress bar for standard error: a label, the bar, "M of N", the text `pages`, and
    the elapsed time. The bar disappears at the end."""
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
def show_count(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar during the block, if standard error is a terminal. `what`: the label of
    the bar. Yield the function that moves the bar; its arguments are the number of things that are
    done, and the number of all things."""
    if not sys.stderr.isatty():
        yield lambda count, total: None  # there is no bar to move
        return
    with _make_progress_bar() as progress:
        task = progress.add_task(what, total=None, pages="")

        def advance(count: int, total: int) -> None:
            progress.update(task, completed=count, total=total)

        yield advance


def print_run_report(report: RunReport, *, json: bool) -> None:
    """Print the result of a run, as JSON or as lines for people. If the operator asked for --quiet,
    only log what went wrong."""
    if json:
        print_json(_make_run_document(report))
        return
    if is_quiet():  # failed visits are logged already
        log_run(report)
        return

    # the visits
    sources = counted(len(report.outcomes), "source")
    new = sum(len(outcome.added) for outcome in report.outcomes)
    changed = sum(len(outcome.changed) for outcome in report.outcomes)
    files = counted(len(report.built.written), "file")
    say(
        f"{sources} visited, {len(report.failed)} failed;"
        f" {counted(new, 'new article')}, {changed} changed; {files} written"
    )
    print_faults(report.faults, report.remarks)  # of the configuration
    hint = _advise_on_visits(report)
    if hint:
        say(hint)
    waiting = sum(outcome.waiting for outcome in report.outcomes)
    if waiting:
        say(f"waiting for the next run: {waiting} of the announced entries")
    for outcome in report.failed:
        say(f"failed: {outcome.key}: {outcome.reason} {outcome.detail}".rstrip())

    # the build of the feeds
    for problem in (*report.built.held, *report.built.set_aside):
        say(f"held back: {problem.what}: {problem.reason} {problem.detail}".rstrip())
    for line in describe_ending_feeds(report.built):
        say(line)
    print_unreadable_files(report.problems)
    log_problems((*report.built.hubs, *report.failed_reports))

    # old articles, and the language model
    if report.outdated:
        articles = counted(report.outdated, "article")
        say(f"read by an older version: {articles}; {ConditionReason.OUTDATED.cure}")
    for line in report.llm.lines():
        say(line)
    if report.llm.wrong:
        complain(ConfigError(report.llm.wrong), as_json=False)


def print_faults(faults: Iterable[Fault], remarks: Iterable[Fault]) -> None:
    """Print the faults of the configuration, then remarks about its settings that have no
    effect."""
    from syndicator.app.read_configuration import describe_wrong

    for fault in faults:
        say(f"wrong: {describe_wrong(fault)}")
    for remark in remarks:
        say(f"note: {remark}")


def _advise_on_visits(report: RunReport) -> str:
    """Return advice for the operator if the run visited no source; "" if it visited some."""
    if not report.followed:
        return "no source is followed: `syndicator add URL` adds one"
    if report.outcomes:
        return ""
    return (
        "none was due: `syndicator sources` says when each is; `syndicator refresh --all`"
        " visits all of them now"
    )


def _make_run_document(report: RunReport) -> dict[str, object]:
    """Return the result of a run as the JSON document that the command prints."""
    built = report.built
    return {
        "sources": report.outcomes,
        "written": built.written,
        "unchanged": built.unchanged,
        "held": built.held,
        "ending": built.ending,
        "set_aside": built.set_aside,
        "hubs": built.hubs,
        "problems": report.problems,
        "llm": report.llm,
    }


def describe_ending_feeds(report: BuildReport) -> list[str]:
    """Return a line for each feed that the next build would end, because the configuration asks for
    it no more. The line says why, and how to confirm or prevent this."""
    reason = ConditionReason.FEEDS_WOULD_END
    lines = []
    for problem in report.ending:
        lines.append(f"{problem.what} ({problem.detail}): {reason.means}; {reason.cure}")
    return lines


def print_unreadable_files(problems: Iterable[Problem]) -> None:
    """Print the article files that cannot be read, with the reason."""
    for problem in problems:
        fault = problem.detail.split(f"{problem.what}: ")[-1]  # it names the file, too
        say(f"not read: {problem.what}: {fault} ({problem.reason})")


def print_language_model(state: Enriched) -> None:
    """Print how much the language model was used today, why it failed last, and a table of the
    articles whose descriptions by the model were refused. `state`: these facts; its `meter` counts
    the calls."""
    meter = state.meter
    calls = counted(meter.calls, "call")
    use = f"language model {meter.endpoint}: {calls} and {meter.tokens} tokens on {meter.day}"
    statuses = [status for status in ("accepted", "refused", "failed") if status in state.counts]
    if statuses:
        articles = ", ".join(f"{state.counts[status]} {status}" for status in statuses)
        use += f"; articles: {articles}"
    say(use)
    if meter.reason:
        failures = counted(meter.failures, "failure")
        trouble = f"language model: {failures} in a row, the last {meter.reason} {meter.detail}"
        if meter.rest_until:
            trouble += f"; not asked before {format_local_time(meter.rest_until)}"
        say(trouble)
    if state.refused:
        rows = [(problem.what, problem.reason, problem.detail) for problem in state.refused]
        columns = ("article", "reason", "detail")
        print_aligned_table("Not described by the language model", columns, rows)
