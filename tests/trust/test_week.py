"""Four feed readers over a week of changing stories show every entry once.
Joins, an edit, a split, a lead that is withdrawn and comes back, in each mode of `stories`."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import feedparser
import pytest

from syndicator.core.model import is_of_story
from syndicator.runs.build import build_feeds
from tests.aged.web import serve_web as web_serving
from tests.publishing import freshrss, miniflux, newsboat, reader
from tests.publishing.freshrss import FreshRSS
from tests.publishing.miniflux import Miniflux
from tests.publishing.newsboat import Newsboat
from tests.publishing.reader import Reader
from tests.publishing.test_newsboat import serve_public
from tests.stories.hard_pairs import CASES
from tests.stories.test_stories import run_operation
from tests.trust.case import Case, Day
from tests.trust.life import Life
from tests.trust.test_readers import Reader as Subscriber
from tests.trust.test_stories import make_day

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

FEEDS = ("all.atom", "all.rss", "stories.atom", "stories.rss", "sources/times.atom")
STRIKE = CASES[0]
QUAKE = CASES[4]
BANK, POST, TIMES, HERALD, GAZETTE = (
    f"http://{name}.example/a" for name in ("bank", "post", "times", "herald", "gazette")
)
EDITED = "Corrected: crew walk out"
WEEK: tuple[tuple[Day, str, dict[str, Any]], ...] = (
    (make_day({BANK: STRIKE["report"], TIMES: QUAKE["report"]}), "", {}),
    (make_day({POST: STRIKE["same"]}, after=0.4), "", {}),
    (make_day({HERALD: QUAKE["same"], GAZETTE: QUAKE["other"]}, after=0.4), "", {}),
    (make_day({BANK: STRIKE["report"] | {"title": EDITED}}, after=0.2), "", {}),
    (Day(), "join", {"ids": (TIMES, GAZETTE)}),
    (Day(), "split", {"id": POST}),
    (Day(), "withdraw", {"id": TIMES}),
    (Day(), "restore", {"id": TIMES}),
    (Day(), "", {}),
)
Subscribe = Callable[[str], Subscriber]


@contextmanager
def make_newsboats(folder: Path, address: str) -> Iterator[Subscribe]:
    newsboat.need_newsboat()
    yield lambda feed: Newsboat(folder / feed, address + feed)


@contextmanager
def make_minifluxes(folder: Path, address: str) -> Iterator[Subscribe]:
    with miniflux.run_miniflux(folder) as client:
        yield lambda feed: Miniflux(client, address + feed)


@contextmanager
def make_freshrsses(folder: Path, address: str) -> Iterator[Subscribe]:
    freshrss.need_freshrss()
    yield lambda feed: FreshRSS(folder / feed, address + feed)


@contextmanager
def make_readers(folder: Path, address: str) -> Iterator[Subscribe]:
    reader.need_reader()
    yield lambda feed: Reader(folder / feed, address + feed)


class Feed:
    """A feed and its subscriber. By id of an entry, `titles`: the title that it was published with
    first; `latest`: its last title; `published`, `updated`: all values that it had."""

    def __init__(self, subscriber: Subscriber) -> None:
        self.subscriber = subscriber
        self.titles: dict[str, str] = {}
        self.latest: dict[str, str] = {}
        self.published: dict[str, set[str]] = defaultdict(set)
        self.updated: dict[str, set[str]] = defaultdict(set)

    def poll_data(self, data: bytes) -> None:
        """Poll the feed, which is published as `data`."""
        self.subscriber.poll()
        for entry in feedparser.parse(data).entries:
            self.titles.setdefault(entry.id, entry.title)
            self.latest[entry.id] = entry.title
            self.published[entry.id].add(entry.published)
            self.updated[entry.id].add(dict.get(entry, "updated", ""))


def live_week(folder: Path, how: str, subscribing: Any) -> dict[str, Feed]:
    """Live the week with `[publish] stories = how`; poll every feed after each of its steps. Return
    the feeds."""
    keys = sorted(feed[7:].partition(".")[0] for step, *_ in WEEK[:3] for feed in step.feeds)
    sources = tuple({"key": key, "url": f"http://{key}.example/feed"} for key in keys)
    days = tuple(step for step, *_ in WEEK)
    case = Case(
        row="once", name="", file="", sources=sources, days=days, settings=f'stories = "{how}"\n'
    )
    feeds: dict[str, Feed] = {}
    with (
        web_serving() as web,
        serve_public(folder / "feeds/public") as address,
        subscribing(folder / "readers", address) as subscribe,
    ):
        life = Life(folder, web, case, address)
        for number, (_, operation, values) in enumerate(WEEK):
            life.begin_day(number)
            if operation and (how != "off" or operation not in ("join", "split")):
                with life.open_app() as app:
                    run_operation(app, operation, **values)
                    asyncio.run(build_feeds(app))
            for name in FEEDS:
                if (path := life.feeds / "public" / name).exists():
                    if name not in feeds:
                        feeds[name] = Feed(subscribe(name))
                    feeds[name].poll_data(path.read_bytes())
    return feeds


@pytest.mark.parametrize("stories_setting", ["off", "link"])
@pytest.mark.parametrize(
    "subscribe", [make_newsboats, make_minifluxes, make_freshrsses, make_readers]
)
def test_a_week_of_stories_shows_every_entry_once(
    subscribe: Any, stories_setting: str, tmp_path: Path
) -> None:
    """A feed reader that polls for a week shows every entry once; an entry changes only if its
    article was edited, one of a story at most twice a day."""
    feeds = live_week(tmp_path, stories_setting, subscribe)

    assert len(feeds) == (3 if stories_setting == "off" else 5)

    for name, feed in feeds.items():
        assert Counter(feed.subscriber.titles) == Counter(feed.titles.values()), name
        assert all(len(moments) == 1 for moments in feed.published.values()), feed.published
    everything = feeds["all.atom"]

    assert EDITED in everything.latest.values()
    assert Counter(map(is_of_story, everything.titles)) == Counter({False: 5})

    for (
        article_id,
        moments,
    ) in everything.updated.items():  # only an edit of the article itself changes it
        assert len(moments) == 1 + (everything.latest[article_id] == EDITED), moments
    if stories_setting == "link":
        for article_id, moments in feeds["stories.atom"].updated.items():
            assert is_of_story(article_id)
            assert max(Counter(moment[:10] for moment in moments).values()) <= 2, moments
