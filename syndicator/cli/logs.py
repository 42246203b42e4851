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

from syndicator.core.program import ROOT, write_as_typed
from syndicator.core.text import one_line as one_line
from syndicator.core.text import visible as visible

Level = Literal["debug", "info", "warning", "error"]
_COLOURS = {"warning": 33, "error": 31}  # ECMA-48, on a terminal
_NEEDS_QUOTES = re.compile("[ \t=\r\n\"']")  # a text with one of these is quoted
# Priorities for journald, as "<4>" at the start of a line (sd-daemon(3)), so that `journalctl -p
# warning` works.
_PRIORITIES = {"debug": 7, "info": 6, "warning": 4, "error": 3}
_DEFAULT_PRIORITY = 6
_RECORD_FIELDS = frozenset(logging.makeLogRecord({}).__dict__)


class LogFormat(StrEnum):
    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOptions:
    """How this process logs. `steps`: each step of a visit is logged. `quiet`: only warnings and
    errors are logged."""

    json: bool = False
    journal: bool = False  # stderr is systemd's journal, which keeps a line's priority
    quiet: bool = False  # warnings and errors alone
    steps: bool = False  # each step of a visit


def make_options(
    environ: Mapping[str, str],
    stderr: os.stat_result | None,
    *,
    format: LogFormat | None,
    quiet: bool,
    verbose: bool,
) -> LogOptions:
    """Return the options of the log: its format, and which events are logged.

    `environ`: the environment variables. `stderr`: the result of fstat on standard error; None if
    it is closed. `format`: the format that the command line asks for; None means JSON if standard
    error is the journal of systemd, else text. `quiet`: log only failures. `verbose`: log each step
    of a visit. Pure."""
    # systemd puts device and inode of its journal into this variable, see systemd.exec(5)
    is_journal = (
        stderr is not None and environ.get("JOURNAL_STREAM") == f"{stderr.st_dev}:{stderr.st_ino}"
    )
    is_json = is_journal if format is None else format is LogFormat.JSON
    return LogOptions(json=is_json, journal=is_journal, quiet=quiet, steps=verbose)


_options = LogOptions()  # of this process


def get_options() -> LogOptions:
    return _options


def apply_options(options: LogOptions) -> None:
    """Make `options` the options of the log of this process. If they ask for the steps of visits,
    write from now on each record of our loggers to the log."""
    global _options
    _options = options
    logger = logging.getLogger(ROOT)
    logger.handlers.clear()
    logger.setLevel(logging.NOTSET)
    if options.steps:
        logger.addHandler(_StepHandler())
        logger.setLevel(logging.DEBUG)


def log_foreign_warnings() -> None:
    """From now on, write warnings that reach Python's `logging` to our log: those of third-party
    packages, and those of this program that no command prints."""
    # APScheduler warns of each run that is still under way, which is nothing to worry about
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.getLogger().addHandler(_WarningHandler(logging.WARNING))


class _WarningHandler(logging.Handler):
    """Handler that writes warnings to the log. Warnings of this program are left out while steps
    are logged, because they are among the steps."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a warning to our log. If it comes from another package, name the package. Python's
        `logging` calls this."""
        is_ours = record.name.startswith(ROOT)
        if is_ours:
            if not _options.steps:  # else the log of steps has it already
                log(record.getMessage(), "warning")
            return
        level: Level = "error" if record.levelno >= logging.ERROR else "warning"
        log(record.getMessage(), level, package=record.name)


def log(event: str, level: Level = "info", **fields: object) -> None:
    """Log an event. With --quiet, only warnings and errors are logged."""
    if _options.quiet and level in ("debug", "info"):
        return
    _write_event(event, level, fields)


def _write_event(event: str, level: str, fields: Mapping[str, object]) -> None:
    """Write an event with the present time to standard error, as one line of the log. `level`: such
    as "info". `fields`: facts about the event, by name."""
    time = datetime.now().astimezone().isoformat(timespec="seconds")
    line = render_line(event, level, fields, time, _options, colours=sys.stderr.isatty())
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def render_line(
    event: str,
    level: str,
    fields: Mapping[str, object],
    time: str,
    options: LogOptions,
    *,
    colours: bool = False,
) -> str:
    """Return an event as a line of the log. `options`: say whether it is text or JSON, and whether
    it goes to the journal of systemd, which needs a priority before each line. `level`: such as
    "info". `fields`: facts about the event, by name. `time`: the time of the event, as text.
    `colours`: colour the level. Pure."""
    # commands in texts begin as the operator called this program, such as `python -m syndicator`
    typed_event = write_as_typed(event)
    values: dict[str, object] = {}
    for name, value in fields.items():
        values[name] = write_as_typed(value) if isinstance(value, str) else value
    if options.json:
        document = {"time": time, **values, "event": typed_event, "level": level}
        line = json.dumps(document, default=str)
    else:
        line = _render_text(typed_event, level, values, time, colours=colours)
    if options.journal:
        line = f"<{_PRIORITIES.get(level, _DEFAULT_PRIORITY)}>{line}"
    return line


def _render_text(
    event: str, level: str, values: Mapping[str, object], time: str, *, colours: bool
) -> str:
    """Return an event as a line of text: time, [level], event, and `values` as name=value, sorted
    by name. Spaces after level and event align the lines in columns. `colours`: colour the
    level."""
    level_text = f"{level:<9}"
    if colours and level in _COLOURS:
        level_text = f"\x1b[{_COLOURS[level]}m{level_text}\x1b[0m"
    pairs = [f"{name}={_format_value(value)}" for name, value in sorted(values.items())]
    event_text = one_line(event)
    if pairs:
        event_text = f"{event_text:<30}"
    return " ".join([time, f"[{level_text}]", event_text, *pairs])


def _format_value(value: object) -> str:
    """Return a value as text on one line. A string with spaces, quotes or an equals sign is put in
    quotes."""
    if not isinstance(value, str):
        return repr(value)
    text = one_line(value)
    if _NEEDS_QUOTES.search(text):
        return repr(text)
    return text


class _StepHandler(logging.Handler):
    """Handler that logs each step of a visit. The last step, "visited", is left out, because
    commands log it."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a step of a visit with its fields to the log, whatever its level is. Python's
        `logging` calls this."""
        if record.getMessage() == "visited":  # commands log the end of each visit themselves
            return
        # fields that the caller added to those that each record has
        fields = {
            name: value for name, value in record.__dict__.items() if name not in _RECORD_FIELDS
        }
        _write_event(record.getMessage(), record.levelname.lower(), fields)
