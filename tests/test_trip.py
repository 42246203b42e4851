"""Run the whole service over our own small web, from sources to feeds."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicator.app.container import open_app
from syndicator.articles.frontmatter import load
from syndicator.cli.demo.world import write_config
from syndicator.core.errors import NetworkDown, StoreError
from syndicator.core.model import Article
from syndicator.runs.build import build_feeds
from syndicator.runs.refresh import RunReport, Wanted, Watch, run
from syndicator.upkeep import editorial, reindex
from tests.world import World, patient_config

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("kept_workers")]
START = datetime(2026, 1, 10, 12, tzinfo=UTC)


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


class Instance:
    """A world, a folder and a clock."""

    def __init__(self, folder: Path, world: World) -> None:
        self.folder = folder
        self.world = world
        self.clock = Clock()
        self.config = folder / "config"

    async def run_refresh(self, *keys: str, all: bool = True) -> RunReport:
        with open_app(self.config, clock=self.clock, jitter=lambda: 0.5, environ={}) as app:
            return await run(
                app, Wanted(keys=keys, all=all and not keys), stop=asyncio.Event(), watch=Watch()
            )

    async def build(self) -> None:
        with open_app(self.config, clock=self.clock, environ={}) as app:
            await build_feeds(app, include_all=True)

    def load_articles(self) -> dict[str, Article]:
        files = (self.folder / "feeds/articles").rglob("*.md")
        return {
            article.title: article
            for article in (load(path.read_bytes(), str(path)) for path in files)
        }

    def bytes_of(self, part: str) -> dict[str, str]:
        root = self.folder / "feeds" / part
        return {
            str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(root.rglob("*"))
            if path.is_file()
        }


@pytest.fixture
async def instance(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Instance]:
    """Without the slow site, whose deadline each run would wait for, unless a test asks for the
    `whole` world."""
    whole_closest_marker = request.node.get_closest_marker("whole")
    world = World(without=() if whole_closest_marker else {"slow"})
    await world.start()
    made = Instance(tmp_path, world)
    (write_config if whole_closest_marker else patient_config)(made.config, world)
    yield made
    await world.aclose()


@pytest.mark.whole
async def test_sources_become_articles_and_feeds_and_failures_are_named(instance: Instance) -> None:
    """One run over the whole world files each article, publishes feeds and names broken sources."""
    report = await instance.run_refresh()
    reasons = {outcome.key: outcome.reason for outcome in report.outcomes if outcome.reason}

    assert reasons == {
        "gone": "gone",
        "busy": "rate-limited",
        "slow": "timeout",
        "broken": "not-a-feed-broken-xml",
    }

    titles = instance.load_articles()
    expected_titles = {
        truth.title for truth in instance.world.list_truths().values() if truth.is_article
    }

    assert expected_titles - titles.keys() == set()

    public = instance.folder / "feeds/public"
    for name in (
        "all.atom",
        "all.rss",
        "all.json",
        "all.html",
        "index.html",
        "feeds.opml",
        "tags/ai.atom",
        "categories/ai.rss",
    ):
        assert (public / name).stat().st_size > 0, name

    # two sites carry one story
    assert len(json.loads((public / "all.json").read_text())["items"]) == len(titles) - 1


@pytest.mark.slow
async def test_nothing_new_changes_no_byte(instance: Instance) -> None:
    """A second run two hours later, with nothing new on the web, changes no article and no
    published file."""
    await instance.run_refresh()
    before = instance.bytes_of("articles"), instance.bytes_of("public")
    instance.clock.now += timedelta(hours=2)
    report = await instance.run_refresh()

    assert (instance.bytes_of("articles"), instance.bytes_of("public")) == before
    assert sum(len(outcome.added) + len(outcome.changed) for outcome in report.outcomes) == 0


@pytest.mark.slow
async def test_the_database_can_be_lost(instance: Instance) -> None:
    """Without the database the program asks for `reindex`, which restores everything; the next run
    adds nothing."""
    await instance.run_refresh()
    before = instance.bytes_of("articles"), instance.bytes_of("public")
    shutil.rmtree(instance.folder / "feeds/state")

    with (
        pytest.raises(StoreError, match="reindex"),
        open_app(instance.config, clock=instance.clock, environ={}),
    ):
        pass

    with open_app(instance.config, clock=instance.clock, environ={}, create=True) as app:
        assert reindex.reindex(app.archive, app.configuration).articles == len(
            instance.load_articles()
        )
    instance.clock.now += timedelta(hours=2)
    report = await instance.run_refresh()

    assert sum(len(outcome.added) for outcome in report.outcomes) == 0
    assert (instance.bytes_of("articles"), instance.bytes_of("public")) == before


@pytest.mark.slow
async def test_public_can_be_deleted_and_comes_back_byte_for_byte(instance: Instance) -> None:
    """A deleted public folder is rebuilt byte for byte."""
    await instance.run_refresh()
    before = instance.bytes_of("public")
    shutil.rmtree(instance.folder / "feeds/public")
    await instance.build()

    assert instance.bytes_of("public") == before


async def test_a_title_edited_by_hand_stays_and_is_published(instance: Instance) -> None:
    """A title edited by hand is published and survives a later correction on the web."""
    await instance.run_refresh("holt")
    path = next(
        p for p in (instance.folder / "feeds/articles").rglob("*.md") if "rust-port" in p.name
    )
    path.write_text(
        path.read_text().replace("title: A Rust port nobody asked for", "title: A better title")
    )
    instance.clock.now += timedelta(days=1, hours=1)
    instance.world.change_story(
        key_of(instance.world, "A Rust port"), title="A Rust port, corrected"
    )
    await instance.run_refresh("holt")

    assert "A better title" in instance.load_articles()
    assert "A better title" in (instance.folder / "feeds/public/all.atom").read_text()


async def test_a_correction_moves_updated_and_nothing_else(instance: Instance) -> None:
    """A corrected article keeps its id and dates, and gets a later `updated` and a revision."""
    await instance.run_refresh("holt")
    key = key_of(instance.world, "A Rust port")
    before = next(
        article
        for title, article in instance.load_articles().items()
        if title.startswith("A Rust port")
    )
    instance.clock.now += timedelta(days=1, hours=1)
    instance.world.change_story(key, title="A Rust port, corrected")
    report = await instance.run_refresh("holt")

    assert report.outcomes[0].changed == (before.id,)

    after = instance.load_articles()["A Rust port, corrected"]

    assert after.id == before.id
    assert after.published == before.published
    assert after.added == before.added
    assert after.updated is not None
    assert before.updated is not None
    assert after.updated > before.updated
    assert len(after.revisions) == 1


# Each of them without a worker process in tests/faults; here one for all, and all of them with
# --all.
@pytest.mark.parametrize(
    "mischief",
    [
        lambda world: world.renumber_entries("parallel"),
        pytest.param(lambda world: world.shrink_feed("parallel", 1), marks=pytest.mark.slow),
        pytest.param(lambda world: world.break_feed("parallel"), marks=pytest.mark.slow),
        pytest.param(lambda world: world.html_feed("parallel"), marks=pytest.mark.slow),
        pytest.param(lambda world: world.fail_site("parallel", 503), marks=pytest.mark.slow),
        pytest.param(lambda world: world.fail_site("parallel", 410), marks=pytest.mark.slow),
    ],
    ids=["guids-all-changed", "shrunk-to-one", "cut", "suddenly-html", "unavailable", "gone"],
)
async def test_a_feed_that_misbehaves_costs_no_article_and_adds_none(
    instance: Instance, mischief: Callable[[World], None]
) -> None:
    """A misbehaving feed adds no article and changes no file."""
    await instance.run_refresh("parallel")
    before = instance.bytes_of("articles"), instance.bytes_of("public")
    mischief(instance.world)
    instance.clock.now += timedelta(hours=2)
    report = await instance.run_refresh("parallel")

    assert report.outcomes[0].added == ()
    assert (instance.bytes_of("articles"), instance.bytes_of("public")) == before


@pytest.mark.slow  # without a worker process in tests/faults
async def test_an_entry_from_the_future_never_pins_the_top(instance: Instance) -> None:
    """An entry dated in the future gets no date later than now."""
    instance.world.future_date(key_of(instance.world, "A Rust port"))
    await instance.run_refresh("holt")
    dates = [article.published for article in instance.load_articles().values()]

    assert all(date is None or date <= instance.clock.now for date in dates)


async def test_without_a_network_nothing_is_held_against_anybody(instance: Instance) -> None:
    """If the network is down, the run fails and no source counts a failure."""
    await instance.run_refresh("holt")
    await instance.world.aclose()
    instance.clock.now += timedelta(hours=2)

    with pytest.raises(NetworkDown, match="demo"):
        await instance.run_refresh()

    with open_app(instance.config, clock=instance.clock, environ={}) as app:
        assert all(
            state.backoff.failures == 0 for state in app.archive.store.visits.states().values()
        )


@pytest.mark.slow
async def test_a_withdrawn_article_never_comes_back(instance: Instance) -> None:
    """A withdrawn article does not return, even if its entry gets a new id, and no feed contains
    its excerpt."""
    await instance.run_refresh("holt")
    gone = next(
        article
        for title, article in instance.load_articles().items()
        if title.startswith("A Rust port")
    )
    with open_app(instance.config, clock=instance.clock, environ={}) as app:
        editorial.withdraw(app.archive, app.configuration, gone.url)
        await build_feeds(app)
    instance.clock.now += timedelta(days=1, hours=1)
    instance.world.renumber_entries("holt")
    await instance.run_refresh("holt")

    assert gone.title not in instance.load_articles()

    for name in ("all.atom", "all.rss", "all.json", "all.html", "sources/holt.atom"):
        assert gone.excerpt[:60] not in (instance.folder / "feeds/public" / name).read_text(), name


def key_of(world: World, title: str) -> str:
    return next(story.key for story in world.stories if story.title.startswith(title))
