"""The command that makes a folder of one's own: init."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from syndicator.cli.base import CONFIG, Config, app
from syndicator.configuration.tables import root_of


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
    from syndicator.cli import printing
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
    """The answer at the terminal; nothing is an answer, too."""
    return str(typer.prompt(question, default="", show_default=False)).strip()
