"""Command demo: run the demo, print what it visited and built, and serve the feeds."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from syndicator.cli import printing, reports
from syndicator.cli.base import Json, command
from syndicator.cli.printing import as_json, counted, say, table
from syndicator.cli.running.signals import stopping
from syndicator.operations.operation import Argument
from syndicator.publishing.paths import stem

if TYPE_CHECKING:
    from syndicator.cli.demo.trip import Made
    from syndicator.core.model import Outcome


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
    asyncio.run(_demo(dir, once=once, articles=articles, port=port, json=json))


async def _demo(
    folder: Path | None, *, once: bool, articles: int | None, port: int, json: bool
) -> None:
    from syndicator.app.read_configuration import configuration
    from syndicator.cli.demo.trip import trip
    from syndicator.runs import daemon

    stop = asyncio.Event()
    with (
        stopping(stop),
        reports.watching(tells=lambda outcome: bool(unplanned([outcome]))) as watch,
    ):
        async with trip(folder, articles=articles, port=port, stop=stop, watch=watch) as instance:
            demo_report(instance, json=json)
            if once:
                return
            read = configuration(instance.config)
            site = daemon.Site(read.settings, answers=daemon.Answers(instance.config, lambda: read))
            await daemon.serve(
                site, stop=stop, listening=lambda url: printing.say(f"open {url} (Ctrl-C ends it)")
            )


def demo_report(instance: "Made", *, json: bool) -> None:
    if json:
        names = ("folder", "seconds", "feeds", "build")
        as_json(
            {
                "sources": instance.report.outcomes,
                **{name: getattr(instance, name) for name in names},
            }
        )
        return
    visits = sorted(instance.report.outcomes, key=lambda visit: visit.key)
    rows = [
        (visit.key, visit.status, len(visit.added), visit.reason or "", visit.detail[:70])
        for visit in visits
    ]
    table("Sources", ("source", "status", "new", "reason", "detail"), rows)
    if skipped := [
        (problem.what, problem.reason, problem.detail)
        for visit in visits
        for problem in visit.skipped
    ]:
        table("Entries that are no articles", ("entry", "reason", "detail"), skipped)
    feeds = [(stem(row.key), row.count, row.latest_title) for row in instance.feeds]
    table("Feeds", ("feed", "articles", "latest"), feeds)
    if instance.build:
        say(instance.build)
    count = sum(len(visit.added) for visit in visits)
    feeds_of = (
        f"{counted(len(instance.feeds), 'feed')} from {counted(count, 'article')}, copies included,"
    )
    say(f"{feeds_of} in {instance.seconds:.1f} s, in {instance.folder}")
    failed = instance.report.failed
    say(
        f"{counted(len(failed) - len(unplanned(failed)), 'source')} fail on purpose: the first"
        " table says why"
    )


def unplanned(outcomes: "Iterable[Outcome]") -> "list[Outcome]":
    """Return the failed visits except those of sources meant to fail."""
    from syndicator.cli.demo.feeds import TROUBLES

    on_purpose = {trouble.key for trouble in TROUBLES}
    failed = (outcome for outcome in outcomes if outcome.status in ("failed", "disabled"))
    return [outcome for outcome in failed if outcome.key not in on_purpose]
