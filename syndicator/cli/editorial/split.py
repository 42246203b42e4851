"""The command split."""

from __future__ import annotations

from typing import Annotated

import typer

from syndicator.cli.base import CONFIG, Config, Json, app
from syndicator.cli.changing import build, opened_for_change
from syndicator.cli.plural import counted


@app.command()
def split(
    what: Annotated[str, typer.Argument(metavar="URL|FILE|ID", help="The copy, or its original.")],
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Separate articles that were merged as copies of one. They are never merged again."""
    from syndicator.cli import printing
    from syndicator.services.editorial import splitting

    with opened_for_change(config) as opened:
        apart = splitting.split(opened, what)
        written = build(opened)
    if json:
        printing.as_json({"split": [{"id": one.id, "url": one.url} for one in apart], "written": written})
        return
    for one in apart:
        printing.say(f"published by itself again: {one.title} ({one.url})")
    printing.say(f"{counted(len(written), 'file')} written")
