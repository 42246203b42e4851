"""The aged instances: how each lived, and what the tests do with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from tests.aged.second_plot import SECOND as SECOND_PLOT
from tests.aged.sites import make_site_answers
from tests.aged.stories import FIRST as FIRST_PLOT
from tests.aged.stories import Place, Plot, Story
from tests.aged.web import Answer

HERE = Path(__file__).resolve().parent
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Life:
    """An instance and its sources. `folder`: where its files are. A day after the last run the
    sites announce `new` stories, and `again` some whose address is withdrawn, pruned or known; the
    page `healed` answers at last."""

    name: str
    plot: Plot
    new: tuple[Story, ...]
    again: tuple[Story, ...]
    healed: Place
    read: tuple[str, ...]  # feeds that feed readers read
    tag: str  # a tag that was renamed twice
    asked: frozenset[str]  # addresses of feeds that a run asks for
    unasked: frozenset[str]  # addresses of feeds that moved, closed, or are not followed any more
    checked: tuple[tuple[str, str], ...]  # what `check` finds, and the reason
    settings: Mapping[str, str] = field(default_factory=dict)  # in the environment of every command
    # differences once the database is lost: months in parts are published whole
    recut: tuple[str, ...] = ()
    on_server: bool = False  # its database is on PostgreSQL
    # published files whose bytes this version writes differently on purpose
    rewritten: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        return HERE / self.name

    @property
    def added(self) -> tuple[str, ...]:
        """The addresses of the articles that a run adds then."""
        return (*(story.url for story in self.new), self.plot.url_of(*self.healed))

    def later_answers(self) -> dict[str, Answer]:
        """What the sites answer then."""
        return make_site_answers(
            self.plot.end + DAY, (*self.new, *self.again), healed=True, plot=self.plot
        )


def _addressed(story: Story, url: str) -> Story:
    return replace(story, url=url, link=url, canonical=url)


def _announced(plot: Plot, key: str, index: int, url: str) -> Story:
    """The address of another story, announced by a site under a new id."""
    return replace(plot.extra(key, index, plot.end + DAY), url=url, link=url)


def _renumbered(plot: Plot, place: Place) -> Story:
    """A story that is known, under another id."""
    known = next(story for story in plot.stories(plot.end) if story.place == place)
    return replace(known, guid="again", published=plot.end + DAY)


def _late(plot: Plot, hours: int) -> datetime:
    return plot.end + DAY - timedelta(hours=hours)


FIRST = Life(
    name="first",
    plot=FIRST_PLOT,
    new=(
        FIRST_PLOT.extra("harbour", 1, _late(FIRST_PLOT, 3)),
        FIRST_PLOT.extra("wave", 2, _late(FIRST_PLOT, 2)),
    ),
    again=(
        _announced(FIRST_PLOT, "harbour", 3, FIRST_PLOT.url_of("lantern", 6)),  # withdrawn
        _renumbered(FIRST_PLOT, ("harbour", 6)),
    ),
    healed=("mill", 14),
    read=(
        "all.atom",
        "all.rss",
        "tags/rope.rss",  # renamed twice
        "tags/glaze.atom",  # merged
        "tags/radio.atom",
        "categories/sea.rss",
        "sources/pier.atom",  # a source that was removed
        "sources/wave.rss",  # a podcast
        "queries/rope-at-sea.atom",
    ),
    tag="Cordage",
    asked=frozenset(
        {"http://harbour.example/feed", "http://mill.example/news", "http://lantern.example/news"}
    ),
    unasked=frozenset(f"http://{key}.example/feed" for key in ("mill", "lantern", "rook", "pier")),
    checked=(("source/quay", "held"), ("sources.toml:12", "source-rights")),
    settings={"PUBLISH__EXTENSIONS": '["tombstones"]'},  # which every feed once had
    rewritten=(
        *(
            "*.atom",
            "*.rss",
            "[!m]*.json",
            "*.html",
            "*.opml",
            "site*",
            "combine*.js",
            "front.js",
            "search*",
        ),
        *("icon.png", "robots.txt", "q/*"),
        "maps/*",  # say of the pages of withdrawn articles that they are gone
    ),
)
SECOND = Life(
    name="second",
    plot=SECOND_PLOT,
    new=(
        SECOND_PLOT.extra("ferry", 1, _late(SECOND_PLOT, 5)),
        SECOND_PLOT.extra("hafen", 2, _late(SECOND_PLOT, 4)),
        _addressed(
            SECOND_PLOT.extra("almanac", 3, _late(SECOND_PLOT, 3)), SECOND_PLOT.url_of("almanac", 7)
        ),  # of a list that was learnt
        SECOND_PLOT.extra("gazette", 4, _late(SECOND_PLOT, 2)),  # of a feed that the site links
        SECOND_PLOT.extra("wave", 5, _late(SECOND_PLOT, 2)),
    ),
    again=(
        _announced(SECOND_PLOT, "ferry", 6, SECOND_PLOT.url_of("lamp", 4)),  # withdrawn
        _announced(SECOND_PLOT, "ferry", 7, SECOND_PLOT.url_of("ferry", 4)),  # pruned
        _renumbered(SECOND_PLOT, ("ferry", 5)),
    ),
    healed=("loft", 7),
    read=(
        "all.atom",
        "tags/rope.rss",  # renamed twice
        "tags/bridges.atom",  # renamed on the console
        "sources/digest.rss",  # what others publish
    ),
    tag="cordage",
    asked=frozenset(
        {"http://ferry.example/feed", "http://loft.example/news", "http://almanac.example/"}
    ),
    recut=("feed archive/*", "feed *: links was *"),
    checked=(
        ("parish", "speaks-for"),
        ("source/quay", "held"),
        ("sources.toml:53", "unknown-name"),
        ("sources.toml:11", "source-rights"),
        ("sources.toml:63", "source-rights"),
    ),
    rewritten=(
        *("*.atom", "*.rss", "[!m]*.json", "*.html", "site*", "front.js", "icon.png", "robots.txt"),
        *("combine*", "search*", "q/*"),  # texts that are searched, feeds of questions
    ),
    unasked=frozenset(
        {
            *(f"http://{key}.example/feed" for key in ("loft", "lamp", "rook", "pier")),
            "http://press.example/wire",
        }
    ),
)
ON_SERVER = replace(SECOND, on_server=True)
