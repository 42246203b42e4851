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

_MOST_HEAD_BYTES = 32_768  # of a request
_IDLE_SECONDS = 15.0  # after which a silent connection is closed
# media types that are compressed
_TEXT_TYPES = (
    "text/",
    "application/xml",
    "application/rss",
    "application/atom",
    "application/rdf",
    "application/json",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer of a site. `delay`: the seconds until its first byte is sent. `modified`: when the
    page changed, in UTC. If it is set, the answer has ETag and Last-Modified, and may become a
    304."""

    body: bytes = b""
    status: int = 200
    type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    modified: datetime | None = None  # if set: ETag, Last-Modified, 304


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request that a site got, with the status of its answer."""

    site: str
    method: str
    path: str
    headers: Mapping[str, str]  # names in lower case
    status: int


Respond = Callable[[str, str], Answer]  # (method, path with query) -> Answer


class SiteServer:
    """The server of one site, on a loopback address. `respond`: returns the answer for a method and
    a path. `log`: the list that gets all requests."""

    def __init__(self, name: str, respond: Respond, log: list[Request]) -> None:
        """Prepare the server of the site `name`; `start` starts it. `respond`: returns the answer
        to a request. `log`: each request is appended here."""
        self.name = name
        self.base = ""  # the address of the site, such as "http://127.0.0.2:8081", once it listens
        self._respond = respond
        self._log = log
        self._server: asyncio.Server | None = None  # None until it listens
        self._open: set[asyncio.Task[None]] = set()  # one task for each open connection

    async def start(self, host: str, port: int) -> None:
        """Listen on `host` and `port`. If that is not possible, try any free port of `host`, then
        `port` of 127.0.0.1, then any free port there. Raises OSError if nothing is possible."""
        # port 0 stands for any free port
        attempts = ((host, port), (host, 0), ("127.0.0.1", port), ("127.0.0.1", 0))
        for tried_host, tried_port in attempts:
            try:
                self._server = await asyncio.start_server(
                    self._accept, tried_host, tried_port, limit=_MOST_HEAD_BYTES
                )
                break
            except OSError:
                continue
        if self._server is None:
            raise OSError(f"no loopback address could be listened on for the site {self.name}")
        bound_host, bound_port = self._server.sockets[0].getsockname()[:2]
        self.base = f"http://{bound_host}:{bound_port}"

    async def aclose(self) -> None:
        """Stop listening, and end all open connections at once."""
        if self._server is None:
            return
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await self._server.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of a connection until one side closes it. asyncio calls this in a
        task of its own for each connection."""
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)  # `aclose` ends the tasks that are open
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
        """Read a request and answer it. Return True if another request may follow on the
        connection."""
        async with asyncio.timeout(_IDLE_SECONDS):
            head = await reader.readuntil(b"\r\n\r\n")
        request_line, *header_lines = head.decode("latin-1").split("\r\n")
        words = request_line.split(" ")
        method, target, version = (*words, "", "")[:3]  # "" for a missing word
        headers: dict[str, str] = {}
        for header_line in header_lines:
            name, _, value = header_line.partition(":")
            headers[name.strip().lower()] = value.strip()
        headers.pop("", None)  # of the empty lines that end the head

        answer = _prepare_answer(self._respond(method, target), headers)
        self._log.append(
            Request(
                site=self.name, method=method, path=target, headers=headers, status=answer.status
            )
        )
        if answer.delay:  # this site is slow on purpose
            await asyncio.sleep(answer.delay)
        asks_to_close = headers.get("connection", "").lower() == "close"
        stays_open = version == "HTTP/1.1" and not asks_to_close
        writer.write(_encode_answer(answer, head_only=method == "HEAD", stays_open=stays_open))
        await writer.drain()
        return stays_open


def _prepare_answer(answer: Answer, request_headers: Mapping[str, str]) -> Answer:
    """Return the answer to send. If the client says that it has the present version of the page,
    the status is 304 and there is no content (RFC 9110, section 13.2.2). Otherwise the page gets
    the headers ETag and Last-Modified if `answer.modified` is known, and a text is compressed if
    the client accepts gzip. An answer whose status is not 200 is returned unchanged."""
    if answer.status != HTTPStatus.OK:
        return answer
    headers = dict(answer.headers)
    if answer.modified is not None:
        headers.setdefault("ETag", f'"{hashlib.sha256(answer.body).hexdigest()[:20]}"')
        headers.setdefault("Last-Modified", format_datetime(answer.modified, usegmt=True))

        # what the client says about the version that it has; the ETag counts more than the time
        known_etags = request_headers.get("if-none-match")
        if known_etags is None:
            is_known = request_headers.get("if-modified-since") == headers["Last-Modified"]
        else:
            is_known = headers["ETag"] in known_etags
        if is_known:
            return Answer(status=HTTPStatus.NOT_MODIFIED, headers=headers, delay=answer.delay)

    body = answer.body
    accepts_gzip = "gzip" in request_headers.get("accept-encoding", "")
    if accepts_gzip and answer.type.startswith(_TEXT_TYPES):
        headers["Content-Encoding"] = "gzip"
        headers["Vary"] = "Accept-Encoding"
        body = gzip.compress(body, 5, mtime=0)
    return replace(answer, body=body, headers=headers, modified=None)


def _encode_answer(answer: Answer, *, head_only: bool, stays_open: bool) -> bytes:
    """Return an answer as the bytes that HTTP/1.1 sends. `head_only`: the request was HEAD, so the
    content is left out. `stays_open`: the connection may be used for another request."""
    phrases = {status.value: status.phrase for status in HTTPStatus}
    phrase = phrases.get(answer.status, "Unknown")
    has_content = answer.status != HTTPStatus.NOT_MODIFIED
    lines = [f"HTTP/1.1 {answer.status} {phrase}"]
    if has_content:
        lines.append(f"Content-Type: {answer.type}")
        lines.append(f"Content-Length: {len(answer.body)}")
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    lines.append("Connection: keep-alive" if stays_open else "Connection: close")
    head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
    if head_only or not has_content:
        return head
    return head + answer.body
