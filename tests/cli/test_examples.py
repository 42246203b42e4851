"""The help of every command has examples, and each example is a valid command."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
from typer.testing import CliRunner

from syndicator.cli import app
from syndicator.cli.base import load_examples
from tests.cli.test_help import COMMANDS, WHOLE

LEAVES = [
    words
    for words in COMMANDS
    if not any(other[: len(words)] == words and other != words for other in COMMANDS)
]
EXAMPLES = load_examples()
TYPED = [typed for some in EXAMPLES.values() for typed in some]


def test_every_command_has_some_and_nothing_else_has() -> None:
    """Examples exist for every command, and for no unknown one."""
    assert {" ".join(words) for words in LEAVES} == set(EXAMPLES)


@pytest.mark.parametrize("words", LEAVES, ids=" ".join)
def test_the_help_of_a_command_ends_with_them(words: tuple[str, ...]) -> None:
    """The help of each command shows its examples."""
    stdout = CliRunner().invoke(app, [*words, "--help"], prog_name="./run").stdout
    typed, use = next(iter(EXAMPLES[" ".join(words)].items()))
    assert f"\nExamples:\n  ./run {typed}\n      {use}\n" in stdout


@pytest.mark.parametrize("typed", TYPED)
def test_an_example_is_understood(typed: str) -> None:
    """The command parses every example of its help; none is run, and a redirection (` > FILE`) is
    left out."""
    command: Any = WHOLE
    words = shlex.split(typed.partition(" > ")[0])
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]

    # which reads the words, and runs nothing
    assert command.make_context(command.name, words).command is command
