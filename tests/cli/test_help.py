"""`--help`: daily commands first, every command listed, no heavy import."""

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

from syndicator.cli import app, choose_modules, load_commands
from syndicator.cli.base import PANELS
from syndicator.setup.start import write_config
from tests.world import World

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


def list_command_words(group: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of each command, those of a group first."""
    for name, command in group.commands.items():
        yield (*words, name)
        if hasattr(command, "commands"):
            yield from list_command_words(command, (*words, name))


load_commands()
WHOLE: Any = typer.main.get_command(app)
COMMANDS = list(list_command_words(WHOLE))


def list_loaded_packages(*words: str) -> set[str]:
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
    """Help imports no heavy package, so that it is printed fast."""
    assert list_loaded_packages("--help").isdisjoint({*HEAVY, "pydantic"})
    # typer itself asks pydantic what a command's words are
    assert list_loaded_packages("refresh", "--help").isdisjoint(HEAVY)


def test_every_command_stands_in_one_panel() -> None:
    """Each command is in exactly one panel of the help."""
    names_in_panels = [name for names in PANELS.values() for name in names]
    assert sorted(names_in_panels) == sorted(WHOLE.commands)


def test_daily_commands_come_first() -> None:
    """`--help` lists the panels in their order, `Daily` first, and describes every command with a
    whole sentence."""
    stdout = (
        CliRunner().invoke(app, ["--help"], prog_name="syndicator", env={"COLUMNS": "120"}).stdout
    )
    positions = [stdout.index(f"\n{panel}:\n") for panel in PANELS]

    assert positions == sorted(positions)
    assert next(iter(PANELS)) == "Daily"

    for name in WHOLE.commands:
        assert f"\n  {name} " in stdout

    assert "..." not in stdout.partition("Daily:")[2]  # each is described by a whole sentence


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(words: tuple[str, ...]) -> None:
    """`--help` of every command, also within groups, prints its usage and a description."""
    done = CliRunner().invoke(app, [*words, "--help"], prog_name="syndicator")

    assert done.exit_code == 0

    usage, _, explained = done.stdout.partition("\n\n")

    assert usage.startswith(f"Usage: syndicator {' '.join(words)}")
    assert explained.strip()


def test_commands_that_do_without_the_others_are_where_they_are_looked_for(tmp_path: Path) -> None:
    """For one command only its own module is imported, also behind global options; help imports all
    modules."""
    for (name,) in (words for words in COMMANDS if len(words) == 1):
        modules = choose_modules([name, "--json"])
        assert choose_modules(["--quiet", name]) == modules
        if len(modules) == 1:
            module = import_module(f"syndicator.cli.{modules[0]}")
            assert getattr(module, name).__module__ == module.__name__
    assert {
        words[0] for words in COMMANDS if len(words) == 1 and len(choose_modules(words)) == 1
    } >= {
        "refresh",
        "status",
    }
    assert (
        {*choose_modules(["--log-format", "json", "refresh"])}
        == {*choose_modules(["--help"])}
        > {*choose_modules(["refresh"])}
    )


def test_a_run_without_a_model_loads_nothing_of_one(tmp_path: Path) -> None:
    """`refresh` without a language model imports none of its modules."""
    write_config(tmp_path / "config")
    (tmp_path / "config/sources.toml").write_text("")
    names = list_modules("refresh", "--config", str(tmp_path / "config"))

    assert "syndicator.runs.refresh" in names
    assert [name for name in names if "describing.llm" in name or "cli.add" in name] == []


def test_init_loads_no_event_loop_and_no_schema_of_sources(tmp_path: Path) -> None:
    """`init` imports neither asyncio nor the schema of sources, which would only slow its start."""
    names = list_modules("init", str(tmp_path / "feeds"), "--yes")
    assert "syndicator.setup.start" in names
    assert names.isdisjoint({"asyncio", "filelock", "syndicator.configuration.sources.schema"})


def test_add_loads_no_taxonomy(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`add` writes sources without importing the taxonomy, which it does not need."""
    monkeypatch.setenv("SYNDICATOR_FETCH__ALLOW_LOOPBACK", "true")
    write_config(tmp_path / "config")
    (tmp_path / "config/sources.toml").write_text("")
    feed = world.feed_url("holt")
    names = list_modules("add", feed, "--yes", "--config", str(tmp_path / "config"))

    assert "syndicator.operations.changes.texts" in names
    assert "syndicator.describing.taxonomy.taxonomy" not in names


def list_modules(*words: str) -> set[str]:
    """Run a command. Return the names of all modules that it loaded."""
    script = SCRIPT.replace('name.partition(".")[0] for name in sys.modules', "*sys.modules")
    command = [sys.executable, "-c", script, *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    return {*done.stderr.split()}
