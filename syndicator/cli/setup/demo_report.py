"""What the demo prints."""

from __future__ import annotations

from collections.abc import Iterable

from syndicator.cli.printing import as_json, counted, say, table
from syndicator.core.model import Outcome
from syndicator.demo.kill import Survived
from syndicator.demo.sites import TROUBLES
from syndicator.demo.trip import Made


def demo_report(made: Made, *, json: bool) -> None:
    """Prints what the demo made, what failed and why."""
    if json:
        as_json(
            {
                "folder": made.folder,
                "seconds": made.seconds,
                "sources": made.report.outcomes,
                "feeds": made.feeds,
                "build": made.build,
            }
        )
        return
    rows = [
        (outcome.key, outcome.status, len(outcome.added), outcome.reason or "", outcome.detail[:70])
        for outcome in sorted(made.report.outcomes, key=lambda one: one.key)
    ]
    table("Sources", ("source", "status", "new", "reason", "detail"), rows)
    skipped = [problem for outcome in made.report.outcomes for problem in outcome.skipped]
    if skipped:
        table(
            "Entries that are no articles",
            ("entry", "reason", "detail"),
            [(one.what, one.reason, one.detail) for one in skipped],
        )
    table(
        "Feeds",
        ("feed", "articles", "latest"),
        [(f"{row.key.axis}/{row.key.slug}", row.count, row.latest_title) for row in made.feeds],
    )
    if made.build:
        say(made.build)
    count = sum(len(one.added) for one in made.report.outcomes)
    say(
        f"{counted(len(made.feeds), 'feed')} from {counted(count, 'article')} in {made.seconds:.1f} s, in {made.folder}"
    )
    failed = made.report.failed
    say(f"{counted(len(failed) - len(unplanned(failed)), 'source')} fail on purpose: `syndicator status` shows such")


def unplanned(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """The failed visits of sources that do not fail on purpose."""
    on_purpose = {trouble.key for trouble in TROUBLES}
    failed = (outcome for outcome in outcomes if outcome.status in ("failed", "disabled"))
    return [outcome for outcome in failed if outcome.key not in on_purpose]


def kill_report(survived: Survived, *, json: bool) -> None:
    """Prints what was lost and what came twice after runs that were killed."""
    if json:
        as_json(survived)
        return
    for what in (*survived.lost, *survived.twice, *survived.torn):
        say(what)
    say(
        f"{counted(survived.kills, 'kill')}, {counted(survived.articles, 'article')} each time: "
        f"{len(survived.lost)} lost, {len(survived.twice)} twice, {counted(len(survived.torn), 'torn file')}, "
        f"in {survived.seconds:.0f} s"
    )
