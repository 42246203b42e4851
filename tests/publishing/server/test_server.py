"""The server on a real port."""

from __future__ import annotations

import asyncio
import logging
import socket
import urllib.request
from pathlib import Path

import pytest

from syndicator.core.errors import MissingError
from syndicator.publishing.server import server
from syndicator.publishing.server.files import make_app
from syndicator.publishing.server.server import Receive, Scope, Send, _open_listener, serve


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetch_page(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return bytes(answer.read())


async def read_answer(url: str) -> bytes:
    for _ in range(100):
        try:
            return await asyncio.to_thread(fetch_page, url)
        except OSError:
            await asyncio.sleep(0.02)
    raise AssertionError("the server never answered")


@pytest.mark.anyio
async def test_the_server_runs_until_stop_is_set(tmp_path: Path) -> None:
    """`serve` answers requests until the event `stop` is set, then it returns."""
    (tmp_path / "index.html").write_text("<p>Hello")
    port = free_port()
    stop = asyncio.Event()
    running = asyncio.create_task(serve(make_app(tmp_path), "127.0.0.1", port, stop=stop))

    assert await read_answer(f"http://127.0.0.1:{port}/") == b"<p>Hello"

    stop.set()
    await asyncio.wait_for(running, 60)


@pytest.mark.anyio
async def test_requests_that_last_are_cut_at_the_end_without_a_word(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """When the server stops, requests that last are cut after _GRACE_SECONDS without a warning: one
    waits, one does not read its answer, one sends no body."""
    monkeypatch.setattr(server, "_GRACE_SECONDS", 0.1)
    begun = set[str]()
    ended = set[str]()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        begun.add(path)
        try:
            if path == "/body":
                while (await receive()).get("more_body"):
                    pass
            if path == "/large":
                await send({"type": "http.response.start", "status": 200, "headers": []})
                while True:
                    await send(
                        {"type": "http.response.body", "body": b"x" * 1_000_000, "more_body": True}
                    )
            await asyncio.Event().wait()
        finally:
            ended.add(path)

    stop = asyncio.Event()
    address = asyncio.Queue[str]()
    running = asyncio.create_task(
        serve(app, "127.0.0.1", 0, stop=stop, listening=address.put_nowait)
    )
    host, port = (await address.get()).removeprefix("http://").rstrip("/").split(":")

    # three requests that do not end by themselves
    writers = []
    for line in ("GET /wait", "GET /large", "POST /body"):
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(
            f"{line} HTTP/1.1\r\nHost: x\r\nContent-Length: {5 if 'body' in line else 0}\r\n\r\n".encode()  # noqa: E501
        )
        await writer.drain()
        writers.append(writer)

    # once the application has all three, stop the server
    async with asyncio.timeout(60):
        while len(begun) < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        stop.set()
        await running

    assert begun == {"/wait", "/large", "/body"}
    assert ended == {"/wait", "/large", "/body"}
    assert [
        record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING
    ] == []
    for writer in writers:
        writer.close()


@pytest.mark.anyio
async def test_clients_may_connect_as_soon_as_the_address_is_announced(tmp_path: Path) -> None:
    """The server already accepts connections when it announces its address by calling `listening`,
    here `connect_at_once`."""
    stop = asyncio.Event()
    connected = []

    def connect_at_once(address: str) -> None:
        host, port = address.removeprefix("http://").rstrip("/").split(":")
        with socket.create_connection((host, int(port)), timeout=60):
            connected.append(address)
        stop.set()

    await serve(make_app(tmp_path), "127.0.0.1", 0, stop=stop, listening=connect_at_once)
    assert connected


@pytest.mark.anyio
async def test_a_taken_port_is_named(tmp_path: Path) -> None:
    """If another program uses the port, the error names that port."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        port = sock.getsockname()[1]

        with pytest.raises(MissingError, match=f"port {port}"):
            await serve(make_app(tmp_path), "127.0.0.1", port, stop=asyncio.Event())


@pytest.mark.anyio
async def test_a_foreign_address_is_named(tmp_path: Path) -> None:
    """If the configured address is not one of this machine, as 192.0.2.1 is not, the error names
    it."""
    with pytest.raises(MissingError, match=r"192\.0\.2\.1"):
        await serve(make_app(tmp_path), "192.0.2.1", 0, stop=asyncio.Event())


@pytest.mark.anyio
async def test_no_part_of_an_answer_waits_for_the_one_before() -> None:
    """Connections have TCP_NODELAY, so that the small last part of an answer is sent without
    delay."""
    options: list[int] = []

    async def record_option(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        options.append(
            writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        )
        writer.close()

    listener = _open_listener("127.0.0.1", 0)
    async with await asyncio.start_server(record_option, sock=listener):
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        await reader.read()
        writer.close()

    assert options
    assert options[0]  # TCP_NODELAY is on
