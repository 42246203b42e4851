"""Command status: print the state and problems of an instance or a source, or a list."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from syndicator.cli import printing, reports
from syndicator.cli.base import CONFIG, Config, Json, command
from syndicator.cli.logs import one_line
from syndicator.cli.printing import counted, local
from syndicator.core import urls
from syndicator.core.errors import UsageError
from syndicator.core.reasons import explain_reason
from syndicator.core.text import span, suggestion, width
from syndicator.operations.operation import Argument, parsed

if TYPE_CHECKING:
    from syndicator.app.places import Place
    from syndicator.core.model import Outcome
    from syndicator.core.ports.subscriptions import Pictured, Subscription
    from syndicator.health.conditions import Condition
    from syndicator.health.episodes import Scheduled
    from syndicator.health.summary import Health, SourceHealth

_ABOVE = 4  # lines of the screen for the rest
_ENDLESS = 1_000_000  # lines of a pipe
_VISITS = (
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
_ENTRIES = ("entry", "state", "reason", "tries", "next try", "detail")


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
    from syndicator.health.summary import look, look_at

    with open_read_only(config) as place:
        if listed:
            _list(
                place,
                listed,
                dict(pair.partition("=")[::2] for pair in where or ()),
                after,
                json=json,
            )
            return
        if source is not None:
            visited = look_at(place, source)
            printing.as_json(documents.of_source(visited)) if json else _source(visited)
            return
        sources: list[dict[str, Any]] = []
        health = look(
            place, each=lambda state: sources.append(documents.of_state(state)) if json else None
        )
        document = documents.document(health, place.store, sources) if json else {}
    if json:
        printing.as_json(document)
    else:
        _all(health)


def _list(place: Place, name: str, where: Mapping[str, str], after: str, *, json: bool) -> None:
    from syndicator.operations.paged_lists import QUERIES

    if (query := QUERIES.get(name)) is None:
        raise UsageError(f"there is no list of {name!r}{suggestion(name, QUERIES)}")
    page = query.read(place, parsed(query, where), after=after)
    if json:
        printing.as_json(page)
        return
    printing.aligned_table(
        query.help,
        query.columns,
        [[item[column] or "" for column in query.columns] for item in page.items],
    )
    if page.next:
        printing.log("there are more", cure=f"--after {page.next}")


def _all(health: Health) -> None:
    is_empty = not (
        health.figures.counts.last_article or health.fine or health.unvisited or health.conditions
    )
    headline = health.headline
    if is_empty:
        headline += ", no source yet: `syndicator add URL` follows one"
    printing.say(headline)
    printing.say(_describe_numbers(health))
    _print_conditions(health.conditions)
    if health.schedule:
        printing.say(scheduled(health.schedule, health.now))
    if health.feed:
        printing.say(f"health feed: {health.feed}")
    if health.llm is not None:
        reports.language_model(health.llm)


def _source(health: SourceHealth) -> None:
    state = health.state
    paused = "" if health.source.enabled else " (off)"
    printing.say(f"{health.source.key}: {urls.redacted(health.source.url)}{paused}")
    if state is None or state.visits.last_visit is None:
        printing.say("not visited yet")
    else:
        schedule = state.schedule
        why = f": {schedule.due_why}" if schedule.due_why else ""
        printing.say(f"next visit {local(schedule.next_due, 'now')}{why}")
    if health.hub:
        printing.say(hub_line(health.hub))
    for rule in health.rules:
        printing.say(f"rule: {rule}")
    _print_conditions(health.conditions)
    if health.visits:
        printing.aligned_table("Last visits", _VISITS, map(_make_visit_row, health.visits))
    rows = [
        (
            entry.url or entry.entry_id,
            entry.status,
            entry.reason,
            entry.tries,
            local(entry.next_try),
            entry.detail,
        )
        for entry in health.entries
    ]
    if rows:
        printing.aligned_table("Entries refused or tried again", _ENTRIES, rows)


def hub_line(state: Subscription) -> str:
    """Return a line on the hub of a source: what it brought, or why it does not push."""
    hub = urls.redacted(state.hub)
    if state.expires is not None:
        last_push = local(state.last_push, "never")
        return one_line(
            f"hub {hub} pushes until {local(state.expires)}: {state.pushed:.0f} brought and"
            f" {state.missed:.0f} missed; last push {last_push}"
        )
    reason, cure = explain_reason(state.reason) if state.reason else ("it is being asked", "")
    parts = [reason]
    if state.detail:
        parts.append(state.detail)
    if cure:
        parts.append(f"to do: {cure}")
    parts.append(f"asked again {local(state.next_try, 'soon')}")
    return one_line(f"hub {hub} does not push: {'; '.join(parts)}")


def _make_visit_row(visit: Outcome) -> tuple[Any, ...]:
    return (
        local(visit.at),
        visit.reason or visit.status,
        len(visit.added),
        len(visit.changed),
        visit.refused,
        visit.seconds,
        visit.bytes,
        local(visit.next_due),
        visit.due_why,
        visit.detail,
    )


def _describe_numbers(health: Health) -> str:
    from syndicator.health.conditions import room

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
        f"last run {local(counts.last_run, 'never')}",
    ]
    delays = health.figures.freshness
    if delays is not None:
        median = span(timedelta(seconds=delays.median))
        p95 = span(timedelta(seconds=delays.p95))
        sample = counted(delays.articles, "article")
        parts.append(f"from publication to feed {median} (median), {p95} (p95) over {sample}")
    parts.extend(pictured(health.figures.pictures))
    parts.extend(f"{room(disk)} at {disk.path}" for disk in health.disks)
    return "; ".join(parts)


def scheduled(jobs: Sequence[Scheduled], now: datetime) -> str:
    """Return a line with the jobs of `up`: when each last ended, and when it starts next."""
    parts = [
        f"{job.job} {_clock_time(job.last, now)} {_clock_time(job.next, now)}".rstrip()
        for job in jobs
    ]
    return f"jobs of up, last and next: {', '.join(parts)}"


def _clock_time(moment: datetime | None, now: datetime) -> str:
    """Return the time of day, with its date if that is not the one of `now`."""
    shown = local(moment)
    return shown.removeprefix(local(now)[: -len("12:34")])


def pictured(pictures: Pictured | None) -> list[str]:
    """Return a line with the numbers of pictures, or none."""
    if pictures is None or not (pictures.made or pictures.waiting or pictures.failed):
        return []
    line = counted(pictures.made, "picture")
    if pictures.waiting:
        line += f", {pictures.waiting} waiting"
    if pictures.failed:
        failed = ", ".join(f"{count} {reason}" for reason, count in pictures.failed.items())
        line += f", failed: {failed}"
    return [line]


def _print_conditions(conditions: Sequence[Condition]) -> None:
    """Print as many conditions as fit the terminal; into a pipe, all of them."""
    size = shutil.get_terminal_size()
    lines = size.lines - _ABOVE if sys.stdout.isatty() else _ENDLESS
    for line in fitting(conditions, columns=size.columns, lines=lines):
        printing.say(line)


def fitting(conditions: Sequence[Condition], *, columns: int, lines: int) -> list[str]:
    """Return paragraphs for as many conditions as fit `lines` of a terminal, then the number of the
    rest. Pure."""
    fitted: list[str] = []
    lines_left = lines
    for number, condition in enumerate(conditions):
        paragraph = _make_paragraph(condition)
        lines_left -= sum(1 + (width(line) - 1) // columns for line in paragraph)
        if lines_left < 0 and number > 0:
            others = len(conditions) - number
            return [*fitted, f"{others} more: `syndicator status | less`, or --json"]
        fitted += paragraph
    return fitted


def _make_paragraph(condition: Condition) -> list[str]:
    head = condition.kind.value
    if condition.subject:
        head = f"{condition.subject}: {head}"
    if condition.since:
        head += f" since {local(condition.since)}"
    times = {"last success": condition.last_success, "next try": condition.next_try}
    times_text = ", ".join(f"{name} {local(moment)}" for name, moment in times.items() if moment)
    if times_text:
        head += f"; {times_text}"
    reason = f"    {_describe_reason(condition)}"
    if condition.detail:
        reason += f": {condition.detail}"
    lines = [one_line(head), one_line(reason)]
    if condition.cure and condition.needs_you:
        lines.append(one_line(f"    to do: {condition.cure}"))
    return lines


def _describe_reason(condition: Condition) -> str:
    if condition.code:
        return f"{condition.reason} ({condition.code})"
    if condition.count > 1:
        return f"{condition.reason} ({condition.count})"
    return condition.reason
