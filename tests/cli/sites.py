"""Made-up sites in the shapes that publishing systems give them, for `add`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tests.aged.web import Answer

NEWEST = datetime(2026, 11, 20, 9, tzinfo=UTC)
PARAGRAPHS = (
    (
        "The harbour office counts ferries with a camera and a small program that was written for"
        " sheep."
    ),
    "It was cheaper than the old loop in the road, and it sees at night, which the loop never did.",
    "In its first month it missed two boats, both of them grey, on a grey morning in heavy rain.",
    (
        "The people who sell tickets check it every evening against their own numbers and write"
        " down both."
    ),
)


def make_rss(
    title: str, site: str, items: Sequence[tuple[str, str]], newest: datetime = NEWEST
) -> Answer:
    """An RSS feed of `items`, each a title and an address, an hour apart, the newest first."""
    listed = "".join(
        f"<item><title>{name}</title><link>{url}</link><guid>{url}</guid>"
        f"<pubDate>{format_datetime(newest - timedelta(hours=number))}</pubDate></item>"
        for number, (name, url) in enumerate(items)
    )
    channel = f"<channel><title>{title}</title><link>{site}</link><description></description>{listed}</channel>"  # noqa: E501
    return Answer(
        body=f'<?xml version="1.0"?><rss version="2.0">{channel}</rss>', type="application/rss+xml"
    )


def make_page(title: str, *links: str, body: str = "", article: bool = False) -> Answer:
    """A page whose head has `links`."""
    kind = '<meta property="og:type" content="article">' if article else ""
    head = f"<title>{title}</title>{kind}{''.join(links)}"
    return Answer(
        body=f"<!DOCTYPE html><html lang='en'><head>{head}</head><body>{body}</body></html>"
    )


def make_feed_link(url: str, title: str = "", kind: str = "rss+xml") -> str:
    return f'<link rel="alternate" type="application/{kind}" title="{title}" href="{url}">'


def make_story_page(
    title: str, *, author: str = "Nora Lindqvist", day: str = "2026-11-20", cover: str = ""
) -> Answer:
    """An article as a blog shows it."""
    picture = f'<meta property="og:image" content="{cover}">' if cover else ""
    text = "".join(f"<p>{paragraph} {title} is what it was called.</p>" for paragraph in PARAGRAPHS)
    body = (
        f"<main><article><h1>{title}</h1><p class='byline'>By <a rel='author'"
        f" href='/nora'>{author}</a> <time"
        f" datetime='{day}T09:00:00Z'>{day}</time></p>{text}</article></main>"
    )
    return make_page(title, picture, body=body, article=True)


def make_wordpress_site(
    host: str = "blog.example", names: Sequence[str] = ("Ferries", "Sheep", "Rain", "Tickets")
) -> dict[str, Answer]:
    """A site as WordPress makes it: the comments feed is named first (as some themes do), the feed
    of articles after it, beside them addresses that are no feeds."""
    home = f"https://{host}"
    items = [(name, f"{home}/{name.lower()}/") for name in names]
    comments = [(f"By: {name}", f"{url}#comment-{n}") for n, (name, url) in enumerate(items, 1)]
    links = (
        make_feed_link(f"{home}/comments/feed/", "Harbour notes &raquo; Comments Feed"),
        make_feed_link(f"{home}/wp-json/wp/v2/pages/2", "JSON", "json"),
        make_feed_link(f"{home}/wp-json/oembed/1.0/embed?url=x", "oEmbed", "json+oembed"),
        make_feed_link(f"{home}/feed/", "Harbour notes &raquo; Feed"),
        make_feed_link(f"{home}/feed/atom/", "Harbour notes &raquo; Atom"),
    )
    return {
        f"{home}/": make_page(
            "Harbour notes", *links, body="<main><p>What we see from the pier.</p></main>"
        ),
        f"{home}/feed/": make_rss("Harbour notes", f"{home}/", items),
        f"{home}/feed/atom/": make_rss("Harbour notes", f"{home}/", items),
        f"{home}/comments/feed/": make_rss("Comments for Harbour notes", f"{home}/", comments),
        **{url: make_story_page(name, cover=f"{home}/{name.lower()}.jpg") for name, url in items},
    }


def serve_without_tls(answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """The same sites without TLS: the tests' web is an HTTP proxy."""
    return {
        url.replace("https://", "http://"): Answer(
            body=answer.body.replace("https://", "http://"), status=answer.status, type=answer.type
        )
        for url, answer in answers.items()
    }
