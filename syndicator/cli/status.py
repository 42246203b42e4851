"""Command status: print the state and problems of an instance or a source, or a list."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from syndicator.cli import printing, reports
from syndicator.cli.base import CONFIG, Config, Json, command
from syndicator.cli.logs import one_line
from syndicator.cli.printing import counted, format_local_time
from syndicator.core import urls
from syndicator.core.errors import UsageError
from syndicator.core.reasons import explain_reason
from syndicator.core.text import count_columns, describe_duration, name_alternatives
from syndicator.operations.operation import Argument, fields_of, parse_arguments

if TYPE_CHECKING:
    from syndicator.app.places import OpenedInstance
    from syndicator.core.model import Outcome, SourceState
    from syndicator.core.ports.subscriptions import Pictured, Subscription
    from syndicator.health.conditions import Condition
    from syndicator.health.episodes import Scheduled
    from syndicator.health.summary import Health, SourceHealth
    from syndicator.operations.paged_lists import Query

_LINES_KEPT_FREE = 4  # lines of the screen for what stands above, and the prompt
_PIPE_LINES = 1_000_000  # lines of a pipe
_VISIT_COLUMNS = (
    "visit",
    "result",
    "new",
    "changed",
    "refused",
    "seconds",
    "bytes",
    "next visit",
    "why",
    "detail",
)
_ENTRY_COLUMNS = ("entry", "state", "reason", "tries", "next try", "detail")


@command()
def status(
    source: Annotated[
        str | None, Argument("One source: its last visits.", "KEY", completes="source")
    ] = None,
    listed: Annotated[
        str,
        typer.Option(
            "--list",
            metavar="NAME",
            help="List articles, changes, conditions, feeds, jobs or sources.",
        ),
    ] = "",
    where: Annotated[
        list[str] | None, Argument("With --list: a filter, such as source=KEY.", "NAME=VALUE")
    ] = None,
    after: Annotated[str, Argument("With --list: continue after this item.", "ID")] = "",
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Show how sources, articles and feeds are doing, and what went wrong. Changes nothing."""
    from syndicator.health import documents
    from syndicator.health.observing import open_read_only
    from syndicator.health.summary import read_health, read_source_health

    if where and not listed:
        raise UsageError(
            f"--where {where[0]} chooses from a list; name it, such as --list articles"
        )
    with open_read_only(config) as instance:
        if listed:
            _print_list(instance, listed, where or (), after, json=json)
            return
        if source is not None:
            source_health = read_source_health(instance, source)
            if json:
                printing.print_json(documents.describe_source(source_health))
            else:
                _print_source(source_health)
            return

        sources: list[dict[str, Any]] = []

        def describe_for_json(state: SourceState) -> None:
            """Collect a source for the JSON document. `read_health` calls this for each source."""
            if json:
                sources.append(documents.describe_state(state))

        health = read_health(instance, each=describe_for_json)
        if json:
            document = documents.describe_instance(health, instance.store, sources)
    if json:
        printing.print_json(document)
    else:
        _print_health(health)


def _print_list(
    instance: OpenedInstance, name: str, where: Sequence[str], after: str, *, json: bool
) -> None:
    """Print a page of the list `name`, such as "articles". `where`: the filters, each typed as
    NAME=VALUE. `after`: the id of the last item on the page before; "" for the first page. `json`:
    print JSON. Raises UsageError for an unknown list or filter."""
    from syndicator.operations.paged_lists import QUERIES

    query = QUERIES.get(name)
    if query is None:
        raise UsageError(f"there is no list of {name!r}{name_alternatives(name, QUERIES)}")
    filters = parse_arguments(query, _parse_filters(query, where))
    page = query.read(instance, filters, after=after)
    if json:
        printing.print_json(page)
        return
    rows = []
    for item in page.items:
        rows.append([item[column] or "" for column in query.columns])
    printing.print_aligned_table(query.help, query.columns, rows)
    if page.next:
        printing.log("there are more", cure=f"--after {page.next}")


def _parse_filters(query: Query, where: Sequence[str]) -> dict[str, str]:
    """Return the values of the filters of a list, by the names of the filters. `query`: the list.
    `where`: the filters as typed, each as NAME=VALUE. Raises UsageError for a text of another form,
    and if the list has no filters."""
    names = [field.name for field in fields_of(query)]
    filters: dict[str, str] = {}
    for typed in where:
        name, equals, value = typed.partition("=")
        if not names:
            raise UsageError(f"--where {typed}: the list of {query.name} has no filters")
        if not equals:
            raise UsageError(
                f"--where {typed}: write NAME=VALUE; for {query.name}, NAME is one of"
                f" {', '.join(names)}"
            )
        filters[name] = value
    return filters


def _print_health(health: Health) -> None:
    """Print the state of an instance for people: a headline, its numbers, its conditions, the jobs
    of `up`, the health feed, and the language model."""
    has_sources = bool(health.fine or health.unvisited)
    has_articles = bool(health.figures.counts.last_article)
    is_new_instance = not (has_sources or has_articles or health.conditions)
    headline = health.headline
    if is_new_instance:
        headline += ", no source yet: `syndicator add URL` follows one"
    printing.say(headline)
    printing.say(_describe_numbers(health))
    _print_conditions(health.conditions)
    if health.schedule:
        printing.say(describe_jobs(health.schedule, health.now))
    if health.feed:
        printing.say(f"health feed: {health.feed}")
    if health.llm is not None:
        reports.print_language_model(health.llm)


def _print_source(health: SourceHealth) -> None:
    """Print the state of a source for people: its next visit, hub, rules and conditions, then
    tables of its last visits and of the entries that failed."""
    source = health.source
    state = health.state
    off = "" if source.enabled else " (off)"
    printing.say(f"{source.key}: {urls.redacted(source.url)}{off}")  # without a password

    if state is None or state.visits.last_visit is None:
        printing.say("not visited yet")
    else:
        next_visit = f"next visit {format_local_time(state.schedule.next_due, 'now')}"
        if state.schedule.due_why:
            next_visit += f": {state.schedule.due_why}"
        printing.say(next_visit)
    if health.hub:
        printing.say(describe_hub(health.hub))
    for rule in health.rules:
        printing.say(f"rule: {rule}")
    _print_conditions(health.conditions)
    if health.visits:
        visit_rows = [_make_visit_row(visit) for visit in health.visits]
        printing.print_aligned_table("Last visits", _VISIT_COLUMNS, visit_rows)

    entry_rows = [
        (
            entry.url or entry.entry_id,
            entry.status,
            entry.reason,
            entry.tries,
            format_local_time(entry.next_try),
            entry.detail,
        )
        for entry in health.entries
    ]
    if entry_rows:
        printing.print_aligned_table("Entries refused or tried again", _ENTRY_COLUMNS, entry_rows)


def describe_hub(state: Subscription) -> str:
    """Return a line about the hub of a source, a server that sends us new entries at once. The line
    says how many entries these pushes brought and missed, or why the hub does not push. `state`:
    our subscription at the hub."""
    hub = urls.redacted(state.hub)  # without a password
    is_subscribed = state.expires is not None
    if is_subscribed:
        expires = format_local_time(state.expires)
        last_push = format_local_time(state.last_push, "never")
        return one_line(
            f"hub {hub} pushes until {expires}: {state.pushed:.0f} brought and"
            f" {state.missed:.0f} missed; last push {last_push}"
        )

    reason = "it is being asked"
    cure = ""
    if state.reason:
        reason, cure = explain_reason(state.reason)
    parts = [reason]
    if state.detail:
        parts.append(state.detail)
    if cure:
        parts.append(f"to do: {cure}")
    parts.append(f"asked again {format_local_time(state.next_try, 'soon')}")
    return one_line(f"hub {hub} does not push: {'; '.join(parts)}")


def _make_visit_row(visit: Outcome) -> tuple[Any, ...]:
    """Return a visit as a row of the table of visits. The cells are in the order of
    _VISIT_COLUMNS."""
    return (
        format_local_time(visit.at),
        visit.reason or visit.status,
        len(visit.added),
        len(visit.changed),
        visit.refused,
        visit.seconds,
        visit.bytes,
        format_local_time(visit.next_due),
        visit.due_why,
        visit.detail,
    )


def _describe_numbers(health: Health) -> str:
    """Return the numbers of an instance in one line: articles, feeds, entries, the last run, the
    time from publication to feed, pictures, and the free room on disks."""
    from syndicator.health.conditions import describe_room

    counts = health.figures.counts
    articles = counted(counts.articles, "article")
    on_hold = sum(
        condition.count for condition in health.conditions if condition.kind == "articles-on-hold"
    )
    if on_hold:
        articles += f" ({on_hold} on hold)"

    entries = "1 entry pending" if counts.pending == 1 else f"{counts.pending} entries pending"
    if health.waiting:
        entries += f" ({health.waiting} for the next run)"
    entries += f", {counts.refused} refused"
    if health.muted:
        entries += f", {health.muted} muted"

    parts = [
        f"{articles}, {counted(counts.feeds, 'feed')}",
        entries,
        f"last run {format_local_time(counts.last_run, 'never')}",
    ]

    delays = health.figures.freshness
    if delays is not None:
        median = describe_duration(timedelta(seconds=delays.median))
        p95 = describe_duration(timedelta(seconds=delays.p95))
        sample = counted(delays.articles, "article")
        parts.append(f"from publication to feed {median} (median), {p95} (p95) over {sample}")
    parts.extend(describe_pictures(health.figures.pictures))
    parts.extend(f"{describe_room(disk)} at {disk.path}" for disk in health.disks)
    return "; ".join(parts)


def describe_jobs(jobs: Sequence[Scheduled], now: datetime) -> str:
    """Return a line about the regular jobs of the command `up`: the name of each, when it last
    ended, and when it starts next. `now`: the present time."""
    parts = []
    for job in jobs:
        last_end = _format_clock_time(job.last, now)
        next_start = _format_clock_time(job.next, now)
        parts.append(f"{job.job} {last_end} {next_start}".rstrip())
    return f"jobs of up, last and next: {', '.join(parts)}"


def _format_clock_time(moment: datetime | None, now: datetime) -> str:
    """Return the time of day of `moment`, with the date if it is not the date of `now`; "" for
    None."""
    date_of_today = format_local_time(now)[: -len("12:34")]
    return format_local_time(moment).removeprefix(date_of_today)


def describe_pictures(pictures: Pictured | None) -> list[str]:
    """Return a list with one line: how many pictures were made, wait, and failed for which reason.
    Return an empty list if there are no pictures."""
    if pictures is None:
        return []
    has_pictures = pictures.made or pictures.waiting or pictures.failed
    if not has_pictures:
        return []
    line = counted(pictures.made, "picture")
    if pictures.waiting:
        line += f", {pictures.waiting} waiting"
    if pictures.failed:
        failed = ", ".join(f"{count} {reason}" for reason, count in pictures.failed.items())
        line += f", failed: {failed}"
    return [line]


def _print_conditions(conditions: Sequence[Condition]) -> None:
    """Print conditions, the problems of an instance or source. On a terminal, print only as many as
    fit on the screen, else all."""
    size = shutil.get_terminal_size()
    lines = size.lines - _LINES_KEPT_FREE if sys.stdout.isatty() else _PIPE_LINES
    for line in fit_to_screen(conditions, columns=size.columns, lines=lines):
        printing.say(line)


def fit_to_screen(conditions: Sequence[Condition], *, columns: int, lines: int) -> list[str]:
    """Return the text of conditions, problems of an instance, as lines: of as many conditions as
    fit on a screen of `lines` lines with `columns` characters, but of one at least. If some do not
    fit, the last line has their number. Pure."""
    fitted: list[str] = []
    lines_left = lines
    for shown_count, condition in enumerate(conditions):
        paragraph = _make_paragraph(condition)
        # a line that is wider than the screen takes several
        screen_lines = [1 + (count_columns(line) - 1) // columns for line in paragraph]
        lines_left -= sum(screen_lines)
        if lines_left < 0 and shown_count > 0:
            unshown_count = len(conditions) - shown_count
            return [*fitted, f"{unshown_count} more: `syndicator status | less`, or --json"]
        fitted += paragraph
    return fitted


def _make_paragraph(condition: Condition) -> list[str]:
    """Return the lines about a condition, a problem of an instance: a line with its subject and
    times, a line with its reason, and, if the operator must do something, a line that says what."""
    head = condition.kind.value
    if condition.subject:
        head = f"{condition.subject}: {head}"
    if condition.since:
        head += f" since {format_local_time(condition.since)}"
    times = []
    if condition.last_success:
        times.append(f"last success {format_local_time(condition.last_success)}")
    if condition.next_try:
        times.append(f"next try {format_local_time(condition.next_try)}")
    if times:
        head += f"; {', '.join(times)}"

    reason = f"    {_describe_reason(condition)}"
    if condition.detail:
        reason += f": {condition.detail}"

    lines = [one_line(head), one_line(reason)]
    if condition.cure and condition.needs_you:
        lines.append(one_line(f"    to do: {condition.cure}"))
    return lines


def _describe_reason(condition: Condition) -> str:
    """Return the reason of a condition, a problem of an instance, followed by its code in brackets.
    If it has no code, the number of entries is in the brackets, if there are several."""
    if condition.code:
        return f"{condition.reason} ({condition.code})"
    if condition.count > 1:
        return f"{condition.reason} ({condition.count})"
    return condition.reason
