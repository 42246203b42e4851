"""status: what an instance does, and what is wrong with it, on one screen."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from syndicator.cli import printing
from syndicator.cli.base import CONFIG, Config, Json, command
from syndicator.cli.logs import one_line
from syndicator.cli.printing import counted, local
from syndicator.core import urls
from syndicator.core.errors import UsageError
from syndicator.core.reasons import explained
from syndicator.core.text import span, width
from syndicator.operations.operation import Argument

if TYPE_CHECKING:
    from syndicator.core.model import Outcome
    from syndicator.core.ports.subscriptions import Pictured, Subscription
    from syndicator.services.health.conditions import Condition
    from syndicator.services.health.look import Health
    from syndicator.services.health.status import SourceHealth
    from syndicator.services.places import Place

_ABOVE = 4  # lines of a screen that the conditions leave to others
_COLUMNS = ("what", "condition", "since", "last success", "reason", "detail", "cure", "next try")

_VISITS = ("visit", "result", "new", "changed", "refused", "seconds", "bytes", "next visit", "why", "detail")
_ENTRIES = ("entry", "state", "reason", "tries", "next try", "detail")


@command()
def status(
    source: Annotated[str | None, Argument("One source: its last visits.", "KEY", completes="source")] = None,
    listed: Annotated[
        str, typer.Option("--list", metavar="NAME", help="List articles, changes, conditions, feeds, jobs or sources.")
    ] = "",
    where: Annotated[list[str] | None, Argument("With --list: which ones, such as source=KEY.", "NAME=VALUE")] = None,
    after: Annotated[str, Argument("With --list: what comes after this one.", "ID")] = "",
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Show how sources, articles and feeds are doing, and what went wrong. Changes nothing."""
    from syndicator.services.health import status as report
    from syndicator.services.health.look import look, place_of
    from syndicator.services.health.status import look_at

    with place_of(config) as place:
        if listed:
            _list(place, listed, dict(one.partition("=")[::2] for one in where or ()), after, json=json)
            return
        if source is not None:
            one = look_at(place, source)
            printing.as_json(report.of_source(one)) if json else _source(one)
            return
        sources: list[dict[str, Any]] = []
        health = look(place, each=lambda state: sources.append(report.of_state(state)) if json else None)
        document = report.document(health, place.store, sources) if json else {}
    if json:
        printing.as_json(document)
    else:
        _all(health)


def _list(place: Place, name: str, where: Mapping[str, str], after: str, *, json: bool) -> None:
    from syndicator.core.text import suggestion
    from syndicator.operations.operation import parsed
    from syndicator.operations.queries import QUERIES

    if (query := QUERIES.get(name)) is None:
        raise UsageError(f"there is no list of {name!r}{suggestion(name, QUERIES)}")
    page = query.read(place, parsed(query, where), after=after)
    if json:
        printing.as_json(page)
        return
    printing.table(query.help, query.columns, [[one[column] or "" for column in query.columns] for one in page.items])
    if page.next:
        printing.log("there are more", cure=f"--after {page.next}")


def _all(health: Health) -> None:
    printing.say(_headline(health))
    printing.say(_numbers(health))
    if sys.stdout.isatty():
        _screen(health.conditions)
    elif health.conditions:
        printing.table("", _COLUMNS, [_row(one) for one in health.conditions])
    if health.feed:
        printing.say(f"health feed: {health.feed}")
    if health.llm is not None:
        printing.language_model(health.llm)


def _source(found: SourceHealth) -> None:
    state = found.state
    printing.say(f"{found.source.key}: {urls.redacted(found.source.url)}{'' if found.source.enabled else ' (off)'}")
    if state is None or state.last_visit is None:
        printing.say("not visited yet")
    else:
        printing.say(f"next visit {local(state.next_due, 'now')}{f': {state.due_why}' if state.due_why else ''}")
    if found.hub:
        printing.say(hub_line(found.hub))
    for rule in found.rules:
        printing.say(f"rule: {rule}")
    _screen(found.conditions)
    if found.visits:
        printing.table("Last visits", _VISITS, [_visit(one) for one in found.visits])
    if found.entries:
        printing.table(
            "Entries refused or tried again",
            _ENTRIES,
            [
                (one.url or one.entry_id, one.status, one.reason, one.tries, local(one.next_try), one.detail)
                for one in found.entries
            ],
        )


def hub_line(one: Subscription) -> str:
    """The line about the hub of a source. Pure."""
    if one.expires is None:
        means, cure = explained(one.reason) if one.reason else ("it is being asked", "")
        more = [means, one.detail, f"to do: {cure}" if cure else "", f"asked again {local(one.next_try, 'soon')}"]
        return one_line(f"hub {urls.redacted(one.hub)} does not push: {'; '.join(part for part in more if part)}")
    brought = f"{one.pushed:.0f} brought and {one.missed:.0f} missed; last push {local(one.last_push, 'never')}"
    return one_line(f"hub {urls.redacted(one.hub)} pushes until {local(one.expires)}: {brought}")


def _visit(one: Outcome) -> tuple[Any, ...]:
    counts = len(one.added), len(one.changed), one.refused, one.seconds, one.bytes
    return local(one.at), one.reason or one.status, *counts, local(one.next_due), one.due_why, one.detail


def _headline(health: Health) -> str:
    """297 fine, 3 need you, last article 4 minutes ago."""
    need, last = len(health.need_you), health.counts.last_article
    again = sum(one.kind == "source-failing" and not one.needs_you for one in health.conditions)
    is_empty = not (last or health.fine or health.unvisited or health.conditions)
    parts = (
        f"{health.fine} fine",
        f"{need} needs you" if need == 1 else f"{need} need you",
        f"{again} tried again by {'itself' if again == 1 else 'themselves'}" if again else "",
        f"{health.unvisited} not visited yet" if health.unvisited else "",
        f"last article {span(health.now - last)} ago" if last else "no article yet",
        "no source yet: `syndicator add URL` follows one" if is_empty else "",
    )
    return ", ".join(filter(None, parts))


def _numbers(health: Health) -> str:
    from syndicator.services.health.conditions import room

    counts = health.counts
    entries = "1 entry pending" if counts.pending == 1 else f"{counts.pending} entries pending"
    waiting = f" ({health.waiting} for the next run)" if health.waiting else ""
    on_hold = sum(one.count for one in health.conditions if one.kind == "articles-on-hold")
    parts = [
        f"{counted(counts.articles, 'article')}{f' ({on_hold} on hold)' if on_hold else ''}, "
        f"{counted(counts.feeds, 'feed')}",
        f"{entries}{waiting}, {counts.refused} refused" + (f", {health.muted} muted" if health.muted else ""),
        f"last run {local(counts.last_run, 'never')}",
        *_fresh(health),
        *pictured(health.pictures),
        *(f"{room(disk)} at {disk.path}" for disk in health.disks),
    ]
    return "; ".join(parts)


def _fresh(health: Health) -> list[str]:
    if (found := health.freshness) is None:
        return []
    middle, late = (span(timedelta(seconds=one)) for one in (found.median, found.p95))
    return [f"from publication to feed {middle} (median), {late} (p95) over {counted(found.articles, 'article')}"]


def pictured(found: Pictured | None) -> list[str]:
    """The count of pictures, and why others are missing. Pure."""
    if found is None or not (found.made or found.waiting or found.failed):
        return []
    failed = ", ".join(f"{count} {reason}" for reason, count in found.failed.items())
    waiting = f", {found.waiting} waiting" if found.waiting else ""
    return [f"{counted(found.made, 'picture')}{waiting}{f', failed: {failed}' if failed else ''}"]


def _screen(found: Sequence[Condition]) -> None:
    room = shutil.get_terminal_size()
    for line in fitting(found, columns=room.columns, lines=room.lines - _ABOVE):
        printing.say(line)


def fitting(found: Sequence[Condition], *, columns: int, lines: int) -> list[str]:
    """A paragraph for each condition, as many as fit into so many lines of a terminal, and how many do not. Pure."""
    shown: list[str] = []
    for place, one in enumerate(found):
        paragraph = _paragraph(one)
        lines -= sum(1 + (width(line) - 1) // columns for line in paragraph)
        if lines < 0 and place:
            return [*shown, f"{len(found) - place} more: `syndicator status | less`, or --json"]
        shown += paragraph
    return shown


def _paragraph(one: Condition) -> list[str]:
    times = {"last success": one.last_success, "next try": one.next_try}
    told = ", ".join(f"{name} {local(when)}" for name, when in times.items() if when)
    head = f"{one.subject}: {one.kind}" if one.subject else one.kind.value
    head += f" since {local(one.since)}" if one.since else ""
    lines = [
        f"{head}; {told}" if told else head,
        f"    {_reason(one)}" + (f": {one.detail}" if one.detail else ""),
        f"    to do: {one.cure}" if one.cure and one.needs_you else "",
    ]
    return [one_line(line) for line in lines if line]


def _reason(one: Condition) -> str:
    return f"{one.reason} ({one.code})" if one.code else f"{one.reason} ({one.count})" if one.count > 1 else one.reason


def _row(one: Condition) -> tuple[Any, ...]:
    since = local(one.since), local(one.last_success)
    return one.subject, one.kind.value, *since, _reason(one), one.detail, one.cure, local(one.next_try)
