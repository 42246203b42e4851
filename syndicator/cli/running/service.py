"""Commands that run: up, refresh, build, serve."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from syndicator.cli import printing
from syndicator.cli.base import CONFIG, Config, Json, command, opened_for_change, stopping
from syndicator.cli.printing import counted
from syndicator.core.errors import UsageError
from syndicator.operations.operation import Argument, arguments_of, need

if TYPE_CHECKING:
    from syndicator.services.refresh import RunReport, Wanted

MOST_NAMED = 5  # feeds that ended, in one line


@command()
def up(
    config: Config = CONFIG,
    host: Annotated[str | None, Argument("Address to serve on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to serve on.", min=0, max=65535)] = None,
    share: Annotated[bool, Argument("Serve your network, behind a secret address, printed with a QR code.")] = False,
) -> None:
    """Visit sources when they are due, build feeds and serve them, until Ctrl-C or SIGTERM."""
    from syndicator.cli.running import serving
    from syndicator.configuration.settings import load
    from syndicator.services.container import need_folder

    need_folder(config)
    if share:
        from syndicator.services.init.start import share as share_at_home

        share_at_home(config, port)
    override(config, "publish", host, port)
    printing.address_for_phones(load(config))  # even if another process serves already
    asyncio.run(serving.up(config))


def override(config: Path, section: Literal["publish", "console"], host: str | None, port: int | None) -> None:
    """Set the options as an environment variable, which overrides the file also for the feeds' own URLs."""
    from syndicator.configuration.settings import load
    from syndicator.configuration.toml_files import endpoint

    if host is not None or port is not None:
        here = getattr(load(config), section)
        listen = endpoint(here.host if host is None else host, here.port if port is None else port)
        os.environ[f"SYNDICATOR_{section.upper()}__LISTEN"] = listen


@command()
def refresh(
    source: Annotated[
        list[str] | None, Argument("Only this source, due or not. Repeatable.", "KEY", completes="source")
    ] = None,
    all: Annotated[bool, Argument("Every source, due or not.")] = False,
    failed: Annotated[bool, Argument("Every source whose last visit failed, due or not.")] = False,
    relearn: Annotated[bool, Argument("With --source: forget the learnt list of its page, learn it again.")] = False,
    limit: Annotated[int | None, Argument("Read at most so many pages of each source.", least=0)] = None,
    max_time: Annotated[str | None, Argument("Start nothing new after this time, such as 90s or 10m.", "TIME")] = None,
    wait: Annotated[bool, Argument("Wait until another run has ended, instead of exiting with 75.")] = False,
    strict: Annotated[bool, Argument("Exit with 3 when a source failed or a feed was held back.")] = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Visit the sources that are due and build the feeds that changed. For cron."""
    from syndicator.services.container import need_folder
    from syndicator.services.refresh import Wanted

    need_folder(config)
    if relearn and not source:
        raise UsageError("--relearn learns the list of one source again; name it with --source")
    which = Wanted(keys=tuple(source or ()), all=all, failed=failed, relearn=relearn)
    wanted = replace(which, limit=limit, max_seconds=_seconds(max_time))
    report = asyncio.run(run_once(config, wanted, wait=wait))
    printing.run_report(report, json=json)
    if report.llm.wrong:
        sys.exit(78)
    if strict and (report.failed or report.built.held):
        sys.exit(3)


async def run_once(config: Path, wanted: Wanted, *, wait: bool = False) -> RunReport:
    """Visit and build as `wanted`, showing progress. Raises LockedError unless `wait`, NetworkDown."""
    from syndicator.configuration.settings import load
    from syndicator.services.container import locked, open_app
    from syndicator.services.refresh import remake, run

    stop = asyncio.Event()
    alone = locked(load(config), wait=wait, give_up=stop.is_set)
    with (
        stopping(stop),
        alone as held,
        open_app(config, remake=remake, held=held) as opened,
        printing.watching() as watch,
    ):
        return await run(opened, wanted, stop=stop, watch=watch)


def _seconds(duration: str | None) -> float | None:
    from syndicator.configuration.settings import seconds

    try:
        return float(seconds(duration)) if duration else None
    except ValueError as error:
        raise UsageError(f"--max-time: {error}") from error


@command()
def build(
    all: Annotated[bool, Argument("Every feed, not only those that changed.")] = False,
    wait: Annotated[bool, Argument("Wait until another run has ended, instead of exiting with 75.")] = False,
    strict: Annotated[bool, Argument("Exit with 3 when a feed was held back.")] = False,
    question: Annotated[str, Argument("Save the query of an address as a feed: q/tag.ai/words.gpu.", "ADDRESS")] = "",
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Build the feeds from the stored articles. Visits no source."""
    from syndicator.cli.operations import apply
    from syndicator.configuration.settings import is_bucket, load
    from syndicator.publishing.paths import QUESTIONS
    from syndicator.services import reconcile, webhooks
    from syndicator.services.build import build_feeds
    from syndicator.services.container import App, locked, need_folder, open_app

    def remake(app: App) -> None:
        from syndicator.services import refresh  # imported only if needed: it takes a tenth of a start

        refresh.remake(app)

    need_folder(config)
    if question:
        asked = f"/{question}".rpartition(f"/{QUESTIONS}")[2].lstrip("/")  # a whole address, or without q/
        with opened_for_change(config) as opened:
            operation = need("save-query")
            apply(opened, operation, arguments_of(operation, {"slug": QUESTIONS + asked}))
    with locked(load(config), wait=wait) as held, open_app(config, remake=remake, held=held) as opened:
        bad = reconcile.files(opened)
        bad += () if is_bucket(opened.settings.articles_at) else reconcile.ignored(opened.article_store)
        report = asyncio.run(build_feeds(opened, all=all))
        failed = asyncio.run(webhooks.send(opened))
    lines = [
        f"{counted(len(report.written), 'file')} written, {report.unchanged} unchanged, "
        f"{counted(len(report.held), 'feed')} held back"
    ]
    if report.ended:
        named = ", ".join(report.ended[:MOST_NAMED]) + (" ..." if len(report.ended) > MOST_NAMED else "")
        lines.append(f"{counted(len(report.ended), 'feed')} ended, whose addresses answer 410 now: {named}")
    names = ("written", "unchanged", "held", "set_aside", "ended")
    document = {name: getattr(report, name) for name in names} | {"problems": bad}
    printing.answer(document, () if printing.quiet() else lines, json=json)
    printing.log_problems((*report.held, *report.set_aside, *bad, *failed))
    if strict and report.held:
        sys.exit(3)


@command()
def serve(
    host: Annotated[str | None, Argument("Address to serve on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to serve on.", min=0, max=65535)] = None,
    config: Config = CONFIG,
) -> None:
    """Serve the published files. Visits no source."""
    override(config, "publish", host, port)
    from syndicator.cli.running import serving

    asyncio.run(serving.serve(config))
