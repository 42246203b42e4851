"""The config folder with which `demo` visits its own web."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from syndicator.demo.world import World
from syndicator.errors import MissingError
from syndicator.sources.registry import add_source

DEADLINE_SECONDS = 3  # the slowest site of the world answers later than that

_SETTINGS = """\
# The demo's settings: the web it visits is on loopback, answers at once and needs no pauses.
[site]
title = "Syndicator demo"
contact = "demo@example.org"

[fetch]
allow_loopback = true
feed_seconds = {deadline}
page_seconds = {deadline}
pause = 0

[publish]
tag_min = 2  # twenty-odd articles make few tags with three
"""

_SOURCES = """\
# Our own web on 127.0.0.x. Six of its sites work; four fail on purpose: gone, slow, broken and busy.
"""


def write_config(dir: Path, world: World, *, taxonomy: str | None = None) -> None:
    """Writes syndicator.toml, sources.toml and taxonomy.toml into `dir` (made when absent) for a started `world`.
    `taxonomy` is the text of another taxonomy than the shipped one. Raises MissingError when none is to be found."""
    dir.mkdir(parents=True, exist_ok=True)
    text = shipped("taxonomy.toml") if taxonomy is None else taxonomy
    (dir / "taxonomy.toml").write_text(text, encoding="utf-8")
    (dir / "syndicator.toml").write_text(_SETTINGS.format(deadline=DEADLINE_SECONDS), encoding="utf-8")
    sources = dir / "sources.toml"
    sources.write_text(_SOURCES, encoding="utf-8")
    for source in world.sources:
        add_source(sources, source)


def shipped(name: str) -> str:
    """A file of the config folder that comes with Syndicator, from the installed package or the checkout."""
    package = files("syndicator")
    for place in (package.joinpath("shipped", name), package.joinpath("..", "config", name)):
        if place.is_file():
            return place.read_text(encoding="utf-8")
    raise MissingError(f"{name} did not come with this installation; run from a checkout or install it again")
