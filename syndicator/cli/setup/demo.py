"""Command demo: run the demo, print what it visited and built, and serve the feeds."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from syndicator.cli import printing, reports
from syndicator.cli.base import Json, command
from syndicator.cli.printing import counted, print_json, print_table, say
from syndicator.cli.running.signals import stop_on_signals
from syndicator.operations.operation import Argument
from syndicator.publishing.paths import get_stem

if TYPE_CHECKING:
    from syndicator.cli.demo.trip import DemoResult
    from syndicator.core.model import Outcome

_DETAIL_CHARACTERS = 70  # of a visit, in the table of sources


@command()
def demo(
    once: Annotated[
        bool, Argument("Exit when the feeds are built, instead of serving them.")
    ] = False,
    dir: Annotated[
        Path | None, Argument("Make everything in this folder, and keep it.", "D")
    ] = None,
    articles: Annotated[
        int | None, Argument("Also make up so many articles, and time the build.", least=1)
    ] = None,
    port: Annotated[int, Argument("Port to serve on.")] = 8080,
    json: Json = False,
) -> None:
    """Try everything on a small made-up web on this machine. Needs no network."""
    asyncio.run(_run_demo(dir, once=once, articles=articles, port=port, json=json))


async def _run_demo(
    folder: Path | None, *, once: bool, articles: int | None, port: int, json: bool
) -> None:
    """Run the demo, print what it visited and built, then serve its feeds until Ctrl-C or SIGTERM.

    `folder`: where the demo writes its files; None stands for a temporary folder. `once`: do not
    serve. `articles`: the number of articles to make up, to measure a build; None for none. `port`:
    the port to serve on. `json`: print JSON."""
    from syndicator.app.read_configuration import read_configuration
    from syndicator.cli.demo.trip import run_demo
    from syndicator.runs import daemon

    def is_unplanned_failure(outcome: "Outcome") -> bool:
        return bool(list_unplanned_failures([outcome]))

    stop = asyncio.Event()
    with (
        stop_on_signals(stop),
        reports.show_progress(tells=is_unplanned_failure) as watch,
    ):
        async with run_demo(
            folder, articles=articles, port=port, stop=stop, watch=watch
        ) as instance:
            print_demo_report(instance, json=json)
            if once:
                return

            configuration = read_configuration(instance.config)
            # answers questions, which are queries in the address of a page
            answers = daemon.Answers(instance.config, lambda: configuration)
            site = daemon.Site(configuration.settings, answers=answers)
            await daemon.serve(
                site, stop=stop, listening=lambda url: printing.say(f"open {url} (Ctrl-C ends it)")
            )


def print_demo_report(result: "DemoResult", *, json: bool) -> None:
    """Print what the demo visited and built, as JSON or as tables and a summary."""
    if json:
        document = {
            "sources": result.report.outcomes,
            "folder": result.folder,
            "seconds": result.seconds,
            "feeds": result.feeds,
            "build": result.build,
        }
        print_json(document)
        return

    visits = sorted(result.report.outcomes, key=lambda visit: visit.key)
    source_rows = []
    skipped_rows = []
    for visit in visits:
        detail = visit.detail[:_DETAIL_CHARACTERS]
        source_rows.append((visit.key, visit.status, len(visit.added), visit.reason or "", detail))
        skipped_rows += [
            (problem.what, problem.reason, problem.detail) for problem in visit.skipped
        ]
    print_table("Sources", ("source", "status", "new", "reason", "detail"), source_rows)
    if skipped_rows:
        print_table("Entries that are no articles", ("entry", "reason", "detail"), skipped_rows)

    feed_rows = [(get_stem(row.key), row.count, row.latest_title) for row in result.feeds]
    print_table("Feeds", ("feed", "articles", "latest"), feed_rows)
    if result.build:  # a line with the times of the measured builds
        say(result.build)

    feeds = counted(len(result.feeds), "feed")
    articles = counted(sum(len(visit.added) for visit in visits), "article")
    say(f"{feeds} from {articles}, copies included, in {result.seconds:.1f} s, in {result.folder}")
    failed = result.report.failed
    planned_failures = len(failed) - len(list_unplanned_failures(failed))
    say(f"{counted(planned_failures, 'source')} fail on purpose: the first table says why")


def list_unplanned_failures(outcomes: "Iterable[Outcome]") -> "list[Outcome]":
    """Return the failed visits, except those to sources that fail on purpose in the demo."""
    from syndicator.cli.demo.feeds import TROUBLES

    meant_to_fail = {trouble.key for trouble in TROUBLES}
    return [
        outcome
        for outcome in outcomes
        if outcome.status in ("failed", "disabled") and outcome.key not in meant_to_fail
    ]
