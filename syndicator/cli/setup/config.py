"""Commands about the configuration: config show."""

from __future__ import annotations

import json as json_module

import typer

from syndicator.cli.base import CONFIG, Config, Json, app

config_ = typer.Typer(help="Show the settings, each with where it comes from.", no_args_is_help=True)
app.add_typer(config_, name="config")


@config_.command()
def show(json: Json = False, config: Config = CONFIG) -> None:
    """Print every setting, its value and where that comes from: default, line of a file, or variable."""
    from syndicator.cli import printing
    from syndicator.services.configured import configured
    from syndicator.services.container import need_folder

    if not config.is_dir():  # defaults would hide that the folder's name is wrong
        need_folder(config)
    found = configured(config)
    if json:
        printing.as_json({one.name: {"value": one.value, "origin": one.origin} for one in found})
        return
    rows = [(one.name, json_module.dumps(one.value, ensure_ascii=False), one.origin) for one in found]
    printing.table("Settings", ("setting", "value", "from"), rows)
