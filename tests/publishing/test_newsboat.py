"""Newsboat polls our server for a month: it shows each new story once."""

from __future__ import annotations

import asyncio
import random
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from syndicator.app.container import App
from syndicator.articles.fields import feeds_of
from syndicator.core.model import Article, FeedKey
from syndicator.core.ports import ArticleRecord
from syndicator.publishing.output.redirects import resolve_moves
from syndicator.publishing.paths import parse_stem
from syndicator.publishing.server.files import make_app
from syndicator.publishing.server.server import serve
from syndicator.runs.build import build_feeds
from syndicator.upkeep import editorial
from syndicator.upkeep.tags import rename as rename_tags
from tests.instances import NOW, Instance, store_articles
from tests.publishing import newsboat
from tests.publishing.newsboat import Newsboat

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

TAXONOMY = """\
[[category]]
name = "AI"
description = "Artificial intelligence: language models, machine learning, chatbots"

[[tag]]
name = "LLM"

[[tag]]
name = "GPU"

[[tag]]
name = "Robots"

[[tag]]
name = "Chips"
"""
FEEDS = (
    "all.atom",
    "all.rss",
    "tags/llm.atom",
    "tags/llm.rss",
    "tags/gpu.atom",
    "tags/chips.rss",
    "categories/ai.atom",
    "sources/one.rss",
    "queries/robots.atom",
)
# the days on which LLM becomes "Language models" and GPU is merged into Chips
RENAMED = 9
MERGED = 17
GAP = 3  # days at most between two polls: the 72 hours that a feed holds at least


@contextmanager
def serve_public(public: Path) -> Iterator[str]:
    """Our own server on a free port; its address."""
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    up = threading.Event()
    where: list[str] = []

    def listening(address: str) -> None:
        where.append(address)
        up.set()

    def work() -> None:
        loop.run_until_complete(
            serve(make_app(public), "127.0.0.1", 0, stop=stop, listening=listening)
        )

    thread = threading.Thread(target=work, name="server")
    thread.start()
    try:
        assert up.wait(10)
        yield where[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


class Month:
    """A month of an article store, a reader that polls its feed, and the list of entries that the
    reader must have been shown."""

    def __init__(self, folder: Path, address: str, seed: int, *, hours: int = 24 * GAP) -> None:
        settings = (
            f'[site]\nurl = "{address}"\n[publish]\ntag_min = 1\nlimit = 5\nwindow_hours ='
            f" {hours}\n"
        )
        self.instance = Instance(folder, taxonomy=TAXONOMY, settings=settings)
        queries = (
            "[[feed]]\nslug = 'robots'\nquery = 'tag:Robots or category:AI and not source:two'\n"
            f'window = "{hours}h"\n'  # without archives a head has none but its own
        )
        (self.instance.config / "feeds.toml").write_text(queries)
        self.chance = random.Random(seed)
        self.readers = {feed: Newsboat(folder / "readers" / feed, address + feed) for feed in FEEDS}
        self.due: dict[str, set[int]] = {feed: set() for feed in FEEDS}
        self.count = self.polled = 0
        self.fresh: dict[int, str] = {}  # story -> article id, since the last poll

    def live_days(
        self, days: int, spoil: Callable[[Instance, int], None] = lambda instance, day: None
    ) -> list[str]:
        """Return the errors of a number of days."""
        for day in range(days):
            self.instance.now = NOW + timedelta(days=day, hours=11)
            spoil(self.instance, day)
            with self.instance.open_app() as app:
                self.live_day(app, day)
                report = asyncio.run(build_feeds(app))
                assert report.held == ()
                assert report.set_aside == ()
                if day in (0, days - 1) or day - self.polled == GAP or self.chance.random() < 0.4:
                    self.polled = day
                    self.list_expected_stories(app)
                    for reader in self.readers.values():
                        reader.poll()
        return self.complaints()

    def live_day(self, app: App, day: int) -> None:
        for _ in range(8 if day == 0 else self.chance.choice((0, 1, 4, 30))):
            self.publish_story(app, day)
        if day == RENAMED:
            rename_tags.write_rename(
                app.archive,
                app.configuration,
                rename_tags.plan_rename(
                    app.archive, app.configuration, "rename", "LLM", "Language models"
                ),
            )
        if day == MERGED:
            rename_tags.write_rename(
                app.archive,
                app.configuration,
                rename_tags.plan_rename(app.archive, app.configuration, "merge", "GPU", "Chips"),
            )
        for kind in self.chance.sample(
            (
                self.correct,
                self.correct,
                self.move,
                self.retag,
                self.withdraw_article,
                self.copy_story,
            ),
            3,
        ):
            kind(app)

    def publish_story(self, app: App, day: int, **fields: object) -> Article:
        self.count += 1
        when = NOW + timedelta(days=day, minutes=self.chance.randrange(600))
        llm = "LLM" if day <= RENAMED else "Language models"
        gpu = "GPU" if day <= MERGED else "Chips"
        tags = self.chance.sample([llm, gpu, "Robots", "Chips"], 2)
        given = {
            "tags": tuple(dict.fromkeys(tags)),
            "category": self.chance.choice(("AI", "")),
            "added": when,
        }
        source = self.chance.choice(("one", "two"))
        article = store_articles(
            app,
            f"Story {self.count} as told",
            "Of it.",
            source=source,
            **{**given, "published": when, **fields},
        )
        self.fresh[self.count] = article.id
        return article

    def correct(self, app: App) -> None:
        article = self.choose_article(app)
        self.write_article(
            app,
            article,
            replace(
                article, title=f"{article.title}, corrected", body=article.body + "\n\nMore of it."
            ),
        )

    def move(self, app: App) -> None:
        article = self.choose_article(app)
        self.write_article(
            app,
            article,
            replace(article, url=article.url + "/moved", aliases=(*article.aliases, article.url)),
        )

    def retag(self, app: App) -> None:
        article = self.choose_article(app)
        self.write_article(app, article, replace(article, tags=("Robots",), category="AI"))

    def withdraw_article(self, app: App) -> None:
        editorial.withdraw(app.archive, app.configuration, self.choose_article(app).id)

    def copy_story(self, app: App) -> None:
        """Another source carries a story: one entry for both, or, where an operator splits them,
        one each."""
        article = self.choose_article(app)
        result = self.publish_story(app, (self.instance.now - NOW).days, merged_into=article.id)
        self.write_article(app, article, replace(article, also=(result.url,)))
        if self.chance.random() < 0.5:
            editorial.split(app.archive, result.id)

    def choose_article(self, app: App) -> Article:
        """A random article that stands for itself."""
        merged = app.archive.store.index.merged()
        path = app.archive.store.index.path(
            self.chance.choice(sorted(set(app.archive.store.visits.stamps()) - set(merged)))
        )
        return app.archive.article_store.get(path or "")

    def write_article(self, app: App, before: Article, after: Article) -> None:
        after = replace(after, revisions=(*before.revisions, app.archive.clock().isoformat()))
        stored, stamp, changed = app.archive.article_store.put(
            after, app.archive.store.index.path(before.id)
        )
        assert changed
        app.archive.store.visits.record(ArticleRecord(article=stored, stamp=stamp))

    def list_expected_stories(self, app: App) -> None:
        """The stories since the last poll that are still there, in the feeds that carry them
        now."""
        now_at = resolve_moves(app.archive.store.index.feeds())
        alive = app.archive.store.index.articles(list(self.fresh.values()))
        for feed in FEEDS:
            key = parse_stem(feed.rpartition(".")[0])
            assert key is not None
            key = now_at.get(key, key)
            self.due[feed] |= {
                story
                for story, article_id in self.fresh.items()
                if article_id in alive and belongs_in_feed(key, alive[article_id])
            }
        self.fresh = {}

    def complaints(self) -> list[str]:
        results = []
        for feed in FEEDS:
            shown = self.readers[feed].shown
            results += [
                f"{feed}: story {story} was shown twice"
                for story, times in Counter(shown).items()
                if times > 1
            ]
            results += [
                f"{feed}: story {story} was missed" for story in sorted(self.due[feed] - set(shown))
            ]
        return results


def belongs_in_feed(key: FeedKey, article: Article) -> bool:
    """Return True if an article belongs in a feed; the saved query is matched by code of this
    test."""
    if key.axis == "query":
        standing = FeedKey("all", "all") in feeds_of(article)
        return standing and (
            "Robots" in article.tags or (article.category == "AI" and article.source_key != "two")
        )
    return key in feeds_of(article)


@pytest.fixture
def make_month(tmp_path: Path) -> Iterator[Callable[..., Month]]:
    newsboat.need_newsboat()
    with serve_public(tmp_path / "feeds/public") as address:
        yield lambda seed, **more: Month(tmp_path, address, seed, **more)


@pytest.mark.parametrize("seed", range(2))
def test_a_month_shows_every_story_once(make_month: Callable[..., Month], seed: int) -> None:
    """Newsboat, polling for 30 days while tags are renamed and merged, shows every story exactly
    once. The last checks ensure that enough was published to tell."""
    month = make_month(seed)

    # `live_days` returns the stories that were missed or shown twice
    assert month.live_days(30) == []

    # each feed had more than 25 stories, and its reader was shown far more than it holds now
    for feed in FEEDS:
        shown = month.readers[feed].shown
        assert len(month.due[feed]) > 25, f"{feed} saw too little to tell"
        assert len(shown) > max(
            30, 2 * (month.instance.folder / "feeds/public" / feed).read_text().count("<title")
        )


def test_ids_that_change_are_noticed(make_month: Callable[..., Month]) -> None:
    """This simulation does notice errors: if the instance gets another id on day 5, entry ids
    change and stories are shown twice."""

    def change_instance_id_on_day_5(instance: Instance, day: int) -> None:
        if day == 5:
            (instance.folder / "feeds/articles/instance.toml").write_text(
                'id = "00000000-0000-4000-8000-000000000000"\n'
            )
            shutil.rmtree(instance.folder / "feeds/public")  # else validation keeps the live feeds

    complaints = make_month(0).live_days(8, spoil=change_instance_id_on_day_5)

    assert any("twice" in complaint for complaint in complaints)


def test_a_window_that_is_too_short_is_noticed(make_month: Callable[..., Month]) -> None:
    """This simulation does notice errors: if feeds hold no hours beyond their limit, stories
    between two polls are missed."""
    complaints = make_month(0, hours=0).live_days(8)

    assert any("missed" in complaint for complaint in complaints)
