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
    printing.say(
        health.headline + (", no source yet: `syndicator add URL` follows one" if is_empty else "")
    )
    printing.say(_numbers(health))
    _screen(health.conditions)
    if health.schedule:
        printing.say(scheduled(health.schedule, health.now))
    if health.feed:
        printing.say(f"health feed: {health.feed}")
    if health.llm is not None:
        reports.language_model(health.llm)


def _source(health: SourceHealth) -> None:
    state = health.state
    printing.say(
        f"{health.source.key}:"
        f" {urls.redacted(health.source.url)}{'' if health.source.enabled else ' (off)'}"
    )
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
    _screen(health.conditions)
    if health.visits:
        printing.aligned_table("Last visits", _VISITS, map(_visit, health.visits))
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
    if state.expires is None:
        means, cure = explain_reason(state.reason) if state.reason else ("it is being asked", "")
        more = [
            means,
            state.detail,
            f"to do: {cure}" if cure else "",
            f"asked again {local(state.next_try, 'soon')}",
        ]
        return one_line(
            f"hub {urls.redacted(state.hub)} does not push: {'; '.join(filter(None, more))}"
        )
    brought = (
        f"{state.pushed:.0f} brought and {state.missed:.0f} missed; last push"
        f" {local(state.last_push, 'never')}"
    )
    return one_line(
        f"hub {urls.redacted(state.hub)} pushes until {local(state.expires)}: {brought}"
    )


def _visit(visit: Outcome) -> tuple[Any, ...]:
    counts = len(visit.added), len(visit.changed), visit.refused, visit.seconds, visit.bytes
    return (
        local(visit.at),
        visit.reason or visit.status,
        *counts,
        local(visit.next_due),
        visit.due_why,
        visit.detail,
    )


def _numbers(health: Health) -> str:
    from syndicator.health.conditions import room

    counts = health.figures.counts
    entries = "1 entry pending" if counts.pending == 1 else f"{counts.pending} entries pending"
    waiting = f" ({health.waiting} for the next run)" if health.waiting else ""
    on_hold = sum(
        condition.count for condition in health.conditions if condition.kind == "articles-on-hold"
    )
    fresh = []
    if delays := health.figures.freshness:
        median, late = (span(timedelta(seconds=seconds)) for seconds in (delays.median, delays.p95))
        over = counted(delays.articles, "article")
        fresh = [f"from publication to feed {median} (median), {late} (p95) over {over}"]
    parts = [
        (
            f"{counted(counts.articles, 'article')}{f' ({on_hold} on hold)' if on_hold else ''}, "
            f"{counted(counts.feeds, 'feed')}"
        ),
        f"{entries}{waiting}, {counts.refused} refused"
        + (f", {health.muted} muted" if health.muted else ""),
        f"last run {local(counts.last_run, 'never')}",
        *fresh,
        *pictured(health.figures.pictures),
        *(f"{room(disk)} at {disk.path}" for disk in health.disks),
    ]
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
    failed = ", ".join(f"{count} {reason}" for reason, count in pictures.failed.items())
    waiting = f", {pictures.waiting} waiting" if pictures.waiting else ""
    return [
        f"{counted(pictures.made, 'picture')}{waiting}{f', failed: {failed}' if failed else ''}"
    ]


def _screen(conditions: Sequence[Condition]) -> None:
    """Print as many conditions as fit the terminal; into a pipe, all of them."""
    room = shutil.get_terminal_size()
    lines = room.lines - _ABOVE if sys.stdout.isatty() else _ENDLESS
    for line in fitting(conditions, columns=room.columns, lines=lines):
        printing.say(line)


def fitting(conditions: Sequence[Condition], *, columns: int, lines: int) -> list[str]:
    """Return paragraphs for as many conditions as fit `lines` of a terminal, then the number of the
    rest. Pure."""
    shown: list[str] = []
    for place, condition in enumerate(conditions):
        paragraph = _paragraph(condition)
        lines -= sum(1 + (width(line) - 1) // columns for line in paragraph)
        if lines < 0 and place:
            return [
                *shown,
                f"{len(conditions) - place} more: `syndicator status | less`, or --json",
            ]
        shown += paragraph
    return shown


def _paragraph(condition: Condition) -> list[str]:
    times = {"last success": condition.last_success, "next try": condition.next_try}
    times_text = ", ".join(f"{name} {local(when)}" for name, when in times.items() if when)
    head = f"{condition.subject}: {condition.kind}" if condition.subject else condition.kind.value
    head += f" since {local(condition.since)}" if condition.since else ""
    lines = [
        f"{head}; {times_text}" if times_text else head,
        f"    {_reason(condition)}" + (f": {condition.detail}" if condition.detail else ""),
        f"    to do: {condition.cure}" if condition.cure and condition.needs_you else "",
    ]
    return [one_line(line) for line in lines if line]


def _reason(shown: Condition) -> str:
    more = shown.code or (shown.count if shown.count > 1 else "")
    return f"{shown.reason} ({more})" if more else shown.reason
