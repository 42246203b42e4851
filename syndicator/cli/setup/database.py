"""Commands about the database: db migrate, db move."""

from __future__ import annotations

from typing import Annotated

import typer

from syndicator.cli.base import CONFIG, Config, Json, app

db = typer.Typer(help="Bring the database to this version, or move it to another server or file.", no_args_is_help=True)
app.add_typer(db, name="db")


@db.command()
def migrate(json: Json = False, config: Config = CONFIG) -> None:
    """Bring the database to this version's tables, as the first command after an upgrade does: before workers start."""
    from syndicator.cli import printing
    from syndicator.services.worker.database import migrate

    name = migrate(config)
    if json:
        printing.as_json({"database": name})
    else:
        printing.say(f"the database {name} has this version's tables")


@db.command()
def move(
    to: Annotated[
        str, typer.Argument(metavar="URL", help="A new database: postgresql://user@host/name, sqlite:///path.")
    ],
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Copy the database to a new one of either kind. Rows are counted, ids and feeds stay; the old one stays, too."""
    from syndicator.cli import printing
    from syndicator.services.worker.database import move_to

    moved = move_to(config, to, lambda table, count: None)
    if json:
        printing.as_json({"rows": moved})
        return
    printing.table("Moved", ("table", "rows"), [(table, count) for table, count in sorted(moved.items()) if count])
    printing.say(
        f"{sum(moved.values())} rows moved; now set store.url to the new address. The old database was left as it is"
    )
