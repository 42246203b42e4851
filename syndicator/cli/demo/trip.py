"""Run the demo: visit its own web, build; also generate many articles to measure a build."""

import asyncio
import random
import tempfile
import time
import tomllib
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

from syndicator.app.container import App, open_app
from syndicator.app.lock import locked
from syndicator.articles.article_store import FileArticleStore
from syndicator.cli.demo.world import World, write_config
from syndicator.configuration.settings import load
from syndicator.core.errors import UsageError
from syndicator.core.model import Article, Origin, make_article_id
from syndicator.core.ports import FeedRow
from syndicator.runs.build import build_feeds
from syndicator.runs.refresh import RunReport, Wanted, Watch, run

FIRST = datetime(2023, 9, 1, tzinfo=UTC)
DAYS = 730
SOURCES = 20
_COVERED = 0.7  # the share of articles with a cover: a choice, as most feeds have one

Words = dict[str, list[str]]


def generate(count: int, *, seed: int = 0) -> Iterator[Article]:
    """Generate articles of 150 to 300 words, oldest first, over two years: 12 categories, 200 tags,
    20 sources."""
    rng = random.Random(seed)
    vocabulary = tomllib.loads(
        files("syndicator.cli.demo").joinpath("sample_articles.toml").read_text("utf-8")
    )
    tags = [
        f"{subject} {respect}".strip()
        for subject in vocabulary["subjects"]
        for respect in vocabulary["respects"]
    ]
    step = timedelta(days=DAYS) / max(count, 1)
    for number in range(count):
        yield _article(rng, vocabulary, tuple(rng.sample(tags, 5)), number, FIRST + step * number)


def _article(
    rng: random.Random, vocabulary: Words, tags: tuple[str, ...], number: int, moment: datetime
) -> Article:
    source = f"source-{rng.randrange(SOURCES):02d}"
    site = f"https://{source}.example.org"
    url = f"{site}/articles/{number:06d}"
    published = moment.replace(microsecond=0)
    return Article(
        id=make_article_id(url),
        url=url,
        title=_claim(rng, vocabulary, tags[0]),
        author=rng.choice(vocabulary["authors"]),
        published=published,
        updated=published,
        cover=f"{site}/images/{number:06d}.png" if rng.random() < _COVERED else None,
        excerpt=_facts(rng, vocabulary, 2),
        category=rng.choice(vocabulary["categories"]),
        tags=tags,
        body=_body(rng, vocabulary, tags),
        language="en",
        added=published + timedelta(minutes=rng.randrange(1, 45)),
        source_key=source,
        source_id=url,
        digest=f"{number:032x}",
        excerpt_by="extractive",
        tags_by="matched",
        origin=Origin(
            title=source.replace("-", " ").title(),
            url=f"{site}/feed",
            site=f"{site}/",
            id=f"{site}/feed",
        ),
    )


def _body(rng: random.Random, vocabulary: Words, tags: Sequence[str]) -> str:
    blocks = [
        f"{_claim(rng, vocabulary, tag)}. {_facts(rng, vocabulary, rng.randrange(2, 5))}"
        for tag in tags
    ]
    blocks.insert(2, f"## On {tags[1]}")
    blocks.insert(4, "\n".join(f"- {_facts(rng, vocabulary, 1)}" for _ in range(3)))
    return "\n\n".join(blocks) + "\n"


def _claim(rng: random.Random, vocabulary: Words, tag: str) -> str:
    who = rng.choice(vocabulary["who"])
    what = rng.choice(vocabulary["what"])
    return f"{who} {rng.choice(vocabulary['did'])} {what}".format(
        place=rng.choice(vocabulary["places"]), tag=tag
    )


def _facts(rng: random.Random, vocabulary: Words, count: int) -> str:
    facts = " ".join(rng.sample(vocabulary["facts"], count))
    numbers = {
        "n": rng.randrange(12, 900),
        "m": rng.randrange(3, 12),
        "y": rng.randrange(1995, 2023),
    }
    return facts.format(**numbers, place=rng.choice(vocabulary["places"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The result of the demo."""

    folder: Path
    config: Path
    report: RunReport
    feeds: tuple[FeedRow, ...]
    seconds: float
    build: str = ""  # what a build of the made-up article store cost


@asynccontextmanager
async def trip(
    folder: Path | None, *, articles: int | None, port: int, stop: asyncio.Event, watch: Watch
) -> AsyncIterator[Made]:
    """Start the demo's web, visit it and build into `folder` (empty, or None: temporary). Raise
    UsageError."""
    with own_folder(folder) as place:
        world = World()
        await world.start()
        try:
            yield await _take(world, place, articles, port, stop, watch)
        finally:
            await world.aclose()


@contextmanager
def own_folder(folder: Path | None) -> Iterator[Path]:
    """Yield `folder`, created if missing, or a temporary folder. Raise UsageError if it is not
    empty."""
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="syndicator-demo-") as temporary:
            yield Path(temporary)
        return
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty; the demo wants a folder of its own")
    folder.mkdir(parents=True, exist_ok=True)
    yield folder.resolve()


async def _take(
    world: World, place: Path, articles: int | None, port: int, stop: asyncio.Event, watch: Watch
) -> Made:
    started = time.monotonic()
    config = place / "config"
    write_config(config, world, port=port)
    with locked(load(config)), open_app(config) as app:
        report = await run(app, Wanted(all=True), stop=stop, watch=watch)
        seconds = time.monotonic() - started
        build = await _fill(app, articles) if articles else ""
        feeds = tuple(row for row in app.archive.store.index.feeds() if row.built)
        return Made(
            folder=place, config=config, report=report, feeds=feeds, seconds=seconds, build=build
        )


async def _fill(app: App, count: int) -> str:
    quick = FileArticleStore(Path(app.configuration.settings.articles_at), durable=False)
    filed = [
        (app.archive.article_store.get(stamp.path), stamp)
        for stamp in app.archive.article_store.walk()
    ]
    filed += [quick.put(article)[:2] for article in generate(count, seed=1)]
    app.archive.store.reindex(filed)
    before = time.process_time()
    built = await build_feeds(app, include_all=True)
    whole = time.process_time() - before
    before = time.process_time()
    await build_feeds(app)
    return (
        f"{count} made-up articles: a full build took {whole:.1f} s of CPU and wrote"
        f" {len(built.written)} files; one with nothing new {time.process_time() - before:.2f} s"
    )
