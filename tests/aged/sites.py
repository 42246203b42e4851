"""The made-up sites' feeds and pages: address -> what it says at a moment."""

from __future__ import annotations

import json
import re
import struct
import zlib
from collections.abc import Iterator
from datetime import datetime
from email.utils import format_datetime
from html import escape

from tests.aged.stories import FIRST, Plot, Site, Story
from tests.aged.web import Answer

SHOWN = 8  # entries of a feed
LISTED = 12  # stories of a list


def make_site_answers(
    now: datetime, more: tuple[Story, ...] = (), *, healed: bool = False, plot: Plot = FIRST
) -> dict[str, Answer]:
    """What every address says at `now`. `more`: stories besides; `healed`: pages that answered 503
    are well."""
    told = [*plot.stories(now), *more]
    results: dict[str, Answer] = {}
    for story in told:
        results |= dict(_pages(story, plot, now, healed))
    for site in plot.sites:
        relayed = {plot.url_of(*place) for place in site.relays}
        shown_stories = [story for story in told if story.site == site or story.url in relayed]
        results |= dict(_feed(site, shown_stories, plot, (now - plot.start).days))
    if plot.closed[0]:
        robots = f"{plot.site(plot.closed[0]).base}/robots.txt"
        results[robots] = Answer(body="User-agent: *\nDisallow: /members/\n", type="text/plain")
    return results


def _pages(story: Story, plot: Plot, now: datetime, healed: bool) -> Iterator[tuple[str, Answer]]:
    status = plot.broken.get(story.place, 200)
    well = status == 200 or (status == 503 and healed)
    page = _page(story, walled=story.place == plot.wall)
    yield (
        story.url,
        Answer(body=page) if well else Answer(status=status, body="<title>Sorry</title>"),
    )
    if story.link != story.url:
        yield story.link, Answer(status=302, headers={"Location": story.url})
    if story.place in plot.readdressed and story.updated:
        yield plot.url_of(*story.place), Answer(status=301, headers={"Location": story.url})
    if story.picture and plot.drawn:
        yield story.picture, Answer(body=_drawn(story.number), type="image/png")


def _drawn(number: int) -> bytes:
    """A picture of stripes, 480 by 270, as PNG."""
    line = b"\0" + b"".join(bytes((30 * (x // 60), 97 * number % 256, 160)) for x in range(480))
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", 480, 270, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(line * 270)),
        (b"IEND", b""),
    )
    chunks = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _page(story: Story, *, walled: bool) -> str:
    wall = "<p>Subscribe to continue reading. Already a subscriber? Log in.</p>" if walled else ""
    text = wall or "\n".join(f"<p>{escape(part)}</p>" for part in story.text)
    times = [("article:published_time", story.published), ("article:modified_time", story.updated)]
    metas = [
        f'<meta property="{name}" content="{when.isoformat()}">' for name, when in times if when
    ]
    metas += [f'<meta property="article:tag" content="{tag}">' for tag in story.tags]
    metas += [f'<meta property="og:image" content="{story.picture}">'] if story.picture else []
    metas += [_link(story.site)]
    return (
        f'<!DOCTYPE html>\n<html lang="{story.site.language}"><head><meta'
        f' charset="utf-8"><title>{escape(story.title)} | {escape(story.site.title)}</title><link'
        f' rel="canonical" href="{story.canonical}"><meta property="og:title"'
        f' content="{escape(story.title)}"><meta name="author" content="{story.author}"><meta'
        f' property="og:type" content="article">{"".join(metas)}</head>\n<body><header><a'
        f' href="/">{escape(story.site.title)}</a></header><main><article><h1>{escape(story.title)}</h1><p'  # noqa: E501
        f' class="byline">By {story.author}</p>\n{text}\n</article></main><footer><p>Printed on'
        " recycled paper.</p></footer></body></html>\n"
    )


def _link(site: Site) -> str:
    """The link of a site's pages to its feed, "" if they have none."""
    link = f'<link rel="alternate" type="application/rss+xml" href="{site.feed_url()}">'
    return link if site.linked else ""


def _feed(site: Site, told: list[Story], plot: Plot, day: int) -> Iterator[tuple[str, Answer]]:
    newest = sorted(told, key=lambda story: story.published, reverse=True)
    if site.linked or site.feed == "list":
        yield f"{site.base}/", Answer(body=_front(site, newest[:LISTED], relaid=day >= site.relaid))
    if site.feed in ("page", "list", "none"):
        return
    if day >= site.gone:
        yield site.feed_url(), Answer(status=410, body="<h1>Closed</h1>")
        return
    body, kind = {"rss": _rss, "atom": _atom, "json": _json}[site.feed](site, newest[:SHOWN], plot)
    yield site.feed_url(day), Answer(body=body, type=kind)
    if day >= site.moved:
        yield site.feed_url(), Answer(status=301, headers={"Location": site.feed_url(day)})


def _front(site: Site, told: list[Story], *, relaid: bool) -> str:
    """The front page of a site, which lists its stories."""
    form = (
        '<div class="card"><a href="{url}"><h3'
        ' class="name">{title}</h3></a><time>{day}</time></div>'
        if relaid
        else '<li class="note"><h2><a href="{url}">{title}</a></h2><time>{day}</time></li>'
    )
    items = "\n".join(
        form.format(url=story.url, title=escape(story.title), day=f"{story.published:%Y-%m-%d}")
        for story in told
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{site.language}"><head><meta'
        f' charset="utf-8"><title>{escape(site.title)}</title>'
        f'{_link(site)}</head><body><header><nav><a href="/about">About us</a> <a'
        ' href="/contact">Write to us</a></nav>'
        f"</header><main>{items if relaid else f'<ul>{items}</ul>'}</main></body></html>\n"
    )


def _rss(site: Site, told: list[Story], plot: Plot) -> tuple[str, str]:
    items = "".join(
        f'<item><guid isPermaLink="false">{story.guid}</guid><link>{story.link}</link>'
        f"<title>{escape(story.title)}</title>"
        f"<pubDate>{format_datetime(story.published)}</pubDate>"
        f"<description>{escape(_summary(story, plot))}</description>"
        + "".join(f"<category>{tag}</category>" for tag in story.tags)
        + (
            f'<enclosure url="{story.audio}" type="audio/mpeg" length="4800000"/>'
            if story.audio
            else ""
        )
        + "</item>\n"
        for story in told
    )
    head = f"<title>{site.title}</title><link>{site.base}/</link><description>{site.title}</description>"  # noqa: E501
    head += f"<language>{site.language}</language>" if site.language != "en" else ""
    return (
        f'<?xml version="1.0"?>\n<rss version="2.0"><channel>{head}\n{items}</channel></rss>\n',
        "application/rss+xml",
    )


def _atom(site: Site, told: list[Story], plot: Plot) -> tuple[str, str]:
    entries = "".join(
        f"<entry><id>tag:{story.guid}</id><link"
        f' href="{story.link}"/><title>{escape(story.title)}</title>'
        f"<published>{story.published.isoformat()}</published>"
        f"<updated>{(story.updated or story.published).isoformat()}</updated>"
        f"<author><name>{story.author}</name></author><summary>{escape(_summary(story, plot))}</summary>"  # noqa: E501
        + "".join(f'<category term="{tag}"/>' for tag in story.tags)
        + "</entry>\n"
        for story in told
    )
    head = f"<id>{site.base}/</id><title>{site.title}</title><updated>{plot.start.isoformat()}</updated>"  # noqa: E501
    head += f'<link href="{site.base}/"/>'
    return (
        (
            '<?xml version="1.0"?>\n<feed'
            f' xmlns="http://www.w3.org/2005/Atom">{head}\n{entries}</feed>\n'
        ),
        "application/atom+xml",
    )


def _json(site: Site, told: list[Story], plot: Plot) -> tuple[str, str]:
    items = [
        {
            "id": story.guid,
            "url": story.link,
            "title": story.title,
            "date_published": story.published.isoformat(),
            "summary": _summary(story, plot),
            "tags": list(story.tags),
            "authors": [{"name": story.author}],
        }
        for story in told
    ]
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": site.title,
        "home_page_url": f"{site.base}/",
    }
    return json.dumps({**document, "items": items}, indent=1), "application/feed+json"


def _summary(story: Story, plot: Plot) -> str:
    """What a feed says of a story; it changes with the story. Too short to stand in for a page that
    does not answer."""
    if story.place in plot.broken or story.place == plot.closed:
        return "In short."
    first = re.split(r"(?<=。)|(?<=\.) ", story.text[0])[0]
    return ("Corrected. " if story.updated else "") + first
