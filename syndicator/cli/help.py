"""Examples for the help of every command; shell completion for bash, zsh and fish."""

from __future__ import annotations

import tomllib
from contextlib import suppress
from importlib import resources
from pathlib import Path
from typing import Any

import typer
from typer._completion_shared import get_completion_script

from syndicator.core.program import program

COMPLETION_VARIABLE = "_SYNDICATOR_COMPLETE"  # set by the scripts to ask for completions
SHELLS = ("bash", "zsh", "fish")


def completion_script(shell: str, typed: str) -> str:
    """Return the shell's completion script for the program called as `typed`. Raises BadParameter."""
    if shell not in SHELLS:
        raise typer.BadParameter(f"'{shell}' is not one of {', '.join(map(repr, SHELLS))}")
    import shlex

    name = call = "syndicator" if " " in typed else typed  # shells cannot complete `python -m syndicator`
    if "/" in typed:
        name, call = Path(typed).name, shlex.quote(str(Path(typed).resolve()))
    text = str(get_completion_script(prog_name=name, complete_var=COMPLETION_VARIABLE, shell=shell))
    # a shell knows a command by its name, and calls it by its path
    for before in ("complete_zsh ", "(commandline -cp) "):
        text = text.replace(before + name, before + call)
    return text


def show_completion(context: typer.Context, shell: str | None) -> None:
    """Print the completion script and exit; callback of --show-completion."""
    if shell and not context.resilient_parsing:
        typer.echo(completion_script(shell, program()))
        raise typer.Exit


def source_keys(context: typer.Context, incomplete: str) -> list[str]:
    """Complete `incomplete` to keys of sources."""
    return _names(context, "sources.toml", "source", "key", incomplete)


def tag_names(context: typer.Context, incomplete: str) -> list[str]:
    """Complete `incomplete` to tags of the taxonomy."""
    return _names(context, "taxonomy.toml", "tag", "name", incomplete)


def _names(context: typer.Context, file: str, table: str, key: str, incomplete: str) -> list[str]:
    path = Path(context.params.get("config") or "config") / file
    names: list[str] = []
    for file_path in (path, *sorted(path.with_suffix(".d").glob("*.toml"))):
        with suppress(OSError, ValueError, LookupError, TypeError, AttributeError):
            rows: Any = tomllib.loads(file_path.read_text(encoding="utf-8")).get(table, [])
            names += [str(row[key]) for row in rows]
    return [name for name in names if name.startswith(incomplete)]


def examples() -> dict[str, dict[str, str]]:
    """Return by command (its words) its examples: words typed -> purpose."""
    return tomllib.loads((resources.files("syndicator") / "data/examples.toml").read_text(encoding="utf-8"))


def example_lines(words: str, program: str) -> list[str]:
    """Return the help's lines of examples for the command `words`, called as `program`."""
    texts = examples().get(words, {}).items()
    return [line for typed, use in texts for line in (f"  {program} {typed}", f"      {use}")]
