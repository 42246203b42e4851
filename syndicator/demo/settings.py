"""The config folder with which `demo` visits its own web."""

from __future__ import annotations

from pathlib import Path

from syndicator.configuration.sources.registry import add_source
from syndicator.demo.world import World
from syndicator.services.init.start import SHIPPED

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


def write_config(dir: Path, world: World, *, port: int | None = None, taxonomy: str | None = None) -> None:
    """Writes syndicator.toml, sources.toml and taxonomy.toml into `dir` (made when absent) for a started `world`.
    `port`: where the result is served, 0 for a free one. `taxonomy` is the text of another taxonomy than the shipped
    one."""
    dir.mkdir(parents=True, exist_ok=True)
    text = (SHIPPED / "taxonomy.toml").read_text(encoding="utf-8") if taxonomy is None else taxonomy
    (dir / "taxonomy.toml").write_text(text, encoding="utf-8")
    serve = "" if port is None else f"port = {port}\n"
    settings = _SETTINGS.format(deadline=DEADLINE_SECONDS) + serve
    (dir / "syndicator.toml").write_text(settings, encoding="utf-8")
    sources = dir / "sources.toml"
    sources.write_text(_SOURCES, encoding="utf-8")
    for source in world.sources:
        add_source(sources, source)
