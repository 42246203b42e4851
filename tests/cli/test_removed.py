"""Removed commands and options name their replacement for one release."""

from __future__ import annotations

import shlex
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from syndicator.cli import app
from syndicator.cli.base import REMOVED, check_removed
from syndicator.core.errors import UsageError


@pytest.mark.parametrize(
    ("typed", "removed", "cure"),
    [
        ("tags review", "tags review", "the page Articles of the console"),
        ("tags review --json --config elsewhere", "tags review", "status --list articles"),
        ("--quiet tags review", "tags review", "tags confirm"),
        ("--log-format json tags review", "tags review", "tags reject"),
        ("change review-tags", "change review-tags", "the page Articles of the console"),
        ("demo --kill 3", "demo --kill", "nothing replaces it"),
        ("demo --once --kill=3 --json", "demo --kill", "the tests of Syndicator kill runs"),
    ],
)
def test_what_is_gone_says_what_replaces_it(typed: str, removed: str, cure: str) -> None:
    """A removed command fails with the name of its replacement."""
    ran = CliRunner().invoke(app, shlex.split(typed))

    assert isinstance(ran.exception, UsageError)
    assert f"`{removed}` was removed: " in str(ran.exception)
    assert cure in str(ran.exception)


def test_help_does_not_list_them() -> None:
    """The help lists no removed command or option."""
    for removed in REMOVED:
        command, _, option = removed.partition(" --")
        *groups, name = command.split()
        words = command.split() if option else groups
        stdout = CliRunner().invoke(app, [*words, "--help"]).stdout
        assert stdout
        assert f" --{option or name} " not in stdout
        assert f"\n  {name} " not in stdout


def is_refused(words: list[str]) -> bool:
    try:
        check_removed(words)
    except UsageError:
        return True
    return False


def test_other_options_of_the_command_work() -> None:
    """Only the removed option `--kill` is refused, not the same word as the value of another
    option."""
    assert is_refused(["demo", "--once", "--kill", "3"])
    assert not is_refused(["demo", "--once", "--dir", "kill"])


def test_it_ends_as_a_wrong_word_does() -> None:
    """A removed command exits with 2, as an unknown command does."""
    words = [sys.executable, "-m", "syndicator", "tags", "review"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "`tags review` was removed" in done.stderr
