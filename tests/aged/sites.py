"""The made-up sites' feeds and pages: address -> what it says at a moment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from email.utils import format_datetime
from html import escape

from tests.aged.stories import BROKEN, CLOSED, READDRESSED, SITES, START, WALL, Site, Story, stories, url_of
from tests.aged.web import Answer

SHOWN = 8  # entries of a feed


def answers(now: datetime, more: tuple[Story, ...] = (), *, healed: bool = False) -> dict[str, Answer]:
    """What every address says at `now`. `more`: stories besides; `healed`: pages that answered 503 are well."""
    told = [*stories(now), *more]
    found: dict[str, Answer] = {}
    for story in told:
        found |= dict(_pages(story, now, healed))
    for site in SITES:
        found |= dict(_feed(site, [story for story in told if story.site == site], (now - START).days))
    found["http://harbour.example/robots.txt"] = Answer(body="User-agent: *\nDisallow: /members/\n", type="text/plain")
    return found


def _pages(story: Story, now: datetime, healed: bool) -> Iterator[tuple[str, Answer]]:
    status = BROKEN.get(story.place, 200)
    well = status == 200 or (status == 503 and healed)
    yield story.url, Answer(body=_page(story)) if well else Answer(status=status, body="<title>Sorry</title>")
    if story.link != story.url:
        yield story.link, Answer(status=302, headers={"Location": story.url})
    if story.place in READDRESSED and story.updated:
        yield url_of(*story.place), Answer(status=301, headers={"Location": story.url})


def _page(story: Story) -> str:
    wall = "<p>Subscribe to continue reading. Already a subscriber? Log in.</p>" if story.place == WALL else ""
    text = wall or "\n".join(f"<p>{escape(part)}</p>" for part in story.text)
    times = [("article:published_time", story.published), ("article:modified_time", story.updated)]
    metas = [f'<meta property="{name}" content="{when.isoformat()}">' for name, when in times if when]
    metas += [f'<meta property="article:tag" content="{tag}">' for tag in story.tags]
    metas += [f'<meta property="og:image" content="{story.picture}">'] if story.picture else []
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(story.title)} | '
        f'{escape(story.site.title)}</title><link rel="canonical" href="{story.canonical}">'
        f'<meta property="og:title" content="{escape(story.title)}"><meta name="author" content="{story.author}">'
        f'<meta property="og:type" content="article">{"".join(metas)}</head>\n<body><header><a href="/">'
        f"{escape(story.site.title)}</a></header><main><article><h1>{escape(story.title)}</h1>"
        f'<p class="byline">By {story.author}</p>\n{text}\n</article></main><footer><p>Printed on recycled '
        f"paper.</p></footer></body></html>\n"
    )


def _feed(site: Site, told: list[Story], day: int) -> Iterator[tuple[str, Answer]]:
    if site.feed == "page":
        return
    if day >= site.gone:
        yield site.feed_url(), Answer(status=410, body="<h1>Closed</h1>")
        return
    newest = sorted(told, key=lambda story: story.published, reverse=True)[:SHOWN]
    body, type = {"rss": _rss, "atom": _atom, "json": _json}[site.feed](site, newest)
    yield site.feed_url(day), Answer(body=body, type=type)
    if day >= site.moved:
        yield site.feed_url(), Answer(status=301, headers={"Location": site.feed_url(day)})


def _rss(site: Site, told: list[Story]) -> tuple[str, str]:
    items = "".join(
        f'<item><guid isPermaLink="false">{story.guid}</guid><link>{story.link}</link>'
        f"<title>{escape(story.title)}</title>"
        f"<pubDate>{format_datetime(story.published)}</pubDate><description>{escape(_summary(story))}</description>"
        + "".join(f"<category>{tag}</category>" for tag in story.tags)
        + (f'<enclosure url="{story.audio}" type="audio/mpeg" length="4800000"/>' if story.audio else "")
        + "</item>\n"
        for story in told
    )
    head = f"<title>{site.title}</title><link>{site.base}/</link><description>{site.title}</description>"
    return (
        f'<?xml version="1.0"?>\n<rss version="2.0"><channel>{head}\n{items}</channel></rss>\n',
        "application/rss+xml",
    )


def _atom(site: Site, told: list[Story]) -> tuple[str, str]:
    entries = "".join(
        f'<entry><id>tag:{story.guid}</id><link href="{story.link}"/><title>{escape(story.title)}</title>'
        f"<published>{story.published.isoformat()}</published>"
        f"<updated>{(story.updated or story.published).isoformat()}</updated>"
        f"<author><name>{story.author}</name></author><summary>{escape(_summary(story))}</summary>"
        + "".join(f'<category term="{tag}"/>' for tag in story.tags)
        + "</entry>\n"
        for story in told
    )
    head = f"<id>{site.base}/</id><title>{site.title}</title><updated>{START.isoformat()}</updated>"
    head += f'<link href="{site.base}/"/>'
    return (
        f'<?xml version="1.0"?>\n<feed xmlns="http://www.w3.org/2005/Atom">{head}\n{entries}</feed>\n',
        "application/atom+xml",
    )


def _json(site: Site, told: list[Story]) -> tuple[str, str]:
    items = [
        {
            "id": story.guid,
            "url": story.link,
            "title": story.title,
            "date_published": story.published.isoformat(),
            "summary": _summary(story),
            "tags": list(story.tags),
            "authors": [{"name": story.author}],
        }
        for story in told
    ]
    made = {"version": "https://jsonfeed.org/version/1.1", "title": site.title, "home_page_url": f"{site.base}/"}
    return json.dumps({**made, "items": items}, indent=1), "application/feed+json"


def _summary(story: Story) -> str:
    """What a feed says of a story; it changes with the story. Too short to stand in for a page that does not answer."""
    if story.place in BROKEN or story.place == CLOSED:
        return "In short."
    return ("Corrected. " if story.updated else "") + story.text[0].split(". ")[0] + "."
