"""Our own small web on loopback: sites, feeds and the troubles of a real web, with no network.

It is what `demo` visits and what the tests visit; `stories` say what a reader should find (see story.Truth)."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from syndicator.demo import feeds, pages, pictures
from syndicator.demo.server import Answer, Respond, Seen, SiteServer
from syndicator.demo.sites import SITES, TROUBLES, Site, Trouble
from syndicator.demo.story import FIRST_DAY, Story, Truth, stories
from syndicator.model import Source

_HTML = "text/html; charset=utf-8"


class World:
    """The demo's web. `start` it, visit `sources`, `aclose` it. `port` 0 takes free ports; another is used on every
    site's own address, so that the same stories keep the same addresses from run to run. `told`: other stories than
    those shipped. `without`: keys of sites and troubles that are not there, such as "slow" where nobody wants to
    wait."""

    def __init__(
        self, *, port: int = 0, told: Iterable[Story] | None = None, without: Collection[str] = frozenset()
    ) -> None:
        self.requests: list[Seen] = []
        self._port = port
        known = stories() if told is None else told
        self._stories = {story.key: story for story in known if story.site not in without}
        self._sites = {site.key: site for site in SITES if site.key not in without}
        self._troubles = {trouble.key: trouble for trouble in TROUBLES if trouble.key not in without}
        self._servers: dict[str, SiteServer] = {}
        self._revision = 0
        self._moved: dict[str, str] = {}  # site -> its feed's new path
        self._faults: dict[tuple[str, str], Answer] = {}  # (site, path or "*") -> what it says instead
        self._latency: dict[str, float] = {}
        self._limit: dict[str, int] = {}  # site -> how many entries its feed still has
        self._guids: dict[str, str] = {}  # site -> what its entries' ids start with now

    async def start(self) -> None:
        """Every site listens. Raises OSError when loopback is not to be had."""
        places: list[Site | Trouble] = [*self._sites.values(), *self._troubles.values()]
        for place in places:
            server = SiteServer(place.key, self._responder(place), self.requests)
            await server.start(place.host, self._port)
            self._servers[place.key] = server

    async def aclose(self) -> None:
        for server in self._servers.values():
            await server.aclose()

    # -- what there is ------------------------------------------------------------------------------------------------

    @property
    def sources(self) -> tuple[Source, ...]:
        """What an operator would write to follow this web: feeds, one single article, and the four that fail."""
        healthy = [
            Source(key=site.key, url=self.feed_url(site.key), content=site.content)
            for site in self._sites.values()
            if site.feed_path
        ]
        single = [
            Source(key=story.site, url=self.url(story), kind="page", category="Software")
            for story in self._stories.values()
            if not self._sites[story.site].feed_path
        ]
        failing = [Source(key=key, url=self.feed_url(key)) for key in self._troubles]
        return (*healthy, *single, *failing)

    @property
    def stories(self) -> tuple[Story, ...]:
        """What its sites tell now, walls included."""
        return tuple(self._stories.values())

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """The sources that fail on purpose, with the reason a visit should record."""
        return tuple(self._troubles.values())

    def url(self, story: Story | str) -> str:
        """The address of a story, given itself or its key ("launchbeat/<slug>")."""
        told = self._stories[story] if isinstance(story, str) else story
        return self._servers[told.site].base + pages.path_of(self._sites[told.site], told)

    def feed_url(self, site: str) -> str:
        """The address of a site's feed as an operator knows it; a move does not change it."""
        place = self._sites.get(site) or self._troubles[site]
        return self._servers[site].base + (place.feed_path if isinstance(place, Site) else place.path)

    def truths(self) -> dict[str, Truth]:
        """What a good reader makes of each page, by address. The site's own furniture is part of must_not."""
        return {self.url(story): self.truth(story) for story in self._stories.values() if story.truth}

    def truth(self, story: Story) -> Truth:
        assert story.truth is not None
        traps = dict.fromkeys((*story.truth.must_not, *self._sites[story.site].furniture))
        return dataclasses.replace(story.truth, must_not=tuple(traps))

    # -- what can happen to it ----------------------------------------------------------------------------------------

    def add(self, story: Story) -> None:
        """A site tells one more story; a known key is told anew."""
        self._stories[story.key] = story
        self._revision += 1

    def change(self, key: str, **fields: Any) -> Story:
        """A story is edited: `fields` of Story get other values; `updated` moves by an hour unless given, and the truth
        moves with a new title, author or date."""
        story = self._stories[key]
        later = (story.updated or story.published) + timedelta(hours=1)
        edited = dataclasses.replace(story, **{"updated": later, **fields})
        if story.truth and "truth" not in fields:
            known = {name: fields[name] for name in ("title", "author") if name in fields}
            truth = dataclasses.replace(story.truth, date=f"{edited.published:%Y-%m-%d}", **known)
            edited = dataclasses.replace(edited, truth=truth)
        self.add(edited)
        return self._stories[key]

    def withdraw(self, key: str) -> None:
        """A story goes from its feed, and its page answers 404."""
        del self._stories[key]
        self._revision += 1

    def move_feed(self, site: str, path: str) -> None:
        """The feed answers 301 and lives at `path` of the same site."""
        self._moved[site] = path

    def shrink(self, site: str, entries: int) -> None:
        """The feed has only its newest `entries`."""
        self._limit[site] = entries
        self._revision += 1

    def future_date(self, key: str, years: int = 10) -> Story:
        """The story says that it was published in `years` years. Where the address holds the date, it moves along."""
        published = self._stories[key].published
        return self.change(key, published=published.replace(year=published.year + years))

    def renumber(self, site: str, prefix: str = "new-") -> None:
        """Every entry of the feed gets another id; nothing else changes."""
        self._guids[site] = prefix
        self._revision += 1

    def fail(
        self, site: str, status: int, *, path: str = "*", headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> None:
        """The site (or one `path` of it) answers `status` until `heal`."""
        self._faults[site, path] = Answer(status=status, headers=headers or {}, body=body or b"Sorry.\n")

    def break_feed(self, site: str) -> None:
        """The feed is cut in its first half, with status 200."""
        path = self._feed_path(self._sites[site])
        whole = self._feed(self._sites[site]).body
        self._faults[site, path] = Answer(body=whole[: len(whole) // 2], type="application/xml")

    def html_feed(self, site: str) -> None:
        """The feed's address answers with the site's front page."""
        self._faults[site, self._feed_path(self._sites[site])] = Answer(body=self._front(self._sites[site]))

    def latency(self, site: str, seconds: float) -> None:
        """Every answer of the site waits so long before its first byte."""
        self._latency[site] = seconds

    def heal(self, site: str) -> None:
        """Faults and latency of the site end; what it tells stays."""
        self._latency.pop(site, None)
        for key in [key for key in self._faults if key[0] == site]:
            del self._faults[key]

    # -- answers ------------------------------------------------------------------------------------------------------

    def _responder(self, place: Site | Trouble) -> Respond:
        def respond(method: str, target: str) -> Answer:
            if method not in ("GET", "HEAD"):
                return Answer(status=405, headers={"Allow": "GET, HEAD"})
            path = unquote(urlsplit(target).path)
            fault = self._faults.get((place.key, path)) or self._faults.get((place.key, "*"))
            answer = fault or (self._site_answer(place, path) if isinstance(place, Site) else _trouble(place, path))
            return dataclasses.replace(answer, delay=answer.delay or self._latency.get(place.key, 0.0))

        return respond

    def _site_answer(self, site: Site, path: str) -> Answer:
        if path == "/":
            return Answer(body=self._front(site))
        if path == self._feed_path(site):
            return self._feed(site)
        if path == site.feed_path and site.key in self._moved:
            return Answer(status=301, headers={"Location": self._moved[site.key]})
        return self._file(site, path) or self._page(site, path)

    def _file(self, site: Site, path: str) -> Answer | None:
        """What a site has beside its pages and its feed."""
        base = self._servers[site.key].base
        if path == "/robots.txt":
            return Answer(
                body=f"{site.robots}\nSitemap: {base}/sitemap.xml\n".encode(), type="text/plain; charset=utf-8"
            )
        if path == "/sitemap.xml":
            return Answer(body=pages.sitemap(site, base, self._of(site)).encode(), type="application/xml")
        if path == "/blogroll.opml" and site.key == "holt":
            return Answer(body=pages.blogroll("What I read", self._others(site)).encode(), type="text/x-opml")
        if path == "/logo.svg":
            return self._fixed(pictures.svg(site.title), "image/svg+xml")
        if path.startswith("/images/"):
            return self._fixed(pictures.png(path), "image/png")
        if path.startswith("/audio/"):
            return self._fixed(pictures.wav(), "audio/wav")
        return None

    def _others(self, site: Site) -> list[tuple[str, str, str]]:
        """(title, feed, front page) of the other sites that have a feed."""
        others = [other for other in self._sites.values() if other.feed_path and other is not site]
        return [(other.title, self.feed_url(other.key), self._servers[other.key].base + "/") for other in others]

    def _page(self, site: Site, path: str) -> Answer:
        base, feed_url = self._servers[site.key].base, self.feed_url(site.key)
        mine = self._of(site)
        for story in mine:
            known = unquote(pages.path_of(site, story))
            others = [other for other in mine if other is not story][:4]
            if path == known:
                return self._fixed(pages.page(site, base, feed_url, self._credited(story), others).encode(), _HTML)
            if site.key == "meridian" and path == known.replace(".html", ".amp.html"):
                return self._fixed(pages.amp(site, base, feed_url, story).encode(), _HTML)
        return Answer(status=404, body=b"<!DOCTYPE html><title>Not found</title><h1>Page not found</h1>\n")

    def _credited(self, story: Story) -> Story:
        """A story that another site told first names that site's page as its canonical one."""
        first = self._stories.get(story.extra.get("same_as", ""))
        return dataclasses.replace(story, extra={**story.extra, "canonical": self.url(first)}) if first else story

    def _fixed(self, body: bytes, type: str) -> Answer:
        return Answer(body=body, type=type, modified=FIRST_DAY + timedelta(minutes=self._revision))

    def _front(self, site: Site) -> bytes:
        feed_path = self._feed_path(site) if site.feed_path else ""
        return pages.front(site, self._servers[site.key].base, feed_path, self._of(site)).encode()

    def _feed_path(self, site: Site) -> str:
        return self._moved.get(site.key, site.feed_path) or "/no-feed-here"

    def _feed(self, site: Site) -> Answer:
        mine = self._of(site)[: self._limit.get(site.key)]
        items = [self._item(site, story) for story in mine]
        base = self._servers[site.key].base
        return self._fixed(feeds.render(site, base, base + self._feed_path(site), items), feeds.TYPES[site.feed])

    def _of(self, site: Site) -> list[Story]:
        """The stories of a site, newest first."""
        mine = [story for story in self._stories.values() if story.site == site.key]
        return sorted(mine, key=lambda story: (story.published, story.slug), reverse=True)

    def _item(self, site: Site, story: Story) -> feeds.Item:
        base = self._servers[site.key].base
        audio = story.extra.get("audio", "")
        return feeds.Item(
            url=self.url(story),
            guid=self._guids.get(site.key, "") + (story.guid or f"tag:{site.key}.example,2025:{story.slug}"),
            title=story.title,
            author=story.author,
            published=story.published.astimezone(UTC) if site.feed == "rss" else story.published,
            updated=story.updated or story.published,
            summary=story.summary,
            content=pages.absolute(base, story.body) if site.full else "",
            labels=story.labels,
            picture=pages.picture_of(base, story),
            audio=f"{base}/audio/{audio}" if audio else "",
            audio_bytes=len(pictures.wav()) if audio else 0,
            language=story.language,
        )


def _trouble(trouble: Trouble, path: str) -> Answer:
    if path == "/robots.txt":
        return Answer(status=404, body=b"Not found\n", type="text/plain")
    return Answer(
        status=trouble.status,
        body=trouble.body.encode(),
        type=trouble.type,
        headers=trouble.headers,
        delay=trouble.delay,
    )
