"""Answer requests for questions (/q/...) with feeds that are made now, and cache the answers.

An answer is cached until the search index changes. The load is limited: one answer is made at a
time, then follows a pause as long as the CPU time of the answer, so that half of a core stays free.
Clients take turns (`core.fair_queue`): a client with many requests delays only its own. Answers in
the cache need no turn. Questions are not logged."""

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
from syndicator.core.requests import QUESTIONS, name_client
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
_SCRIPT_TYPE: Final = "text/javascript; charset=utf-8"
_PROBE_SCRIPT: Final = b"syndicator.isAnswered = true;\n"  # see static/search.js
# Size of the cache. An answer has 30 kB, or 100 kB if articles are shown whole.
_MOST_BYTES: Final = 16 << 20
_TAG_DIGITS: Final = 32
_RETRY_SECONDS: Final = "60"  # after which a refused client may ask again


@dataclass(frozen=True, slots=True)
class MadeAnswer:
    """An answer to a question, before it has headers. `text`: the new name for a redirect, or an
    error message; `body`: the feed if the status is 200."""

    status: int
    text: str = ""
    body: bytes = b""


@dataclass(slots=True)
class Questions:
    """Answers questions. `version`: returns the stamp of the search index, None if there is no
    index yet; `check_name`: checks the name of a question without reading the index, returns a
    status and a text (200: "", 301: the name in its right spelling, else the error); `ask`: makes
    the answer to a name, called in a thread; `base`: the address of the web root; `waiting`:
    requests whose turn has not come, by client."""

    version: Callable[[], Stamp | None]
    check_name: Callable[[str], tuple[int, str]]
    ask: Callable[[str], MadeAnswer]
    base: str
    bodies: BodyCache = field(default_factory=lambda: BodyCache(_MOST_BYTES, _MOST_BYTES))
    waiting: Shares[asyncio.Future[None]] = field(default_factory=lambda: Shares(QUESTIONS))
    is_busy: bool = False  # an answer is being made
    rest_until: float = 0.0  # end of the pause, by the clock of the event loop

    async def answer(self, name: str, host: str, request_headers: Asked) -> Answer:
        """Return the answer to a question, which is a request for a feed that a reader combined.
        `name`: the name of the feed, such as "q/tag.ai.atom"; `host`: the client's address."""
        stamp = self.version()  # of the search index; None if there is none
        if stamp is None:
            return make_text_answer("Nothing can be asked before the first build.\n", 404)
        if name == PROBE:
            return self._answer_probe()
        status, text = self.check_name(name)
        if status != OK:
            return _make_refusal(name, status, text)
        is_for_browser = request_headers.get(b"sec-fetch-dest") == b"document"
        if is_for_browser and not name.endswith(f".{PAGE}"):  # a feed in a tab: show its page
            stem, _, _ = name.rpartition(".")
            return _make_refusal(name, 303, quote(f"{stem}.{PAGE}"))
        body = self.bodies.get((name, False), stamp)  # False: not compressed
        if body is not None:
            return self._send_feed(name, stamp, body, request_headers)
        answer = await self._make_in_turn(name, name_client(host), stamp)
        if answer.status != OK:
            return _make_refusal(name, answer.status, answer.text)
        return self._send_feed(name, stamp, answer.body, request_headers)

    async def _make_in_turn(self, name: str, client: str, stamp: Stamp) -> MadeAnswer:
        """Wait for the client's turn, then make the answer to a question, cache it and return it.
        If too many requests wait, return an answer with status 503 at once. `name`: such as
        "q/tag.ai.atom"; `stamp`: changes with the search index; cached answers with another stamp
        are outdated."""
        if not self.waiting.has_room(client):
            return MadeAnswer(BUSY, "Too many ask at once; try again in a minute.")
        await self._wait_for_turn(client)
        try:
            # another client may have asked the same meanwhile
            cached = self.bodies.get((name, False), stamp)
            if cached is not None:
                return MadeAnswer(OK, body=cached)
            answer, cpu_seconds = await asyncio.to_thread(self._make_answer, name)
            # pause as long as the answer took, so that questions take half of the CPU at most
            self.rest_until = asyncio.get_running_loop().time() + cpu_seconds
            if answer.status == OK:
                self.bodies.put((name, False), stamp, answer.body)
            return answer
        finally:
            self._end_turn()

    async def _wait_for_turn(self, client: str) -> None:
        """Wait until it is the client's turn to get an answer made. The caller must call
        `_end_turn` afterwards. If the client closes its connection, this raises CancelledError, and
        the next client gets the turn."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.add(client, turn)
        self._give_turn()  # ends the wait at once if nobody else waits
        try:
            await turn
        except asyncio.CancelledError:  # the client has closed the connection
            self.waiting.discard(client, turn)
            if turn.done() and not turn.cancelled():  # the turn had come just before
                self._end_turn()
            raise

    def _make_answer(self, name: str) -> tuple[MadeAnswer, float]:
        """Make the answer to a question. Return it, and the CPU time that it took in seconds."""
        began = time.thread_time()
        answer = self.ask(name)
        return answer, time.thread_time() - began

    def _give_turn(self) -> None:
        """Give the next waiting client its turn. Do nothing while an answer is being made. During
        the pause after an answer, try again when the pause ends."""
        if self.is_busy or not len(self.waiting):
            return
        loop = asyncio.get_running_loop()
        rest_seconds = self.rest_until - loop.time()
        if rest_seconds > 0:
            loop.call_later(rest_seconds, self._give_turn)
            return
        turn = self.waiting.take(lambda turn: not turn.done())  # the first that was not cancelled
        if turn is not None:
            self.is_busy = True
            turn.set_result(None)

    def _end_turn(self) -> None:
        """End the current turn and give the next one, after the pause."""
        self.is_busy = False
        self._give_turn()

    def _answer_probe(self) -> Answer:
        """Return the answer to a request for the probe, a script that tells our pages that this
        server answers questions."""
        headers = files.make_headers(PROBE, self.base) | {
            "content-type": _SCRIPT_TYPE,
            "content-length": str(len(_PROBE_SCRIPT)),
        }
        return OK, encode_headers(headers), _PROBE_SCRIPT

    def _send_feed(self, name: str, stamp: Stamp, body: bytes, request_headers: Asked) -> Answer:
        """Return an answer with a feed, compressed if the client accepts that; with status 304 and
        no body if the client has the feed already. `name`: of the feed; `stamp`: of the search
        index, for the cache; `body`: the feed."""
        plain_tag = f'"{hashlib.sha256(body).hexdigest()[:_TAG_DIGITS]}"'
        gzip_tag = files.make_gzip_tag(plain_tag)
        etag = plain_tag
        is_packed = files.accepts_gzip(request_headers.get(b"accept-encoding", b""))
        if is_packed:
            etag = gzip_tag
            body = self._compress_body(name, stamp, body)
        headers = files.make_headers(name, self.base) | {"etag": etag, "x-robots-tag": "noindex"}
        client_tags = request_headers.get(b"if-none-match", b"")
        if plain_tag.encode() in client_tags or gzip_tag.encode() in client_tags:
            return HTTPStatus.NOT_MODIFIED, encode_headers(headers), b""
        if is_packed:
            headers["content-encoding"] = "gzip"
        headers["content-type"] = media_type(name)
        headers["content-length"] = str(len(body))
        return OK, encode_headers(headers), body

    def _compress_body(self, name: str, stamp: Stamp, body: bytes) -> bytes:
        """Return the feed `body`, compressed, from the cache if possible. `name`: of the feed;
        `stamp`: of the search index."""
        packed = self.bodies.get((name, True), stamp)  # True: compressed
        if packed is None:
            packed = gzip.compress(body, GZIP_LEVEL, mtime=0)
            self.bodies.put((name, True), stamp, packed)
        return packed


def _make_refusal(name: str, status: int, text: str) -> Answer:
    """Return an answer without a feed: a redirect or an error. `name`: the requested name;
    `status`: 301 or 303 for a redirect; `text`: the name to redirect to, else a message."""
    if status in (301, 303):
        # a relative address, because a proxy may serve the site in a folder
        location = "../" * name.count("/") + text
        return make_text_answer("", status, location=location, vary="Sec-Fetch-Dest")
    headers: dict[str, str] = {}
    if status == BUSY:
        headers["retry-after"] = _RETRY_SECONDS
    return make_text_answer(f"{text}\n", status, **headers)
