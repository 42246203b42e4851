"""A module that registers one operation: it writes a motto into motto.toml."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from syndicator.core.errors import UsageError
from syndicator.operations import texts
from syndicator.operations.operation import Argument, Change, Operation, Progress
from syndicator.services.container import App


@dataclass(frozen=True, slots=True, kw_only=True)
class Toy:
    """Write a motto."""

    words: Annotated[str, Argument("The words of the motto.", metavar="WORDS", positional=True)]
    loud: Annotated[bool, Argument("In capitals.")] = False


def plan(app: App, arguments: Toy, progress: Progress) -> Change:
    if '"' in arguments.words:
        raise UsageError("a motto has no quotes")
    motto = arguments.words.upper() if arguments.loud else arguments.words
    before = texts.read(app, "config:motto.toml")
    after = f'motto = "{motto}"\n'
    return Change(
        subject="motto",
        sentence=f"the motto is {motto}",
        data={"motto": motto},
        edits={"config:motto.toml": (before, after)},
        is_empty=before == after,
        nothing="it says so already",
    )


OPERATIONS = (Operation("toy", Toy, plan, quick=True),)
