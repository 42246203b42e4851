"""The command reindex."""

from __future__ import annotations

from typing import Annotated

import typer

from syndicator.cli.base import CONFIG, Config, Json, app
from syndicator.cli.changing import opened_for_change
from syndicator.cli.plural import counted

Files = Annotated[
    list[str] | None,
    typer.Argument(metavar="[PATH]...", help="An article file that was written, edited or deleted by hand."),
]


@app.command()
def reindex(files: Files = None, json: Json = False, config: Config = CONFIG) -> None:
    """Rebuild the database from the article files, or take in those that a hand edited."""
    from syndicator.cli import printing
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
