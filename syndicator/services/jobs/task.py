"""What an act is given, and what it gives back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from syndicator.core.model import Fetched
from syndicator.core.requests import Wrapper
from syndicator.services.container import App
from syndicator.store import codec


class CancelledJob(Exception):
    """Somebody asked the job to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """What came of an act. `subject`: the id of the article or the key of the source that it is about, else a name;
    `said`: a sentence; `build`: feeds may be stale now; `logged`: it changed something, which the log remembers;
    `undoes`: the number of the change that it took back; `result`: what a page shows of it, as JSON has it; `args`:
    what the log keeps of what was asked for, where that is something else; `page`: a web page to point at later."""

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
    """One job under way. `progress` is given how much is done, of how much, and raises CancelledJob where somebody
    asked for that."""

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
        """Says that a file is about to be changed, so that the log has what it was: "article" with the path of its
        file, "config" with the name of a file of the configuration, "list" with the key of a source whose list is
        learnt, or "tags" with the id of an article of which only these change."""
        name = f"{kind}:{path}"
        if name not in self.before:
            self.before[name] = read(self.app, name)


def read(app: App, name: str) -> str | None:
    """The text of a file by the name that the log has for it, None where there is none. Raises OSError."""
    kind, _, path = name.partition(":")
    if kind == "list":
        return list_text(app, path)
    if kind == "tags":
        article = app.store.visits.article(path)
        return "".join(f"{tag}\n" for tag in article.tags) if article else None
    try:
        data = app.article_store.read(path) if kind == "article" else (app.config / path).read_bytes()
    except FileNotFoundError:
        return None
    return data.decode("utf-8", "surrogateescape")


def list_text(app: App, key: str) -> str | None:
    """What is remembered of the list of a source, as lines of JSON; None where nothing is."""
    state = app.store.visits.state(key)
    return packed_list(state.listing) if state and state.listing else None


def packed_list(wrapper: Wrapper) -> str:
    """A wrapper as a text that a job and the log hold. Pure."""
    return json.dumps(json.loads(codec.pack(wrapper)), indent=1)


def unpacked_list(text: str) -> Wrapper:
    """The wrapper of such a text. Pure. Raises ValueError, TypeError for what is none."""
    return codec.unpack(Wrapper, text)
