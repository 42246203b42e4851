"""A site gives its articles new addresses and ids: nothing is published twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path

import pytest

from syndicator.app.container import open_app
from syndicator.articles.frontmatter import load
from syndicator.core.model import Article, Problem
from syndicator.runs import refresh
from syndicator.runs.refresh import Wanted, run
from tests.aged.prose import make_paragraphs
from tests.aged.web import Answer, Web, serve_web
from tests.faults.instance import InProcess

SITE = "http://garden.example"
START = datetime(2026, 5, 20, 12, tzinfo=UTC)
MANY = 61


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """An article of the site, where it is today. `names`: the address that its page calls
    canonical."""

    path: str
    title: str
    text: str
    at: datetime | None
    guid: str
    names: str = ""

    @property
    def url(self) -> str:
        return SITE + self.path


def make_post(number: int, **fields: object) -> Post:
    text = "".join(
        f"<p>{escape(line)}</p>" for line in make_paragraphs(f"bed {number}", ("Beds",), 5)
    )
    at = START - timedelta(hours=7 * number + 1, minutes=number)
    post = Post(
        path=f"/{number}",
        title=f"Bed number {number} in spring",
        text=text,
        at=at,
        guid=f"post-{number}",
    )
    return replace(post, **fields)  # type: ignore[arg-type]


def make_page(one: Post) -> Answer:
    link = f'<link rel="canonical" href="{one.names}">' if one.names else ""
    shown = f'<time datetime="{one.at.isoformat()}">{one.at:%d %B %Y}</time>' if one.at else ""
    title = escape(one.title)
    return Answer(
        body=(
            f"<!DOCTYPE html><html lang='en'><head><title>{title}</title>{link}</head>"
            f"<body><article><h1>{title}</h1>{shown}{one.text}</article></body></html>"
        )
    )


def make_feed(posts: list[Post]) -> Answer:
    items = "".join(
        f"<item><title>{escape(post.title)}</title><link>{post.url}</link><guid"
        f" isPermaLink='false'>{post.guid}</guid>"
        + (f"<pubDate>{format_datetime(post.at)}</pubDate>" if post.at else "")
        + "</item>"
        for post in posts
    )
    head = f"<title>Garden</title><link>{SITE}/</link><description>A garden</description>"
    return Answer(
        body=f"<rss version='2.0'><channel>{head}{items}</channel></rss>",
        type="application/rss+xml",
    )


@dataclass(slots=True)
class Garden:
    """The site and an instance that follows it."""

    folder: Path
    web: Web
    now: datetime = START

    def serve_posts(
        self, posts: list[Post], moved: dict[str, str] | None = None, gone: list[Post] | None = None
    ) -> None:
        """Set the pages of the site: `moved` redirects, `gone` is no longer in the feed."""
        answers = {one.url: make_page(one) for one in (*posts, *(gone or ()))}
        answers |= {
            old: Answer(status=301, headers={"Location": new}) for old, new in (moved or {}).items()
        }
        self.web.answers = {**answers, f"{SITE}/feed": make_feed(posts)}

    @property
    def pending_entries(self) -> int:
        with open_app(self.folder / "config", environ={}) as app:
            return app.archive.store.status.counts().pending

    def visit_sources(self, hours: float = 3) -> tuple[Problem, ...]:
        """Visit all sources that are due after so many hours, until no entry waits. Return the
        problems of late entries."""
        self.now += timedelta(hours=hours)

        async def go(all: bool) -> tuple[bool, tuple[Problem, ...]]:
            with open_app(
                self.folder / "config", clock=lambda: self.now, jitter=lambda: 0.5, environ={}
            ) as app:
                await run(app, Wanted(all=all), stop=asyncio.Event())
                waits = any(
                    state.schedule.waiting for state in app.archive.store.visits.each_state()
                )
                return waits, app.archive.store.status.list_late()

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(refresh, "make_worker", lambda settings: InProcess())
            waits, late = asyncio.run(go(True))
            while waits:
                self.now += timedelta(minutes=1)
                waits, late = asyncio.run(go(False))
        return late

    def load_articles(self) -> list[Article]:
        files = sorted((self.folder / "feeds/articles").rglob("*.md"))
        return [load(path.read_bytes(), str(path)) for path in files]

    def read_published(self) -> bytes:
        return (self.folder / "feeds/public/all.atom").read_bytes()


@pytest.fixture
def garden(tmp_path: Path) -> Iterator[Garden]:
    config = tmp_path / "config"
    config.mkdir()
    (config / "sources.toml").write_text(
        f'[[source]]\nkey = "garden"\nurl = "{SITE}/feed"\nkind = "feed"\nbackfill = {MANY}\n'
    )
    (config / "taxonomy.toml").write_text('[[tag]]\nname = "Beds"\n')
    with serve_web() as web:
        (config / "syndicator.toml").write_text(f'[fetch]\npause = 0.0\nproxy = "{web.proxy}"\n')
        yield Garden(tmp_path, web)


def move_post(one: Post, **fields: object) -> Post:
    at_blog = replace(one, path=f"/blog{one.path}", guid=f"{SITE}/?p={one.path[1:]}00")
    return replace(at_blog, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("how", "many"),
    [
        ("plain", 12),
        ("reworded", 12),
        *(
            pytest.param(way, 12, marks=pytest.mark.slow)
            for way in ("canonical", "redirect", "undated")
        ),
        *(pytest.param(way, MANY, marks=pytest.mark.slow) for way in ("plain", "shifted")),
    ],
)
def test_a_redesign_republishes_nothing(garden: Garden, how: str, many: int) -> None:
    """A site gives its `many` posts new addresses and ids, and makes one more change (`how`). After
    two more visits its articles and our feed are the same, and each article has its new address as
    an alias."""
    old = [make_post(number) for number in range(many)]
    garden.serve_posts(old)
    garden.visit_sources(hours=0)
    before = garden.load_articles()
    published = garden.read_published()

    assert len(before) == many

    make_changes: dict[str, Callable[[Post], dict[str, object]]] = {
        # other dates, no dates, old addresses as canonical ones, one more paragraph
        "shifted": lambda post: {"at": post.at + timedelta(hours=2) if post.at else None},
        "undated": lambda post: {"at": None},
        "canonical": lambda post: {"names": post.url},
        "reworded": lambda post: {"text": f"<p>First seen on our old pages.</p>{post.text}"},
    }
    make_change = make_changes.get(how, lambda post: {})  # "plain", "redirect": no other change
    new = [move_post(post, **make_change(post)) for post in old]
    redirects = {}
    if how == "redirect":
        redirects = {before.url: now.url for before, now in zip(old, new, strict=True)}
    garden.serve_posts(new, redirects)

    # no entry is late
    assert garden.visit_sources() == ()
    assert garden.visit_sources() == ()

    after = garden.load_articles()

    for article, article_before in zip(after, before, strict=True):
        assert article.id == article_before.id
        assert article.url == article_before.url
        assert article.title == article_before.title
        assert article.published == article_before.published
        assert article.body == article_before.body
    assert garden.read_published() == published

    if how != "canonical":
        aliases = {url for article in after for url in article.aliases}
        assert aliases == {post.url for post in new}


@pytest.mark.slow
def test_an_old_address_that_leads_to_the_new_one_is_asked_where_text_and_time_changed(
    garden: Garden,
) -> None:
    """Of a site's 12 posts not only addresses and ids changed, but also texts and times; their
    titles stayed, and the old addresses redirect to the new ones. So they are the same articles:
    none is late and none is filed anew."""
    old = [make_post(number) for number in range(12)]
    garden.serve_posts(old)
    garden.visit_sources(hours=0)
    new = []
    redirects = {}
    for number, post in enumerate(old):
        with_other_text = make_post(500 + number)  # the number decides on the text
        moved_post = move_post(
            with_other_text,
            title=post.title,
            path=f"/blog{post.path}",
            at=START - timedelta(days=3, minutes=number),
        )
        new.append(moved_post)
        redirects[post.url] = moved_post.url
    garden.serve_posts(new, redirects)

    assert garden.visit_sources() == ()
    assert {article.url for article in garden.load_articles()} == {post.url for post in old}


@pytest.mark.slow
def test_an_archive_that_is_imported_is_late_by_one_visit_and_not_lost(garden: Garden) -> None:
    """After a first visit 16 older posts appear in the feed at once: they are late, and wait for
    the next visit. The 15 that are still announced then are filed, and none waits any more."""
    recent = [make_post(number) for number in range(4)]
    garden.serve_posts(recent)
    garden.visit_sources(hours=0)
    archive = [make_post(number) for number in range(4, 20)]
    garden.serve_posts([*recent, *archive])
    late_entries = garden.visit_sources()

    assert {problem.what for problem in late_entries} == {post.url for post in archive}
    assert {problem.reason for problem in late_entries} == {"late"}
    assert len(garden.load_articles()) == len(recent)

    still_announced = [*recent, *archive[:-1]]
    garden.serve_posts(still_announced)

    assert garden.visit_sources() == ()
    assert {article.url for article in garden.load_articles()} == {
        post.url for post in still_announced
    }
    assert garden.visit_sources() == ()
    assert garden.pending_entries == 0


def test_what_waits_is_taken_at_the_next_visit_although_the_feed_did_not_change(
    garden: Garden,
) -> None:
    """Eight old posts that appear at once are late and wait. At the next visit they are filed,
    although the bytes of the feed have not changed since."""
    recent = [make_post(number) for number in range(2)]
    archive = [make_post(number) for number in range(2, 10)]
    garden.serve_posts(recent)
    garden.visit_sources(hours=0)
    garden.serve_posts([*recent, *archive])

    assert len(garden.visit_sources()) == len(archive)  # the late entries
    assert garden.visit_sources() == ()
    assert len(garden.load_articles()) == len(recent) + len(archive)


@pytest.mark.slow
def test_news_is_not_late(garden: Garden) -> None:
    """Nine posts with a time after the last visit, and nine with only the date of its day
    (midnight), are filed at once: none is late."""
    garden.serve_posts([make_post(number) for number in range(4)])
    garden.visit_sources(hours=0)
    news = [make_post(100 + n, at=START + timedelta(hours=1, minutes=n)) for n in range(9)]
    dated = [make_post(200 + n, at=START.replace(hour=0)) for n in range(9)]
    garden.serve_posts([*news, *dated])

    assert garden.visit_sources() == ()  # no late entries
    assert len(garden.load_articles()) == 4 + len(news) + len(dated)


def test_a_column_of_one_title_and_the_same_words_stays_apart(garden: Garden) -> None:
    """Each week a site announces a post with the same title and text at a new address: after three
    weeks there are three articles, because their dates are a week apart."""
    rules = (
        "<p>"
        + " ".join(f"Rule {number}: be kind to beds and to their keepers." for number in range(20))
        + "</p>"
    )
    # three, because of four such posts the text would count as boilerplate
    weeks = [
        make_post(0, path=f"/open/{n}", guid=f"open-{n}", title="Open thread", text=rules)
        for n in range(3)
    ]
    for n, post in enumerate(weeks):
        garden.serve_posts([replace(post, at=START + timedelta(days=7 * n, hours=-1))])
        garden.visit_sources(hours=0)
        garden.now = START + timedelta(days=7 * (n + 1))

    assert {article.url for article in garden.load_articles()} == {week.url for week in weeks}


def test_one_title_and_one_second_with_other_text_are_two(garden: Garden) -> None:
    """The feed announces a post, and later another one in its place with the same title and time
    but a different text: they are two articles."""
    post = make_post(1, title="Links")
    garden.serve_posts([post])
    garden.visit_sources(hours=0)
    garden.serve_posts([replace(make_post(2, title="Links"), at=post.at)])
    garden.visit_sources()

    assert len(garden.load_articles()) == 2


def test_two_that_are_announced_side_by_side_are_two(garden: Garden) -> None:
    """Two posts with the same title, text and time are two articles if the feed has both at
    once: neither has moved."""
    short = (
        "<p>A picture of a bed.</p><p>It was taken in the morning, from the gate, and shows what"
        " grew.</p>"
    )
    two_hours_ago = START - timedelta(hours=2)
    first = make_post(1, title="Photo", text=short, at=two_hours_ago)
    second = make_post(2, title="Photo", text=short, at=two_hours_ago)
    garden.serve_posts([first])
    garden.visit_sources(hours=0)
    garden.serve_posts([first, second])
    garden.visit_sources()

    assert len(garden.load_articles()) == 2
