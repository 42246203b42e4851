"""Kill runs over the demo's web at random moments; compare the results with an undisturbed run."""

import asyncio
import json
import random
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from syndicator.articles.frontmatter import load as load_article
from syndicator.cli.demo.world import World, write_config


@dataclass(frozen=True, slots=True, kw_only=True)
class Survived:
    """Results of `kills` in `lives` folders: addresses `lost` (unlike a calm run) or filed `twice`,
    files `torn`."""

    folder: Path
    kills: int
    lives: int
    articles: int
    lost: tuple[str, ...]
    twice: tuple[str, ...]
    torn: tuple[str, ...]
    seconds: float

    @property
    def well(self) -> bool:
        return not (self.lost or self.twice or self.torn)


async def survive(
    folder: Path, times: int, *, stop: asyncio.Event, say: Callable[[str], None]
) -> Survived:
    """Kill runs in `folder` at random times until one ends, then in new folders, `times` in all.
    Raise OSError."""
    started = time.monotonic()
    world = World(without={"slow"})  # its pages take longer than all others together
    await world.start()
    try:
        write_config(folder / "calm/config", world, port=0)
        began = time.monotonic()
        await _run(folder / "calm", None)
        length, kills, lives = time.monotonic() - began, 0, list[Path]()
        torn: list[str] = []
        while kills < times and not stop.is_set():
            lives.append(folder / f"killed-{len(lives) + 1}")
            write_config(lives[-1] / "config", world, port=0)
            while await _run(lives[-1], random.uniform(0.1, length) if kills < times else None):
                kills += 1
                torn += _torn(lives[-1])
                say(f"kill {kills}: after {len(_articles(lives[-1]))} articles")
    finally:
        await world.aclose()
    calm = Counter(_addresses(folder / "calm"))
    counts = [Counter(_addresses(life)) for life in lives]
    return Survived(
        folder=folder,
        kills=kills,
        lives=len(lives),
        articles=sum(what.startswith("filed") for what in calm),
        lost=tuple(sorted({what for counter in counts for what in set(calm) - set(counter)})),
        twice=tuple(
            sorted({what for counter in counts for what, count in counter.items() if count > 1})
        ),
        torn=tuple(sorted({*torn, *(name for life in lives for name in _torn(life))})),
        seconds=time.monotonic() - started,
    )


async def _run(place: Path, limit: float | None) -> bool:
    """Run `refresh` in a new process; return True if it was killed after `limit` seconds."""
    words = ("-m", "syndicator", "refresh", "--all", "--config", str(place / "config"))
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        sys.executable, *words, stdout=quiet, stderr=quiet
    )
    try:
        await asyncio.wait_for(process.wait(), limit)
        return False
    except TimeoutError:
        return True
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _addresses(place: Path) -> Iterator[str]:
    for path in _articles(place):
        yield f"filed: {load_article(path.read_bytes(), str(path)).url}"
    published = place / "feeds/public/all.json"
    for item in json.loads(published.read_bytes())["items"] if published.exists() else ():
        yield f"published: {item['url']}"


def _articles(place: Path) -> list[Path]:
    return sorted((place / "feeds/articles").rglob("*.md"))


def _torn(place: Path) -> Iterator[str]:
    for path in sorted((place / "feeds/public").rglob("*.*")):
        try:
            if path.suffix == ".json":
                json.loads(path.read_bytes())
            elif path.suffix in (".atom", ".rss", ".opml"):
                ElementTree.parse(path)
        except (ValueError, ElementTree.ParseError):
            yield str(path.relative_to(place))
