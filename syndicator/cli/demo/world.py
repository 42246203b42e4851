"""Start the demo's web of sites with typical problems, and write a configuration for it."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from urllib.parse import unquote, urlsplit

from syndicator.cli.demo import feeds, site_files
from syndicator.cli.demo.feeds import SITES, TROUBLES, Site, Trouble
from syndicator.cli.demo.server import Answer, Request, Respond, SiteServer
from syndicator.cli.demo.site_files import FIRST_DAY, Story, load_stories
from syndicator.configuration.sources.registry import add_sources
from syndicator.core.model import Source
from syndicator.setup.start import SHIPPED

_HTML = "text/html; charset=utf-8"
_MOST_RELATED = 4  # stories that a page links
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
    """The web of the demo, with a server for each site. `port`: the port of all servers; with 0
    each has a free one. `without`: the keys of sites that are left out."""

    def __init__(self, *, port: int = 0, without: Collection[str] = frozenset()) -> None:
        """Load the demo's sites and stories; `start` starts their servers. `port`: the port of all
        servers; 0 for any free port. `without`: keys of sites to leave out."""
        self.requests: list[Request] = []  # all that the servers answered
        self._port = port
        stories = [story for story in load_stories() if story.site not in without]
        sites = [site for site in SITES if site.key not in without]
        troubles = [trouble for trouble in TROUBLES if trouble.key not in without]
        self._stories = {story.key: story for story in stories}
        self._sites = {site.key: site for site in sites}
        self._troubles = {trouble.key: trouble for trouble in troubles}
        self._servers: dict[str, SiteServer] = {}  # by key of the site, once they are started

    async def start(self) -> None:
        """Start the servers of all sites, also of those that fail on purpose. Raises OSError if no
        loopback address can be used."""
        sites: list[Site | Trouble] = [*self._sites.values(), *self._troubles.values()]
        for site in sites:
            server = SiteServer(site.key, self._make_responder(site), self.requests)
            await server.start(site.host, self._port)
            self._servers[site.key] = server

    async def aclose(self) -> None:
        for server in self._servers.values():
            await server.aclose()

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources for the demo's configuration: the feed of each site that has one, a single
        page for each story of a site without a feed, and the sites that fail on purpose."""
        with_feed = [
            Source(key=site.key, url=self.feed_url(site.key), content=site.content)
            for site in self._sites.values()
            if site.feed_path
        ]
        single_pages = []
        for story in self._stories.values():
            site = self._sites[story.site]
            if site.feed_path:
                continue
            source = Source(
                key=site.key,
                url=self.url(story),
                title=site.title,
                kind="page",
                category="Software",
            )
            single_pages.append(source)
        failing = [Source(key=key, url=self.feed_url(key)) for key in self._troubles]
        return (*with_feed, *single_pages, *failing)

    def url(self, story: Story) -> str:
        """Return the address of a story."""
        path = site_files.make_path(self._sites[story.site], story)
        return self._servers[story.site].base + path

    def feed_url(self, key: str) -> str:
        """Return the address of the feed of a site. `key`: the key of the site, which may also be
        one that fails on purpose."""
        base = self._servers[key].base
        if key in self._sites:
            return base + self._sites[key].feed_path
        return base + self._troubles[key].path

    def _make_responder(self, site: Site | Trouble) -> Respond:
        """Return the function that the server of a site calls for each request. It takes the method
        and the path of the request, and returns the answer."""

        def respond(method: str, target: str) -> Answer:
            if method not in ("GET", "HEAD"):
                return Answer(status=HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "GET, HEAD"})
            return self._answer(site, unquote(urlsplit(target).path))

        return respond

    def _answer(self, site: Site | Trouble, path: str) -> Answer:
        """Return the answer of a site to a request for `path`. A site that fails on purpose gives
        the same answer to all requests, but it has no robots.txt."""
        if isinstance(site, Site):
            return self._answer_for_site(site, path)
        if path == "/robots.txt":
            return Answer(status=HTTPStatus.NOT_FOUND, body=b"Not found\n", type="text/plain")
        return Answer(
            status=site.status,
            body=site.body.encode(),
            type=site.type,
            headers=site.headers,
            delay=site.delay,
        )

    def _answer_for_site(self, site: Site, path: str) -> Answer:
        """Return the answer of a site that works to a request for `path`: its front page, its feed,
        another file, or the page of a story. If there is nothing at `path`, it is a 404."""
        if path == "/":
            return Answer(body=self._render_front_page(site))
        if path == self._feed_path(site):
            return self._make_feed_answer(site)
        file_answer = self._make_file_answer(site, path)
        if file_answer is not None:
            return file_answer
        return self._make_page_answer(site, path)

    def _make_file_answer(self, site: Site, path: str) -> Answer | None:
        """Return the answer with the file at `path`, such as the sitemap or a picture; None if
        `path` is that of no such file. Pages and feeds are not made here."""
        base = self._servers[site.key].base
        if path == "/robots.txt":
            robots = f"{site.robots}\nSitemap: {base}/sitemap.xml\n"
            return Answer(body=robots.encode(), type="text/plain; charset=utf-8")
        if path == "/sitemap.xml":
            sitemap = site_files.render_sitemap(site, base, self._list_stories(site))
            return Answer(body=sitemap.encode(), type="application/xml")
        if path == "/blogroll.opml" and site.key == "holt":  # only this site has such a list
            blogroll = site_files.render_blogroll("What I read", self._list_other_sites(site))
            return Answer(body=blogroll.encode(), type="text/x-opml")
        if path == "/icon.png":
            return self._make_dated_answer(site_files.draw_icon(site.title), "image/png")
        if path == "/logo.svg":
            return self._make_dated_answer(site_files.make_logo(site.title), "image/svg+xml")
        if path.startswith("/images/"):
            return self._make_dated_answer(site_files.draw_picture(path), "image/png")
        if path.startswith("/audio/"):
            return self._make_dated_answer(site_files.make_silence(), "audio/wav")
        return None

    def _list_other_sites(self, site: Site) -> list[tuple[str, str, str]]:
        """Return all sites with a feed except `site`: for each its title, the address of its feed
        and the address of its front page."""
        rows = []
        for other in self._sites.values():
            if other is not site and other.feed_path:
                front_page = self._servers[other.key].base + "/"
                rows.append((other.title, self.feed_url(other.key), front_page))
        return rows

    def _make_page_answer(self, site: Site, path: str) -> Answer:
        """Return the answer with the page of the story at `path`. The site "meridian" also has AMP
        versions of pages, for phones. If no story has this path, the answer is a 404."""
        base = self._servers[site.key].base
        feed_url = self.feed_url(site.key)
        stories = self._list_stories(site)
        for story in stories:
            story_path = unquote(site_files.make_path(site, story))
            if path == story_path:
                others = [other for other in stories if other is not story]
                related = others[:_MOST_RELATED]
                credited_story = self._add_canonical_address(story)
                html = site_files.render_page(site, base, feed_url, credited_story, related)
                return self._make_dated_answer(html.encode(), _HTML)
            if site.key == "meridian" and path == story_path.replace(".html", ".amp.html"):
                html = site_files.render_amp_page(site, base, feed_url, story)
                return self._make_dated_answer(html.encode(), _HTML)
        body = b"<!DOCTYPE html><title>Not found</title><h1>Page not found</h1>\n"
        return Answer(status=HTTPStatus.NOT_FOUND, body=body)

    def _add_canonical_address(self, story: Story) -> Story:
        """If another site published the story first, return the story with its address on that site
        as the canonical address. Return any other story unchanged."""
        original = self._stories.get(story.extra.get("same_as", ""))
        if original is None:
            return story
        return replace(story, extra={**story.extra, "canonical": self.url(original)})

    def _make_dated_answer(self, body: bytes, media_type: str) -> Answer:
        return Answer(body=body, type=media_type, modified=self._get_change_time())

    def _get_change_time(self) -> datetime:
        """Return the time at which this web last changed. Tests replace this method."""
        return FIRST_DAY

    def _render_front_page(self, site: Site) -> bytes:
        base = self._servers[site.key].base
        feed_path = self._feed_path(site) if site.feed_path else ""
        html = site_files.render_front_page(site, base, feed_path, self._list_stories(site))
        return html.encode()

    def _feed_path(self, site: Site) -> str:
        return site.feed_path or "/no-feed-here"

    def _make_feed_answer(self, site: Site) -> Answer:
        items = [self._make_item(site, story) for story in self._list_feed_stories(site)]
        base = self._servers[site.key].base
        feed = feeds.render_feed(site, base, base + self._feed_path(site), items)
        return self._make_dated_answer(feed, feeds.TYPES[site.feed])

    def _list_feed_stories(self, site: Site) -> list[Story]:
        return self._list_stories(site)

    def _list_stories(self, site: Site) -> list[Story]:
        """Return the stories of a site, the newest first."""
        stories = [story for story in self._stories.values() if story.site == site.key]
        return sorted(stories, key=lambda story: (story.published, story.slug), reverse=True)

    def _make_item(self, site: Site, story: Story) -> feeds.Item:
        """Return a story as an entry for the feed of its site. If the story has a sound file, the
        entry has its address and size."""
        base = self._servers[site.key].base
        published = story.published
        if site.feed == "rss":
            published = published.astimezone(UTC)

        audio_file = story.extra.get("audio", "")
        audio = ""
        audio_bytes = 0
        if audio_file:
            audio = f"{base}/audio/{audio_file}"
            audio_bytes = len(site_files.make_silence())

        content = site_files.make_addresses_absolute(base, story.body) if site.full else ""
        return feeds.Item(
            url=self.url(story),
            guid=story.guid or f"tag:{site.key}.example,2025:{story.slug}",
            title=story.title,
            author=story.author,
            published=published,
            updated=story.updated or story.published,
            summary=story.summary,
            content=content,
            labels=story.labels,
            picture=site_files.make_picture_address(base, story),
            audio=audio,
            audio_bytes=audio_bytes,
            language=story.language,
        )


def write_config(
    folder: Path, world: World, *, port: int | None = None, taxonomy: str | None = None
) -> None:
    """Write into `folder` a configuration whose sources are the sites of `world`. The servers of
    the sites must run. `port`: the port on which the feeds will be served; None for the usual one.
    `taxonomy`: the text of taxonomy.toml; None for the one of this package."""
    folder.mkdir(parents=True, exist_ok=True)
    if taxonomy is None:
        taxonomy = (SHIPPED / "taxonomy.toml").read_text(encoding="utf-8")
    (folder / "taxonomy.toml").write_text(taxonomy, encoding="utf-8")
    settings = _SETTINGS.format(deadline=DEADLINE_SECONDS)
    if port is not None:
        settings += f'listen = "127.0.0.1:{port}"\n'
    (folder / "syndicator.toml").write_text(settings, encoding="utf-8")
    sources = folder / "sources.toml"
    sources.write_text(_SOURCES, encoding="utf-8")
    add_sources(sources, world.sources)
