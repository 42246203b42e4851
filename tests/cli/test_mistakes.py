"""A misspelled command or option: the message names the nearest valid ones."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys

import pytest
import typer

from syndicator.cli import app, load_commands
from syndicator.cli.mistakes import explain_missing

UsageError = typer.BadParameter.__base__ or Exception


def read_mistake(typed: str) -> str:
    """What the command line says of `typed`, which must be wrong."""
    load_commands()
    with pytest.raises(UsageError) as raised:
        app(shlex.split(typed), prog_name="syndicator", standalone_mode=False)
    return explain_missing(raised.value)


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("refesh", "`refresh`: Visit the sources that are due"),
        ("undo", "`change undo`: Take back a change"),
        ("undo", "`withdraw --undo`: Restore a withdrawn article"),
        ("rename", "`tags rename`: Rename tag A to B."),
        ("tags renam", "`tags rename`: Rename tag A to B."),
        ("delete", "`prune`: Delete articles for good"),
        ("export --format X", "`export --config`: The folder with syndicator.toml"),
        ("reread --all", "`reread --source`: Articles of one source"),
        ("sources --jsno", "`sources --json`: Print the result as JSON."),
        ("--quite status", "`--quiet`: Print only failures, for cron."),
    ],
)
def test_the_nearest_is_named_with_what_it_does(typed: str, named: str) -> None:
    """A misspelled command gets the nearest one with its description."""
    assert named in read_mistake(typed)


def test_few_are_named_and_none_twice() -> None:
    mistake = read_mistake("reread --all")
    assert mistake.count("`reread --") == 3
    assert "--json" not in mistake  # nobody means it


def test_a_word_like_nothing_keeps_the_message() -> None:
    """A word unlike any command gets the plain error message."""
    assert read_mistake("xyzzy") == "No such command 'xyzzy'."


def test_a_word_for_a_visit_names_nothing_that_deletes() -> None:
    """For "run" no deleting command such as `prune` is suggested."""
    assert "prune" not in read_mistake("run")


def test_other_mistakes_keep_their_message() -> None:
    assert read_mistake("refresh --limit x").startswith("Input should be a valid integer")


def test_programs_get_it_as_json() -> None:
    """With `--json` a usage error is a JSON object."""
    words = [sys.executable, "-m", "syndicator", "refresh", "--forec", "--json"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    error = json.loads(done.stdout)["error"]
    assert error.startswith("No such option: --forec. There is `refresh --source`: ")
    assert "Possible options" not in error
