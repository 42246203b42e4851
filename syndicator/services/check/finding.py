"""What `check` reports. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from syndicator.core.errors import ConfigError, Fault
from syndicator.core.model import Problem
from syndicator.core.reasons import CommandReason

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong. `what`: a file with its line, a folder, a variable; `file`, `line` and `key` (dotted)
    say the same for programs, where there is a file. `detail`: the fault and its cure, for people."""

    severity: Severity
    what: str
    reason: str
    detail: str
    file: str = ""
    line: int | None = None
    key: str = ""


def of_fault(fault: Fault, reason: str, severity: Severity = "error") -> Finding:
    return Finding(
        severity=severity,
        what=f"{fault.file}:{fault.line}" if fault.line else fault.file,
        reason=reason,
        detail=fault.message,
        file=fault.file,
        line=fault.line,
        key=fault.key,
    )


def of_problem(problem: Problem, severity: Severity = "error") -> Finding:
    return Finding(severity=severity, what=problem.what, reason=problem.reason, detail=problem.detail)


def of_error(what: str, error: ConfigError) -> list[Finding]:
    """All that a configuration error says; `what` names what was read, where the error is about it as a whole."""
    if error.faults:
        return [of_fault(fault, CommandReason.BAD_CONFIG) for fault in error.faults]
    detail = str(error).removeprefix(f"{what}: ").removeprefix(f"{what} ")
    return [Finding(severity="error", what=what, reason=error.reason, detail=detail, file=what)]


def in_order(found: list[Finding]) -> list[Finding]:
    """Errors first; among equals in the order of files and lines, else as they were found."""
    return sorted(found, key=lambda one: (one.severity != "error", one.file, one.line or 0))
