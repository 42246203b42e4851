"""What an act is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from syndicator.core.model import Fetched
from syndicator.operations.texts import read
from syndicator.services.container import App


class CancelledJob(Exception):
    """Somebody asked the job to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """Result of an act. `subject`: article id, source key or name; `said`: a sentence; `build`: feeds may be stale;
    `logged`: it changed something; `undoes`: number of the undone change; `result`: JSON for the page; `args`: to log
    instead of the form; `page`: a web page to point at."""

    subject: str
    said: str
    build: bool = True
    logged: bool = True
    undoes: int | None = None
    result: Any = None
    args: Mapping[str, Any] | None = None
    page: Fetched | None = None


@dataclass(slots=True)
class Task:
    """A job under way. `progress(done, total)` raises CancelledJob if it was cancelled."""

    app: App
    args: Mapping[str, Any]
    progress: Callable[[int, int], None] = lambda done, total: None
    before: dict[str, str | None] = field(default_factory=dict)  # the texts of what it touches, by name

    def text(self, name: str) -> str:
        """An argument that is a text, "" where it is not given."""
        found = self.args.get(name, "")
        return found if isinstance(found, str) else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """An argument that is a list of texts."""
        found = self.args.get(name, ())
        return tuple(str(one) for one in found) if isinstance(found, list | tuple) else ()

    def touch(self, kind: str, path: str) -> None:
        """Note the state before a change for the log: "article" with path, "config" with file name, "list" with source
        key, "tags" with article id."""
        name = f"{kind}:{path}"
        if name not in self.before:
            self.before[name] = read(self.app, name)
