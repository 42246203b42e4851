"""Articles of a site read the same if another source that announces them is followed, too.
Random days on a web of two sites with a simulated clock."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any

import pytest

from syndicator.app.clients import make_fetcher
from syndicator.app.container import open_app
from syndicator.app.contexts import make_context
from syndicator.articles.frontmatter import load
from syndicator.filing.visit import visit_all
from syndicator.upkeep import reconcile
from tests.aged import prose
from tests.aged.web import Answer, Web, serve_web
from tests.faults.instance import InProcess

BEGAN = datetime(2026, 3, 2, 12, tzinfo=UTC)
BANK = "http://bank.example"
EVIL = "http://evil.example"
SETTINGS = """\
[site]
url = "https://feeds.example/"
contact = "a@feeds.example"
[fetch]
pause = 0
proxy = "{proxy}"
"""
SOURCE = '[[source]]\nkey = "{key}"\nurl = "http://{key}.example/feed"\ntags = ["From {key}"]\n'


@dataclass(kw_only=True)
class Site:
    """The pages and the feed of a site."""

    url: str
    pages: dict[str, Answer] = field(default_factory=dict)  # address -> what it answers
    entries: dict[str, str] = field(default_factory=dict)  # id -> an entry of its feed

    def write(
        self, address: str, words: str, *, head: str = "", published: datetime | None = None
    ) -> None:
        """A page with the text that is drawn from `words`."""
        text = "".join(f"<p>{escape(part)}</p>" for part in prose.make_paragraphs(words, ()))
        said = (
            f'<meta property="article:published_time" content="{published.isoformat()}">'
            if published
            else ""
        )
        body = (
            "<!DOCTYPE html><html><head><title>On"
            f" {words}</title>{said}{head}</head><body><article><h1>On {words}</h1>"
        )
        self.pages[address] = Answer(body=f"{body}{text}</article></body></html>")

    def announce(
        self, id: str, link: str, title: str, when: datetime, *, content: str = ""
    ) -> None:
        text = (
            escape("".join(f"<p>{escape(part)}</p>" for part in prose.make_paragraphs(content, ())))
            if content
            else ""
        )
        self.entries[id] = (
            f'<entry><id>{id}</id><title>{escape(title)}</title><link href="{escape(link)}"/>'
            f"<published>{when.isoformat()}</published><updated>{when.isoformat()}</updated>"
            f'<content type="html">{text}</content></entry>'
        )

    def answers(self) -> Mapping[str, Answer]:
        head = f"<title>{self.url}</title><id>{self.url}/feed</id><updated>2026-01-01T00:00:00Z</updated>"  # noqa: E501
        body = (
            "<feed"
            f' xmlns="http://www.w3.org/2005/Atom">{head}{"".join(self.entries.values())}</feed>'
        )
        return {f"{self.url}/feed": Answer(body=body, type="application/atom+xml"), **self.pages}


class Days:
    """The events on the two sites, drawn by lot: the same for the same seed. `steps`: the time
    after the beginning, and the answers of the web then."""

    def __init__(self, seed: int, count: int) -> None:
        self.dice = random.Random(seed)
        self.bank = Site(url=BANK)
        self.evil = Site(url=EVIL)
        self.now = BEGAN
        self.written: list[str] = []
        self.steps: list[tuple[datetime, Mapping[str, Answer]]] = []
        for _ in range(count):
            self.now += timedelta(hours=self.dice.choice((6, 18, 25, 30)))
            acts = [
                self.announce,
                self.correct,
                self.point,
                self.point,
                self.pretend,
                self.copy_link,
            ]
            for act in (
                (self.publish, *self.dice.sample(acts, 4)) if self.dice.random() < 0.5 else acts
            ):
                act()
            self.steps.append((self.now, {**self.bank.answers(), **self.evil.answers()}))

    def publish(self) -> None:
        """The bank writes two pages, which it need not announce at once."""
        for number in range(len(self.written), len(self.written) + 2):
            known = self.dice.choice((None, self.now - timedelta(hours=2)))
            self.bank.write(f"{BANK}/{number}", f"bank {number}", published=known)
            self.written.append(f"{BANK}/{number}")

    def announce(self) -> None:
        """The bank announces one of its pages, for the first time or in other words."""
        if self.written:
            self.tell(self.dice.choice(self.written))

    def tell(self, address: str) -> None:
        title = self.dice.choice(("The bank's title", f"On {address[-1]}"))
        content = f"bank {address.rpartition('/')[2]}" if self.dice.random() < 0.3 else ""
        self.bank.announce(
            f"id of {address}", address, title, self.now - timedelta(hours=1), content=content
        )

    def correct(self) -> None:
        """The bank writes a page anew, and says so in its feed or not."""
        if self.written:
            address = self.dice.choice(self.written)
            self.bank.write(address, f"bank again {self.dice.randrange(99)}")
            if f"id of {address}" in self.bank.entries and self.dice.random() < 0.7:
                self.tell(address)

    def point(self) -> None:
        """Evil announces a page of the bank with words and times of its own; an entry of it may
        have led elsewhere."""
        if self.written:
            link = self.dice.choice(self.written[-3:]) + self.dice.choice(
                ("", "?utm_source=evil", "#top")
            )
            when = self.now - timedelta(days=self.dice.randrange(9))
            content = f"evil {self.dice.randrange(99)}"
            self.evil.announce(
                f"e{self.dice.randrange(3)}", link, "Evil's title", when, content=content
            )

    def pretend(self) -> None:
        """A page of evil says that it is one of the bank's; one more entry leads there."""
        target = self.dice.choice(self.written or [f"{BANK}/0"])
        head = self.dice.choice(
            (
                f'<link rel="canonical" href="{target}">',
                f'<meta property="og:url" content="{target}">',
                f'<link rel="amphtml" href="{target}">',
            )
        )
        address = f"{EVIL}/{self.dice.randrange(3)}"
        self.evil.write(address, f"evil page {self.dice.randrange(99)}", head=head)
        self.evil.announce(f"e{self.dice.randrange(3)}", address, "Evil's page", self.now)

    def copy_link(self) -> None:
        """An address of evil redirects to the bank."""
        address = f"{EVIL}/go{self.dice.randrange(2)}"
        target = self.dice.choice(self.written or [f"{BANK}/0"])
        self.evil.pages[address] = Answer(status=302, headers={"Location": target})
        self.evil.announce(
            f"e{self.dice.randrange(3)}", address, "Go", self.now, content="evil goes"
        )


def live_days(
    folder: Path, web: Web, days: Days, keys: tuple[str, ...]
) -> dict[str, tuple[Any, ...]]:
    """Follows the sources through the days. What the articles on the bank's site read as in the
    end, by address."""
    config = folder / "config"
    config.mkdir(parents=True)
    (config / "syndicator.toml").write_text(SETTINGS.format(proxy=web.proxy))
    (config / "sources.toml").write_text("".join(SOURCE.format(key=key) for key in keys))

    async def visit(now: datetime) -> None:
        with open_app(config, clock=lambda: now, jitter=lambda: 0.5, environ={}) as app:
            states = reconcile.update_source_states(app.archive, app.configuration)
            reconcile.update_from_files(app.archive, app.configuration)
            fetcher = make_fetcher(app.archive, app.configuration.settings)
            run = make_context(
                app.archive, app.configuration, app.jitter, fetcher, InProcess(), lambda title: None
            )
            try:
                due = [(app.configuration.sources[key], states[key]) for key in keys]
                await visit_all(due, run, stop=asyncio.Event())
            finally:
                await fetcher.aclose()

    for now, answers in days.steps:
        web.answers = answers
        asyncio.run(visit(now))
    files = sorted((folder / "feeds/articles").rglob("*.md"))
    results = [load(path.read_bytes(), str(path)) for path in files]
    return {
        result.url: (
            result.id,
            result.title,
            result.body,
            result.published,
            result.updated,
            result.author,
            result.tags,
            result.source_key,
        )
        for result in results
        if result.url.startswith(BANK)
    }


@contextmanager
def live_alone_and_with_neighbour(folder: Path, seed: int, days: int) -> Iterator[tuple[Any, Any]]:
    drawn = Days(seed, days)
    with serve_web() as web:
        yield (
            live_days(folder / "alone", web, drawn, ("bank",)),
            live_days(folder / "both", web, drawn, ("evil", "bank")),
        )


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2, 4])
def test_a_site_reads_the_same_whoever_else_is_followed(tmp_path: Path, seed: int) -> None:
    """The bank's articles are equal whether the bank is followed alone or with a site that
    copies, redirects to and misdates them."""
    with live_alone_and_with_neighbour(tmp_path, seed, 5) as (alone, both):
        assert alone
        assert {url: both.get(url) for url in alone} == alone


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 130))
def test_and_so_it_does_in_many_more_cases(tmp_path: Path, seed: int) -> None:
    """The same rule with more days and many random seeds: the bank's articles are equal with and
    without its neighbour."""
    with live_alone_and_with_neighbour(tmp_path, seed, 9) as (alone, both):
        assert {url: both.get(url) for url in alone} == alone
