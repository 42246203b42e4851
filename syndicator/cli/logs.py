"""Log events on stderr, one line each, as text or JSON; choose format and level.

Control characters are escaped."""

import json
import logging
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from syndicator.core.program import ROOT, as_typed
from syndicator.core.text import one_line as one_line
from syndicator.core.text import visible as visible

Level = Literal["debug", "info", "warning", "error"]
_COLOURS = {"warning": 33, "error": 31}  # ECMA-48, on a terminal
_QUOTED = re.compile("[ \t=\r\n\"']")  # a text with one of these is quoted
# Priorities for journald, as "<4>" at the start of a line (sd-daemon(3)), so that `journalctl -p
# warning` works.
_PRIORITIES = {"debug": 7, "info": 6, "warning": 4, "error": 3}
_OF_RECORDS = frozenset(logging.makeLogRecord({}).__dict__)


class LogFormat(StrEnum):
    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    json: bool = False
    journal: bool = False  # stderr is systemd's journal, which keeps a line's priority
    quiet: bool = False  # warnings and errors alone
    steps: bool = False  # each step of a visit


def chosen(
    environ: Mapping[str, str],
    stderr: os.stat_result | None,
    *,
    format: LogFormat | None,
    quiet: bool,
    verbose: bool,
) -> Choice:
    """Return the options of the log: JSON if stderr is the journal (JOURNAL_STREAM,
    systemd.exec(5)). Pure."""
    journal = (
        stderr is not None and environ.get("JOURNAL_STREAM") == f"{stderr.st_dev}:{stderr.st_ino}"
    )
    return Choice(
        json=format is LogFormat.JSON if format else journal,
        journal=journal,
        quiet=quiet,
        steps=verbose,
    )


_choice = Choice()  # of this process


def choice() -> Choice:
    return _choice


def choose(options: Choice) -> None:
    global _choice
    _choice = options
    steps = logging.getLogger(ROOT)
    steps.handlers.clear()
    steps.setLevel(logging.NOTSET)
    if options.steps:
        steps.addHandler(_Steps())
        steps.setLevel(logging.DEBUG)


def hear_others() -> None:
    """Send warnings to our log: those of third-party packages, and our own that no command
    prints."""
    # it warns of runs that are still under way
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.getLogger().addHandler(_Others(logging.WARNING))


class _Others(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith(ROOT):
            if not _choice.steps:  # else it is logged as a step
                log(record.getMessage(), "warning")
        else:
            log(
                record.getMessage(),
                "error" if record.levelno >= logging.ERROR else "warning",
                package=record.name,
            )


def log(event: str, level: Level = "info", **fields: object) -> None:
    """Log an event to stderr; with `quiet`, nothing below a warning."""
    if _choice.quiet and level in ("debug", "info"):
        return
    _write(event, level, fields)


def _write(event: str, level: str, fields: Mapping[str, object]) -> None:
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    sys.stderr.write(
        rendered(event, level, fields, now, _choice, colours=sys.stderr.isatty()) + "\n"
    )
    sys.stderr.flush()


def rendered(
    event: str,
    level: str,
    fields: Mapping[str, object],
    now: str,
    choice: Choice,
    *,
    colours: bool = False,
) -> str:
    """Return a line of the log. `now`: its time. JSON is pure ASCII, so that control characters are
    escaped. Pure."""
    typed = {
        name: as_typed(value) if isinstance(value, str) else value for name, value in fields.items()
    }
    event = as_typed(event)
    if choice.json:
        line = json.dumps({"time": now, **typed, "event": event, "level": level}, default=str)
    else:
        shown = (
            f"\x1b[{_COLOURS[level]}m{level:<9}\x1b[0m"
            if colours and level in _COLOURS
            else f"{level:<9}"
        )
        pairs = [f"{name}={_value(value)}" for name, value in sorted(typed.items())]
        line = " ".join(
            [now, f"[{shown}]", f"{one_line(event):<30}" if pairs else one_line(event), *pairs]
        )
    return f"<{_PRIORITIES.get(level, 6)}>{line}" if choice.journal else line


def _value(value: object) -> str:
    if not isinstance(value, str):
        return repr(value)
    value = one_line(value)
    return repr(value) if _QUOTED.search(value) else value


class _Steps(logging.Handler):
    """Handler that logs each step of a visit (see `core.program`) except its end, which commands
    log."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage() != "visited":
            fields = {
                name: value for name, value in record.__dict__.items() if name not in _OF_RECORDS
            }
            _write(record.getMessage(), record.levelname.lower(), fields)
