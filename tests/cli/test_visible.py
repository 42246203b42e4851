"""Control characters in text from the web never reach the terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.cli import printing, reports
from syndicator.cli.articles.show import format_reasons
from syndicator.cli.logs import LogOptions, apply_options, one_line, visible
from syndicator.core.errors import ConfigError
from syndicator.core.model import Problem
from syndicator.core.program import logger

TITLE = "A \x1b[31mred\x1b]0;owned\x07 \u202ereversed\u202c \x9b2J \u2066title\u2069 \r\x08 \u200f"
SHOWN = ("\\u001b[31m", "\\u202e", "\\u009b2J", "\\u2066", "\\u0007")


def list_control_characters(text: str) -> list[str]:
    """The characters of `text` that control a terminal."""
    ours = "\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[22m"  # of a log in colour
    for sequence in ours:
        text = text.replace(sequence, "")
    return [
        char for char in text if char in TITLE and not char.isprintable() and char not in "\n\t"
    ]


def print_line() -> None:
    printing.say(TITLE)


def print_title_table() -> None:
    printing.print_table("Articles", ("title",), [(TITLE,)])


def print_error() -> None:
    printing.complain(ConfigError(TITLE), as_json=True)


def write_log() -> None:
    printing.log(TITLE, detail=TITLE)
    reports.log_problems([Problem(what=TITLE, reason="bug", detail=TITLE)])


def print_reasons() -> None:
    for line in format_reasons(
        {"title": TITLE, "tags": {TITLE: TITLE}, "body": {"cut": [{"rule": TITLE, "text": TITLE}]}}
    ):
        printing.say(line)


def print_json_title() -> None:
    printing.print_json({"title": TITLE, TITLE: [TITLE]})


def write_step() -> None:
    apply_options(LogOptions(steps=True))
    try:
        logger("visiting").info("asked", url=TITLE)
    finally:
        apply_options(LogOptions())


def write_json_log() -> None:
    apply_options(LogOptions(json=True))
    try:
        printing.log(TITLE, detail=TITLE)
        printing.complain(ConfigError(TITLE), as_json=False)
    finally:
        apply_options(LogOptions())


@pytest.mark.parametrize(
    "show",
    [
        print_line,
        print_title_table,
        print_error,
        write_log,
        print_reasons,
        print_json_title,
        write_step,
        write_json_log,
    ],
)
@pytest.mark.parametrize("terminal", [False, True])
def test_nothing_of_a_stranger_controls_the_terminal(
    show: Callable[[], None],
    terminal: bool,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each kind of output (`show`) escapes control characters of a title from the web, in a pipe
    and on a terminal."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    monkeypatch.setenv("TERM", "dumb")  # so that what is left is not ours
    monkeypatch.setenv("COLUMNS", "400")
    show()
    out, err = capsys.readouterr()

    assert list_control_characters(out + err) == []
    assert all(escape in (out + err).replace("\\\\", "\\") for escape in SHOWN)


def test_json_still_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """JSON output decodes to the original text, control characters included, and keeps readable
    Unicode as it is."""
    printing.print_json({"title": TITLE, "other": "naïve 日本 🎉"})
    out = capsys.readouterr().out

    assert json.loads(out) == {"title": TITLE, "other": "naïve 日本 🎉"}
    assert "naïve 日本 🎉" in out


@pytest.mark.slow
@given(st.text())
def test_harmless_text_stays(value: str) -> None:
    """`visible` leaves printable text unchanged, and escaping twice is the same as once."""
    harmless = "".join(char for char in value if char.isprintable() and char not in "\ufeff")
    assert visible(harmless) == harmless
    assert visible(visible(value)) == visible(value)


def test_emoji_and_lines_stay() -> None:
    """`visible` keeps joined emoji, line breaks and tabs; `one_line` makes one line of any
    value."""
    assert visible("👩‍👩‍👧 one\n\ttwo") == "👩‍👩‍👧 one\n\ttwo"
    assert one_line("one\n\ttwo\r\nthree") == "one two three"
    assert one_line(7) == "7"
