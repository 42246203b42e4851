"""Commands init, check, config show, db, reindex: create, check and repair an instance."""

import json as json_module
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from syndicator.cli import printing, reports
from syndicator.cli.base import (
    CONFIG,
    Config,
    Json,
    app,
    command,
    open_for_change,
    open_to_read,
)
from syndicator.cli.printing import counted
from syndicator.configuration.folders import find_root
from syndicator.core.errors import ConfigError, UsageError
from syndicator.operations.operation import Argument

if TYPE_CHECKING:
    from syndicator.core.model import Problem

Folder = Annotated[
    Path | None, Argument("The folder to make. Without: this one.", "[DIR]", positional=True)
]
Audience = Annotated[
    str | None,
    typer.Option(
        "--for", metavar="me|public", help="Who reads the feeds: you alone, or the world."
    ),
]
Runs = Annotated[
    str,
    typer.Option("--run", metavar="up|systemd|cron|docker|fleet", help="How it will run."),
]

_AUDIENCES = ("me", "public")
_CONTACT_QUESTION = "How can owners of visited sites reach you (mail or page)?"


@command()
def init(
    context: typer.Context,
    dir: Folder = None,
    title: Annotated[str | None, Argument("What the feeds are about, such as Gardening.")] = None,
    url: Annotated[
        str | None, Argument("Where the feeds will be, such as https://feeds.example.org/")
    ] = None,
    contact: Annotated[
        str | None, Argument("A mail address or page, for owners of visited sites.")
    ] = None,
    example: Annotated[
        str, Argument("Begin with a set of sources and a taxonomy: ai.", "NAME")
    ] = "",
    template: Annotated[
        str, Argument("Make a repository that publishes without a server: github.", "NAME")
    ] = "",
    audience: Audience = None,
    runs: Runs = "",
    yes: Annotated[bool, Argument("Ask nothing.")] = False,
    config: Config = CONFIG,
) -> None:
    """Make a folder of your own with a configuration to start with. Existing files stay as they
    are."""
    from syndicator.configuration.settings import load
    from syndicator.setup.deploy import RUNS
    from syndicator.setup.start import Start, make_next_command, make_private, write_folder

    # `folder` is the folder of the instance, which has the configuration in `config_folder`
    if dir is None and _is_config_given(context):
        config_folder = config
        folder = find_root(config, os.environ)
    else:
        folder = dir or Path()
        config_folder = folder / "config"
    is_new = not (config_folder / "syndicator.toml").exists()
    may_ask = sys.stdin.isatty() and not yes
    if is_new and may_ask:
        audience = audience or _ask_audience(is_public=bool(url or contact or template))
        if title is None and not example:
            title = _ask_text("What are the feeds about (their title)?")
        if audience == "public":
            if url is None:
                url = _ask_text("Where will they be published, if you know (https://...)?")
            contact = contact or _ask_text(_CONTACT_QUESTION)
        if not runs and not template:
            runs = _ask_choice("How will it run?", tuple(RUNS))

    _check_audience(audience, template)
    # this is before anything is written, because it raises an error for an unknown `runs`
    steps = _list_steps(folder, runs, make_next_command(folder, runs, config_folder))
    start = Start(title or "", url or "", contact or "", example)
    if audience == "me":
        start = make_private(start)
    written = write_folder(folder, start, config=config_folder, template=template, runs=runs)
    _print_written(folder, written)
    if template:
        printing.say(f"next: push it to a repository of yours; {folder}/README.md says how")
        return
    printing.print_secret_address(load(config_folder))
    printing.say(f"next: {'; then '.join(steps)}")


def _is_config_given(context: typer.Context) -> bool:
    """Return True if the command line has --config, so that its value is not the default."""
    origin = context.get_parameter_source("config")
    return origin is not None and origin.name != "DEFAULT"


def _print_written(folder: Path, written: Sequence[Path]) -> None:
    """Print the files that were written into `folder`. If there are none, print that nothing was
    changed."""
    for path in written:
        printing.say(f"wrote {path}")
    if not written:
        printing.say(f"{folder} is set up already; nothing was changed")


def _ask_audience(*, is_public: bool) -> str:
    """Return who reads the feeds, "me" or "public". `is_public`: an address, a contact or a
    template was given, so it is "public" without a question."""
    return "public" if is_public else _ask_choice("Who reads it?", _AUDIENCES)


def _check_audience(audience: str | None, template: str) -> None:
    """Raise UsageError if the audience is unknown, or if it is "me" and there is a template: a
    template publishes to everybody. `audience`: who may read the feeds; None if it was not given.
    `template`: the name of a template; "" for none."""
    is_unknown = audience not in (None, *_AUDIENCES)
    is_private_template = audience == "me" and bool(template)
    if is_unknown or is_private_template:
        raise UsageError(
            f"--for {audience}: say {' or '.join(_AUDIENCES)}; what a --template publishes is"
            " public"
        )


def _list_steps(folder: Path, runs: str, command: str) -> list[str]:
    """Return the next steps for the operator after the folder was made, as texts. `folder`: the new
    folder. `runs`: how the program will run, such as "fleet", for several workers. `command`: the
    command that starts it, which is the last step."""
    script = shlex.quote(f"{folder.resolve()}/run")
    steps = [f"{script} add URL, or import FILE.opml"]
    if runs == "fleet":
        steps.append(f"set store.url as deploy/database.sh says, and {script} sources push")
    return [*steps, command]


def _ask_text(question: str) -> str:
    """Ask a question, and return the answer; "" if the operator gave none."""
    return str(typer.prompt(question, default="", show_default=False)).strip()


def _ask_choice(question: str, answers: Sequence[str]) -> str:
    """Ask a question until the answer is one of `answers`, and return the answer. The first of
    `answers` is the default."""

    def check_answer(word: str) -> str:
        """Return the typed word; an error makes typer ask again."""
        if word not in answers:
            raise typer.BadParameter(f"say one of {', '.join(answers)}")
        return word

    answer = typer.prompt(
        f"{question} {', '.join(answers)}", default=answers[0], value_proc=check_answer
    )
    return str(answer)


@command()
def db(
    work: Annotated[
        Literal["migrate", "move"],
        Argument(
            "migrate: make this version's tables, before workers start; move: copy it to URL.",
            positional=True,
        ),
    ],
    to: Annotated[
        str | None,
        Argument(
            "A new database: postgresql://user@host/name, sqlite:///path.", "URL", positional=True
        ),
    ] = None,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Upgrade the database to this version, or copy it to a new one. Ids and feeds stay."""
    from syndicator.fleet import worker

    needs_address = work == "move"
    has_address = to is not None
    if needs_address != has_address:
        raise UsageError(
            "`db move` needs the address of the new database, and `db migrate` takes none"
        )

    if to is None:  # migrate
        name = worker.migrate(config)
        printing.print_answer(
            {"database": name}, [f"the database {name} has this version's tables"], json=json
        )
        return

    rows_by_table = worker.move_database(config, to)  # the number of copied rows
    if not json:
        table_rows = [(table, count) for table, count in sorted(rows_by_table.items()) if count]
        printing.print_table("Moved", ("table", "rows"), table_rows)
    line = (
        f"{sum(rows_by_table.values())} rows moved; now set store.url to the new address. The old"
        " database was left as it is"
    )
    printing.print_answer({"rows": rows_by_table}, [line], json=json)


Files = Annotated[
    list[str] | None,
    Argument(
        "An article file that was written, edited or deleted by hand.", "[PATH]...", positional=True
    ),
]


@command()
def reindex(files: Files = None, json: Json = False, config: Config = CONFIG) -> None:
    """Rebuild the database from the article files, or read those that were edited by hand."""
    from syndicator.configuration.settings import load
    from syndicator.fleet.beside import need_no_workers
    from syndicator.upkeep import reindex

    if not files:  # the database is rebuilt
        harm = "would lose what they file meanwhile"
        need_no_workers(load(config), "syndicator reindex", harm)
    lines = []
    with open_for_change(config, create=not files) as opened:
        if files:
            report = reindex.record_edited_files(opened.archive, opened.configuration, files)
            articles = counted(report.articles, "article file")
            lines.append(f"{articles} taken in; `syndicator build` publishes them")
        else:
            report = reindex.reindex(opened.archive, opened.configuration)
            articles = counted(report.articles, "article")
            lines.append(f"{articles} indexed; `syndicator build` publishes them")
            if report.unlearnt:
                lines.append(
                    "no tags were learnt yet, or they are lost: `syndicator learn` learns from"
                    " those you confirmed"
                )
    if printing.is_quiet():
        lines = []
    printing.print_answer(report, lines, json=json)
    reports.log_problems(report.problems)


@command()
def check(
    strict: Annotated[
        bool, Argument("Also ask for what published feeds need, and fail on warnings.")
    ] = False,
    ownership: Annotated[
        bool, Argument("Look for articles that belong to another source or have its text.")
    ] = False,
    mend: Annotated[bool, Argument("With --ownership: mend what is found, after asking.")] = False,
    yes: Annotated[bool, Argument("With --mend: do not ask.")] = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Look for problems of configuration and installation, and say how to solve them. Exits with 78
    for any error."""
    from syndicator.health.check.installation import check as examine

    has_useless_mend = mend and not ownership
    has_useless_yes = yes and not mend
    if has_useless_mend or has_useless_yes:
        raise UsageError("--mend belongs to --ownership, and --yes to --mend")
    if ownership:
        failed = _check_ownership(config, mend=mend, yes=yes, json=json)
    else:
        findings = examine(config, strict=strict)
        lines = [
            f"{finding.what}: {finding.severity}: {finding.detail} ({finding.reason})"
            for finding in findings
        ]
        errors = sum(finding.severity == "error" for finding in findings)
        warnings = sum(finding.severity == "warning" for finding in findings)
        summary = "no problems found"
        if errors or warnings:
            summary = f"{counted(errors, 'error')}, {counted(warnings, 'warning')}"
        printing.print_answer(findings, [*lines, summary], json=json)
        failed = bool(errors or (strict and warnings))
    if failed:
        sys.exit(ConfigError.exit_code)


def _check_ownership(config: Path, *, mend: bool, yes: bool, json: bool) -> bool:
    """Print the articles that belong to another source than the one they are stored under, or have
    the text of another source. `mend`: repair them, after asking the operator. `yes`: do not ask.
    Return True if there are such articles and they were not to be repaired. Raises UsageError if
    the operator must be asked and nobody can answer."""
    from syndicator.upkeep import ownership

    opening = open_for_change(config) if mend else open_to_read(config)
    with opening as opened:
        sources = opened.configuration.sources
        faults = ownership.find_filing_faults(opened.archive, sources)
        problems: list[Problem] = []
        for fault in faults:
            problems += ownership.describe_fault(fault)
        if not mend:
            # sources that may no longer write articles of a host; only the operator can mend this
            problems += ownership.find_lost_hosts(opened.archive, sources)
        lines = [f"{problem.what}: {problem.reason}: {problem.detail}" for problem in problems]
        printing.print_answer(problems, lines or ["no problems found"], json=json)
        if not mend:
            return bool(problems)

        if not faults:
            return False
        if not yes and not sys.stdin.isatty():
            raise UsageError("nobody is there to answer: --yes mends without asking")
        articles = counted(len(faults), "article")
        if yes or typer.confirm(f"Mend {articles}?", err=True):
            ownership.mend_articles(opened.archive, faults)
            if not json:
                printing.say(f"{articles} mended; the next visits read their pages again")
    return False


config_ = typer.Typer(
    help="Show the settings, each with where it comes from.", no_args_is_help=True
)
app.add_typer(config_, name="config")


@command(group=config_)
def show(json: Json = False, config: Config = CONFIG) -> None:
    """Print every setting, its value and its origin: default, line of a file, or variable."""
    from syndicator.app.read_configuration import need_folder
    from syndicator.health.check.config_files import list_settings

    if not config.is_dir():
        # raises an error: printing defaults would hide that the name of the folder is wrong
        need_folder(config)
    settings = list_settings(config)
    if json:
        printing.print_json(
            {row.name: {"value": row.value, "origin": row.origin} for row in settings}
        )
        return
    rows = [
        (row.name, json_module.dumps(row.value, ensure_ascii=False), row.origin) for row in settings
    ]
    printing.print_table("Settings", ("setting", "value", "from"), rows)
