"""A drawn page cannot connect to other addresses, in any of many ways."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from syndicator.configuration.settings import Fetch
from syndicator.core.requests import Failed, Fetched, FetchResult, Request
from syndicator.visiting.fetch.client import HttpFetcher
from syndicator.visiting.fetch.ssrf import explain_refusal
from syndicator.visiting.fetch.transport import AddrInfo
from tests.samples import Samples
from tests.visiting.conftest import Reply, Web
from tests.visiting.drawing.drawn import AGENT, NOW, draw_page, need_browser, serve_html
from tests.visiting.fetch.test_ssrf_vectors import Recorder

ATTEMPTS = Path(__file__).parent / "attempts.js"
ROWS_OF_A_PAGE = 80
# a page's script that asks for each of its `rows`
ASK = """
const ask = async (url) => {
  try { new WebSocket(url.trim().replace(/^http/i, "ws")); } catch {}
  try { await fetch(url, {mode: "no-cors"}); } catch {}
};
Promise.all(rows.map(ask)).then(() => {
  document.getElementById("done").textContent = "all rows asked for";
});
"""
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(autouse=True)
def _browser() -> None:
    need_browser()


class Listener:
    """Counts the packets and connections that reach a port of loopback, by TCP and by UDP."""

    def __init__(self) -> None:
        self.came: list[str] = []
        self._tcp = socket.create_server(("127.0.0.1", 0))
        self.port = self._tcp.getsockname()[1]
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", self.port))
        for count in (self._count_connections, self._count_datagrams):
            threading.Thread(target=count, daemon=True).start()

    def _count_connections(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._tcp.accept()
                connection.settimeout(1)
                with suppress(OSError), connection:
                    self.came.append(f"tcp {connection.recv(200)!r}")

    def _count_datagrams(self) -> None:
        with suppress(OSError):
            while True:
                self.came.append(f"udp {self._udp.recvfrom(200)[0]!r}")

    def close(self) -> None:
        for each in (self._tcp, self._udp):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


class RecordingFetcher:
    """A fetcher that remembers the requests."""

    def __init__(self) -> None:
        self.client = HttpFetcher(Fetch(), user_agent=AGENT, clock=lambda: NOW)
        self.asked: list[str] = []

    async def fetch(self, request: Request) -> FetchResult:
        self.asked.append(request.url)
        return await self.client.fetch(request)

    async def aclose(self) -> None:
        await self.client.aclose()


def wait_until_done(web: Web) -> Reply:
    """Answer once the page has made all attempts: until then it is not complete."""
    for _ in range(300):
        if "/done" in web.list_paths():
            break
        time.sleep(0.05)
    return Reply()


def test_a_page_reaches_no_address_by_any_way(web: Web, listener: Listener) -> None:
    """A hostile page tries every way to connect to `listener`; nothing arrives there. Its requests
    go through our fetcher, which refuses private addresses."""
    attempts = ATTEMPTS.read_text(encoding="utf-8").replace("PORT", str(listener.port))
    script = {"content-type": "text/javascript"}
    web.routes["/attempts.js"] = Reply(headers=script, body=attempts.encode())
    text = '<p>Text</p><div id="done"></div><script src="attempts.js"></script>'
    url = serve_html(web, "/", text)
    elsewhere = {"location": f"http://127.0.0.1:{listener.port}/redirected"}
    web.routes["/away"] = Reply(status=302, headers=elsewhere)
    web.routes["/service-worker.js"] = Reply(headers=script, body=b'fetch("/from-worker")')
    web.routes["/done"] = Reply()
    web.routes["/until-done"] = lambda seen: wait_until_done(web)
    fetcher = RecordingFetcher()
    page = draw_page(url, fetcher=fetcher, allow=f"127.0.0.1/32:{web.port}")

    assert isinstance(page, Fetched), page
    assert b'<div id="done">all attempts made</div>' in page.body
    assert listener.came == []
    # by our fetcher, whose guard of addresses refuses these
    assert f"http://127.0.0.1:{listener.port}/fetched" in fetcher.asked
    assert not any("prefetched" in url or "looked-up" in url for url in fetcher.asked)
    assert "/away" in web.list_paths()
    assert "/service-worker.js" not in web.list_paths()
    assert "/from-worker" not in web.list_paths()


@pytest.mark.parametrize("kind_of_redirect", ["location.href", "meta", "302"])
def test_a_page_leads_to_no_private_address(
    web: Web, listener: Listener, kind_of_redirect: str
) -> None:
    """A script, a meta refresh or a redirect cannot lead the browser to a private address: the page
    stays, and `listener` sees no connection."""
    target = f"http://127.0.0.1:{listener.port}/"
    url = serve_html(web, "/", f'<p>Text</p><script>location.href = "{target}"</script>')
    if kind_of_redirect == "meta":
        serve_html(web, "/", f'<p>Text</p><meta http-equiv="refresh" content="0; url={target}">')
    if kind_of_redirect == "302":
        web.routes["/away"] = Reply(status=302, headers={"location": target})
        serve_html(web, "/", '<p>Text</p><script>location.href = "/away"</script>')
    page = draw_page(url)

    assert isinstance(page, Fetched)
    assert page.final_url == url
    assert b"Text" in page.body
    assert listener.came == []


class Dials(Recorder):
    """Records the addresses and ports of all connections."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[tuple[str, int]] = []

    def dial(self, info: AddrInfo) -> socket.socket:
        address, port = info[4][:2]
        self.made.append((str(address), int(port)))
        return super().dial(info)


def name_apart(rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the rows with names of their own: in many, one name has different addresses."""
    for number, row in enumerate(rows):
        url = row["url"]
        names = {}
        for name, addresses in row["dns"].items():
            own_name = f"row{number}.{name}"
            url = url.replace(name, own_name)
            names[own_name] = addresses
        yield {"url": url, "dns": names}


def ask_for_rows(rows: Sequence[dict[str, Any]], page_address: str) -> list[tuple[str, int]]:
    """Draw a page whose scripts ask for the address of each row. Return the connections of our
    fetcher."""
    recorder = Dials()
    recorder.names = {name: found for row in rows for name, found in row["dns"].items()}
    own = HttpFetcher(Fetch(), user_agent=AGENT, clock=lambda: NOW)
    guarded = HttpFetcher(
        Fetch(), user_agent=AGENT, clock=lambda: NOW, lookup=recorder.lookup, dial=recorder.dial
    )

    class Both:
        async def fetch(self, request: Request) -> FetchResult:
            return await (own if request.url == page_address else guarded).fetch(request)

        async def aclose(self) -> None:
            await own.aclose()
            await guarded.aclose()

    page = draw_page(page_address, fetcher=Both())
    assert isinstance(page, Fetched), page
    assert b'<div id="done">all rows asked for</div>' in page.body
    return recorder.made


@pytest.mark.parametrize("expect", ["block", "allow"])
def test_rows_of_attacks_by_address(
    samples: Samples, web: Web, listener: Listener, expect: str
) -> None:
    """A page whose script requests every sample address of an SSRF attack makes the browser connect
    to no forbidden address; allowed ones are connected to."""
    rows = [row for row in samples.rows("ssrf") if row["expect"] == expect]
    rows_with_own_names = list(name_apart(rows))
    dialled: list[tuple[str, int]] = []
    for start in range(0, len(rows_with_own_names), ROWS_OF_A_PAGE):
        page = rows_with_own_names[start : start + ROWS_OF_A_PAGE]
        addresses = json.dumps([row["url"] for row in page]).replace("</", "<\\/")
        text = f'<p>Text</p><div id="done"></div><script>const rows = {addresses}; {ASK}</script>'
        dialled += ask_for_rows(page, serve_html(web, "/", text))
    # browsers read "http:/a" as a path of the page's own host
    elsewhere = [(address, port) for address, port in dialled if port != web.port]

    forbidden = [target for target in elsewhere if explain_refusal(*target) is not None]
    assert forbidden == []
    if expect == "allow":
        assert elsewhere != []
    assert listener.came == []


def test_a_document_at_a_private_address_is_not_drawn(web: Web) -> None:
    """A page at a private address that the source does not allow (127.0.0.1 is outside 10.0.0.0/8)
    is never requested."""
    url = serve_html(web, "/", "<p>Text</p>")
    answer = draw_page(url, allow="10.0.0.0/8:80")

    assert isinstance(answer, Failed)
    assert answer.reason == "blocked-address"
    assert web.seen == []
