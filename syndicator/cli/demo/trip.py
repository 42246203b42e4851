"""Run the demo: visit its own web and build. Also make up many articles, to measure a build."""

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
from itertools import product
from pathlib import Path

from syndicator.app.container import App, open_app
from syndicator.app.lock import hold_run_lock
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
_SHARE_WITH_COVER = 0.7  # the share of articles with a cover: a choice, as most feeds have one

Words = dict[str, list[str]]


def generate_articles(count: int, *, seed: int = 0) -> Iterator[Article]:
    """Yield `count` made-up articles, the oldest first. They have 150 to 300 words, are spread over
    two years, and have 12 categories, 200 tags and 20 sources. The same `seed` gives the same
    articles."""
    rng = random.Random(seed)
    file = files("syndicator.cli.demo").joinpath("sample_articles.toml")
    vocabulary = tomllib.loads(file.read_text("utf-8"))
    # a tag is a subject and a respect, such as "trains" and "history"; the respect may be empty
    tags = [
        f"{subject} {respect}".strip()
        for subject, respect in product(vocabulary["subjects"], vocabulary["respects"])
    ]
    time_between = timedelta(days=DAYS) / max(count, 1)
    for number in range(count):
        article_tags = tuple(rng.sample(tags, 5))
        moment = FIRST + time_between * number
        yield _make_article(rng, vocabulary, article_tags, number, moment)


def _make_article(
    rng: random.Random, vocabulary: Words, tags: tuple[str, ...], number: int, moment: datetime
) -> Article:
    """Return a made-up article. `rng`: the generator of random numbers. `vocabulary`: words and
    sentences to choose from. `tags`: its tags; its title is about the first one. `number`: a part
    of its address, which makes the address unique. `moment`: when it was published."""
    # `rng` gives its numbers in the order of these calls: another order makes other articles
    source = f"source-{rng.randrange(SOURCES):02d}"
    title = _make_sentence(rng, vocabulary, tags[0])
    author = rng.choice(vocabulary["authors"])
    has_cover = rng.random() < _SHARE_WITH_COVER
    excerpt = _make_facts(rng, vocabulary, 2)
    category = rng.choice(vocabulary["categories"])
    body = _make_body(rng, vocabulary, tags)
    published = moment.replace(microsecond=0)
    added = published + timedelta(minutes=rng.randrange(1, 45))

    site = f"https://{source}.example.org"
    url = f"{site}/articles/{number:06d}"
    cover = f"{site}/images/{number:06d}.png" if has_cover else None
    origin = Origin(
        title=source.replace("-", " ").title(),
        url=f"{site}/feed",
        site=f"{site}/",
        id=f"{site}/feed",
    )
    return Article(
        id=make_article_id(url),
        url=url,
        title=title,
        author=author,
        published=published,
        updated=published,
        cover=cover,
        excerpt=excerpt,
        category=category,
        tags=tags,
        body=body,
        language="en",
        added=added,
        source_key=source,
        source_id=url,
        digest=f"{number:032x}",
        excerpt_by="extractive",
        tags_by="matched",
        origin=origin,
    )


def _make_body(rng: random.Random, vocabulary: Words, tags: Sequence[str]) -> str:
    """Return a made-up text as markdown: a paragraph about each tag, a heading and a list. `rng`:
    the generator of random numbers. `vocabulary`: words and sentences to choose from."""
    blocks = []
    for tag in tags:
        sentence = _make_sentence(rng, vocabulary, tag)
        facts = _make_facts(rng, vocabulary, rng.randrange(2, 5))
        blocks.append(f"{sentence}. {facts}")
    blocks.insert(2, f"## On {tags[1]}")
    list_items = [f"- {_make_facts(rng, vocabulary, 1)}" for _ in range(3)]
    blocks.insert(4, "\n".join(list_items))
    return "\n\n".join(blocks) + "\n"


def _make_sentence(rng: random.Random, vocabulary: Words, tag: str) -> str:
    """Return a made-up sentence about a tag, without a full stop. `rng`: the generator of random
    numbers. `vocabulary`: subjects, verbs, objects and places to choose from."""
    subject = rng.choice(vocabulary["who"])
    grammatical_object = rng.choice(vocabulary["what"])
    verb = rng.choice(vocabulary["did"])
    location = rng.choice(vocabulary["places"])
    # these parts contain the placeholders {place} and {tag}
    return f"{subject} {verb} {grammatical_object}".format(place=location, tag=tag)


def _make_facts(rng: random.Random, vocabulary: Words, count: int) -> str:
    """Return a text of `count` made-up sentences. `rng`: the generator of random numbers.
    `vocabulary`: sentences to choose from, with placeholders for numbers and a place."""
    facts = " ".join(rng.sample(vocabulary["facts"], count))
    small_number = rng.randrange(12, 900)
    months = rng.randrange(3, 12)
    year = rng.randrange(1995, 2023)
    location = rng.choice(vocabulary["places"])
    return facts.format(n=small_number, m=months, y=year, place=location)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResult:
    """The result of the demo. `seconds`: how long the visits took. `build`: a line about the time
    that a build with made-up articles took; "" if no articles were made up."""

    folder: Path
    config: Path
    report: RunReport
    feeds: tuple[FeedRow, ...]
    seconds: float
    build: str = ""  # what a build of the made-up article store cost


@asynccontextmanager
async def run_demo(
    folder: Path | None, *, articles: int | None, port: int, stop: asyncio.Event, watch: Watch
) -> AsyncIterator[DemoResult]:
    """Start the web servers of the demo, visit their sites, and build feeds in `folder`. Yield the
    result; the servers run until the block ends.

    `folder`: a folder that is empty or does not exist; any other raises UsageError. None stands for
    a temporary folder. `articles`: the number of articles to make up, to measure a build; None for
    none. `port`: the port on which the caller will serve the feeds. `stop`: ends the visits early
    when it is set. `watch`: is told of each step of the visits."""
    with open_empty_folder(folder) as demo_folder:
        world = World()
        await world.start()
        try:
            yield await _run_in_folder(world, demo_folder, articles, port, stop, watch)
        finally:
            await world.aclose()


@contextmanager
def open_empty_folder(folder: Path | None) -> Iterator[Path]:
    """Yield `folder`, after making it if it does not exist. If `folder` is None, yield a temporary
    folder, which is deleted after the block. Raises UsageError if the folder is not empty."""
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="syndicator-demo-") as temporary:
            yield Path(temporary)
        return
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty; the demo wants a folder of its own")
    folder.mkdir(parents=True, exist_ok=True)
    yield folder.resolve()


async def _run_in_folder(
    world: World, folder: Path, articles: int | None, port: int, stop: asyncio.Event, watch: Watch
) -> DemoResult:
    """Write a configuration into `folder` whose sources are the sites of `world`. Visit them, build
    feeds, and return the result.

    `world`: the demo's sites, whose servers run. `articles`: the number of articles to make up, to
    measure a build; None for none. `port`: the port on which the feeds will be served. `stop`: ends
    the visits early when it is set. `watch`: is told of each step of the visits."""
    started = time.monotonic()
    config = folder / "config"
    write_config(config, world, port=port)
    with hold_run_lock(load(config)), open_app(config) as app:
        report = await run(app, Wanted(all=True), stop=stop, watch=watch)
        seconds = time.monotonic() - started
        build_cost = await _measure_build(app, articles) if articles else ""
        built_feeds = [row for row in app.archive.store.index.feeds() if row.built]
        return DemoResult(
            folder=folder,
            config=config,
            report=report,
            feeds=tuple(built_feeds),
            seconds=seconds,
            build=build_cost,
        )


async def _measure_build(app: App, count: int) -> str:
    """Add `count` made-up articles, build all feeds, and build once more with nothing new. Return a
    line with the CPU time of both builds."""
    # a store that does not wait for the disk after each file
    quick_store = FileArticleStore(Path(app.configuration.settings.articles_at), durable=False)
    filed = []  # each article, with the stamp of its file: path and time of change
    for stamp in app.archive.article_store.walk():
        filed.append((app.archive.article_store.get(stamp.path), stamp))
    for article in generate_articles(count, seed=1):
        filed.append(quick_store.put(article)[:2])
    app.archive.store.reindex(filed)  # enter all of them into the database

    started = time.process_time()
    full_build = await build_feeds(app, include_all=True)
    full_seconds = time.process_time() - started

    started = time.process_time()
    await build_feeds(app)
    idle_seconds = time.process_time() - started
    return (
        f"{count} made-up articles: a full build took {full_seconds:.1f} s of CPU and wrote"
        f" {len(full_build.written)} files; one with nothing new {idle_seconds:.2f} s"
    )
