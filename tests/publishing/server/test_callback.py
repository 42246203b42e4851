"""Requests to the callbacks of WebSub hubs: accepted and refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

import httpx
import pytest

from syndicator.publishing.server.server import Callbacks, add_callback_paths, serve

pytestmark = pytest.mark.anyio


@dataclass
class CallbackLog:
    heard: list[tuple[str, bytes]] = field(default_factory=list)
    answer: int = 202

    def verify(self, token: str, asked: Mapping[str, str]) -> tuple[int, str]:
        return (200, asked.get("hub.challenge", "")) if token == "known" else (404, "")

    def known(self, token: str) -> int:
        return {"known": 200, "other": 200, "ended": 410}.get(token, 404)

    def push(self, token: str, headers: Mapping[str, str], body: bytes) -> int:
        self.heard.append((headers.get("x-hub-signature", ""), body))
        return self.answer


@pytest.fixture
async def callback_log() -> CallbackLog:
    return CallbackLog()


@pytest.fixture
async def client(callback_log: CallbackLog) -> AsyncIterator[httpx.AsyncClient]:
    async def files(scope: object, receive: object, send: object) -> None:
        await send({"type": "http.response.start", "status": 418, "headers": []})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": b""})  # type: ignore[operator]

    stop = asyncio.Event()
    where = asyncio.Queue[str]()
    app = add_callback_paths(
        files,
        Callbacks(
            verify=callback_log.verify, check_token=callback_log.known, push=callback_log.push
        ),
    )
    serving = asyncio.create_task(
        serve(
            app, "127.0.0.1", 0, stop=stop, listening=where.put_nowait, body_bytes=lambda path: 1000
        )
    )
    async with httpx.AsyncClient(base_url=await where.get(), trust_env=False, timeout=20) as one:
        yield one
    stop.set()
    await serving


async def test_a_challenge_comes_back_as_it_was(client: httpx.AsyncClient) -> None:
    """The challenge of a hub is returned unchanged as plain text, which no browser runs as HTML; a
    token for which no challenge is expected ("other") gets 404."""
    answer = await client.get("/websub/known?hub.mode=subscribe&hub.challenge=%3Cb%3E%20x")

    assert answer.status_code == 200
    assert answer.text == "<b> x"
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert (await client.get("/websub/other?hub.challenge=x")).status_code == 404


async def test_only_expected_pushes_are_read(
    client: httpx.AsyncClient, callback_log: CallbackLog
) -> None:
    """The body of a push is read only for a known token; others get 404, or 410 for an ended one.
    418 is the answer of the file server. `heard` lists the pushes that were read: signature and
    body."""
    assert (await client.post("/websub/nobody", content=b"x")).status_code == 404
    assert (await client.post("/websub/", content=b"x")).status_code == 404
    assert (await client.post(f"/websub/{'x' * 65}", content=b"x")).status_code == 404
    assert (await client.post("/websub/ended", content=b"x")).status_code == 410
    assert (await client.put("/websub/known", content=b"x")).status_code == 405
    assert (await client.get("/websub")).status_code == 418  # not a callback
    assert callback_log.heard == []

    answer = await client.post(
        "/websub/known", content=b"<feed/>", headers={"X-Hub-Signature": "sha1=00"}
    )

    assert answer.status_code == 202
    assert callback_log.heard == [("sha1=00", b"<feed/>")]

    callback_log.answer = 503  # the application is busy
    refused = await client.post("/websub/known", content=b"x")

    assert refused.headers["retry-after"] == "60"


async def test_a_body_is_bounded(client: httpx.AsyncClient, callback_log: CallbackLog) -> None:
    """A pushed body over 1,000 bytes is refused (413), with and without Content-Length; one of
    1,000 bytes is read. `heard` lists the pushes that were read."""

    async def send_chunks() -> AsyncIterator[bytes]:  # no Content-Length
        for _ in range(30):
            yield b"x" * 100

    assert (await client.post("/websub/known", content=b"x" * 1001)).status_code == 413
    assert (await client.post("/websub/known", content=send_chunks())).status_code == 413
    assert (await client.post("/websub/known", content=b"x" * 1000)).status_code == 202
    assert [len(body) for _, body in callback_log.heard] == [1000]


async def test_only_so_many_are_read_at_once(
    client: httpx.AsyncClient, callback_log: CallbackLog
) -> None:
    """While four slow pushes to one callback go on, its next one is refused (503); other callbacks
    go on. The four are accepted (202) in the end."""
    may_end = asyncio.Event()

    async def send_slowly() -> AsyncIterator[bytes]:
        yield b"x"
        await may_end.wait()

    held_tasks = [
        asyncio.create_task(client.post("/websub/known", content=send_slowly())) for _ in range(4)
    ]
    # once all four have begun
    async with asyncio.timeout(30):
        while (await client.post("/websub/known", content=b"y")).status_code != 503:  # noqa: ASYNC110
            await asyncio.sleep(0.02)

    assert (await client.post("/websub/other", content=b"y")).status_code == 202

    may_end.set()

    assert {answer.status_code for answer in await asyncio.gather(*held_tasks)} == {202}
