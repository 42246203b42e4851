"""`--help`: what is used every day comes first, every command is there, and nothing heavy is loaded
for it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from syndicator.cli import app, load_commands, needed
from syndicator.cli.base import PANELS
from syndicator.setup.start import write_config

ROOT = Path(__file__).resolve().parents[2]
# What help can do without; each costs more than the whole of it.
HEAVY = (
    "aiohttp",
    "alembic",
    "apscheduler",
    "feedgen",
    "feedparser",
    "filelock",
    "frontmatter",
    "htmldate",
    "httpx",
    "jinja2",
    "lxml",
    "markdown_it",
    "numpy",
    "nupunkt",
    "protego",
    "py3langid",
    "rich",
    "sqlalchemy",
    "starlette",
    "tld",
    "tomlkit",
    "trafilatura",
    "uvicorn",
    "yaml",
)
SCRIPT = """
import sys
from syndicator.cli import main
sys.argv = ["syndicator", *sys.argv[1:]]
try:
    main()
finally:
    print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def commands(group: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of each command, those of a group first."""
    for name, command in group.commands.items():
        yield (*words, name)
        if hasattr(command, "commands"):
            yield from commands(command, (*words, name))


load_commands()
WHOLE: Any = typer.main.get_command(app)
COMMANDS = list(commands(WHOLE))


def loaded(*words: str) -> set[str]:
    """The packages that a command loads."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout
    return set(done.stderr.split())


def test_nothing_heavy_is_loaded() -> None:
    assert loaded("--help").isdisjoint({*HEAVY, "pydantic"})
    # typer itself asks pydantic what a command's words are
    assert loaded("refresh", "--help").isdisjoint(HEAVY)


def test_every_command_stands_in_one_panel() -> None:
    listed = [name for names in PANELS.values() for name in names]
    assert sorted(listed) == sorted(WHOLE.commands)


def test_daily_commands_come_first() -> None:
    shown = (
        CliRunner().invoke(app, ["--help"], prog_name="syndicator", env={"COLUMNS": "120"}).stdout
    )
    places = [shown.index(f"\n{panel}:\n") for panel in PANELS]
    assert places == sorted(places) and next(iter(PANELS)) == "Daily"
    for name in WHOLE.commands:
        assert f"\n  {name} " in shown
    assert "..." not in shown.partition("Daily:")[2]  # each is described by a whole sentence


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, [*words, "--help"], prog_name="syndicator")
    assert done.exit_code == 0
    usage, _, explained = done.stdout.partition("\n\n")
    assert usage.startswith(f"Usage: syndicator {' '.join(words)}")
    assert explained.strip()


def test_commands_that_do_without_the_others_are_where_they_are_looked_for(tmp_path: Path) -> None:
    for (name,) in (words for words in COMMANDS if len(words) == 1):
        modules = needed([name, "--json"])
        assert needed(["--quiet", name]) == modules
        if len(modules) == 1:
            module = import_module(f"syndicator.cli.{modules[0]}")
            assert getattr(module, name).__module__ == module.__name__
    assert {words[0] for words in COMMANDS if len(words) == 1 and len(needed(words)) == 1} >= {
        "refresh",
        "status",
    }
    assert (
        {*needed(["--log-format", "json", "refresh"])}
        == {*needed(["--help"])}
        > {*needed(["refresh"])}
    )


def test_a_run_without_a_model_loads_nothing_of_one(tmp_path: Path) -> None:
    write_config(tmp_path / "config")
    (tmp_path / "config/sources.toml").write_text("")
    script = SCRIPT.replace('name.partition(".")[0] for name in sys.modules', "*sys.modules")
    words = [sys.executable, "-c", script, "refresh", "--config", str(tmp_path / "config")]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    names = done.stderr.split()
    assert "syndicator.runs.refresh" in names
    assert [name for name in names if "describing.llm" in name or "cli.add" in name] == []
