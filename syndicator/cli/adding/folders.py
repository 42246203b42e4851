"""What the folders of an OPML list mean: as the operator says, or answers when asked; and what was left out of it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from syndicator.cli.plural import counted
from syndicator.cli.visible import one_line

if TYPE_CHECKING:
    from syndicator.configuration.sources.opml import Skipped, SubscriptionList

Meaning = Literal["category", "tag", "ignore"]
Folders = Annotated[
    Meaning | None,
    typer.Option("--folders", help="What the folders of an OPML list become. Asked on a terminal, else category."),
]

_SHOWN = 8  # folders that a question names


def is_answered() -> bool:
    """True when somebody is there to answer questions."""
    return sys.stdin.isatty()


def meaning(listed: SubscriptionList, said: Meaning | None, *, ask: bool) -> Meaning:
    """What the folders of a list become: what the operator `said`, or answers."""
    if said or not ask or not listed.folders:
        return said or "category"
    names = one_line(", ".join(listed.folders[:_SHOWN])) + (" ..." if len(listed.folders) > _SHOWN else "")
    question = f"The list has {counted(len(listed.folders), 'folder')} ({names}). What do they become?"
    answers: dict[str, Meaning] = {"category": "category", "tag": "tag", "ignore": "ignore"}
    while (answer := typer.prompt(f"{question} {', '.join(answers)}", default="category", err=True)) not in answers:
        pass
    return answers[answer]


def say_skipped(where: str, skipped: Iterable[Skipped]) -> None:
    from syndicator.cli import printing

    for one in skipped:
        printing.say(f"skipped: {where} line {one.line}: {one.name or 'no name'}: {one.why}")
