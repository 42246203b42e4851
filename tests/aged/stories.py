"""What made-up sites publish, moment by moment: a plot is data, and what it says at a moment
follows from it. The plot of the first instance is here, that of the second in second_plot.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.aged.prose import make_paragraphs, make_title

AFTER = timedelta(days=2)  # from a story's publication to its revision
NEVER = 9999
Place = tuple[str, int]  # the key of a site, and which of its stories


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    key: str
    title: str
    # rss, atom, json; page: a single page; list: a front page that lists stories; none: nobody
    # follows it
    feed: str
    tags: tuple[str, ...] = ()
    days: tuple[int, ...] = ()  # on which it tells a story, counted from the plot's start
    moved: int = NEVER  # the day from which its feed answers 301
    gone: int = NEVER  # the day from which it answers 410
    language: str = "en"
    audio: bool = False  # a podcast
    at: str = ""  # the address of its feed, if that is on another site
    linked: bool = False  # its pages link its feed
    relays: tuple[Place, ...] = ()  # stories of other sites that its feed announces as well
    relaid: int = NEVER  # the day from which its list has another layout

    @property
    def base(self) -> str:
        return f"http://{self.key}.example"

    def feed_url(self, day: int = 0) -> str:
        if self.feed == "list":
            return f"{self.base}/"
        return self.at or f"{self.base}/{'news' if day >= self.moved else 'feed'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One story as it is told at a moment. `link`: what the feed says; `url`: where the page is."""

    number: int
    site: Site
    place: Place
    title: str
    published: datetime
    updated: datetime | None
    text: tuple[str, ...]
    tags: tuple[str, ...]
    guid: str
    url: str
    link: str
    canonical: str
    picture: str = ""

    @property
    def author(self) -> str:
        return ("Ada Brandt", "Elin Sund", "Farid Rahimi", "Hugo Lacroix")[self.number % 4]

    @property
    def audio(self) -> str:
        return f"{self.site.base}/audio/{self.number}.mp3" if self.site.audio else ""


@dataclass(frozen=True, kw_only=True)
class Plot:
    """Sites and what happens to their stories from the first run to the last. `seed`: begins the
    seeds of all texts."""

    start: datetime
    end: datetime
    sites: tuple[Site, ...]
    seed: str = ""
    # told again, hours later, on another site
    copies: Mapping[Place, Place] = field(default_factory=dict)
    named: frozenset[Place] = frozenset()  # copies that name the first site's page as canonical
    # whose feed links to an address that redirects to the page
    short: frozenset[Place] = frozenset()
    revised: frozenset[Place] = frozenset()  # whose text grows after a while
    # whose address changes as well, while the entry's id stays
    readdressed: frozenset[Place] = frozenset()
    broken: Mapping[Place, int] = field(default_factory=dict)  # pages that answer this status
    closed: Place = ("", 0)  # robots.txt closes it
    wall: Place = ("", 0)  # a page that wants subscribers
    pictured: frozenset[Place] = frozenset()
    drawn: bool = False  # the pictures are there
    # a site, and the day from which its entries have other ids
    renumbered: tuple[str, int] = ("", NEVER)

    def site(self, key: str) -> Site:
        return next(site for site in self.sites if site.key == key)

    def url_of(self, key: str, index: int, *, readdressed: bool = False) -> str:
        """The address of a site's story."""
        site = self.site(key)
        if site.feed == "page":
            return f"{site.base}/handbook"
        folder = (
            "members" if (key, index) == self.closed else "archive" if readdressed else "stories"
        )
        return f"{site.base}/{folder}/{index}"

    def stories(self, now: datetime) -> list[Story]:
        """All that has been told until `now`, oldest first."""
        days = sorted(
            (day, site.key, index) for site in self.sites for index, day in enumerate(site.days)
        )
        numbers = {(key, index): number for number, (_, key, index) in enumerate(days, 1)}
        told = [
            self._story(site, index, numbers, now)
            for site in self.sites
            for index in range(len(site.days))
        ]
        return sorted(
            (story for story in told if story.published <= now), key=lambda story: story.number
        )

    def extra(self, key: str, index: int, published: datetime) -> Story:
        """A story that the sites did not tell meanwhile, number 100 + `index`."""
        site = self.site(key)
        number = 100 + index
        url = f"{site.base}/stories/new-{index}"
        return Story(
            number=number,
            site=site,
            place=(key, number),
            title=make_title(number, site.language),
            published=published,
            updated=None,
            text=tuple(
                make_paragraphs(f"{self.seed}text {number}", site.tags[:2], language=site.language)
            ),
            tags=site.tags[:2],
            guid=f"{key}-new-{index}",
            url=url,
            link=url,
            canonical=url,
        )

    def _story(self, site: Site, index: int, numbers: Mapping[Place, int], now: datetime) -> Story:
        place = (site.key, index)
        number = numbers[place]
        published = self.start + timedelta(days=site.days[index], hours=-5, minutes=7 * index)
        later = published + AFTER <= now
        changed = later and place in (self.revised | self.readdressed)
        url = self.url_of(site.key, index, readdressed=later and place in self.readdressed)
        first = self.copies.get(place)
        tags = tuple(dict.fromkeys(site.tags[(index + step) % len(site.tags)] for step in (0, 1)))
        text = make_paragraphs(
            f"{self.seed}text {numbers[first or place]}", tags, language=site.language
        )
        if changed:
            text += make_paragraphs(f"{self.seed}more {number}", (), 1, language=site.language)
        renumbered = (
            site.key == self.renumbered[0] and (now - self.start).days >= self.renumbered[1]
        )
        return Story(
            number=number,
            site=site,
            place=place,
            title=make_title(number, site.language),
            published=published,
            updated=published + AFTER if changed else None,
            text=tuple(text),
            tags=tags,
            guid=f"{'new-' if renumbered else ''}{site.key}-{index}",
            url=url,
            link=f"http://go.example/{number}" if place in self.short else url,
            canonical=self.url_of(*first) if first and place in self.named else url,
            picture=f"{site.base}/pictures/{number}.jpg" if place in self.pictured else "",
        )


FIRST = Plot(
    start=datetime(2025, 6, 2, 12, tzinfo=UTC),
    end=datetime(2025, 8, 29, 12, tzinfo=UTC),
    sites=(
        Site(
            key="harbour",
            title="Harbour Notes",
            feed="rss",
            tags=("Rope", "Tides", "Radio"),
            days=(*range(0, 88, 6),),
        ),
        Site(
            key="mill",
            title="The Mill",
            feed="atom",
            tags=("Timber", "Rope"),
            days=(*range(1, 88, 6),),
            moved=30,
        ),
        Site(
            key="lantern",
            title="Lantern",
            feed="json",
            tags=("Glaze", "Sails"),
            days=(*range(2, 88, 8),),
            moved=60,
        ),
        Site(
            key="quay",
            title="Quayside",
            feed="rss",
            tags=("Tides", "Sails", "Bridges"),
            days=(*range(3, 88, 9),),
        ),
        Site(
            key="wave",
            title="Long Wave",
            feed="rss",
            tags=("Radio", "Tides"),
            days=(-14, -12, -10, -8, -6, 14, 36, 58),
            audio=True,
        ),
        Site(
            key="pier",
            title="Pier Review",
            feed="atom",
            tags=("Clay", "Rope"),
            days=(4, 13, 25, 40, 44, 56),
        ),
        Site(
            key="rook",
            title="Rook Lane",
            feed="rss",
            tags=("Timber", "Clay"),
            days=(-1, 5),
            gone=10,
        ),
        Site(key="kiln", title="Kiln handbook", feed="page", tags=("Glaze", "Clay"), days=(-30,)),
    ),
    copies={
        ("pier", 1): ("harbour", 2),
        ("pier", 2): ("harbour", 4),
        ("pier", 4): ("mill", 7),
        ("pier", 5): ("mill", 9),
    },
    named=frozenset({("pier", 4)}),
    short=frozenset({("harbour", 1), ("harbour", 6), ("mill", 5)}),
    revised=frozenset(
        {("mill", 1), ("harbour", 3), ("harbour", 8), ("mill", 2), ("lantern", 4), ("quay", 2)}
    ),
    readdressed=frozenset({("harbour", 9), ("quay", 5)}),
    broken={("quay", 6): 404, ("mill", 14): 503},
    closed=("harbour", 10),
    wall=("quay", 7),
    pictured=frozenset({("harbour", 0), ("mill", 1), ("lantern", 1), ("lantern", 7)}),
    renumbered=("mill", 45),
)
# for make.py
START = FIRST.start
END = FIRST.end
SITES = FIRST.sites
url_of = FIRST.url_of
stories = FIRST.stories
