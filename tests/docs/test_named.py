"""Every command and option in README and docs exists."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from typing import Any

import pytest
from typer._click.exceptions import MissingParameter

from tests.cli.test_help import WHOLE
from tests.docs.commands import PAGES, Shown, list_named_commands, of_the_program, to_type

NAMED = {shown for page in PAGES for shown in list_named_commands(page)}
SHOWN = [*(shown for page in PAGES for shown in to_type(page)), *sorted(NAMED, key=str)]
CALLS = [(shown, words) for shown in SHOWN for words in of_the_program(shown.typed)]


def test_they_are_found() -> None:
    """The test of documented commands finds over 60 of them, on the main pages."""
    pages = {shown.page for shown, _ in CALLS}
    assert {"README.md", "running.md", "mending.md", "CONTRIBUTING.md"} <= pages
    assert len(CALLS) > 60


@pytest.mark.parametrize(("shown", "words"), CALLS, ids=[str(shown) for shown, _ in CALLS])
def test_the_program_takes_it(shown: Shown, words: list[str]) -> None:
    """Each command and option that docs/ name exists."""
    command: Any = WHOLE
    if words[:1] in (["test"], ["COMMAND"], ["--show-completion"]):
        return  # of ./run itself; any command; of the shells
    while words and words[0].startswith("--"):
        assert words[0] in {option for known in command.params for option in known.opts}, shown
        words = words[1:]
    while words and hasattr(command, "commands"):
        assert words[0] in command.commands, shown
        command = command.commands[words[0]]
        words = words[1:]
    # a sentence may name it alone
    with suppress(MissingParameter) if shown in NAMED else nullcontext():
        assert (
            command is WHOLE or command.make_context(command.name, list(words)).command is command
        )
