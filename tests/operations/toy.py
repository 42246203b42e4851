"""A module that registers one operation: it writes a motto into motto.toml."""

from __future__ import annotations

from typing import Annotated

from syndicator.app.container import App
from syndicator.core.errors import UsageError
from syndicator.operations.changes import texts
from syndicator.operations.operation import Argument, Change, operation


@operation("toy", quick=True)
def toy(
    app: App,
    words: Annotated[str, Argument("The words of the motto.", metavar="WORDS", positional=True)],
    loud: Annotated[bool, Argument("In capitals.")] = False,
) -> Change:
    """Write a motto."""
    if '"' in words:
        raise UsageError("a motto has no quotes")
    motto = words.upper() if loud else words
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
