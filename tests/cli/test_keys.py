"""`tags suggest --choose` in a terminal, and its message without one."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import termios
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from syndicator.cli import app
from syndicator.cli.articles.keys import Keys
from syndicator.core.errors import UsageError
from tests.instances import TAXONOMY, Instance, store_articles
from tests.upkeep.passes.test_describe_all import MODELS

SECONDS = 60
CONTROLLED = """\
import fcntl, os, signal, sys, termios
signal.signal(signal.SIGINT, signal.SIG_DFL)  # ignored where the tests run in the background of a script
fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that Ctrl-C is a signal
os.execv(sys.executable, [sys.executable, "-m", "syndicator", *sys.argv[1:]])
"""  # noqa: E501


class Terminal:
    """A program on a terminal of its own, plain as they come."""

    def __init__(self, *words: str) -> None:
        self.here, there = pty.openpty()
        environ = {**os.environ, "TERM": "dumb"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", CONTROLLED, *words],
            stdin=there,
            stdout=there,
            stderr=there,
            env=environ,
            start_new_session=True,
        )
        os.close(there)
        self.seen = ""

    def expect(self, pattern: str) -> str:
        """What is shown up to the pattern; it counts as seen then."""
        end = time.monotonic() + SECONDS
        while not (match := re.search(pattern, self.seen, re.DOTALL)):
            assert time.monotonic() < end, self.seen
            if select.select([self.here], [], [], 0.2)[0]:
                try:
                    self.seen += os.read(self.here, 4096).decode()
                except OSError:
                    assert re.search(pattern, self.seen, re.DOTALL), self.seen
        shown = self.seen[: match.end()]
        self.seen = self.seen[match.end() :]
        return shown

    def press(self, keys: str) -> None:
        os.write(self.here, keys.encode())

    def end(self) -> int:
        code = self.process.wait(SECONDS)
        os.close(self.here)
        return code


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    made = Instance(
        tmp_path,
        taxonomy=TAXONOMY + '\n[[category]]\nname = "Gardens"\ndescription = "Gardens: roses"\n',
    )
    with made.open_app() as app:
        store_articles(app, "Models", MODELS, tags=("LLM",), tags_by="matched", category="AI")
        store_articles(app, "Ro\x9bses", "Roses want sun, and tulips want rain.")
    made.build()
    return made


@pytest.fixture
def keys() -> Iterator[tuple[Keys, int]]:
    here, there = pty.openpty()
    yield Keys(there), here
    os.close(here)
    os.close(there)


def test_a_key_is_a_character_and_a_function_key_is_none_of_ours(keys: tuple[Keys, int]) -> None:
    """Keys are read one character at a time; a function key is "?", the end of input "", and the
    terminal's mode is restored."""
    reading, terminal = keys
    before = termios.tcgetattr(reading._descriptor)
    os.write(terminal, "né\n".encode())

    assert [reading.read() for _ in range(3)] == ["n", "é", "\n"]

    os.write(terminal, b"\x1b[A")

    assert reading.read() == "?"

    os.write(terminal, b"tan open tag\nq")

    assert reading.read() == "t"
    assert reading.ask_line("tag: ") == "an open tag"
    assert reading.read() == "q"

    os.write(terminal, b"\x04")

    assert reading.read() == ""
    assert termios.tcgetattr(reading._descriptor) == before


def test_proposed_tags_are_taken_renamed_and_dropped_with_a_key_each(instance: Instance) -> None:
    """In `tags suggest --choose`, Enter takes a proposed tag, `e` renames it and `d` drops it."""
    with instance.open_app() as app:
        for number in range(3):
            text = (
                "We like robotics. Heat pumps are quiet, and heat pumps last. The sky has comets."
            )
            store_articles(
                app, f"Of heat pumps, comets and robotics {number}", text, keywords=("Robotics",)
            )
    terminal = Terminal("tags", "suggest", "--choose", "--config", str(instance.config))
    names = []
    for keys in ("\n", "e", "d"):
        names.append(
            re.search(r"\d/\d  (.+?)  3 articles", terminal.expect(r"\d/\d  .+?  3 articles"))[1]
        )
        terminal.press(keys)
        if keys == "e":
            terminal.expect("name: ")
            terminal.press("Renamed\n")
    terminal.expect("2 names added")

    assert terminal.end() == 0

    tags = {
        tag["name"]: tag
        for tag in tomllib.loads((instance.config / "taxonomy.toml").read_text())["tag"]
    }

    assert names[0] in tags
    assert tags["Renamed"]["aliases"] == [names[1]]
    assert names[2] not in tags


def test_choosing_needs_a_terminal(instance: Instance) -> None:
    """`tags suggest --choose` fails without a terminal and names `--json` instead."""
    with instance.open_app() as opened:
        for number in range(3):
            store_articles(opened, f"Number {number}", "We like robotics.", keywords=("Robotics",))
    ran = CliRunner().invoke(app, ["tags", "suggest", "--choose", "--config", str(instance.config)])

    assert isinstance(ran.exception, UsageError)
    assert "--json" in str(ran.exception)
