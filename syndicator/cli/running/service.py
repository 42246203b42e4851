"""Commands that run: up, refresh, build, serve, console, worker and its queue."""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from syndicator.app.clock import utc_now
from syndicator.cli import printing, reports
from syndicator.cli.base import (
    CONFIG,
    Config,
    Json,
    command,
    log_waiting,
    open_for_change,
)
from syndicator.cli.printing import counted
from syndicator.cli.running.signals import stop_on_signals
from syndicator.console import security
from syndicator.core.errors import ConfigError, MissingError, UsageError
from syndicator.operations.operation import Argument, arguments_of, need_operation

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from syndicator.app.container import App
    from syndicator.core.errors import Fault
    from syndicator.core.model import Outcome, Problem
    from syndicator.publishing.kinds.targets import BuildReport
    from syndicator.runs.refresh import RunReport, Wanted

MOST_NAMED = 5  # feeds that ended, in one line
_STRICT_FAILURE = 3  # exit code with --strict if a source failed or a feed was held back
_WORKER_GRACE = 28  # seconds after a signal; systemd and Docker are set up to wait for 30


@command()
def up(
    config: Config = CONFIG,
    host: Annotated[str | None, Argument("Address to serve on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to serve on.", min=0, max=65535)] = None,
    share: Annotated[
        bool, Argument("Serve your network, behind a secret address, printed with a QR code.")
    ] = False,
) -> None:
    """Visit sources when they are due, build feeds and serve them, until Ctrl-C or SIGTERM."""
    from syndicator.app.read_configuration import need_folder
    from syndicator.cli.running import serving
    from syndicator.configuration.settings import load

    need_folder(config)
    _need_no_workers(config)
    if share:
        from syndicator.setup.start import share_at_home as share_at_home

        share_at_home(config, port)  # this changes the settings
    override_listen(config, "publish", host, port)
    printing.print_address_for_phones(load(config))  # even if another process serves already
    asyncio.run(serving.up(config))


def _need_no_workers(config: Path) -> None:
    """Raise LockedError if workers, processes of `syndicator worker`, use the database, because
    they and `up` would visit the same sources. If the database does not answer, do nothing: `up`
    tries again later."""
    from syndicator.configuration.settings import load
    from syndicator.fleet.beside import need_no_workers

    harm = "would visit their sources once more"
    need_no_workers(load(config), "syndicator up", harm, may_be_away=True)


def override_listen(
    config: Path, section: Literal["publish", "console"], host: str | None, port: int | None
) -> None:
    """Make `host` and `port` of the command line the address on which a server listens. None keeps
    the configured host or port. `section`: the server's section of the settings. The address is set
    by an environment variable of this process, so that every part of the program reads it."""
    from syndicator.configuration.dropped_settings import endpoint
    from syndicator.configuration.settings import load

    if host is None and port is None:
        return
    configured = getattr(load(config), section)
    new_host = configured.host if host is None else host
    new_port = configured.port if port is None else port
    variable = f"SYNDICATOR_{section.upper()}__LISTEN"
    os.environ[variable] = endpoint(new_host, new_port)


@command()
def refresh(
    source: Annotated[
        list[str] | None,
        Argument("Only this source, due or not. Repeatable.", "KEY", completes="source"),
    ] = None,
    all: Annotated[bool, Argument("Every source, due or not.")] = False,
    failed: Annotated[bool, Argument("Every source whose last visit failed, due or not.")] = False,
    relearn: Annotated[
        bool,
        Argument("With --source: find out again what its address is: a feed, or a list to learn."),
    ] = False,
    limit: Annotated[
        int | None, Argument("Read at most so many pages of each source.", least=0)
    ] = None,
    max_time: Annotated[
        str | None, Argument("Start nothing new after this time, such as 90s or 10m.", "TIME")
    ] = None,
    wait: Annotated[
        bool, Argument("Wait until another run has ended, instead of exiting with 75.")
    ] = False,
    strict: Annotated[
        bool, Argument("Exit with 3 when a source failed or a feed was held back.")
    ] = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Visit the sources that are due and build the feeds that changed. For cron."""
    from syndicator.app.read_configuration import need_folder
    from syndicator.runs.refresh import Wanted

    need_folder(config)
    if relearn and not source:
        raise UsageError(
            "--relearn looks at the address of one source again; name it with --source"
        )
    request = Wanted(
        keys=tuple(source or ()),
        all=all,
        failed=failed,
        relearn=relearn,
        limit=limit,
        max_seconds=_parse_duration(max_time),
    )
    # the command line says which sources to visit; otherwise it is those that are due
    is_named = bool(request.keys) or request.all or request.failed
    if _is_left_to_workers(config, is_named=is_named):
        return
    has_report = not json and not printing.is_quiet()
    report = asyncio.run(run_once(config, request, wait=wait, is_reported=has_report))
    reports.print_run_report(report, json=json)
    if report.llm.wrong or report.faults:
        sys.exit(ConfigError.exit_code)
    if strict and (report.failed or report.built.held):
        sys.exit(_STRICT_FAILURE)


def _is_left_to_workers(config: Path, *, is_named: bool) -> bool:
    """Return True if `refresh` has nothing to do, because workers run and visit the sources that
    are due. `is_named`: the operator named the sources to visit; this cannot be left to workers, so
    return False, or raise LockedError if workers run."""
    from syndicator.configuration.settings import load
    from syndicator.fleet.beside import describe_workers, list_live_workers, need_no_workers

    settings = load(config)
    if is_named:
        harm = "would visit their sources at the same time"
        need_no_workers(settings, "syndicator refresh", harm)
        return False
    live_workers = list_live_workers(settings)
    # only with --verbose, because cron mails to the operator what is printed
    if live_workers and printing.is_verbose():
        printing.log(f"{describe_workers(live_workers)}; they visit what is due")
    return bool(live_workers)


async def run_once(
    config: Path,
    request: "Wanted",
    *,
    wait: bool = False,
    tells: "Callable[[Outcome], bool]" = lambda outcome: True,
    is_reported: bool = False,
) -> "RunReport":
    """Visit sources, build the feeds, and return the report. The progress is shown meanwhile.

    `request`: says which sources to visit, and the limits. `wait`: wait until another run has
    ended; otherwise raise LockedError if there is one. `tells`: returns True for a visit that is
    worth a line. `is_reported`: the caller prints the report, so add remarks about the
    configuration to it; otherwise log the faults of the configuration here. Raises NetworkDown if
    the network is down."""
    from syndicator.health.check.names import find_remarks
    from syndicator.runs.refresh import run

    stop = asyncio.Event()
    with (
        stop_on_signals(stop),
        _open_for_run(config, wait=wait, is_reported=is_reported, give_up=stop.is_set) as opened,
        reports.show_progress(tells) as watch,
    ):
        report = await run(opened, request, stop=stop, watch=watch)
        if is_reported:
            remarks = find_remarks(opened.archive, opened.configuration)
            report = replace(report, remarks=tuple(remarks))
        return report


@contextmanager
def _open_for_run(
    config: Path,
    *,
    wait: bool,
    is_reported: bool,
    give_up: "Callable[[], bool]" = lambda: False,
) -> "Iterator[App]":
    """Yield the opened instance, for a block that visits or builds. During the block the process
    holds the lock that only one run may have. A lost database is rebuilt.

    `wait`: wait until another run has ended; otherwise raise LockedError if there is one.
    `is_reported`: the caller reports faults of the configuration; otherwise they are logged here.
    `give_up`: called while waiting; if it returns True, raise SystemExit."""
    from syndicator.app.container import open_app, warn
    from syndicator.app.lock import hold_run_lock
    from syndicator.configuration.settings import load

    def tell_fault(fault: "Fault") -> None:
        if not is_reported:
            warn(fault)

    with (
        hold_run_lock(load(config), wait=wait, give_up=give_up, tell=log_waiting) as held,
        open_app(config, remake=_rebuild_database, held=held, tell=tell_fault) as opened,
    ):
        yield opened


def _parse_duration(duration: str | None) -> float | None:
    """Return a duration such as "90s", the value of --max-time, as seconds; None if it is None or
    "". Raises UsageError if it is not a duration."""
    from syndicator.configuration.settings import parse_duration

    if not duration:
        return None
    try:
        return float(parse_duration(duration))
    except ValueError as error:
        raise UsageError(f"--max-time: {error}") from error


def _rebuild_database(app: "App") -> None:
    """Rebuild the lost database of an instance from its files."""
    # imported only here, because this takes a tenth of the time of a start
    from syndicator.runs import refresh

    refresh.remake(app)


@command()
def build(
    all: Annotated[bool, Argument("Every feed, not only those that changed.")] = False,
    wait: Annotated[
        bool, Argument("Wait until another run has ended, instead of exiting with 75.")
    ] = False,
    strict: Annotated[bool, Argument("Exit with 3 when a feed was held back.")] = False,
    end_feeds: Annotated[
        bool, Argument("End the feeds that wait for it, as `status` names them, for good.")
    ] = False,
    question: Annotated[
        str, Argument("Save the query of an address as a feed: q/tag.ai/words.gpu.", "ADDRESS")
    ] = "",
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Build the feeds from the stored articles. Visits no source."""
    from syndicator.app.read_configuration import need_folder
    from syndicator.configuration.settings import is_bucket
    from syndicator.health.check.names import find_remarks
    from syndicator.runs.build import build_feeds
    from syndicator.sending import webhooks
    from syndicator.upkeep import reconcile

    need_folder(config)
    has_report = not json and not printing.is_quiet()
    if question:
        _save_question(config, question)

    with _open_for_run(config, wait=wait, is_reported=has_report) as opened:
        faults = opened.configuration.faults
        # take in the article files that were edited by hand
        problems = reconcile.update_from_files(opened.archive, opened.configuration)
        if not is_bucket(opened.configuration.settings.articles_at):
            problems += reconcile.list_ignored_files(opened.archive.article_store)
        remarks = find_remarks(opened.archive, opened.configuration) if has_report else []
        report = asyncio.run(build_feeds(opened, include_all=all, end_feeds=end_feeds))
        failed_messages = asyncio.run(
            webhooks.send_due_messages(opened.archive, opened.configuration, opened.jitter)
        )

    if has_report:
        _print_build(report, problems, faults, remarks)
    else:
        printing.print_answer(_make_build_document(report, problems), [], json=json)
        reports.log_problems(problems)
    reports.log_problems((*report.held, *report.set_aside, *report.hubs, *failed_messages))

    if faults:
        sys.exit(ConfigError.exit_code)
    if strict and report.held:
        sys.exit(_STRICT_FAILURE)


def _print_build(
    report: "BuildReport",
    problems: "Iterable[Problem]",
    faults: "Iterable[Fault]",
    remarks: "Iterable[Fault]",
) -> None:
    """Print the result of a build as lines for people. `problems`: article files that could not be
    read. `faults`: mistakes in the configuration. `remarks`: settings in it that have no effect."""
    for line in _describe_build(report):
        printing.say(line)
    reports.print_faults(faults, remarks)
    reports.print_unreadable_files(problems)


def _make_build_document(report: "BuildReport", problems: "Sequence[Problem]") -> dict[str, object]:
    """Return the result of a build as the JSON document that the command prints. `problems`:
    article files that could not be read."""
    return {
        "written": report.written,
        "unchanged": report.unchanged,
        "held": report.held,
        "ending": report.ending,
        "set_aside": report.set_aside,
        "ended": report.ended,
        "hubs": report.hubs,
        "problems": problems,
    }


def _describe_build(report: "BuildReport") -> list[str]:
    """Return lines about a build: how many files it wrote, how many feeds it held back, which feeds
    it ended, and which feeds wait for the operator's confirmation that they end."""
    written = counted(len(report.written), "file")
    held = counted(len(report.held), "feed")
    lines = [f"{written} written, {report.unchanged} unchanged, {held} held back"]
    if report.ended:
        names = ", ".join(report.ended[:MOST_NAMED])
        if len(report.ended) > MOST_NAMED:
            names += " ..."
        ended = counted(len(report.ended), "feed")
        lines.append(f"{ended} ended, whose addresses answer 410 now: {names}")
    lines += reports.describe_ending_feeds(report)
    return lines


def _save_question(config: Path, question: str) -> None:
    """Save a query, which an address of the published site asks, as a feed of its own. `question`:
    this address, such as q/tag.ai/words.gpu, or only the part after "q/"."""
    from syndicator.cli.operations import apply
    from syndicator.publishing.paths import QUESTIONS

    # the part after "q/"; the whole text if it has no "q/"
    path_of_question = f"/{question}".rpartition(f"/{QUESTIONS}")[2].lstrip("/")
    operation = need_operation("save-query")
    arguments = arguments_of(operation, {"slug": QUESTIONS + path_of_question})
    with open_for_change(config) as opened:
        apply(opened, operation, arguments)


@command()
def serve(
    host: Annotated[str | None, Argument("Address to serve on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to serve on.", min=0, max=65535)] = None,
    config: Config = CONFIG,
) -> None:
    """Serve the published files. Visits no source."""
    override_listen(config, "publish", host, port)
    from syndicator.cli.running import serving

    asyncio.run(serving.serve(config))


@command()
def console(
    set_password: Annotated[
        bool, Argument("Set a password, which turns the page on; serve nothing.")
    ] = False,
    name: Annotated[str, Argument("Whose password: each has one of its own.", "NAME")] = "operator",
    token: Annotated[
        str, Argument("Make a token for the API and print it; serve nothing.", "NAME")
    ] = "",
    write: Annotated[bool, Argument("With --token: it may change things, not only read.")] = False,
    settings: Annotated[bool, Argument("With --token: it may change things and settings.")] = False,
    programs: Annotated[
        bool, Argument("With --token: it may only ask `syndicator mcp` over HTTP.")
    ] = False,
    days: Annotated[
        int, typer.Option(help="With --token: how long it is valid.", min=1, max=3660)
    ] = 365,
    revoke: Annotated[bool, Argument("With --token: delete it instead.")] = False,
    port: Annotated[int | None, typer.Option(help="Port to serve on.", min=0, max=65535)] = None,
    beside: Annotated[
        bool, typer.Option("--beside", hidden=True, help="End when standard input does.")
    ] = False,
    config: Config = CONFIG,
) -> None:
    """Serve the console, the operators' page to add, repair and correct. `up` serves it, too."""
    from syndicator.app.read_configuration import need_folder

    need_folder(config)
    override_listen(config, "console", None, port)
    if revoke and not token:
        raise UsageError("--revoke belongs to --token NAME")
    if write and not token:
        raise UsageError("--write belongs to --token NAME")

    if set_password:
        _set_password(config, name)
        return
    if not token:
        asyncio.run(_serve_console(config, ends_with_input=beside))
        return
    scope = _choose_scope(write=write, settings=settings, programs=programs)
    if revoke:
        _revoke_token(config, token)
    else:
        _make_token(config, token, scope, days)


def _set_password(config: Config, name: str) -> None:
    """Set the password of the user `name` for the console. On a terminal, ask for it; otherwise it
    is the first line of standard input. `config`: the configuration folder."""
    from syndicator.configuration.settings import load

    if sys.stdin.isatty():
        line = str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    else:
        line = sys.stdin.readline()
    path = security.find_passwords_file(load(config).state_dir)
    security.set_password(path, name, line.rstrip("\n"))
    printing.say(
        f"the password of {name} is set; `syndicator console` or `syndicator up` serves the page"
    )


def _choose_scope(*, write: bool, settings: bool, programs: bool) -> security.Scope:
    """Return the scope of a new API token, the actions that it permits, from the options of the
    command: "programs", "settings", "write" or "read". Raises UsageError if the options contradict
    each other."""
    if programs and (write or settings):
        raise UsageError("--programs makes a token that changes nothing: leave --write out")
    if programs:
        return "programs"
    if settings:
        return "settings"
    return "write" if write else "read"


def _make_token(config: Config, name: str, scope: security.Scope, days: int) -> None:
    """Make a token for the API, and print its secret text. `name`: the name of the token. `scope`:
    the actions that it permits. `days`: how long it is valid."""
    from syndicator.configuration.settings import load

    path = security.find_tokens_file(load(config).state_dir)
    secret_text = security.create_token(path, name, scope, days, utc_now())
    printing.say(secret_text)


def _revoke_token(config: Config, name: str) -> None:
    """Delete the token `name` of the API, so that it is no longer valid."""
    from syndicator.configuration.settings import load

    path = security.find_tokens_file(load(config).state_dir)
    security.revoke_token(path, name)
    printing.say(f"the token {name} is no longer valid")


async def _serve_console(config: Config, *, ends_with_input: bool) -> None:
    """Serve the console, the page for operators, until Ctrl-C or SIGTERM. `ends_with_input`: also
    end when standard input closes, because then the process that started this one has ended. Raises
    MissingError if neither a password nor a token is set."""
    from syndicator.configuration.settings import load
    from syndicator.console import security, server
    from syndicator.operations.jobs.work import call_at_end_of_input

    state_dir = load(config).state_dir
    has_passwords = bool(security.read_passwords(security.find_passwords_file(state_dir)))
    has_tokens = bool(security.read_passwords(security.find_tokens_file(state_dir)))
    if not has_passwords and not has_tokens:
        raise MissingError(
            "the console is off: `syndicator console --set-password` sets a password, and turns"
            " it on"
        )
    stop = asyncio.Event()
    with stop_on_signals(stop):
        if ends_with_input:
            loop = asyncio.get_running_loop()
            # the end of the input is noticed in another thread, which must not set `stop` itself
            call_at_end_of_input(lambda: loop.call_soon_threadsafe(stop.set))
        await server.run(
            config,
            stop=stop,
            listening=lambda url: printing.log(f"console at {url}"),
            tell=partial(printing.log, level="warning"),
        )


@command()
def worker(
    lanes: Annotated[
        int,
        typer.Option(
            help="A lane makes up to 4 visits at a time: 32 lanes make 128.", min=1, max=1000
        ),
    ] = 32,
    config: Config = CONFIG,
) -> None:
    """Visit sources and build feeds together with other workers on the same PostgreSQL server,
    until SIGTERM."""
    asyncio.run(_run_worker(config, lanes))


async def _run_worker(config: Path, lanes: int) -> None:
    """Run a worker, which visits sources and builds feeds together with other workers, until Ctrl-C
    or SIGTERM. Then log how much it did. `lanes`: the number of its lanes; each makes up to four
    visits at a time."""
    from syndicator.fleet.worker import run_worker

    def log_ready(owner: str) -> None:
        printing.log("ready", worker=owner, lanes=lanes)

    def log_trouble(line: str) -> None:
        printing.log(line, "warning")

    stop = asyncio.Event()
    with stop_on_signals(stop, _WORKER_GRACE):
        totals = await run_worker(config, lanes, stop=stop, ready=log_ready, trouble=log_trouble)
    printing.log(
        "stopped",
        jobs=totals.jobs,
        visits=totals.visits,
        failed=totals.failed,
        articles=totals.articles,
        files=totals.files,
    )


@command()
def queue(
    requeue: Annotated[
        bool, Argument("Release the hosts that are held because workers crashed on them.")
    ] = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Show the queue of the workers: hosts that wait, and for how long, held hosts, and the
    workers."""
    from syndicator.fleet.beside import describe_worker
    from syndicator.fleet.worker import read_fleet_state

    fleet = read_fleet_state(config, requeue=requeue)
    hosts = fleet.hosts
    if json:
        names = [worker.name for worker in fleet.workers]
        document = {**asdict(hosts), "workers": names, "processes": fleet.workers}
        printing.print_json(document)
        return

    live_workers = [worker for worker in fleet.workers if worker.is_live]
    numbers = [
        ("hosts", hosts.hosts),
        ("due", f"{hosts.due}, the first for {hosts.late:.0f} s"),
        ("under way", hosts.leased),
        ("held", hosts.held),
        ("away", hosts.away),
        ("workers", len(live_workers)),
    ]
    printing.print_table("Queue", ("what", "now"), numbers)

    if fleet.workers:
        columns = ("machine", "process", "version", "heartbeat", "does")
        worker_rows = [describe_worker(worker) for worker in fleet.workers]
        printing.print_table("Workers", columns, worker_rows)
    if not live_workers:
        printing.say("no worker runs: start one with `syndicator worker`")

    held_rows = []
    for host in hosts.named:
        # `poison`: workers crashed while they visited this host
        reason = "ended its workers" if host.poison else "asked us to wait"
        held_rows.append((host.name, f"{host.seconds:.0f} s", reason))
    if held_rows:
        printing.print_table("Held hosts", ("host", "for", "why"), held_rows)
    if requeue:
        printing.say(f"{counted(hosts.freed, 'host')} freed")
