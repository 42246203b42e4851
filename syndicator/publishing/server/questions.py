"""Answers to questions (/q/...), computed on request and cached until the search index changes.

Load is bounded: one answer is computed at a time, followed by a pause of the same length, so half of a core stays free.
The queue and the cache are limited. Questions are not logged."""

import asyncio
import gzip
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from syndicator.core.formats import GZIP_LEVEL, PAGE, media_type
from syndicator.publishing.server import files
from syndicator.publishing.server.files import Answer, Asked, Bodies, Stamp, lines, plain

OK, BUSY = HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE
_WAITING: Final = 16  # requests that may wait for an answer
_MOST: Final = 16 << 20  # bytes of cached answers of 30 kB, or 100 with full texts


@dataclass(slots=True)
class Questions:
    """Answers questions. `version`: stamp of the search index, None without one. `spelled`: checks a name, reads
    nothing; status, with right spelling (301) or error. `ask`: runs in a thread; status, the same text, body."""

    version: Callable[[], Stamp | None]
    spelled: Callable[[str], tuple[int, str]]
    ask: Callable[[str], tuple[int, str, bytes]]
    base: str
    bodies: Bodies = field(default_factory=lambda: Bodies(_MOST, _MOST))
    room: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0

    async def answer(self, name: str, asked: Asked) -> Answer:
        """Answer a request for `name`, which begins with q/. `asked`: its headers."""
        if (stamp := self.version()) is None:
            return plain("Nothing can be asked before the first build.\n", 404)
        status, text = self.spelled(name)
        if status == OK and asked.get(b"sec-fetch-dest") == b"document" and not name.endswith(f".{PAGE}"):
            status, text = 303, quote(f"{name.rpartition('.')[0]}.{PAGE}")
        body = self.bodies.get((name, False), stamp) if status == OK else b""
        if body is None:
            status, text, body = await self._made(name, stamp)
        if status != OK:
            return _refusal(name, status, text)
        return self._whole(name, stamp, body, asked)

    async def _made(self, name: str, stamp: Stamp) -> tuple[int, str, bytes]:
        if self.waiting >= _WAITING:
            return BUSY, "Too many ask at once; try again in a minute.", b""
        self.waiting += 1
        try:
            async with self.room:
                if (cached := self.bodies.get((name, False), stamp)) is not None:
                    return OK, "", cached
                began = time.monotonic()
                status, text, body = await asyncio.to_thread(self.ask, name)
                if status == OK:
                    self.bodies.put((name, False), stamp, body)
                await asyncio.sleep(time.monotonic() - began)
                return status, text, body
        finally:
            self.waiting -= 1

    def _whole(self, name: str, stamp: Stamp, body: bytes, asked: Asked) -> Answer:
        etag, coding = f'"{hashlib.sha256(body).hexdigest()[:32]}"', dict[str, str]()
        tags = (etag.encode(), files.zipped(etag).encode())
        if files.takes_gzip(asked.get(b"accept-encoding", b"")):
            if (packed := self.bodies.get((name, True), stamp)) is None:
                packed = gzip.compress(body, GZIP_LEVEL, mtime=0)
                self.bodies.put((name, True), stamp, packed)
            body, etag, coding = packed, files.zipped(etag), {"content-encoding": "gzip"}
        headers = files.headers_of(name, self.base) | {"etag": etag, "x-robots-tag": "noindex"}
        if any(tag in asked.get(b"if-none-match", b"") for tag in tags):
            return HTTPStatus.NOT_MODIFIED, lines(headers), b""
        return OK, lines(headers | coding | {"content-type": media_type(name), "content-length": str(len(body))}), body


def _refusal(name: str, status: int, text: str) -> Answer:
    """Return an answer without a feed. Redirects are relative because a proxy may serve the site in a folder."""
    if status in (301, 303):
        return plain("", status, location="../" * name.count("/") + text, vary="Sec-Fetch-Dest")
    return plain(f"{text}\n", status, **({"retry-after": "60"} if status == BUSY else {}))
