"""The generated nginx and Caddy configurations, run in the real servers."""

from __future__ import annotations

import gzip
import http.client
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest

from syndicator.core.formats import FORMATS, TYPES
from syndicator.core.model import FeedKey
from syndicator.core.ports import FeedRow
from syndicator.publishing.output import redirects
from syndicator.publishing.output.outlets import FileOutlet
from syndicator.setup.start import Start, write_folder
from tests.publishing.written import publish_file

DOCUMENT = "Sec-Fetch-Dest: document"  # what a browser says of an address that a person opens
TEXT = b"<feed>" + b"words " * 200 + b"</feed>"
FILES = [
    "index.html",
    "feeds.opml",
    "icon.svg",
    "site.css",
    "site.js",
    "tags/new.json",
    "all.rss",
    "tags/new.atom",
    "404.html",
    "tags/a \u00e4.atom",
    "tags/a \u00e4.html",
    "tags/new.html",
    "archive/all/2025-11.atom",
    "q/tag.saved.atom",
]


def make_feed_row(slug: str, to: str = "", *, dropped: bool = False) -> FeedRow:
    moved = FeedKey("tag", to) if to else None
    return FeedRow(
        key=FeedKey("tag", slug), name=slug, first_slug=slug, moved_to=moved, dropped=dropped
    )


class Program(BaseHTTPRequestHandler):
    """What stands behind a web server: it says what it was asked for; what is slow, once `gate` is
    set."""

    gate = threading.Event()
    slow = threading.Semaphore(0)  # one for each slow question that came

    def do_GET(self) -> None:
        if "slow" in self.path:
            self.slow.release()
            self.gate.wait(60)
        self.send_response(400 if "color" in self.path else 200)
        told = {
            "ETag": '"1"',
            "Cache-Control": "private, no-cache",
            "X-Robots-Tag": "noindex",
            "Vary": "Accept-Encoding",
        }
        for name, value in (told | {"Content-Type": "application/atom+xml"}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(self.path.encode())

    def log_message(self, format: str, *args: object) -> None:
        return None


class Site:
    """A published folder behind a real web server."""

    def __init__(self, folder: Path, prefix: str, secret_path: str = "") -> None:
        self.folder = folder
        self.port = free_port()
        self.prefix = prefix
        self.secret_path = secret_path
        self.url = f"http://127.0.0.1:{self.port}{prefix}"
        write_folder(folder, Start(url=self.url, secret_path=secret_path))
        self.outlet = FileOutlet(folder / "feeds/public")

    def behind(self, port: int) -> None:
        """Has the program listen there."""
        for name in ("nginx.conf", "Caddyfile"):
            path = self.folder / "deploy" / name
            assert "127.0.0.1:8080" in path.read_text(), "the port of the settings"
            path.write_text(path.read_text().replace("127.0.0.1:8080", f"127.0.0.1:{port}"))

    def publish_files(self) -> None:
        for name in FILES:
            self.outlet.put(name, TEXT)
        rows = [
            make_feed_row("old", "new"),
            make_feed_row("new"),
            make_feed_row("ended", dropped=True),
        ]
        base = self.url + (f"{self.secret_path}/" if self.secret_path else "")
        for name, data in redirects.make_redirect_maps(rows, base).items():
            self.outlet.put(name, data)
        self.outlet.commit()

    def get(
        self, path: str, *headers: str, method: str = "GET"
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the answer. `path` is sent as it is; `headers`: lines, as
        "Range: bytes=0-3"."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.putrequest(method, self.prefix + path, skip_accept_encoding=True)
        for line in headers:
            connection.putheader(*line.split(": ", 1))
        connection.endheaders()
        answer = connection.getresponse()
        body = answer.read()
        results = {name.lower(): answer.headers.get_all(name, []) for name in answer.headers}
        connection.close()
        return answer.status, {name: ", ".join(values) for name, values in results.items()}, body


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def make_nginx_command(folder: Path) -> list[str]:
    """How nginx is called with the site of `folder` as all of its configuration."""
    whole = folder / "nginx-whole.conf"
    places = "".join(
        f'{kind}_temp_path "{folder}/temp";\n'
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole.write_text(
        f'daemon off;\nuser root;\npid "{folder}/pid";\nerror_log stderr;\nevents {{ }}\n'
        f'http {{\naccess_log off;\n{places}include "{folder}/deploy/nginx.conf";\n}}\n'
    )
    return ["nginx", "-e", "stderr", "-p", str(folder), "-c", str(whole)]


def make_caddy_command(site: Site) -> list[str]:
    return [
        "caddy",
        "run",
        "--adapter",
        "caddyfile",
        "--config",
        str(site.folder / "deploy/Caddyfile"),
    ]


def assert_valid_config(site: Site, words: list[str]) -> None:
    test = [*words, "-t"] if words[0] == "nginx" else [words[0], "validate", *words[2:]]
    done = subprocess.run(test, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    warned = [
        line
        for line in done.stderr.splitlines()
        if "warn" in line and "No files matching" not in line
    ]
    assert warned == []


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def server(request: pytest.FixtureRequest) -> str:
    if not shutil.which(request.param):
        pytest.skip(f"{request.param} is not installed")
    return str(request.param)


@pytest.fixture(scope="module", params=["/", "/my/feeds/"])
def site(
    request: pytest.FixtureRequest, server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    yield from run_web_server(Site(tmp_path_factory.mktemp("a site"), request.param), server)


def run_web_server(site: Site, server: str) -> Iterator[Site]:
    words = make_nginx_command(site.folder) if server == "nginx" else make_caddy_command(site)
    assert_valid_config(site, words)  # before the first build, too
    site.publish_files()
    assert_valid_config(site, words)
    environ = {"HOME": str(site.folder), "PATH": "/usr/sbin:/usr/bin:/bin", "CADDY_ADMIN": "off"}
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), Program) as program,
        (site.folder / "log").open("w") as log,
    ):
        site.behind(program.server_address[1])
        threading.Thread(target=program.serve_forever, daemon=True).start()
        yield from serve_until_end(site, program, subprocess.Popen(words, stderr=log, env=environ))


def serve_until_end(
    site: Site, program: ThreadingHTTPServer, started: subprocess.Popen[bytes]
) -> Iterator[Site]:
    with started as process:
        try:
            assert wait_for_listener("127.0.0.1", site.port, process), (
                site.folder / "log"
            ).read_text()
            yield site
        finally:
            process.terminate()
            program.shutdown()


def wait_for_listener(host: str, port: int, running: subprocess.Popen[bytes]) -> bool:
    """Waits until somebody listens there; False where `running` ends before, or half a minute has
    passed."""
    until = time.monotonic() + 30
    while running.poll() is None and time.monotonic() < until:
        with socket.socket() as sock:
            if sock.connect_ex((host, port)) == 0:
                return True
        time.sleep(0.05)
    return False


SECRET = "sesame-opens-this-door"


@pytest.fixture(scope="module")
def private(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site of an instance for its operator alone."""
    site = Site(tmp_path_factory.mktemp("private"), "/", secret_path=SECRET)
    yield from run_web_server(site, server)


def test_who_does_not_know_the_secret_path_is_told_nothing(private: Site) -> None:
    """Outside the secret path every request gets 404 without any content."""
    paths = (
        "",
        "all.rss",
        "index.html",
        "404.html",
        "none.html",
        "tags/old.atom",
        "tags/ended.rss",
        "tags/",
        "favicon.ico",
        f"x/../{SECRET[:-1]}/all.rss",
        f"{SECRET.upper()}/all.rss",
        f"{SECRET}x/all.rss",
        "maps/moved.json",
        "%2e/all.rss",
        "as-xml/all.rss",
        f"{SECRET[:-1]}",
        "../feeds/public/all.rss",
        "/all.rss",
        ".hidden",
    )
    for path in paths:
        for headers in ((), (DOCUMENT,), ("Range: bytes=0-3",), ("Accept-Encoding: gzip",)):
            status, answer_headers, body = private.get(path, *headers)
            assert status in (400, 404), path
            assert SECRET not in f"{answer_headers}{body!r}" and TEXT not in body, path
        assert private.get(path, method="HEAD")[0] in (400, 404), path


def test_who_knows_it_gets_all_and_no_shared_cache_may_keep_it(private: Site) -> None:
    """Below the secret path everything is served, as private and not to be indexed."""
    for path, expected in (
        ("", 200),
        ("all.rss", 200),
        ("tags/old.atom", 301),
        ("tags/ended.rss", 410),
        ("none", 404),
    ):
        status, answer_headers, _ = private.get(f"{SECRET}/{path}")
        assert (status, answer_headers["cache-control"]) == (expected, "private, no-cache"), path
        assert answer_headers["x-robots-tag"] == "noindex, nofollow"
    assert private.get(f"{SECRET}/none.html")[2] == TEXT
    assert SECRET not in (private.folder / "log").read_text()


@pytest.mark.parametrize(
    "name",
    ["q/tag.ai/not.tag.b.atom", "q/words.%E4%BB%8A-a.json", "q/source.a%20b.rss", "q/color.atom"],
)
def test_what_is_asked_for_is_made_by_the_program(site: Site, name: str) -> None:
    """Searches are proxied to our server, not cached and not logged."""
    status, answer_headers, body = site.get(name)

    assert status == (400 if "color" in name else 200)
    assert unquote(body.decode()) == unquote(f"/{name}")
    assert answer_headers["etag"] == '"1"'
    assert answer_headers["x-robots-tag"] == "noindex"
    assert set(answer_headers["cache-control"].split(", ")) >= {"no-cache"}
    assert answer_headers["cache-control"].count("no-cache") == 1
    assert name not in (site.folder / "log").read_text(), "nobody keeps what was asked"


def test_nginx_passes_on_four_questions_of_a_client_at_a_time(site: Site, server: str) -> None:
    """nginx answers a client's fifth simultaneous search with 429; files and later searches still
    work."""
    if server != "nginx":
        pytest.skip("Caddy has no such limit")
    Program.gate.clear()
    with ThreadPoolExecutor(4) as threads:
        slow_requests = [
            threads.submit(site.get, f"q/words.slow{number}.atom") for number in range(4)
        ]

        assert all(Program.slow.acquire(timeout=60) for _ in slow_requests)
        assert site.get("q/words.slow4.atom")[0] == 429
        assert site.get("index.html")[0] == 200

        Program.gate.set()

    assert {answer.result()[0] for answer in slow_requests} == {200}
    assert site.get("q/words.slow5.atom")[0] == 200


def test_a_question_that_was_saved_is_a_file(site: Site) -> None:
    """A search that was saved is served as a file, with the type and the security headers of a
    feed."""
    status, answer_headers, body = site.get("q/tag.saved.atom")

    assert status == 200
    assert body == TEXT
    assert answer_headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert answer_headers["content-security-policy"]


def test_questions_of_a_private_instance_are_asked_below_its_secret(private: Site) -> None:
    """On a private instance searches work only below the secret path."""
    assert private.get(f"{SECRET}/q/tag.ai.atom")[2] == f"/{SECRET}/q/tag.ai.atom".encode()
    assert private.get("q/tag.ai.atom")[0] == 404


def test_every_type_that_is_published_keeps_its_own(site: Site) -> None:
    """Each file is served with the content type of its format."""
    kinds = {
        f".{name}": f"{feed_format.media_type}; charset=utf-8"
        for name, feed_format in FORMATS.items()
    } | TYPES
    for name in (
        "index.html",
        "feeds.opml",
        "icon.svg",
        "site.css",
        "site.js",
        "tags/new.json",
        "all.rss",
        "tags/new.atom",
    ):
        status, answer_headers, body = site.get(name)
        assert (status, answer_headers["content-type"]) == (200, kinds[Path(name).suffix]), name
        assert body == TEXT


def test_what_is_not_there_is_answered_with_a_page_that_says_so(site: Site) -> None:
    """Missing files are answered with our 404 page."""
    for name in ("tags/none.html", "maps/nginx.conf"):
        status, answer_headers, body = site.get(name)
        assert (status, body) == (404, TEXT) or (status, name) == (404, "maps/nginx.conf"), name
        assert answer_headers["content-security-policy"]


def test_the_folder_itself_is_the_page_of_all_feeds(site: Site) -> None:
    """The bare address serves the index page; icon and file names with spaces and umlauts work."""
    status, answer_headers, body = site.get("")

    assert status == 200
    assert answer_headers["content-type"] == "text/html; charset=utf-8"
    assert body == TEXT
    assert site.get("favicon.ico")[1]["content-type"] == "image/svg+xml"
    assert site.get("tags/a%20%C3%A4.atom")[0] == 200


def test_what_is_compressed_is_the_file_beside_it(site: Site) -> None:
    """The .gz file is served to clients that accept gzip."""
    status, answer_headers, body = site.get("all.rss", "Accept-Encoding: gzip")

    assert status == 200
    assert answer_headers["content-encoding"] == "gzip"
    assert {"Accept-Encoding", "Sec-Fetch-Dest"} <= set(answer_headers["vary"].split(", "))
    assert answer_headers["content-type"] == "application/rss+xml; charset=utf-8"
    assert body == (site.folder / "feeds/public/all.rss.gz").read_bytes()
    assert gzip.decompress(body) == TEXT


@pytest.mark.parametrize(
    "name", ["archive/all/2025-11.atom", "tags/new.html", "tags/new.atom", "icon.svg"]
)
def test_what_has_no_file_beside_it_is_compressed_when_asked_for(site: Site, name: str) -> None:
    """Without a .gz file the server compresses the answer itself."""
    (site.folder / f"feeds/public/{name}.gz").unlink(missing_ok=True)
    status, answer_headers, body = site.get(name, "Accept-Encoding: gzip")

    assert status == 200
    assert answer_headers.get("content-encoding") == "gzip"
    assert gzip.decompress(body) == TEXT
    assert {"Accept-Encoding", "Sec-Fetch-Dest"} <= set(answer_headers["vary"].split(", "))

    ask = ("Accept-Encoding: gzip", f"If-None-Match: {answer_headers['etag']}")

    assert site.get(name, *ask)[0] == 304


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_who_has_it_gets_304_until_it_changes(site: Site, encoding: str) -> None:
    """Conditional requests get 304 until the file changes."""
    ask = f"Accept-Encoding: {encoding}"
    _, answer_headers, _ = site.get("all.rss", ask)
    for condition in (
        f"If-None-Match: {answer_headers['etag']}",
        f"If-Modified-Since: {answer_headers['last-modified']}",
    ):
        status, again, body = site.get("all.rss", ask, condition)
        assert status == 304
        assert body == b""
        assert again["cache-control"] == "no-cache"
    old = answer_headers["etag"]
    size = len(TEXT)
    publish_file(site.outlet, "all.rss", (encoding.encode() * size)[:size])
    status, answer_headers, _ = site.get("all.rss", ask, f"If-None-Match: {old}")

    assert status == 200
    assert (answer_headers["etag"] != old) is True

    publish_file(site.outlet, "all.rss", TEXT)


@pytest.mark.parametrize(
    "name", ["tags/new.atom", "tags/new.json", "tags/a%20%C3%A4.atom", "tags/new.atom?a=b"]
)
def test_a_browser_that_opens_a_feed_is_sent_to_its_page(site: Site, name: str) -> None:
    """A browser that opens a feed is redirected to its HTML page."""
    status, answer_headers, _ = site.get(name, DOCUMENT)
    target = answer_headers["location"].removeprefix(
        site.url.rpartition(f":{site.port}")[0] + f":{site.port}"
    )

    assert status == 303
    assert target == f"{site.prefix}{name.partition('.')[0]}.html"
    assert "Sec-Fetch-Dest" in answer_headers["vary"]
    assert answer_headers["cache-control"] == "no-cache"
    assert site.get(target.removeprefix(site.prefix), DOCUMENT)[2] == TEXT

    status, answer_headers, body = site.get(name)

    assert status == 200
    assert body == TEXT
    assert "Sec-Fetch-Dest" in answer_headers["vary"]


def test_no_address_leads_a_browser_to_another_host(site: Site) -> None:
    """No path with doubled slashes or backslashes redirects a browser to another host."""
    for path in (
        "/evil.example/tags/new.atom",
        "/tags/new.atom",
        "\\evil.example/tags/new.atom",
        "x/../tags/new.atom",
    ):
        _, answer_headers, _ = site.get(path, DOCUMENT)
        target = answer_headers.get("location", "/").removeprefix(
            site.url.rpartition(f":{site.port}")[0] + f":{site.port}"
        )
        assert target.startswith("/") and target[1:2] not in ("/", "\\"), path


@pytest.mark.parametrize("path", ["tags/", "tags", "categories/", "sources/", "queries/"])
def test_the_folder_of_a_kind_of_feeds_leads_to_the_page_of_all(site: Site, path: str) -> None:
    """Folder addresses redirect to the front page."""
    status, answer_headers, _ = site.get(path)

    assert status == 303
    assert answer_headers["cache-control"] == "no-cache"
    assert answer_headers["location"].rpartition(f":{site.port}")[2] == site.prefix


def test_nothing_is_answered_without_a_word_on_how_long_it_holds(site: Site) -> None:
    """Every answer has Cache-Control."""
    for path in (
        "",
        "all.rss",
        "site.css",
        "icon.svg",
        "no.atom",
        "tags/old.atom",
        "tags/ended.rss",
        "maps/moved.json",
    ):
        assert site.get(path)[1].get("cache-control") == "no-cache", path


def test_a_picture_holds_for_good_and_one_that_is_not_there_does_not(site: Site) -> None:
    """Pictures may be cached forever; a missing picture may not be cached."""
    publish_file(site.outlet, "pictures/1.webp", TEXT)
    status, answer_headers, body = site.get("pictures/1.webp")

    assert status == 200
    assert answer_headers["cache-control"] == "max-age=31536000, immutable"
    assert body == TEXT
    assert site.get("pictures/2.webp")[1]["cache-control"] == "no-cache"
    assert site.get("pictures/1.webp", "Range: bytes=0-1")[2] == TEXT[:2]


def test_redirects_of_nginx_name_no_host(site: Site, server: str) -> None:
    """Redirects are relative to the site's path, so that they work behind any host name."""
    for path, options in (("tags/old.atom", ()), ("tags/", ()), ("tags/new.atom", (DOCUMENT,))):
        assert site.get(path, *options)[1]["location"].startswith(site.prefix), server


def test_a_browser_that_opens_what_has_no_page_sees_xml_with_its_stylesheet(site: Site) -> None:
    """A browser gets feeds as application/xml, so that their stylesheet applies."""
    for name in ("archive/all/2025-11.atom", "all.rss"):
        status, answer_headers, body = site.get(name, DOCUMENT)
        assert status == 200
        assert answer_headers["content-type"] == "application/xml; charset=utf-8"
        assert body == TEXT
        assert site.get(name, DOCUMENT, f"If-None-Match: {answer_headers['etag']}")[0] == 304
    assert site.get("tags/old.atom", DOCUMENT)[0] == 301
    assert site.get("as-xml/all.rss")[0] == 404


def test_feeds_that_moved_and_feeds_that_ended(site: Site) -> None:
    """A feed that moved redirects with 301 in each format; one that ended is 410."""
    status, answer_headers, _ = site.get("tags/old.atom")

    assert status == 301
    assert (
        answer_headers["location"]
        .removeprefix(site.url.rpartition(f":{site.port}")[0])
        .endswith("tags/new.atom")
    )
    assert site.get("tags/old.json")[0] == 301
    assert site.get("tags/ended.rss")[0] == 410


def test_the_servers_take_every_sign_that_init_takes(server: str, tmp_path: Path) -> None:
    """Both web servers accept a configuration with every character that `init` allows in paths and
    addresses."""
    site = Site(tmp_path / "odd !#%&()+,=?@]^~\u00e4", "/a!%&+,-.:=@_~\u00e4/")
    assert_valid_config(
        site, make_nginx_command(site.folder) if server == "nginx" else make_caddy_command(site)
    )


def test_what_is_not_for_the_web_is_not_there(site: Site) -> None:
    """Temporary files, maps and hidden files are not served."""
    (site.folder / "feeds/public/.all.atom.1.tmp").write_text("half")
    for path in (
        "maps/moved.json",
        "maps/nginx.conf",
        ".all.atom.1.tmp",
        "../articles/",
        "%2e%2e/%2e%2e/config/",
        "no.atom",
    ):
        assert site.get(path)[0] in (400, 404), path


def test_headers_of_safety_stand_on_what_is_published(site: Site) -> None:
    """Published files have the security headers."""
    status, answer_headers, _ = site.get("index.html")

    assert status == 200
    assert answer_headers["x-content-type-options"] == "nosniff"
    assert answer_headers["x-frame-options"] == "DENY"
    assert answer_headers["access-control-allow-origin"] == "*"
    assert answer_headers["content-security-policy"].startswith("default-src 'none'")
