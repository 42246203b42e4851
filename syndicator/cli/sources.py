"""Commands sources, import and export: list sources, add those of a list, print OPML."""

import asyncio
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from syndicator.cli import logs, printing, reports
from syndicator.cli.add import Folders, can_ask, choose_meaning, say_skipped
from syndicator.cli.base import CONFIG, Config, DryRun, Json, command, open_to_read
from syndicator.cli.operations import apply, perform
from syndicator.cli.printing import counted, format_local_time
from syndicator.cli.running.service import run_once
from syndicator.configuration.sources.rights import list_given
from syndicator.core.errors import LockedError, NetworkDown
from syndicator.operations.adding import addition
from syndicator.operations.operation import Argument, need

if TYPE_CHECKING:
    from syndicator.adding.new_sources import Found
    from syndicator.configuration.sources.opml import Outline, Skipped
    from syndicator.core.model import Source
    from syndicator.runs.refresh import RunReport

# for the first visits; with pictures and visits under way less than two minutes. A choice
_FIRST_VISITS_SECONDS = 90.0


@command()
def sources(
    action: Annotated[
        Literal["push"] | None,
        Argument("push: send them to the workers as configured.", positional=True),
    ] = None,
    dry_run: Annotated[bool, Argument("With push: show what would change.")] = False,
    apply_moves: Annotated[
        bool, Argument("Write the new URLs of moved sources to sources.toml.")
    ] = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """List the sources: result of the last visit, time of the next, and the reason for it. Or push
    them to workers."""
    if action:
        perform(config, need("push-sources"), {}, dry_run=dry_run, json=json)
        return
    from syndicator.health.documents import of_state
    from syndicator.upkeep import reconcile

    with open_to_read(config) as opened:
        moved = [
            (key, apply(opened, need("adopt-move"), {"key": key}))
            for key in opened.configuration.sources
            if apply_moves
        ]
        states = reconcile.sources(opened.archive, opened.configuration)
        listed = [
            (opened.configuration.sources[key], states[key]) for key in opened.configuration.sources
        ]
    if json:
        printing.print_json(
            [{"source": source, "state": of_state(state)} for source, state in listed]
        )
        return
    for key, change in moved:
        if not change.is_empty:
            printing.say(
                f"moved: {key}: {change.data['before']['url']} -> {change.data['after']['url']}"
            )
    rows = []
    for source, state in listed:
        health = (
            "off"
            if not source.enabled
            else state.backoff.disabled or state.backoff.reason or state.warning or "ok"
        )
        rows.append(
            (
                source.key,
                source.url,
                health,
                format_local_time(state.schedule.next_due, "now"),
                state.schedule.due_why,
            )
        )
    printing.print_table("Sources", ("key", "url", "health", "next visit", "why"), rows)


ListOrFolder = Annotated[
    str,
    Argument(
        'A list: OPML, or an address a line; "-" for one on stdin. Or a folder of articles.',
        "FILE|DIR",
        positional=True,
    ),
]


@command("import")
def import_(
    file: ListOrFolder,
    folders: Folders = None,
    trust_own: Annotated[
        bool,
        Argument(
            "The list is an export of your own: take its rights and variables too, and print each."
        ),
    ] = False,
    no_refresh: Annotated[
        bool, Argument("Add the feeds only: the next refresh visits them.")
    ] = False,
    dry_run: DryRun = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Add the addresses of a list (OPML, or one a line) and read the newest article of each. Or add
    the articles of a folder: markdown files with frontmatter, as of Hugo, Jekyll, Astro and
    Next.js."""
    if file != "-" and Path(file).is_dir():
        _import_articles(config, Path(file), dry_run=dry_run, json=json)
        return
    from syndicator.adding import new_sources, search

    with open_to_read(config) as opened:
        beside = opened.archive.beside
        configuration = opened.configuration
        listed = search.read_file(file, is_trusted=trust_own)
        used_as = choose_meaning(listed, folders, ask=not json and can_ask())
        result = search.make_candidates(beside, configuration, file, listed, used_as)
        named = new_sources.assign_keys(
            beside, configuration.sources, result.candidates, new_sources.Wishes()
        )
        new = [candidate.source for candidate in named if not candidate.known]
        added = [source.key for source in new]
        if new and not dry_run:
            apply(
                opened,
                need("add"),
                {"url": added},
                addition(opened, named, new_sources.by_address(configuration.sources)),
            )
    old = [candidate.source.url for candidate in named if candidate.known]
    would = "would be " if dry_run else ""
    if not json:
        if new:
            printing.print_table(
                "Sources", ("key", "url"), [(source.key, source.url) for source in new]
            )
        printing.say(f"{counted(len(added), 'source')} {would}added, {len(old)} already known")
        _say_rights(file, result, new)
    report = None if dry_run or no_refresh or not added else _visit_new_sources(config, added)
    if json:
        failed = {outcome.key: outcome.reason for outcome in report.failed} if report else {}
        lists = {"added": added, "known": old, "skipped": result.skipped, "failed": failed}
        printing.print_json({**lists, **_describe_rights(result, new), "applied": not dry_run})
        return
    _report_first_visits(file, result.skipped, report)


def _report_first_visits(
    file: str, skipped: "Iterable[Skipped]", report: "RunReport | None"
) -> None:
    """Print what was read, what failed and what comes next. `report`: None if nothing was read."""
    if report:
        reports.print_run_report(report, json=False)
    say_skipped(file, skipped)
    if report:
        printing.say(
            "next: `syndicator up` reads the rest and serves the feeds; with cron, `syndicator"
            " refresh` does"
        )


def _import_articles(config: Path, folder: Path, *, dry_run: bool, json: bool) -> None:
    from syndicator.adding.import_articles import markdown_files

    files = {"files": markdown_files(folder)}
    perform(config, need("import-articles"), files, dry_run=dry_run, json=json)


def _describe_rights(result: "Found", new: "Sequence[Source]") -> dict[str, Any]:
    """Return the rights that new sources got and those that were left out, as in the JSON."""
    removed = [
        {"line": each.line, "name": each.title, "rights": each.removed}
        for each in _list_removed(result, new)
    ]
    given = {source.key: list_given(source) for source in new if list_given(source)}
    return {"given": given, "removed": removed}


def _say_rights(file: str, result: "Found", new: "Sequence[Source]") -> None:
    """Print what new sources were given, and what the list would have given them if it were
    trusted."""
    for source in new:
        if given := list_given(source):
            printing.say(f"given: {source.key}: {given}")
    for outline in _list_removed(result, new):
        rights = ", ".join(outline.removed)
        cure = "`--trust-own` takes it, if the list is an export of your own"
        printing.say(
            f"not taken: {file} line {outline.line}: {outline.title or 'no name'}: {rights}; {cure}"
        )


def _list_removed(result: "Found", new: "Sequence[Source]") -> list["Outline"]:
    """Return the outlines of new sources that lost rights."""
    outlines = result.listed.outlines if result.listed else ()
    addresses = {source.url for source in new}
    return [outline for outline in outlines if outline.removed and outline.url in addresses]


def _visit_new_sources(config: Path, keys: list[str]) -> "RunReport | None":
    """Read the newest article of each new source; None if another run or the network prevents it,
    which is logged."""
    from syndicator.runs.refresh import Wanted

    wanted = Wanted(keys=keys, limit=1, max_seconds=_FIRST_VISITS_SECONDS)
    # the report at the end names the failures, unless a quiet log has taken its place
    tells_each = logs.get_options().quiet or logs.get_options().steps
    try:
        return asyncio.run(run_once(config, wanted, tells=lambda outcome: tells_each))
    except (LockedError, NetworkDown) as error:
        printing.log(
            "the sources are added; the next refresh visits them", "warning", because=str(error)
        )
        return None


@command()
def export(config: Config = CONFIG) -> None:
    """Print the sources as OPML, for `syndicator import` or another reader."""
    from syndicator.adding import search

    with open_to_read(config) as opened:
        sys.stdout.buffer.write(search.export(opened.archive.store, opened.configuration))
