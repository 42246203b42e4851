"""The sites of the demo's web: who they are, where their pages are, and what stands on each page beside the story."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from syndicator.core.model import ContentMode

FeedFormat = Literal["rss", "atom", "rdf", "json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    key: str
    title: str
    host: str  # a loopback address of its own
    tagline: str = ""
    path: str = "/{slug}"  # of a story; {y}, {m}, {d} and {slug} stand for its date and name
    feed_path: str = ""  # "": the site has no feed
    feed: FeedFormat = "rss"
    full: bool = False  # the feed carries whole articles
    content: ContentMode = "excerpt"  # how we publish it
    language: str = "en"
    robots: str = "User-agent: *\nDisallow: /search\n"
    classes: Mapping[str, str] = field(default_factory=dict)  # tag -> class, as this site's system writes them
    promo_after: int = 0  # blocks of the story before the site's own block; 0: none
    boilerplate: tuple[str, ...] = ()  # texts on every page that are no part of any story


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A source that fails, and how: the reason a visit records is in `reason`."""

    key: str
    host: str
    path: str
    reason: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    body: str = ""
    type: str = "application/rss+xml; charset=utf-8"


SITES = (
    Site(
        key="launchbeat",
        title="Launchbeat",
        tagline="Startup and technology news",
        host="127.0.0.2",
        path="/{y}/{m}/{d}/{slug}/",
        feed_path="/category/artificial-intelligence/feed/",
        robots="User-agent: *\nDisallow: /wp-admin/\nDisallow: */feed/\nAllow: /wp-admin/admin-ajax.php\n",
        classes={
            "p": "wp-block-paragraph",
            "h2": "wp-block-heading",
            "h3": "wp-block-heading",
            "ul": "wp-block-list",
            "ol": "wp-block-list",
            "blockquote": "wp-block-quote",
            "pre": "wp-block-code",
            "figure": "wp-block-image size-large",
        },
        promo_after=3,
        boilerplate=(
            "Launchbeat event",
            "Join the Launchbeat Summit 2026 Waitlist",
            "Add yourself to the Launchbeat Summit 2026 waitlist",
            "Every weekday and Sunday, you can get the best of Launchbeat",
            "Most Popular",
            "All rights reserved",
            "appeared first on",
        ),
    ),
    Site(
        key="parallel",
        title="The Parallel",
        tagline="Reporting on the machines that work beside us",
        host="127.0.0.3",
        path="/stories/{slug}",
        feed_path="/feed.atom",
        feed="atom",
        classes={
            "p": "Body_paragraph__q8Zt1",
            "h2": "Body_heading__Xk2vD",
            "ul": "Body_list__p0Lw9",
            "blockquote": "Body_quote__m3Rr7",
            "figure": "Body_figure__aa41s",
        },
        boilerplate=("Listen to this story", "Sign up for The Parallel Weekly", "More from The Parallel"),
    ),
    Site(
        key="holt",
        title="Maren Holt's notebook",
        tagline="Notes on running models on machines you own",
        host="127.0.0.4",
        path="/notes/{slug}.html",
        feed_path="/feed.json",
        feed="json",
        full=True,
        content="full",
        robots="User-agent: *\nAllow: /\n",
        boilerplate=("This notebook has no comments", "Older notes"),
    ),
    Site(
        key="meridian",
        title="Meridian Wire",
        tagline="Technology and science from three desks",
        host="127.0.0.5",
        path="/article/{slug}-{y}{m}{d}.html",
        feed_path="/rss/technology.rdf",
        feed="rdf",
        classes={"p": "article__p", "h2": "article__subhead", "ul": "article__ul", "table": "article__table"},
        promo_after=2,
        boilerplate=(
            "ADVERTISEMENT",
            "We and our 214 partners",
            "Follow Meridian Wire on",
            "Read also",
            "© Meridian Wire Service",
        ),
    ),
    Site(
        key="handbook",
        title="Coldframe handbook",
        host="127.0.0.6",
        path="/handbook/{slug}/",
        classes={"pre": "highlight"},
        boilerplate=("Edit this page", "Was this page helpful?"),
    ),
    Site(
        key="ledger",
        title="The Ledger Review",
        tagline="Markets, money, machines",
        host="127.0.0.7",
        path="/{slug}",
        feed_path="/rss.xml",
        robots="User-agent: *\nDisallow: /members-\n",
        boilerplate=("Subscribe to continue reading", "Already a subscriber?"),
    ),
)

TROUBLES = (
    Trouble(
        key="gone",
        host="127.0.0.8",
        path="/feed",
        status=410,
        reason="gone",
        body="<h1>Gone</h1><p>This weblog closed in August.</p>",
        type="text/html; charset=utf-8",
    ),
    Trouble(
        key="slow",
        host="127.0.0.9",
        path="/rss",
        delay=20.0,
        reason="timeout",
        body='<rss version="2.0"><channel><title>Slow</title></channel></rss>',
    ),
    Trouble(
        key="broken",
        host="127.0.0.10",
        path="/feed.xml",
        reason="broken-xml",
        body='<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>Cut & shut</title>\n<link>http://',
    ),
    Trouble(
        key="busy",
        host="127.0.0.11",
        path="/atom.xml",
        status=429,
        headers={"Retry-After": "120"},
        reason="rate-limited",
        body="Too many requests\n",
        type="text/plain; charset=utf-8",
    ),
)
