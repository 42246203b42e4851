"""Answer requests for questions (/q/...) with feeds that are computed, then cached.

Until the search index changes.

Load is bounded: one answer is computed at a time, followed by a pause as long as its CPU, so half
of a core stays free. Clients have turns (`core.fair_queue`): one that asks very much waits for
itself. Answers in the cache need no turn. Questions are not logged."""

import asyncio
import gzip
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from syndicator.core.fair_queue import Shares
from syndicator.core.formats import GZIP_LEVEL, PAGE, media_type
from syndicator.core.requests import QUESTIONS, client_of
from syndicator.publishing.paths import PROBE
from syndicator.publishing.server import files
from syndicator.publishing.server.files import (
    Answer,
    Asked,
    BodyCache,
    Stamp,
    encode_headers,
    make_text_answer,
)

OK = HTTPStatus.OK
BUSY = HTTPStatus.SERVICE_UNAVAILABLE
_SCRIPT: Final = "text/javascript; charset=utf-8"
_ANSWERED: Final = b"syndicator.isAnswered = true;\n"  # see static/search.js
_MOST: Final = 16 << 20  # bytes of cached answers of 30 kB, or 100 with full texts


@dataclass(frozen=True, slots=True)
class Made:
    """An answer: its status, a text (address of a redirect, or error), and the body of a feed."""

    status: int
    text: str = ""
    body: bytes = b""


@dataclass(slots=True)
class Questions:
    """Answers questions. `version`: stamp of the search index, None without one. `spelled`: checks
    a name, reads nothing; status, with right spelling (301) or error. `ask`: runs in a thread."""

    version: Callable[[], Stamp | None]
    spelled: Callable[[str], tuple[int, str]]
    ask: Callable[[str], Made]
    base: str
    bodies: BodyCache = field(default_factory=lambda: BodyCache(_MOST, _MOST))
    waiting: Shares[asyncio.Future[None]] = field(default_factory=lambda: Shares(QUESTIONS))
    is_busy: bool = False  # an answer is being made
    rest_until: float = 0.0  # by the loop's clock

    async def answer(self, name: str, host: str, asked: Asked) -> Answer:
        """Answer a request for `name`, which begins with q/. `host`: the peer's address; `asked`:
        its headers."""
        stamp = self.version()
        if stamp is None:
            return make_text_answer("Nothing can be asked before the first build.\n", 404)
        if name == PROBE:
            return self._probe()
        status, text = self.spelled(name)
        is_for_reader = asked.get(b"sec-fetch-dest") == b"document"  # a browser opens it in a tab
        if status == OK and is_for_reader and not name.endswith(f".{PAGE}"):
            status = 303
            text = quote(f"{name.rpartition('.')[0]}.{PAGE}")
        if status != OK:
            return _make_refusal(name, status, text)
        body = self.bodies.get((name, False), stamp)
        if body is not None:
            return self._whole(name, stamp, body, asked)
        made = await self._make_in_turn(name, client_of(host), stamp)
        if made.status != OK:
            return _make_refusal(name, made.status, made.text)
        return self._whole(name, stamp, made.body, asked)

    async def _make_in_turn(self, name: str, client: str, stamp: Stamp) -> Made:
        """Make the answer once it is the client's turn; refuse it if too many wait."""
        if not self.waiting.has_room(client):
            return Made(BUSY, "Too many ask at once; try again in a minute.")
        await self._wait_for_turn(client)
        try:
            # another client may have asked the same meanwhile
            cached = self.bodies.get((name, False), stamp)
            if cached is not None:
                return Made(OK, body=cached)
            made, cpu_seconds = await asyncio.to_thread(self._make, name)
            self.rest_until = asyncio.get_running_loop().time() + cpu_seconds
            if made.status == OK:
                self.bodies.put((name, False), stamp, made.body)
            return made
        finally:
            self._end_turn()

    async def _wait_for_turn(self, client: str) -> None:
        """Return when it is the client's turn, which the caller ends."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.add(client, turn)
        self._give_turn()
        try:
            await turn
        # the request is gone, and its turn may have come just before
        except asyncio.CancelledError:
            self.waiting.discard(client, turn)
            if turn.done() and not turn.cancelled():
                self._end_turn()
            raise

    def _make(self, name: str) -> tuple[Made, float]:
        """Return the answer and its seconds of CPU."""
        began = time.thread_time()
        made = self.ask(name)
        return made, time.thread_time() - began

    def _give_turn(self) -> None:
        """Let the next client have its turn, once the last one has ended and half of the time was
        left free."""
        if self.is_busy or not len(self.waiting):
            return
        loop = asyncio.get_running_loop()
        rest = self.rest_until - loop.time()
        if rest > 0:
            loop.call_later(rest, self._give_turn)
            return
        turn = self.waiting.take(lambda turn: not turn.done())
        if turn is not None:
            self.is_busy = True
            turn.set_result(None)

    def _end_turn(self) -> None:
        self.is_busy = False
        self._give_turn()

    def _probe(self) -> Answer:
        """Return the script that says to a page that questions are answered."""
        headers = files.make_headers(PROBE, self.base) | {
            "content-type": _SCRIPT,
            "content-length": str(len(_ANSWERED)),
        }
        return OK, encode_headers(headers), _ANSWERED

    def _whole(self, name: str, stamp: Stamp, body: bytes, asked: Asked) -> Answer:
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        coding = dict[str, str]()
        tags = (etag.encode(), files.make_gzip_tag(etag).encode())
        if files.accepts_gzip(asked.get(b"accept-encoding", b"")):
            if (packed := self.bodies.get((name, True), stamp)) is None:
                packed = gzip.compress(body, GZIP_LEVEL, mtime=0)
                self.bodies.put((name, True), stamp, packed)
            body = packed
            etag = files.make_gzip_tag(etag)
            coding = {"content-encoding": "gzip"}
        headers = files.make_headers(name, self.base) | {"etag": etag, "x-robots-tag": "noindex"}
        if any(tag in asked.get(b"if-none-match", b"") for tag in tags):
            return HTTPStatus.NOT_MODIFIED, encode_headers(headers), b""
        return (
            OK,
            encode_headers(
                headers
                | coding
                | {"content-type": media_type(name), "content-length": str(len(body))}
            ),
            body,
        )


def _make_refusal(name: str, status: int, text: str) -> Answer:
    """Return an answer without a feed. Redirects are relative because a proxy may serve the site in
    a folder."""
    if status in (301, 303):
        return make_text_answer(
            "", status, location="../" * name.count("/") + text, vary="Sec-Fetch-Dest"
        )
    return make_text_answer(
        f"{text}\n", status, **({"retry-after": "60"} if status == BUSY else {})
    )
