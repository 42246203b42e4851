"""Messages spell commands as the operator typed them."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator.cli import printing
from syndicator.core import program
from syndicator.core.errors import UsageError

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("environ", "argv", "typed"),
    [
        ({program.VARIABLE: "./run"}, ["/srv/syndicator/syndicator/__main__.py"], "./run"),
        ({}, ["/usr/lib/python3/syndicator/__main__.py", "status"], "python -m syndicator"),
        ({}, ["/usr/local/bin/syndicator", "status"], "syndicator"),
        ({}, ["/usr/bin/pytest"], "syndicator"),
        ({}, [], "syndicator"),
    ],
)
def test_the_program_is_what_was_typed(
    environ: dict[str, str], argv: list[str], typed: str
) -> None:
    """The program calls itself as it was started: `./run`, `python -m syndicator` or
    `syndicator`."""
    assert program.find_program(environ, argv) == typed


def test_run_says_how_it_was_called() -> None:
    """`./run` tells the program its own name."""
    assert f'export {program.VARIABLE}="${{{program.VARIABLE}:-$0}}"' in (ROOT / "run").read_text(
        encoding="utf-8"
    )


def test_what_is_printed_names_commands_as_typed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All output names commands by the way the program was started, `./run` here."""
    monkeypatch.setattr(program, "program", lambda: "./run")
    printing.say("`syndicator build` publishes them")
    printing.print_table("T", ("a", "b"), [("x", "`syndicator reindex`")])
    printing.complain(UsageError("`syndicator sources` lists them"), as_json=False)
    printing.log("problem", detail="`syndicator check`")
    printed = capsys.readouterr()

    assert "`syndicator" not in printed.out + printed.err
    assert [printed.out.count("`./run "), printed.err.count("`./run ")] == [2, 2]


def test_messages_name_commands_in_the_form_that_is_replaced() -> None:
    """A command in a message is written `syndicator X`, never `./run X`: whoever prints it knows
    how it is typed."""
    paths = [
        path
        for path in (ROOT / "syndicator").rglob("*.py")
        if "`./run" in path.read_text(encoding="utf-8")
    ]
    assert [path.name for path in paths if path.name != "program.py"] == []
