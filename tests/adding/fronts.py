"""Front pages as sites have them, and what each is to be followed by; the five ways of adding."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from syndicator.app.container import App, open_app
from syndicator.articles.frontmatter import load
from syndicator.cli import app as commands
from syndicator.cli import load_commands
from syndicator.core.model import SourceState
from syndicator.filing.kinds import feed, links, listing, page, unstated_kind
from syndicator.filing.kinds.registry import choose_kind
from syndicator.operations.operation import arguments_of, need_operation, no_progress
from syndicator.runs import refresh
from syndicator.upkeep import reconcile
from tests.aged.web import Answer, Web
from tests.cli.sites import PARAGRAPHS, make_feed_link, make_rss, make_story_page
from tests.cli.sites import make_page as html
from tests.unstamped import read_unstamped_configuration

load_commands()
NAMES = ("The ferry that came late", "A sheep on the pier again", "Rain for the third week")
_MODULES = {feed: "feed", listing: "list", page: "page", links: "links", unstated_kind: ""}


@dataclass(frozen=True)
class Front:
    """A front page. `kind` and `followed`: what a source at it is to be; `reason`: of the condition
    if there is nothing to follow."""

    name: str
    answers: Mapping[str, Answer]
    kind: str = ""
    followed: str = ""
    reason: str = ""

    @property
    def url(self) -> str:
        return f"http://{self.name}.example/"


def _stories(home: str) -> dict[str, Answer]:
    return {f"{home}p/{number}": make_story_page(name) for number, name in enumerate(NAMES)}


def _feed(home: str, path: str = "feed.xml", title: str = "Notes") -> dict[str, Answer]:
    items = [(name, f"{home}p/{number}") for number, name in enumerate(NAMES)]
    return {f"{home}{path}": make_rss(title, home, items)}


def _listed(home: str) -> str:
    items = "".join(
        f"<li><h2><a href='{home}p/{number}'>{name}</a></h2><p>It rained all day.</p></li>"
        for number, name in enumerate(NAMES)
    )
    return f"<main><ul class='notes'>{items}</ul></main>"


_PROSE = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS * 3)
_BANNER = (
    "<div id='consent' class='cookie-banner'><h2>We value your privacy</h2><p>We and our partners"
    " store cookies on your device. Accept all or manage your choices.</p><button>Accept"
    " all</button></div>"
)
_WALL = (
    "<h1>We value your privacy</h1><p>We and our partners store and access cookies. Accept all or"
    " manage preferences.</p><button>Accept all cookies</button><button>Reject</button>"
)
_LOGIN = (
    "<h1>Sign in</h1><form method='post'><label>Name <input name='u'></label><label>Password <input"
    " type='password' name='p'></label><button>Sign in</button></form>"
)


def make_front_pages() -> list[Front]:
    """Twelve front pages in the shapes that sites have."""

    def front(name: str, answer: Answer, *more: Mapping[str, Answer], **truth: str) -> Front:
        home = f"http://{name}.example/"
        answers = {home: answer, **_stories(home)}
        for each in more:
            answers |= each
        return Front(name, answers, **truth)

    def home(name: str) -> str:
        return f"http://{name}.example/"

    def moved(name: str, target: str, status: int) -> Answer:
        return Answer(status=status, headers={"Location": target})

    one = home("one")
    several = home("several")
    guess = home("guess")
    plain = home("plain")
    dated = home("dated")
    www = "http://www.moved.example/"
    en = f"{home('tongue')}en/"
    banner = home("banner")
    comments = make_rss("Comments for Notes", several, [("By: Ove", f"{several}p/0#comment-1")])
    times = _listed(dated).replace("<p>It", "<time datetime='2026-11-20'>20 November</time><p>It")
    return [
        front(
            "one",
            html("Notes", make_feed_link(f"{one}feed.xml"), body=_listed(one)),
            _feed(one),
            kind="feed",
            followed=f"{one}feed.xml",
        ),
        front(
            "several",
            html(
                "Notes",
                make_feed_link(f"{several}comments/feed/", "Comments"),
                make_feed_link(f"{several}feed/"),
                make_feed_link(f"{several}feed/atom/", kind="atom+xml"),
                body=_PROSE,
            ),
            _feed(several, "feed/"),
            _feed(several, "feed/atom/"),
            {f"{several}comments/feed/": comments},
            kind="feed",
            followed=f"{several}feed/",
        ),
        front(
            "guess",
            html("Notes", body=_PROSE),
            _feed(guess, "rss.xml"),
            kind="feed",
            followed=f"{guess}rss.xml",
        ),
        front("plain", html("Notes", body=_listed(plain)), kind="list", followed=plain),
        front("dated", html("Notes", body=times), kind="list", followed=dated),
        front(
            "prose",
            html("A harbour", body=f"<main><h1>A harbour</h1>{_PROSE}</main>"),
            reason="not-a-feed-nothing-to-follow",
        ),
        front(
            "claims",
            html("A harbour", body=f"<main><h1>A harbour</h1>{_PROSE}</main>", article=True),
            reason="not-a-feed-nothing-to-follow",
        ),
        front(
            "moved",
            moved("moved", www, 301),
            {www: html("Notes", make_feed_link("/feed.xml"), body=_listed(www))},
            _feed(www),
            _stories(www),
            kind="feed",
            followed=f"{www}feed.xml",
        ),
        front(
            "tongue",
            moved("tongue", en, 302),
            {en: html("Notes", make_feed_link("/feed.xml"), body=_listed(home("tongue")))},
            _feed(home("tongue")),
            kind="feed",
            followed=f"{home('tongue')}feed.xml",
        ),
        front(
            "banner",
            html("Notes", make_feed_link(f"{banner}feed.xml"), body=_BANNER + _listed(banner)),
            _feed(banner),
            kind="feed",
            followed=f"{banner}feed.xml",
        ),
        front("wall", html("We value your privacy", body=_WALL), reason="not-a-feed-consent"),
        front("login", html("Sign in", body=_LOGIN), reason="not-a-feed-login"),
    ]


def make_address_list() -> tuple[list[str], dict[str, Answer]]:
    """The 61 addresses of a reader's list, and what they answer: feeds, front pages, sections,
    articles, and some that are gone."""
    urls = [front.url for front in make_front_pages()]
    answers = {url: answer for front in make_front_pages() for url, answer in front.answers.items()}
    for number in range(30):
        home = f"http://feed{number}.example/"
        urls.append(f"{home}feed.xml")
        answers |= _feed(home, title=f"Notes {number}") | _stories(home)
    for number in range(8):
        home = f"http://section{number}.example/"
        urls.append(f"{home}notes/")
        answers |= {f"{home}notes/": html("Notes", body=_listed(home))} | _stories(home)
    for number in range(5):
        urls.append(f"http://article{number}.example/p/0")
        answers |= _stories(f"http://article{number}.example/")
    urls += [f"http://gone{number}.example/feed" for number in range(4)]
    for number in range(2):
        urls.append(f"http://ill{number}.example/feed")
        answers[urls[-1]] = Answer(status=500, body="no")
    return urls, answers


@dataclass(frozen=True)
class Seen:
    """What became of an address: how it is followed, or why not."""

    key: str
    kind: str
    followed: str
    reason: str


class Instance:
    """An instance that follows nothing yet, and a web that it asks."""

    def __init__(self, folder: Path, web: Web) -> None:
        self.folder = folder
        self.web = web
        self.config = folder / "config"
        self.config.mkdir(parents=True)
        (self.config / "syndicator.toml").write_text(
            f'[site]\ncontact = "a@feeds.example"\n[fetch]\npause = 0\nproxy = "{web.proxy}"\n'
        )
        (self.config / "sources.toml").write_text("# ours\n")
        (self.config / "taxonomy.toml").write_text('[[tag]]\nname = "Ferries"\n')

    def run_command(self, *words: str) -> Any:
        return CliRunner().invoke(commands, [*words, "--config", str(self.config)])

    @contextmanager
    def open_app(self) -> Iterator[App]:
        with open_app(
            self.config, read=read_unstamped_configuration(self.config), environ={}
        ) as app:
            yield app

    def operate(self, name: str, given: Mapping[str, Any]) -> Any:
        """Do what a form of the console, or a request to the API, asks for; return its data."""
        operation = need_operation(name)
        with self.open_app() as app:
            change = operation.plan(app, arguments_of(operation, given), no_progress)
            if change.act is not None:
                change.act(no_progress)
            return change.data

    def visit_due(self, limit: int | None = None) -> None:
        """Visit every source that is due, as `refresh` does."""
        with self.open_app() as app:
            reconcile.update_edited_sources(app.archive, app.configuration)
            asyncio.run(refresh.run(app, refresh.Wanted(limit=limit), stop=asyncio.Event()))

    def list_source_kinds(self) -> dict[str, Seen]:
        """What the sources became, by the address in sources.toml."""
        with self.open_app() as app:
            states = app.archive.store.visits.states()
            results = {}
            for key, source in app.configuration.sources.items():
                state = states.get(key) or SourceState(key=key, url=source.url)
                reason = state.backoff.reason or ""
                results[source.url] = Seen(
                    key=key,
                    kind="" if reason else _MODULES[choose_kind(source, state)],  # type: ignore[index]
                    followed="" if reason else state.redirects.effective_url or source.url,
                    reason=reason,
                )
            return results

    def list_article_urls(self) -> list[str]:
        """The addresses of the articles that were filed."""
        files = (self.folder / "feeds/articles").rglob("*.md")
        return sorted(load(path.read_bytes()).url for path in files)


def write_opml(urls: Sequence[str]) -> str:
    """A subscription list of addresses."""
    outlines = "".join(
        f'<outline type="rss" text="{n}" xmlUrl="{escape(url)}"/>\n' for n, url in enumerate(urls)
    )
    return f'<opml version="2.0"><head/><body>\n{outlines}</body></opml>\n'


def add_by_command(instance: Instance, urls: Sequence[str]) -> None:
    for url in urls:
        instance.run_command("add", url, "--yes")


def add_by_opml(instance: Instance, urls: Sequence[str]) -> None:
    path = instance.folder / "list.opml"
    path.write_text(write_opml(urls))
    assert instance.run_command("import", str(path), "--no-refresh").exit_code == 0


def add_by_text(instance: Instance, urls: Sequence[str]) -> None:
    path = instance.folder / "list.txt"
    path.write_text("# what I read\n\n" + "\n".join(urls) + "\n")
    assert instance.run_command("import", str(path), "--no-refresh").exit_code == 0


def add_by_hand(instance: Instance, urls: Sequence[str]) -> None:
    """In sources.toml, with the keys that a command gives."""
    from syndicator.configuration.sources.registry import make_source_key

    keys: set[str] = set()
    tables = []
    for url in urls:
        key = make_source_key(url, keys)
        keys.add(key)
        tables.append(f'[[source]]\nkey = "{key}"\nurl = "{url}"\n')
    (instance.config / "sources.toml").write_text("\n".join(tables))


def add_by_console(instance: Instance, urls: Sequence[str]) -> None:
    """Paste the list, and add all that was found."""
    result = instance.operate("look", {"opml": "\n".join(urls)})
    tables = [candidate["source"] for candidate in result["candidates"] if not candidate["known"]]
    instance.operate("add", {"sources": tables})


def add_by_api(instance: Instance, urls: Sequence[str]) -> None:
    instance.operate("add", {"url": list(urls)})


WAYS = {
    "add": add_by_command,
    "opml": add_by_opml,
    "text": add_by_text,
    "sources.toml": add_by_hand,
    "console": add_by_console,
    "api": add_by_api,
}
