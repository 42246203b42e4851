"""Log on stderr: one line an event, as text or JSON (`--log-format json`, or systemd's journal), with the same names.
structlog is loaded with the first line, for fast commands. Control characters are shown, never sent."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from syndicator.core.program import ROOT, as_typed
from syndicator.core.text import one_line as one_line
from syndicator.core.text import visible as visible


def visible_fields(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor of structlog: every text of an event as `one_line` has it."""
    return {name: one_line(value) if isinstance(value, str) else value for name, value in event.items()}


Level = Literal["debug", "info", "warning", "error"]
# What journald makes of "<4>" at the beginning of a line (sd-daemon(3)), so that `journalctl -p warning` works.
_PRIORITIES = {"debug": 7, "info": 6, "warning": 4, "error": 3}


class LogFormat(StrEnum):
    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the operator asked the log to be."""

    json: bool = False
    journal: bool = False  # stderr is systemd's journal, which keeps a line's priority
    quiet: bool = False  # warnings and errors alone
    steps: bool = False  # each step of a visit


def chosen(
    environ: Mapping[str, str], stderr: os.stat_result | None, *, format: LogFormat | None, quiet: bool, verbose: bool
) -> Choice:
    """The choice that options and environment make. Without `format` it is JSON where stderr is the journal: systemd
    says so with its device and inode in JOURNAL_STREAM (systemd.exec(5)). Pure."""
    journal = stderr is not None and environ.get("JOURNAL_STREAM") == f"{stderr.st_dev}:{stderr.st_ino}"
    return Choice(json=format is LogFormat.JSON if format else journal, journal=journal, quiet=quiet, steps=verbose)


_choice = Choice()  # of this process


def choice() -> Choice:
    return _choice


def choose(made: Choice) -> None:
    """From now on the log is as `made` says."""
    global _choice
    _choice = made
    steps = logging.getLogger(ROOT)
    steps.handlers.clear()
    steps.setLevel(logging.NOTSET)
    if made.steps:
        _log_steps()


def hear_others() -> None:
    """From now on what the packages that we use warn of is a line as any other."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # that a run is still under way is no warning
    logging.getLogger().addHandler(_Others(logging.WARNING))


class _Others(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith(ROOT):
            log(record.getMessage(), "error" if record.levelno >= logging.ERROR else "warning", package=record.name)


def log(event: str, level: Level = "info", **fields: object) -> None:
    """Logs an event to stderr; nothing below a warning where quiet was asked for."""
    if _choice.quiet and level in ("debug", "info"):
        return
    if _lines.key != (_choice, sys.stderr):
        import structlog

        made = structlog.wrap_logger(structlog.PrintLogger(sys.stderr), processors=_processors(), context_class=dict)
        _lines.key, _lines.logger = (_choice, sys.stderr), made.bind()
    getattr(_lines.logger, level)(event, **fields)


@dataclass(slots=True)
class _Lines:
    """The logger of the lines of this process, and what it was made for: a run logs thousands."""

    key: tuple[Choice, object] | None = None
    logger: Any = None


_lines = _Lines()


def _log_steps() -> None:
    """Each step of a visit on stderr too (see `core.log`). Its end is logged with more by the command itself."""
    import structlog

    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(lambda record: record.getMessage() != "visited")
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_processors()],
        )
    )
    steps = logging.getLogger(ROOT)
    steps.addHandler(handler)
    steps.setLevel(logging.DEBUG)


def _processors() -> list[Any]:
    import structlog

    begin: list[Any] = [_typed, _stamp, structlog.processors.add_log_level]
    if _choice.json:
        # ASCII alone: what would control a terminal is escaped
        rendered: list[Any] = [structlog.processors.JSONRenderer(ensure_ascii=True, default=str)]
    else:
        rendered = [visible_fields, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), timestamp_key="time")]
    return [*begin, *rendered, _prioritised] if _choice.journal else [*begin, *rendered]


def _typed(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: as_typed(value) if isinstance(value, str) else value for name, value in event.items()}


def _stamp(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {"time": datetime.now().astimezone().isoformat(timespec="seconds"), **event}


def _prioritised(logger: object, method: str, line: str) -> str:
    return f"<{_PRIORITIES.get(method, 6)}>{line}"
