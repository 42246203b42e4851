"""Command tags suggest: proposed tags or categories, listed, or one key each, without Enter, and written at once."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from syndicator.cli import printing
from syndicator.cli.articles.keys import Keys, is_terminal
from syndicator.cli.base import CONFIG, Config, Json
from syndicator.cli.operations import tags
from syndicator.cli.printing import counted
from syndicator.core.errors import UsageError

if TYPE_CHECKING:
    from syndicator.describing.groups import Group
    from syndicator.describing.taxonomy.suggest import Proposal

_HELP = "Enter: take it   e: take it under another name   d: drop it   q: stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A tag or category that may be taken. `about`: its other names, or its words; `values`: what is written with its
    name."""

    table: Literal["tag", "category"]
    name: str
    support: int
    about: str
    examples: tuple[str, ...]
    values: Mapping[str, Any]

    @classmethod
    def tag(cls, one: Proposal) -> Offer:
        """A proposed tag."""
        about, values = ", ".join(one.aliases), {"aliases": one.aliases}
        return cls(table="tag", name=one.name, support=one.support, about=about, examples=one.examples, values=values)

    @classmethod
    def category(cls, one: Group) -> Offer:
        """A group of articles as a category."""
        values = {"description": f"{one.name}: {one.description}"}
        told = one.description
        return cls(
            table="category", name=one.name, support=one.support, about=told, examples=one.examples, values=values
        )


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
    from syndicator.services.container import need_folder, open_app
    from syndicator.services.descriptions import redescribe

    need_folder(config)
    proposals: Sequence[Proposal | Group]
    with open_app(config) as opened:
        if categories:
            proposals = found = redescribe.suggest_groups(opened)
            offers = list(map(Offer.category, found))
        else:
            proposals = listed = redescribe.suggest(opened)
            offers = list(map(Offer.tag, listed))
    if json:
        printing.as_json([one._asdict() for one in proposals])
    elif not offers and categories:
        printing.say(f"no groups: they are looked for from {redescribe.LEAST_GROUPED} articles on")
    elif not offers:
        printing.say("nothing new: outside of taxonomy.toml, no phrase is in two titles and three texts")
    elif choose:
        choose_among(offers, config)
    else:
        title = "Categories to consider" if categories else "Tags to consider"
        rows = [(one.name, one.support, one.about, "; ".join(one.examples)) for one in offers]
        printing.table(title, ("name", "articles", "words" if categories else "other names", "such as"), rows)


def choose_among(offers: Sequence[Offer], config: Path) -> None:
    """Ask about each offer. Raises UsageError without a terminal."""
    if not is_terminal():
        raise UsageError(
            "--choose reads keys from a terminal; off one, `syndicator tags suggest --json` lists the same"
        )
    taken = decide(offers, Keys(sys.stdin.fileno()), config)
    printing.say(f"{counted(taken, 'name')} added to taxonomy.toml")
    if taken:
        printing.say("`syndicator describe --all` applies them to the articles that are there")


def decide(offers: Sequence[Offer], keys: Keys, config: Path) -> int:
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
                taken += _take(offer, keys.line("name: ") if key == "e" else offer.name, config)
    return taken


def _take(offer: Offer, name: str, config: Path) -> bool:
    from syndicator.services.descriptions import redescribe

    if not name:
        return False
    values = dict(offer.values)
    if name != offer.name and offer.table == "tag":
        values["aliases"] = (offer.name, *offer.values["aliases"])  # articles have the name that was found
    try:
        redescribe.adopt(config, offer.table, name, values)
    except UsageError as error:
        printing.say(str(error))
        return False
    return True


def _show(offer: Offer, number: int, of: int) -> None:
    printing.say(f"\n{number}/{of}  {offer.name}  {counted(offer.support, 'article')}")
    if offer.about:
        printing.say(f"  {offer.about}")
    for title in offer.examples:
        printing.say(f"  - {title}")
