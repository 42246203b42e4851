"""Serve one site of the demo by HTTP on loopback: conditional GET, a log of requests."""

import asyncio
import contextlib
import gzip
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus

_HEAD_BYTES = 32_768
_IDLE_SECONDS = 15.0
_TEXT = (
    "text/",
    "application/xml",
    "application/rss",
    "application/atom",
    "application/rdf",
    "application/json",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A site's answer. `delay`: seconds to the first byte; `modified`: aware UTC."""

    body: bytes = b""
    status: int = 200
    type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    modified: datetime | None = None  # if set: ETag, Last-Modified, 304


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A request that a site received, with the answer's status."""

    site: str
    method: str
    path: str
    headers: Mapping[str, str]  # names in lower case
    status: int


Respond = Callable[[str, str], Answer]  # (method, path with query) -> Answer


class SiteServer:
    """Serves one site on a loopback address until `aclose`."""

    def __init__(self, name: str, respond: Respond, log: list[Seen]) -> None:
        self.name = name
        self.base = ""  # "http://127.0.0.2:8081", once it listens
        self._respond = respond
        self._log = log
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int) -> None:
        """Listen on `host` (else 127.0.0.1) and `port` (a free one if it is 0 or taken)."""
        for address, number in ((host, port), (host, 0), ("127.0.0.1", port), ("127.0.0.1", 0)):
            try:
                self._server = await asyncio.start_server(
                    self._accept, address, number, limit=_HEAD_BYTES
                )
                break
            except OSError:
                continue
        if self._server is None:
            raise OSError(f"no loopback address could be listened on for the site {self.name}")
        name, number = self._server.sockets[0].getsockname()[:2]
        self.base = f"http://{name}:{number}"

    async def aclose(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await self._server.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            while await self._exchange(reader, writer):
                pass
        except (
            OSError,
            asyncio.IncompleteReadError,
            asyncio.LimitOverrunError,
            TimeoutError,
            asyncio.CancelledError,
        ):
            pass  # the other side left, sent nonsense or we are closing: nothing to answer
        finally:
            self._open.discard(task)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; return True if the connection stays open."""
        async with asyncio.timeout(_IDLE_SECONDS):
            head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, version = (*first.split(" "), "", "")[:3]
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines)
        }
        headers.pop("", None)
        answer = _conditional(self._respond(method, target), headers)
        self._log.append(
            Seen(site=self.name, method=method, path=target, headers=headers, status=answer.status)
        )
        if answer.delay:
            await asyncio.sleep(answer.delay)
        keep = version == "HTTP/1.1" and headers.get("connection", "").lower() != "close"
        writer.write(_wire(answer, head_only=method == "HEAD", keep=keep))
        await writer.drain()
        return keep


def _conditional(answer: Answer, asked: Mapping[str, str]) -> Answer:
    """Return `answer` compressed and with validators; a 304 if the client has it (RFC 9110 section
    13.2.2)."""
    if answer.status != HTTPStatus.OK:
        return answer
    headers = dict(answer.headers)
    if answer.modified is not None:
        headers.setdefault("ETag", f'"{hashlib.sha256(answer.body).hexdigest()[:20]}"')
        headers.setdefault("Last-Modified", format_datetime(answer.modified, usegmt=True))
        etags = asked.get("if-none-match")
        fresh = asked.get("if-modified-since") == headers["Last-Modified"]
        if headers["ETag"] in etags if etags is not None else fresh:
            return Answer(status=HTTPStatus.NOT_MODIFIED, headers=headers, delay=answer.delay)
    if "gzip" in asked.get("accept-encoding", "") and answer.type.startswith(_TEXT):
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        answer = replace(answer, body=gzip.compress(answer.body, 5, mtime=0))
    return replace(answer, headers=headers, modified=None)


def _wire(answer: Answer, *, head_only: bool, keep: bool) -> bytes:
    phrases = {status.value: status.phrase for status in HTTPStatus}
    lines = [f"HTTP/1.1 {answer.status} {phrases.get(answer.status, 'Unknown')}"]
    if answer.status != HTTPStatus.NOT_MODIFIED:
        lines += [f"Content-Type: {answer.type}", f"Content-Length: {len(answer.body)}"]
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    lines.append(f"Connection: {'keep-alive' if keep else 'close'}")
    head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
    return head if head_only or answer.status == HTTPStatus.NOT_MODIFIED else head + answer.body
