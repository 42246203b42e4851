"""Run the web server with limits on connections; answer the requests of WebSub hubs to us.

`core.requests` defines the limits. Hubs send requests to a callback address for each subscription
of ours (WebSub sections 5.2, 5.3 and 7)."""

import asyncio
import contextlib
import errno
import resource
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, NoReturn, cast

import uvicorn
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from syndicator.core import requests as limits
from syndicator.core.errors import MissingError
from syndicator.core.fair_queue import Shares
from syndicator.core.ports.subscriptions import PATH
from syndicator.core.requests import BODY_BYTES, CONNECTIONS, SHARE, most_connections
from syndicator.publishing.server.health import HEADERS, make_text_response

__all__ = ["ASGIApp", "Receive", "Scope", "Send", "serve"]

BodyBytes = Callable[[str], int]  # returns the most bytes of a request body, for a path

# Phases of a connection, and their seconds at most. They are integers because an enum would cost
# each request a microsecond. HEADER: the client sends the header of a request, or nothing; BODY: it
# sends the body; ANSWER: we make the answer; CLOSE: we wait until the client closes the connection.
_HEADER, _BODY, _ANSWER, _CLOSE = range(4)
_SECONDS_OF_PHASE: Final = (
    limits.HEADER_SECONDS,
    limits.REQUEST_SECONDS,
    limits.ANSWER_SECONDS,
    limits.LINGER_SECONDS,
)
_GRACE_SECONDS = 3.0  # for open requests once the server stops
_AT_ONCE = 100  # connections accepted in one turn of the event loop; the system queues the others
# Bodies of pushes that are read at the same time; of these, one callback may have a quarter. A body
# is read whole before its signature can be checked. A choice.
_CALLBACK_AT_ONCE: Final = 16
_LONGEST_TOKEN: Final = 64  # characters
_TICKS_A_SECOND: Final = 10  # of uvicorn
_RETRY_SECONDS: Final = "60"  # after which a refused client may try again


class _Refused(Exception):
    """Raised to stop parsing a refused request."""


class Connection(HttpToolsProtocol):
    """A connection of a client, as uvicorn's protocol class with our limits on time and size.
    uvicorn calls most of the methods. `peer`: the client, as `requests.name_client` names it;
    `since`: when the phase began, except that HEADER and BODY count as one for the time of a whole
    request."""

    peer = ""
    _pool: "Connections"
    _phase = _HEADER
    since = 0.0
    _received = 0  # bytes of the current request: header, body and framing
    _body = 0  # bytes of its body
    _most = 0  # bytes that its body may have
    _status = HTTPStatus.BAD_REQUEST  # of the refusal, if parsing stops

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Accept a new connection. If there are too many and no other can be cut, answer with an
        error and close it."""
        self._pool = cast(Connections, self.connections)
        address = transport.get_extra_info("peername")  # (IP address, port) of the client
        self.peer = limits.name_client(str(address[0])) if isinstance(address, tuple) else ""
        refusal = self._pool.make_room(self.peer)  # None if there is room
        self._begin_phase(_HEADER)
        super().connection_made(transport)
        if refusal is not None:
            self._write(refusal)
            self.transport.close()

    @property
    def is_waiting(self) -> bool:
        """True while nothing happens on our side: the client has to send something. Then the
        connection may be cut to make room for others."""
        return self._phase != _ANSWER and not self.transport.get_write_buffer_size()

    def cut_if_late(self, now: float) -> None:
        """Cut the connection if it is too long in its phase, such as waiting for a header. If it
        has sent a part of a request, answer with status 408 first. `now`: seconds, by the clock of
        the pool of connections."""
        # an answer is not sent yet while bytes of it are in the buffer
        phase = _ANSWER if self.transport.get_write_buffer_size() else self._phase
        seconds_in_phase = now - self.since
        if seconds_in_phase <= _SECONDS_OF_PHASE[phase]:
            return
        if phase in (_HEADER, _BODY) and self._received:
            self.refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.transport.abort()

    def refuse(self, status: HTTPStatus) -> None:
        """Answer with an error, and close the connection. If another answer is being sent, only cut
        the connection, because the client would take the error for a part of that answer."""
        is_answering = bool(self.pipeline) or self._phase == _ANSWER
        if self._phase == _BODY:  # the body is still arriving, but an answer may have begun
            cycle = self.cycle
            is_answering = is_answering or cycle.response_started
            # wake the application, which waits for the body, and let it see a closed connection
            cycle.disconnected = True
            cycle.message_event.set()
        self._begin_phase(_CLOSE)
        if is_answering:
            self.transport.abort()
            return
        self._unset_keepalive_if_required()
        self._write(status)
        self.transport.write_eof()
        self.flow.resume_reading()  # read what the client still sends, until it closes

    def data_received(self, data: bytes) -> None:
        """Pass received bytes on to the parser, in pieces. Refuse a request if its header is too
        large, or if it sends much more than its body."""
        for start in range(0, len(data), limits.HEAD_BYTES):
            if self._phase == _CLOSE:  # the request was refused
                return
            piece = data[start : start + limits.HEAD_BYTES]
            self._received += len(piece)
            super().data_received(piece)
            if self._phase == _CLOSE:
                continue
            # True for a header that does not end, for long trailers, and for a chunked body whose
            # framing is longer than its content
            is_long = self._received - 2 * self._body > limits.HEAD_BYTES
            has_many_headers = len(self.headers or ()) > limits.HEADERS
            if is_long or has_many_headers:
                self.refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_headers_complete(self) -> None:
        """Check the header of a request, once it is complete. Stop parsing if the header or the
        announced length of the body is too large, or if too many requests of this connection wait
        for their answers."""
        head_bytes = 0  # only counted if the header may be too long
        if self._received > limits.HEAD_BYTES:
            head_bytes = len(self.url) + sum(len(name + value) for name, value in self.headers)
        if head_bytes > limits.HEAD_BYTES or len(self.headers) > limits.HEADERS:
            self._stop_parsing(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        if len(self.pipeline) >= limits.PIPELINED:
            # The status is not sent, since the client would take it for the answer to an earlier
            # request: the connection is cut.
            self._stop_parsing(HTTPStatus.TOO_MANY_REQUESTS)
        super().on_headers_complete()
        self._phase = _BODY
        has_no_body = self.scope["method"] in ("GET", "HEAD")
        self._most = limits.BODY_BYTES if has_no_body else self._pool.body_bytes(self.scope["path"])
        # The parser appends trailers (fields after the body) to `self.headers`. Give it a new list,
        # so that the application, which has the old one, does not take them for header fields.
        headers = self.headers
        self.headers = []
        if has_no_body:
            return
        for name, value in headers:
            if name == b"content-length" and int(value) > self._most:
                self._stop_parsing(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)

    def on_body(self, body: bytes) -> None:
        """Count the bytes of a request's body, of which `body` is a piece; stop parsing if there
        are too many."""
        self._body += len(body)
        if self._body > self._most:
            self._stop_parsing(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Begin the next phase of the connection after a whole request was received. The next phase
        is the answer or, if the request was answered before it was complete, the next request. Set
        the counts of received bytes to zero."""
        super().on_message_complete()
        self._received = 0
        self._body = 0
        self.cycle.more_body = False  # also of a request that was answered before it was complete
        self._begin_phase(_HEADER if self.cycle.response_complete else _ANSWER)

    def on_response_complete(self) -> None:
        """After an answer, begin to wait for the next request, unless another request waits for its
        answer, or this request is still being received."""
        is_idle = not self.pipeline and not self.cycle.more_body
        super().on_response_complete()
        if is_idle:
            self._begin_phase(_HEADER)

    def send_400_response(self, msg: str) -> None:
        """Refuse a request. uvicorn calls this for an invalid request, and after
        `_stop_parsing`."""
        self.refuse(self._status)

    def _begin_phase(self, phase: int) -> None:
        """Begin a phase, whose time counts from now."""
        self._phase = phase
        self.since = self._pool.clock()

    def _stop_parsing(self, status: HTTPStatus) -> NoReturn:
        """Stop parsing by an exception. uvicorn then calls `send_400_response`, which refuses the
        request with `status`."""
        self._status = status
        raise _Refused

    def _write(self, status: HTTPStatus) -> None:
        """Send an answer without calling the application: one line of text, which names
        `status`."""
        text = f"{status.phrase}.\n".encode()
        headers = [
            *self.server_state.default_headers,
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", b"%d" % len(text)),
            (b"connection", b"close"),
        ]
        head = b"".join(b"%s: %s\r\n" % header for header in headers)
        self.transport.write(STATUS_LINE[status] + head + b"\r\n" + text)


class Connections(set[Any]):
    """The set of open connections, which uvicorn updates. At most `most`, and of one client at most
    a share of them, are open at once. `body_bytes`: returns the most bytes of a request body, for a
    path; `clock`: returns monotonic seconds."""

    def __init__(
        self, most: int, body_bytes: BodyBytes, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self.body_bytes = body_bytes
        self.clock = clock
        self._most = most
        self._most_of_one = limits.most_of_one(most)
        self._count: Counter[str] = Counter()

    def add(self, connection: Any, /) -> None:
        """Add a connection, and count it for its client."""
        super().add(connection)
        self._count[connection.peer] += 1

    def discard(self, connection: Any, /) -> None:
        """Remove a connection from the pool; do nothing if it was removed before."""
        if connection not in self:
            return
        super().discard(connection)
        self._count[connection.peer] -= 1
        if not self._count[connection.peer]:
            del self._count[connection.peer]

    def make_room(self, peer: str) -> HTTPStatus | None:
        """Make room for a new connection of a client. If the client has too many connections, cut
        the one that has waited longest; if all clients together have too many, cut the one of all
        that has waited longest. Return None if there is room now; if no connection could be cut,
        return the HTTP status with which to refuse the new one. `peer`: the client's address."""
        connections_of_peer = (connection for connection in self if connection.peer == peer)
        if self._count[peer] >= self._most_of_one and not self._cut_oldest(connections_of_peer):
            return HTTPStatus.TOO_MANY_REQUESTS
        if len(self) >= self._most and not self._cut_oldest(self):
            return HTTPStatus.SERVICE_UNAVAILABLE
        return None

    def cut_all(self) -> None:
        """Cut all connections, also those whose requests are being answered."""
        for connection in list(self):
            connection.transport.abort()

    def cut_late(self) -> None:
        """Refuse or cut each connection whose phase takes too long."""
        now = self.clock()
        for connection in list(self):
            connection.cut_if_late(now)

    def _cut_oldest(self, connections: Iterable[Connection]) -> bool:
        """Cut the connection that has waited longest for bytes from its client. Return True if one
        was cut, False if no connection is waiting."""
        waiting = [connection for connection in connections if connection.is_waiting]
        if not waiting:
            return False
        oldest = min(waiting, key=lambda connection: connection.since)
        self.discard(oldest)
        oldest.transport.abort()
        return True


async def serve(
    app: ASGIApp,
    host: str,
    port: int,
    *,
    stop: asyncio.Event,
    listening: Callable[[str], None] = lambda address: None,
    body_bytes: BodyBytes = lambda path: BODY_BYTES,
) -> None:
    """Serve `app` within our limits until `stop` is set; then open requests get 3 s to end. `host`,
    `port`: the address to listen on, port 0 for any free one; `listening`: called with the URL once
    clients can connect; `body_bytes`: takes the path of a request, returns the most bytes that its
    body may have. Headers in which proxies name the client are ignored. Installs no signal
    handlers. Raises MissingError if the address cannot be used."""
    listener = _open_listener(host, port)
    # each connection needs a file descriptor, of which the system allows so many
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if descriptors == resource.RLIM_INFINITY:
        descriptors = CONNECTIONS * SHARE
    most = most_connections(descriptors)
    listener.listen(min(_AT_ONCE, most))  # `listening` may make clients connect at once
    bound_host = f"[{host}]" if ":" in host else host
    bound_port = listener.getsockname()[1]
    listening(f"http://{bound_host}:{bound_port}/")

    config = uvicorn.Config(
        _end_without_traceback(app, stop),
        # it uses the parser httptools, written in C: an answer takes half of the CPU time
        # (tests/bench/bench_web.py)
        http=Connection,
        ws="none",
        log_config=None,
        log_level="error",  # do not log strangers' broken requests
        proxy_headers=False,
        access_log=False,
        lifespan="off",
        server_header=False,
        backlog=min(_AT_ONCE, most),
    )
    server = _Server(config, Connections(most, body_bytes))

    # serve until `stop` is set or the server fails
    serving = asyncio.ensure_future(server.serve(sockets=[listener]))
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        await serving
    finally:
        stopping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await stopping
        listener.close()


def _end_without_traceback(app: ASGIApp, stop: asyncio.Event) -> ASGIApp:
    """Return an application that answers as `app` does. If a request is cancelled because the
    server stops (`stop` is set), it ends without an exception, since uvicorn would log its
    traceback."""

    async def answer_request(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except asyncio.CancelledError:
            if not stop.is_set():
                raise

    return answer_request


class _Server(uvicorn.Server):
    """uvicorn's server with our limits on connections. It leaves signals to the command that runs
    it."""

    def __init__(self, config: uvicorn.Config, connections: Connections) -> None:
        super().__init__(config)
        self._connections = connections
        self.server_state.connections = connections

    async def on_tick(self, counter: int) -> bool:
        """Cut late connections once a second; uvicorn calls this ten times a second."""
        if counter % _TICKS_A_SECOND == 0:
            self._connections.cut_late()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Wait three seconds for open requests; then cut their connections and cancel them."""
        shutdown_task = asyncio.ensure_future(super().shutdown(sockets))
        await asyncio.wait({shutdown_task}, timeout=_GRACE_SECONDS)
        if not shutdown_task.done():
            self._connections.cut_all()
            await asyncio.sleep(0)  # requests know now that nobody waits for them
            for task in list(self.server_state.tasks):
                task.cancel()
        await shutdown_task

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the command that serves."""
        yield


def _open_listener(host: str, port: int) -> socket.socket:
    """Return a socket that is bound to an address, for the server to listen on. `port`: 0 for any
    free port. Raises MissingError if the address cannot be used."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sets TCP_NODELAY only on sockets with this explicit protocol. Without it, the second
    # part of an answer waits until the client has acknowledged the first: 44 ms on a kept
    # connection.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise _explain_bind_error(host, port, error) from error
    listener.setblocking(False)  # noqa: FBT003 - takes no keyword
    return listener


def _explain_bind_error(host: str, port: int, error: OSError) -> MissingError:
    """Return an error that tells the operator why an address cannot be used, and what to do."""
    if error.errno == errno.EADDRINUSE:
        return MissingError(
            f"port {port} on {host} is taken; stop what uses it, or change publish.listen (or"
            " --port)"
        )
    if error.errno == errno.EACCES:
        return MissingError(f"port {port} needs more rights; write 1024 or more in publish.listen")
    return MissingError(
        f"cannot listen on {host} port {port}: {error.strerror or error}; give an address of this"
        " machine with --host or in publish.listen, such as 127.0.0.1, or 0.0.0.0 for all of them"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Callbacks:
    """Functions that answer hubs, provided by the program that runs the server. Each gets the token
    in the callback's path, which stands for a subscription. `verify`: also gets the query of a
    verification, returns status and body of the answer; `check_token`: returns 200 if a push with
    this token is expected, else the status of a refusal; `push`: also gets headers and body of a
    push, returns the status of the answer."""

    verify: Callable[[str, Mapping[str, str]], tuple[int, str]]
    check_token: Callable[[str], int]
    push: Callable[[str, Mapping[str, str], bytes], int]


def add_callback_paths(app: ASGIApp, callbacks: Callbacks) -> ASGIApp:
    """Return an application that answers requests of WebSub hubs, which tell us of new entries, and
    passes all other requests on to `app`. `callbacks`: functions that decide on the answers."""
    reading = Shares[Request](_CALLBACK_AT_ONCE)  # pushes whose bodies are being read, by token

    async def answer_or_pass_on(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PATH):
            await app(scope, receive, send)
            return
        response = await _answer_callback(Request(scope, receive), callbacks, reading)
        await response(scope, receive, send)

    return answer_or_pass_on


async def _answer_callback(
    request: Request, callbacks: Callbacks, reading: Shares[Request]
) -> Response:
    """Return the answer to a request of a WebSub hub: GET verifies a subscription of ours, POST is
    a push, which sends us new entries. `callbacks`: functions that decide on the answer; `reading`:
    the pushes whose bodies are being read, by token."""
    token = request.scope["path"].removeprefix(PATH)  # names the subscription
    if not token or len(token) > _LONGEST_TOKEN:
        return _make_status_response(HTTPStatus.NOT_FOUND)
    if request.method == "GET":
        status, body = callbacks.verify(token, request.query_params)
        return Response(body, status, headers=HEADERS, media_type="text/plain")
    if request.method != "POST":
        return _make_status_response(HTTPStatus.METHOD_NOT_ALLOWED, allow="GET, POST")
    status = callbacks.check_token(token)
    if status != HTTPStatus.OK:
        return _make_status_response(status)
    return await _receive_push(request, token, callbacks, reading)


async def _receive_push(
    request: Request, token: str, callbacks: Callbacks, reading: Shares[Request]
) -> Response:
    """Read the body of a push (new entries that a WebSub hub sends us), pass it to
    `callbacks.push`, and return the answer to the hub. `token`: names the subscription; `reading`:
    the pushes whose bodies are being read; if they are too many, the answer has status 503, so that
    the hub sends the push again."""
    if not reading.has_room(token):
        return _make_status_response(HTTPStatus.SERVICE_UNAVAILABLE)
    reading.add(token, request)
    try:
        body = await request.body()
    except ClientDisconnect:
        return _make_status_response(HTTPStatus.BAD_REQUEST)
    finally:
        reading.discard(token, request)
    return _make_status_response(callbacks.push(token, request.headers, body))


def _make_status_response(status: int, **headers: str) -> Response:
    """Return an answer whose text is the name of its status, such as "Not Found."."""
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["retry-after"] = _RETRY_SECONDS
    return make_text_response(f"{HTTPStatus(status).phrase}.", status, **headers)
