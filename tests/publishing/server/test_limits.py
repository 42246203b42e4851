"""Limits on clients of the server, over real sockets."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from syndicator.core import requests as limits
from syndicator.core.requests import most_connections, most_of_one, name_client
from syndicator.publishing.server import server as module
from syndicator.publishing.server.server import Connections, serve

pytestmark = pytest.mark.anyio
MOST = 8  # connections; a client has two of them
CASES = json.loads((Path(__file__).parent / "requests.json").read_text(encoding="utf-8"))


@dataclass
class WatchedServer:
    """A server whose clock is `now`, with the requests that its application got."""

    port: int = 0
    now: float = 0.0
    seen: list[tuple[str, str, str]] = field(default_factory=list)  # method, path, client
    headers: list[set[str]] = field(default_factory=list)
    bodies: list[bytes | None] = field(default_factory=list)  # None: the client was gone
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)  # awaited by /wait
    connections: Connections | None = None
    sockets: ExitStack = field(default_factory=ExitStack)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.seen.append(
            (request.method, request.url.path, request.client.host if request.client else "")
        )
        self.asked.set()
        if scope["path"] == "/wait":
            await self.go.wait()
        if scope["path"] == "/large":
            await PlainTextResponse("x" * 20_000_000)(scope, receive, send)
            return
        if request.method == "POST" and scope["path"] != "/early":
            try:
                self.bodies.append(await request.body())
                self.headers.append(set(Request(scope).headers))
            except ClientDisconnect:
                self.bodies.append(None)
        await PlainTextResponse(scope["path"])(scope, receive, send)

    def open_client(self, source: str = "127.0.0.1") -> Client:
        connection = socket.create_connection(
            ("127.0.0.1", self.port), timeout=10, source_address=(source, 0)
        )
        self.sockets.enter_context(connection)
        return Client(connection)

    def clock(self) -> float:
        self.now += 0.001  # no two are equal
        return self.now

    async def pass_time(self, seconds: float) -> None:
        """Let `seconds` pass for the server."""
        self.now += seconds
        assert self.connections is not None
        self.connections.cut_late()


class Client:
    """A client that sends any bytes."""

    def __init__(self, opened: socket.socket) -> None:
        self.socket = opened

    async def send(self, data: bytes) -> Client:
        with suppress(ConnectionError):
            await asyncio.to_thread(self.socket.sendall, data)
        return self

    async def read_answer(self) -> bytes:
        """Return the next answer, whose length is in its header."""
        got = b""
        while b"\r\n\r\n" not in got or len(got) < got.index(b"\r\n\r\n") + 4 + self._length(got):
            part = await self.read_part()
            assert part
            got += part
        return got

    @staticmethod
    def _length(answer: bytes) -> int:
        return int(answer.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])

    async def read_part(self) -> bytes:
        return await asyncio.to_thread(self.socket.recv, 65_536)

    async def read_to_end(self) -> bytes:
        """All that comes until the server closes."""
        got = bytearray()
        with suppress(ConnectionResetError):
            while part := await self.read_part():
                got += part
        return bytes(got)

    async def read_last_status(self) -> int:
        """Return the status of the last answer before the server closes, 0 if it closes without
        one. Raises TimeoutError if it does not close."""
        return int(
            ([b"0"] + [part[:3] for part in (await self.read_to_end()).split(b"HTTP/1.1 ")[1:]])[-1]
        )


@pytest.fixture
async def watched_server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[WatchedServer]:
    made = WatchedServer()
    stop = asyncio.Event()
    where = asyncio.Queue[str]()

    def connections(most: int, body_bytes: Callable[[str], int]) -> Connections:
        made.connections = Connections(most, body_bytes, made.clock)
        return made.connections

    monkeypatch.setattr(module, "Connections", connections)
    monkeypatch.setattr(module, "most_connections", lambda descriptors: MOST)
    serving = asyncio.create_task(
        serve(
            made,
            "127.0.0.1",
            0,
            stop=stop,
            listening=where.put_nowait,
            body_bytes=lambda path: 1000,
        )
    )
    made.port = int((await where.get()).rstrip("/").rpartition(":")[2])
    with made.sockets:
        yield made
    made.go.set()
    stop.set()
    await serving


async def wait_until(there: Callable[[], bool]) -> None:
    while not there():  # noqa: ASYNC110 - the server has no event for it
        await asyncio.sleep(0)


GET = b"GET / HTTP/1.1\r\nhost: a\r\n"
POST = b"POST / HTTP/1.1\r\nhost: a\r\n"


def make_bytes(case: dict[str, Any]) -> bytes:
    """Return the bytes of a case: its lines; [text, times] stands for a text many times."""
    parts = [part if isinstance(part, str) else part[0] * part[1] for part in case["send"]]
    return "".join(parts).encode("latin-1")


@pytest.mark.parametrize("case", CASES, ids=[case["what"] for case in CASES])
async def test_requests(watched_server: WatchedServer, case: dict[str, Any]) -> None:
    """Each case of requests.json gives the bytes that a client sends, the status of the last
    answer, and `seen`: method and path of each request that reaches the application."""
    client = await watched_server.open_client().send(make_bytes(case))
    if case["status"] == 200:
        assert (await client.read_part()).startswith(b"HTTP/1.1 200 ")
        await wait_until(lambda: len(watched_server.seen) == len(case["seen"]))
    else:
        assert await client.read_last_status() == case["status"]
    assert [list(seen[:2]) for seen in watched_server.seen] == case.get("seen", [])


async def test_a_refusal_is_short_plain_and_closes(watched_server: WatchedServer) -> None:
    """A request with 101 header lines is refused with 431: a short plain text, after which the
    connection closes."""
    answer = await (await watched_server.open_client().send(GET + b"a: b\r\n" * 101)).read_to_end()
    head, _, body = answer.partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")
    assert b"\r\nconnection: close" in head
    assert b"\r\ncontent-type: text/plain" in head
    assert body == b"Request Header Fields Too Large.\n"


async def test_an_application_sees_no_part_of_a_body_that_is_too_large(
    watched_server: WatchedServer,
) -> None:
    """A body over the limit (1,000 bytes) is refused with 413 before the application reads it,
    whether its length is announced or it comes in chunks (3e9 is 1,001)."""
    for framing, body in (
        (b"content-length: 1001\r\n\r\n", b""),
        (b"transfer-encoding: chunked\r\n\r\n", b"3e9\r\n" + b"x" * 1001),
    ):
        client = await watched_server.open_client().send(POST + framing + body)

        assert await client.read_last_status() == 413

    assert set(watched_server.bodies) <= {None}  # None: the application got no whole body


async def test_a_refused_client_that_goes_on_sending_reads_why(
    watched_server: WatchedServer,
) -> None:
    """A client that sends 9 MB too much still reads the answer 413: the server reads on for a
    while, as closing at once would reset the connection."""
    client = await watched_server.open_client().send(POST + b"content-length: 9000000\r\n\r\n")
    await client.send(b"x" * 9_000_000)
    assert await client.read_last_status() == 413


async def test_a_refused_client_that_does_not_close_is_cut(watched_server: WatchedServer) -> None:
    """After a refusal (here 431, for 101 header lines), the server closes the connection within
    LINGER_SECONDS, also if the client keeps it open."""
    client = await watched_server.open_client().send(GET + b"a: b\r\n" * 101)

    assert b" 431 " in await client.read_answer()
    assert watched_server.connections

    await watched_server.pass_time(limits.LINGER_SECONDS + 1)
    await wait_until(lambda: not watched_server.connections)


async def test_trailers_are_no_header(watched_server: WatchedServer) -> None:
    """Trailers after a chunked body are ignored: the application gets the body and the headers sent
    before it."""
    body = b"transfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\nx-trailer: a\r\n\r\n"

    assert b" 200 " in await (await watched_server.open_client().send(POST + body)).read_answer()
    assert watched_server.bodies == [b"a"]
    assert watched_server.headers == [{"host", "transfer-encoding"}]


async def test_a_body_of_an_early_answer_is_bounded_too(watched_server: WatchedServer) -> None:
    """If the answer is sent before the body was read, the limit of the body (1,000 bytes) still
    holds: the connection is closed."""
    client = await watched_server.open_client().send(
        b"POST /early HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"
    )

    assert b" 200 " in await client.read_answer()

    await client.send(b"3e9\r\n" + b"x" * 1001)  # a chunk of 1,001 bytes

    assert await client.read_to_end() == b""


async def test_a_connection_is_usable_after_an_early_answer(watched_server: WatchedServer) -> None:
    """If the answer is sent before the body was read, the rest of the body is skipped and the next
    request is answered. Idle, it is closed later."""
    client = await watched_server.open_client().send(
        b"POST /early HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nx"
    )

    assert b" 200 " in await client.read_answer()

    await client.send(b"x" + GET + b"\r\n")  # the second byte of the body; the next request

    assert b" 200 " in await client.read_answer()

    await watched_server.pass_time(limits.HEADER_SECONDS + 1)

    assert await client.read_to_end() == b""


@pytest.mark.parametrize(
    "sent", [GET, POST + b"content-length: 5\r\n\r\nab"], ids=["header", "body"]
)
async def test_a_request_that_drips_ends_with_408(
    watched_server: WatchedServer, sent: bytes
) -> None:
    """A header or body must arrive whole in its time limit: another byte one second before the
    limit does not extend it. `sent` is the part that arrives; `pass_time` moves the clock of the
    server."""
    time_limit = limits.REQUEST_SECONDS if b"POST" in sent else limits.HEADER_SECONDS
    client = await watched_server.open_client().send(sent[:-1])
    await asyncio.to_thread(client.socket.sendall, sent[-1:])
    await wait_until(
        lambda: bool(any(one._received >= len(sent) for one in watched_server.connections or ()))
    )  # type: ignore[attr-defined]

    await watched_server.pass_time(time_limit - 1)
    await client.send(b"x")  # which renews nothing
    await watched_server.pass_time(2)

    assert await client.read_last_status() == 408
    assert watched_server.bodies in ([], [None])  # the application got no whole body


async def test_a_silent_client_is_cut_without_an_answer(watched_server: WatchedServer) -> None:
    """A client that connects and sends nothing is disconnected after HEADER_SECONDS, without an
    answer. `pass_time` moves the clock of the server."""
    silent = watched_server.open_client()
    await wait_until(lambda: bool(watched_server.connections))
    await watched_server.pass_time(limits.HEADER_SECONDS + 1)

    assert await silent.read_to_end() == b""


async def test_an_answer_may_take_longer_but_not_for_ever(watched_server: WatchedServer) -> None:
    """Answers may take ANSWER_SECONDS, then the connection is cut: both one that the application
    delays and one that the client does not read."""
    waiting = await watched_server.open_client().send(b"GET /wait HTTP/1.1\r\nhost: a\r\n\r\n")
    reading = await watched_server.open_client().send(b"GET /large HTTP/1.1\r\nhost: a\r\n\r\n")
    await wait_until(lambda: len(watched_server.seen) >= 2)

    # just before the limit, then after it
    await watched_server.pass_time(limits.ANSWER_SECONDS - 1)

    assert len(watched_server.connections or ()) == 2

    await watched_server.pass_time(2)

    assert await waiting.read_to_end() == b""
    assert len(await reading.read_to_end()) < 20_000_000


async def test_the_status_of_a_refusal_is_never_part_of_another_answer(
    watched_server: WatchedServer,
) -> None:
    """If a client sends a bad request while its first one is being answered, the connection closes
    without an error status, which it would take for that answer."""
    # the application does not answer /wait before the end of the test
    client = await watched_server.open_client().send(b"GET /wait HTTP/1.1\r\nhost: a\r\n\r\n")
    await watched_server.asked.wait()  # the application has the request
    await client.send(b"nonsense\r\n\r\n")

    assert await client.read_to_end() == b""


async def test_a_client_that_waits_makes_room_for_itself_alone(
    watched_server: WatchedServer,
) -> None:
    """If a client opens more connections than its share, its own oldest waiting one is cut, and
    none of another client (127.0.0.2). GET lacks the empty line that ends a request, so all wait
    for it."""
    other_client = await watched_server.open_client("127.0.0.2").send(GET)
    oldest, *younger = [
        await watched_server.open_client().send(GET) for _ in range(most_of_one(MOST) + 1)
    ]

    assert await oldest.read_to_end() == b""

    # the others may end their requests
    for client in (other_client, *younger):
        assert b" 200 " in await (await client.send(b"\r\n")).read_answer()


async def test_a_client_has_a_share_of_the_connections(watched_server: WatchedServer) -> None:
    """One address may have only a share of the MOST connections; its next one gets 429, while
    another address is answered."""
    # as many connections as its share, all being answered
    for _ in range(most_of_one(MOST)):
        await watched_server.open_client().send(b"GET /wait HTTP/1.1\r\nhost: a\r\n\r\n")
    await wait_until(lambda: len(watched_server.seen) >= most_of_one(MOST))

    assert await watched_server.open_client().read_last_status() == 429

    other_client = watched_server.open_client("127.0.0.2")
    await other_client.send(GET + b"\r\n")

    assert b" 200 " in await other_client.read_answer()


async def test_no_connection_is_cut_while_all_are_being_answered(
    watched_server: WatchedServer,
) -> None:
    """If all MOST connections are being answered, a new one gets 503: busy connections are not cut
    for it."""
    # each from an address of its own: no address has more than its share
    for number in range(MOST):
        await watched_server.open_client(f"127.0.0.{number + 2}").send(
            b"GET /wait HTTP/1.1\r\nhost: a\r\n\r\n"
        )
    await wait_until(lambda: len(watched_server.seen) >= MOST)

    assert await watched_server.open_client().read_last_status() == 503


async def test_the_longest_waiting_connection_is_cut_to_make_room(
    watched_server: WatchedServer,
) -> None:
    """If all MOST connections wait for the rest of a request, a new one is answered and the
    connection that has waited longest is cut."""
    # GET lacks the empty line at the end; each from an address of its own
    oldest, *_ = [
        await watched_server.open_client(f"127.0.0.{number + 2}").send(GET)
        for number in range(MOST)
    ]
    new_client = await watched_server.open_client().send(GET + b"\r\n")

    assert b" 200 " in await new_client.read_answer()
    assert await oldest.read_to_end() == b""


async def test_no_header_names_the_client(watched_server: WatchedServer) -> None:
    """The client is the peer of the connection (127.0.0.1), whatever address its forwarding headers
    claim."""
    forged = (
        b"x-forwarded-for: 192.0.2.7\r\nforwarded: for=192.0.2.7\r\nx-forwarded-proto:"
        b" https\r\n\r\n"
    )
    assert b" 200 " in await (await watched_server.open_client().send(GET + forged)).read_answer()
    assert watched_server.seen == [("GET", "/", "127.0.0.1")]


def test_half_of_the_descriptors_are_kept_for_fetching() -> None:
    """The server uses at most half of the file descriptors, and at most 1,000: the other half is
    for fetching feeds."""
    assert most_connections(1) == 1
    assert most_connections(256) == 128
    assert most_connections(1024) == 512
    assert most_connections(1_000_000) == 1000


@pytest.mark.parametrize(
    ("host", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_a_client_is_an_address_or_a_network_of_one_customer(host: str, client: str) -> None:
    """Limits count per IPv4 address, and per /64 network in IPv6, since one customer has a whole
    network."""
    assert name_client(host) == client
