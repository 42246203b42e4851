"""Start the demo's web of sites with typical problems, and write a configuration for it."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from urllib.parse import unquote, urlsplit

from syndicator.cli.demo import feeds, site_files
from syndicator.cli.demo.feeds import SITES, TROUBLES, Site, Trouble
from syndicator.cli.demo.server import Answer, Respond, Seen, SiteServer
from syndicator.cli.demo.site_files import FIRST_DAY, Story, stories
from syndicator.configuration.sources.registry import add_sources
from syndicator.core.model import Source
from syndicator.setup.start import SHIPPED

_HTML = "text/html; charset=utf-8"
DEADLINE_SECONDS = 3  # the slowest site of the world answers later than that
_SETTINGS = """\
# The demo's settings: the web it visits is on loopback, answers at once and needs no pauses.
[site]
title = "Syndicator demo"
contact = "demo@example.org"

[fetch]
allow_loopback = true
seconds = {deadline}
pause = 0

[publish]
tag_min = 2  # twenty-odd articles make few tags with three
"""
_SOURCES = """\
# Our own web on 127.0.0.x. Six of its sites work; four fail on purpose: gone, slow, broken and busy.
"""  # noqa: E501


class World:
    """The demo's web. `port`: 0 for free ones, else the same in each run. `without`: keys of places
    to leave out."""

    def __init__(self, *, port: int = 0, without: Collection[str] = frozenset()) -> None:
        self.requests: list[Seen] = []
        self._port = port
        self._stories = {story.key: story for story in stories() if story.site not in without}
        self._sites = {site.key: site for site in SITES if site.key not in without}
        self._troubles = {
            trouble.key: trouble for trouble in TROUBLES if trouble.key not in without
        }
        self._servers: dict[str, SiteServer] = {}

    async def start(self) -> None:
        """Start the servers of all sites. Raise OSError if loopback is not available."""
        places: list[Site | Trouble] = [*self._sites.values(), *self._troubles.values()]
        for place in places:
            server = SiteServer(place.key, self._responder(place), self.requests)
            await server.start(place.host, self._port)
            self._servers[place.key] = server

    async def aclose(self) -> None:
        for server in self._servers.values():
            await server.aclose()

    @property
    def sources(self) -> tuple[Source, ...]:
        """Sources for all feeds of this web, one single article, and the four failing sources."""
        healthy = [
            Source(key=site.key, url=self.feed_url(site.key), content=site.content)
            for site in self._sites.values()
            if site.feed_path
        ]
        single = [
            Source(
                key=story.site,
                url=self.url(story),
                title=self._sites[story.site].title,
                kind="page",
                category="Software",
            )
            for story in self._stories.values()
            if not self._sites[story.site].feed_path
        ]
        failing = [Source(key=key, url=self.feed_url(key)) for key in self._troubles]
        return (*healthy, *single, *failing)

    def url(self, story: Story) -> str:
        """Return the address of a story."""
        return self._servers[story.site].base + site_files.path_of(self._sites[story.site], story)

    def feed_url(self, site: str) -> str:
        """Return the address of a site's feed as an operator writes it."""
        place = self._sites.get(site) or self._troubles[site]
        return self._servers[site].base + (
            place.feed_path if isinstance(place, Site) else place.path
        )

    def _responder(self, place: Site | Trouble) -> Respond:
        def respond(method: str, target: str) -> Answer:
            if method not in ("GET", "HEAD"):
                return Answer(status=HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "GET, HEAD"})
            return self._answer(place, unquote(urlsplit(target).path))

        return respond

    def _answer(self, place: Site | Trouble, path: str) -> Answer:
        if isinstance(place, Site):
            return self._site_answer(place, path)
        if path == "/robots.txt":
            return Answer(status=HTTPStatus.NOT_FOUND, body=b"Not found\n", type="text/plain")
        body = place.body.encode()
        headers = place.headers
        return Answer(
            status=place.status, body=body, type=place.type, headers=headers, delay=place.delay
        )

    def _site_answer(self, site: Site, path: str) -> Answer:
        if path == "/":
            return Answer(body=self._front(site))
        if path == self._feed_path(site):
            return self._feed(site)
        return self._file(site, path) or self._page(site, path)

    def _file(self, site: Site, path: str) -> Answer | None:
        """Return a file that is neither page nor feed, or None."""
        base = self._servers[site.key].base
        if path == "/robots.txt":
            robots = f"{site.robots}\nSitemap: {base}/sitemap.xml\n"
            return Answer(body=robots.encode(), type="text/plain; charset=utf-8")
        if path == "/sitemap.xml":
            return Answer(
                body=site_files.sitemap(site, base, self._of(site)).encode(), type="application/xml"
            )
        if path == "/blogroll.opml" and site.key == "holt":
            return Answer(
                body=site_files.blogroll("What I read", self._others(site)).encode(),
                type="text/x-opml",
            )
        if path == "/icon.png":
            return self._fixed(site_files.icon_png(site.title), "image/png")
        if path == "/logo.svg":
            return self._fixed(site_files.svg(site.title), "image/svg+xml")
        if path.startswith("/images/"):
            return self._fixed(site_files.png(path), "image/png")
        if path.startswith("/audio/"):
            return self._fixed(site_files.wav(), "audio/wav")
        return None

    def _others(self, site: Site) -> list[tuple[str, str, str]]:
        """Return (title, feed, front page) of the other sites with a feed."""
        others = [other for other in self._sites.values() if other.feed_path and other is not site]
        return [
            (other.title, self.feed_url(other.key), self._servers[other.key].base + "/")
            for other in others
        ]

    def _page(self, site: Site, path: str) -> Answer:
        base = self._servers[site.key].base
        feed_url = self.feed_url(site.key)
        mine = self._of(site)
        for story in mine:
            own_path = unquote(site_files.path_of(site, story))
            others = [other for other in mine if other is not story][:4]
            if path == own_path:
                return self._fixed(
                    site_files.page(site, base, feed_url, self._credited(story), others).encode(),
                    _HTML,
                )
            if site.key == "meridian" and path == own_path.replace(".html", ".amp.html"):
                return self._fixed(site_files.amp(site, base, feed_url, story).encode(), _HTML)
        body = b"<!DOCTYPE html><title>Not found</title><h1>Page not found</h1>\n"
        return Answer(status=HTTPStatus.NOT_FOUND, body=body)

    def _credited(self, story: Story) -> Story:
        """Add the canonical address to a story that another site published first."""
        first = self._stories.get(story.extra.get("same_as", ""))
        return (
            replace(story, extra={**story.extra, "canonical": self.url(first)}) if first else story
        )

    def _fixed(self, body: bytes, media_type: str) -> Answer:
        return Answer(body=body, type=media_type, modified=self._modified())

    def _modified(self) -> datetime:
        """Return when this web last changed."""
        return FIRST_DAY

    def _front(self, site: Site) -> bytes:
        feed_path = self._feed_path(site) if site.feed_path else ""
        return site_files.front(
            site, self._servers[site.key].base, feed_path, self._of(site)
        ).encode()

    def _feed_path(self, site: Site) -> str:
        return site.feed_path or "/no-feed-here"

    def _feed(self, site: Site) -> Answer:
        items = [self._item(site, story) for story in self._in_feed(site)]
        base = self._servers[site.key].base
        return self._fixed(
            feeds.render(site, base, base + self._feed_path(site), items), feeds.TYPES[site.feed]
        )

    def _in_feed(self, site: Site) -> list[Story]:
        return self._of(site)

    def _of(self, site: Site) -> list[Story]:
        """Return the stories of a site, newest first."""
        mine = [story for story in self._stories.values() if story.site == site.key]
        return sorted(mine, key=lambda story: (story.published, story.slug), reverse=True)

    def _item(self, site: Site, story: Story) -> feeds.Item:
        base = self._servers[site.key].base
        audio = story.extra.get("audio", "")
        return feeds.Item(
            url=self.url(story),
            guid=story.guid or f"tag:{site.key}.example,2025:{story.slug}",
            title=story.title,
            author=story.author,
            published=story.published.astimezone(UTC) if site.feed == "rss" else story.published,
            updated=story.updated or story.published,
            summary=story.summary,
            content=site_files.absolute(base, story.body) if site.full else "",
            labels=story.labels,
            picture=site_files.picture_of(base, story),
            audio=f"{base}/audio/{audio}" if audio else "",
            audio_bytes=len(site_files.wav()) if audio else 0,
            language=story.language,
        )


def write_config(
    dir: Path, world: World, *, port: int | None = None, taxonomy: str | None = None
) -> None:
    """Write the configuration for a started `world`. `port`: to serve the result. `taxonomy`: not
    the shipped text."""
    dir.mkdir(parents=True, exist_ok=True)
    text = (SHIPPED / "taxonomy.toml").read_text(encoding="utf-8") if taxonomy is None else taxonomy
    (dir / "taxonomy.toml").write_text(text, encoding="utf-8")
    settings = _SETTINGS.format(deadline=DEADLINE_SECONDS) + (
        "" if port is None else f'listen = "127.0.0.1:{port}"\n'
    )
    (dir / "syndicator.toml").write_text(settings, encoding="utf-8")
    sources = dir / "sources.toml"
    sources.write_text(_SOURCES, encoding="utf-8")
    add_sources(sources, world.sources)
