"""Commands sources, import and export: list sources, add those of a list, print OPML."""

import asyncio
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from syndicator.cli import logs, printing, reports
from syndicator.cli.add import Folders, can_ask, choose_meaning, print_skipped
from syndicator.cli.base import CONFIG, Config, DryRun, Json, command, open_to_read
from syndicator.cli.operations import apply, perform
from syndicator.cli.printing import counted, format_local_time
from syndicator.cli.running.service import run_once
from syndicator.configuration.sources.rights import list_given
from syndicator.core.errors import LockedError, NetworkDown
from syndicator.operations.adding import plan_addition
from syndicator.operations.operation import Argument, need_operation

if TYPE_CHECKING:
    from syndicator.adding.new_sources import Found
    from syndicator.configuration.sources.opml import Outline, Skipped
    from syndicator.core.model import Source, SourceState
    from syndicator.operations.operation import Change
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
        perform(config, need_operation("push-sources"), {}, dry_run=dry_run, json=json)
        return
    from syndicator.health.documents import describe_state
    from syndicator.upkeep import reconcile

    changes: dict[str, Change] = {}  # new addresses of moved sources, by key
    with open_to_read(config) as opened:
        if apply_moves:
            for key in opened.configuration.sources:
                changes[key] = apply(opened, need_operation("adopt-move"), {"key": key})
        states = reconcile.update_source_states(opened.archive, opened.configuration)
        all_sources = list(opened.configuration.sources.values())
    if json:
        documents = [
            {"source": source, "state": describe_state(states[source.key])}
            for source in all_sources
        ]
        printing.print_json(documents)
        return

    for key, change in changes.items():
        if not change.is_empty:
            old_url = change.data["before"]["url"]
            new_url = change.data["after"]["url"]
            printing.say(f"moved: {key}: {old_url} -> {new_url}")

    rows = []
    for source in all_sources:
        state = states[source.key]
        health = _describe_health(source, state)
        next_visit = format_local_time(state.schedule.next_due, "now")
        rows.append((source.key, source.url, health, next_visit, state.schedule.due_why))
    printing.print_table("Sources", ("key", "url", "health", "next visit", "why"), rows)


def _describe_health(source: "Source", state: "SourceState") -> str:
    """Return the health of a source in a word: "off" if it is turned off, else the reason code why
    visits stopped, why they fail, or of a warning. If there is no such reason, return "not visited"
    or "ok"."""
    if not source.enabled:
        return "off"
    reason = state.backoff.disabled or state.backoff.reason or state.warning
    if not reason and state.visits.last_visit is None:
        return "not visited"
    return reason or "ok"


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

    # read the list, and add the sources that are new
    with open_to_read(config) as opened:
        beside = opened.archive.beside
        configuration = opened.configuration
        subscriptions = search.read_file(file, is_trusted=trust_own)
        meaning = choose_meaning(subscriptions, folders, ask=not json and can_ask())
        result = search.make_candidates(beside, configuration, file, subscriptions, meaning)
        no_wishes = new_sources.Wishes()
        found = result.candidates
        candidates = new_sources.assign_keys(beside, configuration.sources, found, no_wishes)
        new = [candidate.source for candidate in candidates if not candidate.known]
        new_keys = [source.key for source in new]
        if new and not dry_run:
            by_address = new_sources.by_address(configuration.sources)
            change = plan_addition(opened, candidates, by_address)
            apply(opened, need_operation("add"), {"url": new_keys}, change)
    known_urls = [candidate.source.url for candidate in candidates if candidate.known]
    if not json:
        _print_added(new, len(known_urls), dry_run=dry_run)
        _print_rights(file, result, new)

    report = None
    if new and not dry_run and not no_refresh:
        report = _visit_new_sources(config, new_keys)
    if not json:
        _report_first_visits(file, result.skipped, report)
        return
    document = {
        "added": new_keys,
        "known": known_urls,
        "skipped": result.skipped,
        "failed": _list_failures(report),
        **_describe_rights(result, new),
        "applied": not dry_run,
    }
    printing.print_json(document)


def _list_failures(report: "RunReport | None") -> dict[str, str | None]:
    """Return the reasons why visits of a run failed, by the key of the source. `report`: the report
    of the run; None if there was none."""
    if report is None:
        return {}
    return {outcome.key: outcome.reason for outcome in report.failed}


def _report_first_visits(
    file: str, skipped: "Iterable[Skipped]", report: "RunReport | None"
) -> None:
    """Print the report of the first visits to new sources, the skipped lines of the list, and what
    to do next. `file`: the list. `report`: None if no source was visited."""
    if report:
        reports.print_run_report(report, json=False)
    print_skipped(file, skipped)
    if report:
        printing.say(
            "next: `syndicator up` reads the rest and serves the feeds; with cron, `syndicator"
            " refresh` does"
        )


def _import_articles(config: Path, folder: Path, *, dry_run: bool, json: bool) -> None:
    from syndicator.adding.import_articles import find_markdown_files

    files = {"files": find_markdown_files(folder)}
    perform(config, need_operation("import-articles"), files, dry_run=dry_run, json=json)


def _describe_rights(result: "Found", new: "Sequence[Source]") -> dict[str, Any]:
    """Return the rights of new sources for the JSON document. "given" has the rights that the list
    gave them, by the key of the source. "removed" has the rights that the list states but that were
    left out, because the operator did not say that the list is to be trusted."""
    removed = []
    for outline in _list_removed(result, new):  # an outline is a line of the list
        removed.append({"line": outline.line, "name": outline.title, "rights": outline.removed})
    given = {}
    for source in new:
        rights = list_given(source)
        if rights:
            given[source.key] = rights
    return {"given": given, "removed": removed}


def _print_rights(file: str, result: "Found", new: "Sequence[Source]") -> None:
    """Print the rights that the list gave to new sources, and those that it states but that were
    left out, because the operator did not say that the list is to be trusted. `file`: the name of
    the list."""
    for source in new:
        given = list_given(source)
        if given:
            printing.say(f"given: {source.key}: {given}")
    for outline in _list_removed(result, new):  # an outline is a line of the list
        name = outline.title or "no name"
        rights = ", ".join(outline.removed)
        cure = "`--trust-own` takes it, if the list is an export of your own"
        printing.say(f"not taken: {file} line {outline.line}: {name}: {rights}; {cure}")


def _list_removed(result: "Found", new: "Sequence[Source]") -> list["Outline"]:
    """Return those outlines of new sources from which rights were taken."""
    outlines = result.listed.outlines if result.listed else ()
    addresses = {source.url for source in new}
    return [outline for outline in outlines if outline.removed and outline.url in addresses]


def _print_added(sources: Sequence["Source"], known_count: int, *, dry_run: bool) -> None:
    """Print a table of the new sources, and a line with their number. `known_count`: how many
    sources of the list were known already. `dry_run`: nothing was added."""
    if sources:
        rows = [(source.key, source.url) for source in sources]
        printing.print_table("Sources", ("key", "url"), rows)
    verb = "would be added" if dry_run else "added"
    printing.say(f"{counted(len(sources), 'source')} {verb}, {known_count} already known")


def _visit_new_sources(config: Path, keys: list[str]) -> "RunReport | None":
    """Read the newest article of each new source, and return the report. If another run or the
    network prevents this, log why and return None."""
    from syndicator.runs.refresh import Wanted

    request = Wanted(keys=keys, limit=1, max_seconds=_FIRST_VISITS_SECONDS)
    # Log each visit only with --quiet, when no report is printed at the end, or with --verbose.
    # Otherwise the report names the failures.
    tells_each = logs.get_options().quiet or logs.get_options().steps
    try:
        return asyncio.run(run_once(config, request, tells=lambda outcome: tells_each))
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
