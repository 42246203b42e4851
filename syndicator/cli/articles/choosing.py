"""Command tags suggest: proposed tags or categories, listed, or one key each, without Enter, and written at once."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from syndicator.cli import printing
from syndicator.cli.articles.keys import Keys, is_terminal
from syndicator.cli.base import CONFIG, Config, Json, opened_to_look
from syndicator.cli.operations import apply, tags
from syndicator.cli.printing import counted
from syndicator.core.errors import UsageError
from syndicator.operations.registry import need

if TYPE_CHECKING:
    from syndicator.services.container import App

_HELP = "Enter: take it   e: take it under another name   d: drop it   q: stop"
Offer = Mapping[str, Any]  # a tag with "aliases", or a category with a "description"


@tags.command()
def suggest(
    categories: Annotated[
        bool, typer.Option("--categories", help="Groups of articles that could be categories.")
    ] = False,
    choose: Annotated[bool, typer.Option("--choose", help="Take, rename or drop each with one key.")] = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """List what to consider as tags, or as categories, from what articles speak of. Changes nothing without --choose,
    which adds to taxonomy.toml what you take."""
    from syndicator.services.descriptions.redescribe import LEAST_GROUPED

    with opened_to_look(config) as opened:
        offers: Sequence[Offer] = need("suggest-tags").plan(opened, {"categories": categories}).data
        if offers and choose and not json:
            choose_among(offers, opened)
            return
    if json:
        printing.as_json(offers)
    elif not offers and categories:
        printing.say(f"no groups: they are looked for from {LEAST_GROUPED} articles on")
    elif not offers:
        printing.say("nothing new: outside of taxonomy.toml, no phrase is in two titles and three texts")
    else:
        title = "Categories to consider" if categories else "Tags to consider"
        rows = [(one["name"], one["support"], _about(one), "; ".join(one["examples"])) for one in offers]
        printing.table(title, ("name", "articles", "words" if categories else "other names", "such as"), rows)


def _about(offer: Offer) -> str:
    return str(offer["description"]) if "description" in offer else ", ".join(offer["aliases"])


def choose_among(offers: Sequence[Offer], opened: App) -> None:
    """Ask about each offer. Raises UsageError without a terminal."""
    if not is_terminal():
        raise UsageError(
            "--choose reads keys from a terminal; off one, `syndicator tags suggest --json` lists the same"
        )
    taken = decide(offers, Keys(sys.stdin.fileno()), opened)
    printing.say(f"{counted(taken, 'name')} added to taxonomy.toml")
    if taken:
        printing.say("`syndicator describe --all` applies them to the articles that are there")


def decide(offers: Sequence[Offer], keys: Keys, opened: App) -> int:
    """Ask about each offer until `q` or Ctrl-C, and write those that are taken; returns how many were."""
    taken = 0
    printing.say(_HELP)
    with contextlib.suppress(KeyboardInterrupt):
        for number, offer in enumerate(offers, 1):
            _show(offer, number, len(offers))
            while (key := keys.read()) not in ("\n", "\r", "e", "d", "q", ""):
                printing.say(_HELP)
            if key in ("q", ""):
                break
            if key != "d":
                taken += _take(offer, keys.line("name: ") if key == "e" else offer["name"], opened)
    return taken


def _take(offer: Offer, name: str, opened: App) -> bool:
    if not name:
        return False
    arguments: dict[str, Any]
    if "description" in offer:
        operation, arguments = (
            need("save-category"),
            {"description": f"{offer['name']}: {offer['description']}", "stamp": ""},
        )
    else:
        found = () if name == offer["name"] else (offer["name"],)  # articles have the name that was found
        operation, arguments = need("add-tag"), {"aliases": (*found, *offer["aliases"])}
    try:
        apply(opened, operation, {"name": name, **arguments})
    except UsageError as error:
        printing.say(str(error))
        return False
    return True


def _show(offer: Offer, number: int, of: int) -> None:
    printing.say(f"\n{number}/{of}  {offer['name']}  {counted(offer['support'], 'article')}")
    if about := _about(offer):
        printing.say(f"  {about}")
    for title in offer["examples"]:
        printing.say(f"  - {title}")
