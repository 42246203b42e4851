"""Sites behind a login: each is a server on loopback that knows the cookies of its readers."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from syndicator.app.container import App, open_app
from syndicator.core.model import Outcome
from syndicator.runs import refresh
from syndicator.visiting.fetch.client import HttpFetcher
from tests.faults.instance import InProcess
from tests.unstamped import read_unstamped_configuration

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
LATER = int(NOW.timestamp()) + 30 * 86_400
EARLIER = int(NOW.timestamp()) - 86_400
TOKEN = "s3ntinel-of-the-session"
DESCRIPTION = "What the council decided about the old bridge, and what the new one will cost."
SECRET_WORDS = "zanzibarite pumpernickel"  # in the text, and nowhere else
_PAGE = """<!doctype html><html lang="en"><head><title>{title}</title>
<meta name="description" content="{description}"></head><body><article><h1>{title}</h1>{text}
</article>{more}</body></html>"""
_TEXT = (
    "<p>The council of the town decided on Monday to repair the old bridge over the river, after a"
    " long debate about its price. Members of two parties wanted a new one in its place.</p>"
    "<p>Engineers had found that the stone of the northern arch is sound, and that only the road"
    " on top of it has to be replaced. The work begins in spring and takes a year.</p>"
    f"<p>Until then lorries have to take the road by the mill, said a {SECRET_WORDS} who knows the"
    " plans. The bus line keeps its stops, and the market stays where it is.</p>"
    "<p>The money comes from the region, which pays for two thirds, and from the town, which sold"
    " a field last year. The council meets again in April to choose a builder for the work.</p>"
)
LOGIN_FORM = (
    "<!doctype html><title>Log in</title><h1>Log in</h1><form><input name=user> <input"
    " type=password name=password></form><p>Forgot your password? Create an account</p>"
)
PAYWALL = (
    "<!doctype html><title>The old bridge</title><h1>The old bridge</h1><p>This article is for"
    " subscribers only. Subscribe to continue reading.</p><p>Already a subscriber?</p>"
)

# the beginning of the story, as a site shows it to everyone
LEAD = (
    "<!doctype html><title>The old bridge</title><article><h1>The old bridge is repaired</h1>"
    "<p>The council of the town decided on Monday to repair the old bridge over the river, after a"
    " long debate about its price. Members of two parties wanted a new one in its place.</p>"
    "<p>Engineers had found that the stone of the northern arch is sound, and that only the road"
    " on top of it has to be replaced.</p><p>Subscribe to continue reading.</p></article>"
)


def make_story_page(title: str = "The old bridge is repaired", more: str = "") -> bytes:
    page = _PAGE.format(title=title, description=DESCRIPTION, text=_TEXT, more=more)
    return page.encode()


@dataclass(frozen=True, slots=True)
class Reply:
    body: bytes = b""
    status: int = 200
    type: str = "text/html; charset=utf-8"
    headers: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that a site received. `cookies`: by name."""

    host: str
    path: str
    cookies: Mapping[str, str]


@dataclass
class Site:
    """A site at `base`. `answer` returns the reply to a request; the feed lists `stories`."""

    answer: Callable[[Asked], Reply]
    stories: Sequence[str] = ("/story",)
    open_feed: bool = True  # False: `answer` decides about the feed, too
    asked: list[Asked] = field(default_factory=list)
    base: str = ""

    def reply(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        if asked.path == "/robots.txt":
            return Reply(status=404)
        if asked.path == "/feed" and self.open_feed:
            return self.render_feed()
        return self.answer(asked)

    def render_feed(self) -> Reply:
        items = "".join(
            f"<item><title>Story {number}</title><link>{link}</link></item>"
            for number, link in enumerate(self.stories)
        )
        text = f'<rss version="2.0"><channel><title>Review</title>{items}</channel></rss>'
        return Reply(text.encode(), type="application/rss+xml")

    def list_sent_cookies(self, path: str) -> list[Mapping[str, str]]:
        """The cookies of the requests for `path`."""
        return [asked.cookies for asked in self.asked if asked.path == path]


@contextmanager
def serve_site(
    site: Site, address: str = "127.0.0.1", name: str = "", tls: ssl.SSLContext | None = None
) -> Iterator[Site]:
    """Serve a site; its base has `name` in place of `address`, if given."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            header = self.headers.get("Cookie", "")
            pairs = (pair.partition("=") for pair in header.split("; ") if pair)
            cookies = {key: value for key, _, value in pairs}
            reply = site.reply(Asked(self.headers.get("Host", ""), self.path, cookies))
            self.send_response(reply.status)
            for key, value in reply.headers:
                self.send_header(key, value)
            self.send_header("Content-Type", reply.type)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer((address, 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    scheme = "http" if tls is None else "https"
    site.base = f"{scheme}://{name or address}:{server.server_port}"
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def make_tls(folder: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Return TLS for a server at 127.0.0.1, whose certificate our client trusts."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate")
    certificate = folder / "certificate.pem"
    key = folder / "key.pem"
    words = (
        f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -out {certificate}"
    )
    words += f" -keyout {key} -addext subjectAltName=IP:127.0.0.1"
    subprocess.run(words.split(), check=True, capture_output=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def resolve_names(monkeypatch: pytest.MonkeyPatch, names: Mapping[str, str]) -> None:
    """Let our client find these names on loopback."""
    from syndicator.visiting.fetch import ssrf

    def lookup(host: str, port: int) -> Any:
        return ssrf.resolve_with_system(names.get(host, host), port)

    defaults = HttpFetcher.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "lookup", lookup)


def cookie_line(
    domain: str,
    *,
    name: str = "session",
    value: str = TOKEN,
    path: str = "/",
    secure: bool = False,
    expires: int = LATER,
    subdomains: bool = False,
) -> str:
    """A line of an exported file."""
    flags = ("FALSE", "TRUE")
    parts = (domain, flags[subdomains], path, flags[secure], str(expires), name, value)
    return "\t".join(parts)


class Reader:
    """An instance in `folder` that follows `site` with cookies; its clock stands until moved."""

    def __init__(
        self, folder: Path, site: Site, lines: Sequence[str], *, more: str = "", settings: str = ""
    ) -> None:
        self.folder = folder
        self.config = folder / "config"
        self.now = NOW
        (self.config / "cookies").mkdir(parents=True)
        (self.config / "sources.toml").write_text(
            f'[[source]]\nkey = "review"\nurl = "{site.base}/feed"\n'
            f'cookies = "cookies/review.txt"\n{more}'
        )
        (self.config / "syndicator.toml").write_text(
            f"[fetch]\nallow_loopback = true\npause = 0\n{settings}"
        )
        self.export_cookies(lines)

    @property
    def cookie_file(self) -> Path:
        return self.config / "cookies/review.txt"

    @property
    def renewed_file(self) -> Path:
        return self.config / "cookies/review.txt.renewed"

    def export_cookies(self, lines: Sequence[str]) -> None:
        """Write the file of cookies, as a browser exports it."""
        self.cookie_file.write_text("\n".join(("# Netscape HTTP Cookie File", *lines, "")))
        self.cookie_file.chmod(0o600)

    @contextmanager
    def open_app(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
        monkeypatch.setattr(refresh, "make_worker", lambda settings: InProcess())
        with open_app(
            self.config,
            read=read_unstamped_configuration(self.config),
            clock=lambda: self.now,
            jitter=lambda: 0.5,
            environ={},
        ) as app:
            yield app

    def visit_source(self, monkeypatch: pytest.MonkeyPatch, *, due: bool = False) -> Outcome | None:
        """Visit the source now, or (`due`) if it is due."""
        wanted = refresh.Wanted() if due else refresh.Wanted(keys=("review",))
        with self.open_app(monkeypatch) as app:
            report = asyncio.run(refresh.run(app, wanted, stop=asyncio.Event()))
        return report.outcomes[0] if report.outcomes else None

    def read_articles(self) -> list[str]:
        """The texts of the article files."""
        files = sorted((self.folder / "feeds/articles").rglob("*.md"))
        return [file.read_text() for file in files]
