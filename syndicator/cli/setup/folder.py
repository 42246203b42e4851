"""Commands init, db and reindex."""

from __future__ import annotations

import os
import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from syndicator.cli import printing
from syndicator.cli.base import CONFIG, Config, Json, app, opened_for_change
from syndicator.cli.printing import counted
from syndicator.configuration.tables import root_of
from syndicator.core.errors import UsageError


@app.command()
def init(
    context: typer.Context,
    dir: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="The folder to make. Without: this one.")] = None,
    title: Annotated[str | None, typer.Option(help="What the feeds are about, such as Gardening.")] = None,
    url: Annotated[str | None, typer.Option(help="Where the feeds will be, such as https://feeds.example.org/")] = None,
    contact: Annotated[str | None, typer.Option(help="A mail address or page, for owners of visited sites.")] = None,
    example: Annotated[str, typer.Option(metavar="NAME", help="Begin with a set of sources and a taxonomy: ai.")] = "",
    template: Annotated[
        str, typer.Option(metavar="NAME", help="Make a repository that publishes by itself, without a server: github.")
    ] = "",
    config: Config = CONFIG,
) -> None:
    """Make a folder of your own with a configuration to start with. Existing files stay as they are."""
    from syndicator.services.init.start import Start
    from syndicator.services.init.write import write_folder

    source = context.get_parameter_source("config")
    named = dir is None and source is not None and source.name != "DEFAULT"
    folder = dir or (root_of(config, os.environ) if named else Path())
    place = config if named else folder / "config"
    if sys.stdin.isatty() and not (place / "syndicator.toml").exists():
        title = title if title is not None or example else _asked("What are the feeds about (their title)?")
        url = url if url is not None else _asked("Where will they be published, if you know (https://...)?")
        contact = (
            contact if contact is not None else _asked("How can owners of visited sites reach you (mail or page)?")
        )
    start = Start(title or "", url or "", contact or "", example)
    for path in write_folder(folder, start, config=place, template=template):
        printing.say(f"wrote {path}")
    script = shlex.quote(f"{folder.resolve()}/run")
    further = (
        f"push it to a repository of yours; {folder}/README.md says how"
        if template
        else f"{script} add URL, then {script}"
    )
    printing.say(f"next: {further}")


def _asked(question: str) -> str:
    return str(typer.prompt(question, default="", show_default=False)).strip()


class Work(StrEnum):
    """What to do with the database."""

    MIGRATE = "migrate"
    MOVE = "move"


@app.command()
def db(
    work: Annotated[
        Work, typer.Argument(help="migrate: make this version's tables, before workers start; move: copy it to URL.")
    ],
    to: Annotated[
        str | None,
        typer.Argument(metavar="URL", help="A new database: postgresql://user@host/name, sqlite:///path."),
    ] = None,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Bring the database to this version after an upgrade, or copy it to a new one. Ids and feeds stay."""
    from syndicator.services.worker import session

    if (work is Work.MOVE) != (to is not None):
        raise UsageError("`db move` needs the address of the new database, and `db migrate` takes none")
    if to is None:
        name = session.migrate(config)
        if json:
            printing.as_json({"database": name})
        else:
            printing.say(f"the database {name} has this version's tables")
        return
    moved = session.move_to(config, to, lambda table, count: None)
    if json:
        printing.as_json({"rows": moved})
        return
    printing.table("Moved", ("table", "rows"), [(table, count) for table, count in sorted(moved.items()) if count])
    printing.say(
        f"{sum(moved.values())} rows moved; now set store.url to the new address. The old database was left as it is"
    )


Files = Annotated[
    list[str] | None,
    typer.Argument(metavar="[PATH]...", help="An article file that was written, edited or deleted by hand."),
]


@app.command()
def reindex(files: Files = None, json: Json = False, config: Config = CONFIG) -> None:
    """Rebuild the database from the article files, or take in those that a hand edited."""
    from syndicator.services.article_files import reindexing

    if files:
        with opened_for_change(config) as opened:
            taken = reindexing.take_in(opened, files)
        if json:
            printing.as_json(taken)
        elif not printing.quiet():
            printing.say(f"{counted(taken.articles, 'article file')} taken in; `syndicator build` publishes them")
        printing.log_problems(taken.problems)
        return
    with opened_for_change(config, create=True) as opened:
        done = reindexing.reindex(opened)
    if json:
        printing.as_json(done)
    elif not printing.quiet():
        printing.say(f"{counted(done.articles, 'article')} indexed; `syndicator build` publishes them")
        if done.unlearnt:
            printing.say(
                "no tags were learnt yet, or they are lost: `syndicator learn` learns from those you confirmed"
            )
    printing.log_problems(done.problems)
