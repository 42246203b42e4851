"""What was observed, and the conditions that follow from it. Values only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from syndicator.core.model import Problem, Source, SourceState
from syndicator.core.reasons import ConditionReason
from syndicator.store.status import Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One thing that is wrong or worth knowing. `identity` stays the same for as long as it lasts, whatever else
    changes of it."""

    kind: ConditionReason
    subject: str  # key of a source, name of a feed or file, folder; "" where there is only one of its kind
    since: datetime | None = None  # None: not known
    reason: str = ""  # in words
    detail: str = ""
    cure: str = ""
    last_success: datetime | None = None
    next_try: datetime | None = None  # None: none, or at once
    code: str = ""  # of `reason`, where it has one
    needs_you: bool = True  # False: it is well, or mends itself
    count: int = 1  # of what it is about: entries, articles
    source: str = ""  # key of the source that it is about, "" where it is about none

    @property
    def identity(self) -> str:
        return f"{self.kind}:{self.subject}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A feed that validation keeps back. `published`: when its live file was written."""

    feed: str  # tags/ai
    fault: str
    published: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """What is free where `path` is. `inodes` is 0 on file systems that do not count them."""

    path: str
    free: int
    size: int
    free_inodes: int = 0
    inodes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What conditions follow from. What is left out is taken to be well."""

    sources: Mapping[str, Source] = field(default_factory=dict)
    states: Sequence[SourceState] = ()
    held: Sequence[Held] = ()
    operator: Sequence[Waiting] = ()  # entries that wait for the operator
    floods: Sequence[Waiting] = ()  # entries that wait because too many came at once
    files: Sequence[Problem] = ()  # article files that cannot be read
    on_hold: int = 0  # articles
    on_hold_since: datetime | None = None
    on_hold_files: str = ""  # the latest few, with why
    outdated: int = 0  # articles that an older version read, whose pages are kept
    disks: Sequence[Disk] = ()
    database: str = ""  # why it cannot be used
    configuration: str = ""  # why it could not be read
    clock: str = ""  # why it must be wrong
    alert: str = ""  # why the last one was not sent


def printable(condition: Condition) -> Condition:
    """The condition with names of files and folders that are no UTF-8 as text that can be written and hashed: what
    Python reads as a lone surrogate becomes its escape."""
    subject, detail = (_escaped(value) for value in (condition.subject, condition.detail))
    return replace(condition, subject=subject, detail=detail)


def _escaped(value: str) -> str:
    return value.encode("utf-8", "backslashreplace").decode()


def plain(kind: ConditionReason, subject: str = "", *, source: str = "") -> Condition:
    """A condition in the words of its kind."""
    return Condition(kind=kind, subject=subject or source, source=source, reason=kind.means, cure=kind.cure)
