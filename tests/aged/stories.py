"""What the made-up sites tell in the summer of 2025, moment by moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.aged.prose import paragraphs, title

START = datetime(2025, 6, 2, 12, tzinfo=UTC)  # the first run
END = datetime(2025, 8, 29, 12, tzinfo=UTC)  # the last one
AFTER = timedelta(days=2)  # from a story's publication to its revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    key: str
    title: str
    feed: str  # rss, atom, json or page
    tags: tuple[str, ...]
    days: tuple[int, ...]  # on which it tells a story, counted from START
    moved: int = 9999  # the day from which its feed answers 301
    gone: int = 9999  # the day from which it answers 410

    @property
    def base(self) -> str:
        return f"http://{self.key}.example"

    def feed_url(self, day: int = 0) -> str:
        return f"{self.base}/{'news' if day >= self.moved else 'feed'}"


SITES = (
    Site(key="harbour", title="Harbour Notes", feed="rss", tags=("Rope", "Tides", "Radio"), days=(*range(0, 88, 6),)),
    Site(key="mill", title="The Mill", feed="atom", tags=("Timber", "Rope"), days=(*range(1, 88, 6),), moved=30),
    Site(key="lantern", title="Lantern", feed="json", tags=("Glaze", "Sails"), days=(*range(2, 88, 8),), moved=60),
    Site(key="quay", title="Quayside", feed="rss", tags=("Tides", "Sails", "Bridges"), days=(*range(3, 88, 9),)),
    Site(key="wave", title="Long Wave", feed="rss", tags=("Radio", "Tides"), days=(-14, -12, -10, -8, -6, 14, 36, 58)),
    Site(key="pier", title="Pier Review", feed="atom", tags=("Clay", "Rope"), days=(4, 13, 25, 40, 44, 56)),
    Site(key="rook", title="Rook Lane", feed="rss", tags=("Timber", "Clay"), days=(-1, 5), gone=10),
    Site(key="kiln", title="Kiln handbook", feed="page", tags=("Glaze", "Clay"), days=(-30,)),
)
# (copying site, place of its story) -> (site, place): what is told again, hours later, on another site
COPIES = {("pier", 1): ("harbour", 2), ("pier", 2): ("harbour", 4), ("pier", 4): ("mill", 7), ("pier", 5): ("mill", 9)}
NAMED = {("pier", 4)}  # copies that name the first site's page as canonical
SHORT = {("harbour", 1), ("harbour", 6), ("mill", 5)}  # whose feed links to an address that redirects to the page
REVISED = {
    ("mill", 1),
    ("harbour", 3),
    ("harbour", 8),
    ("mill", 2),
    ("lantern", 4),
    ("quay", 2),
}  # whose text grows after a while
READDRESSED = {("harbour", 9), ("quay", 5)}  # whose text grows and whose address changes, while the entry's id stays
BROKEN = {("quay", 6): 404, ("mill", 14): 503}
CLOSED = ("harbour", 10)  # robots.txt closes it
WALL = ("quay", 7)  # a page that wants subscribers
PICTURED = {("harbour", 0), ("mill", 1), ("lantern", 1), ("lantern", 7)}
RENUMBERED = 45  # the day from which The Mill's entries have other ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One story as it is told at a moment. `link`: what the feed says; `url`: where the page is."""

    number: int
    site: Site
    place: tuple[str, int]
    title: str
    published: datetime
    updated: datetime | None
    text: tuple[str, ...]
    tags: tuple[str, ...]
    guid: str
    url: str
    link: str
    canonical: str

    @property
    def author(self) -> str:
        return ("Ada Brandt", "Elin Sund", "Farid Rahimi", "Hugo Lacroix")[self.number % 4]

    @property
    def picture(self) -> str:
        return f"{self.site.base}/pictures/{self.number}.jpg" if self.place in PICTURED else ""

    @property
    def audio(self) -> str:
        return f"{self.site.base}/audio/{self.number}.mp3" if self.site.key == "wave" else ""


def url_of(key: str, index: int, *, readdressed: bool = False) -> str:
    """The address of a site's story."""
    site = next(site for site in SITES if site.key == key)
    if site.feed == "page":
        return f"{site.base}/handbook"
    folder = "members" if (key, index) == CLOSED else "archive" if readdressed else "stories"
    return f"{site.base}/{folder}/{index}"


def stories(now: datetime) -> list[Story]:
    """All that has been told until `now`, oldest first."""
    days = sorted((day, site.key, index) for site in SITES for index, day in enumerate(site.days))
    numbers = {(key, index): number for number, (_, key, index) in enumerate(days, 1)}
    told = [_story(site, index, numbers, now) for site in SITES for index in range(len(site.days))]
    return sorted((story for story in told if story.published <= now), key=lambda story: story.number)


def _published(site: Site, index: int) -> datetime:
    return START + timedelta(days=site.days[index], hours=-5, minutes=7 * index)


def _story(site: Site, index: int, numbers: dict[tuple[str, int], int], now: datetime) -> Story:
    place = (site.key, index)
    number, published = numbers[place], _published(site, index)
    later = published + AFTER <= now
    changed = later and place in (REVISED | READDRESSED)
    url = url_of(site.key, index, readdressed=later and place in READDRESSED)
    first = COPIES.get(place)
    tags = tuple(dict.fromkeys(site.tags[(index + step) % len(site.tags)] for step in (0, 1)))
    text = paragraphs(f"text {numbers[first or place]}", tags)
    if changed:
        text += paragraphs(f"more {number}", (), 1)
    renumbered = site.key == "mill" and (now - START).days >= RENUMBERED
    return Story(
        number=number,
        site=site,
        place=place,
        title=title(number),
        published=published,
        updated=published + AFTER if changed else None,
        text=tuple(text),
        tags=tags,
        guid=f"{'new-' if renumbered else ''}{site.key}-{index}",
        url=url,
        link=f"http://go.example/{number}" if place in SHORT else url,
        canonical=url_of(*first) if first and place in NAMED else url,
    )


def extra(site: str, index: int, published: datetime) -> Story:
    """A story that the sites did not tell that summer, number 100 + `index`."""
    found = next(one for one in SITES if one.key == site)
    number, tags = 100 + index, found.tags[:2]
    url = f"{found.base}/stories/new-{index}"
    return Story(
        number=number,
        site=found,
        place=(site, number),
        title=title(number),
        published=published,
        updated=None,
        text=tuple(paragraphs(f"text {number}", tags)),
        tags=tags,
        guid=f"{site}-new-{index}",
        url=url,
        link=url,
        canonical=url,
    )
