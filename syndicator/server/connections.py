"""The open connections of the server: how many there may be, and how long each may take. Holding one open costs a
stranger nothing, and us one of the descriptors that serving and fetching share."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from typing import Any, NamedTuple

HEADER_SECONDS = 10.0  # from the connection, or the end of the answer before, to the end of a request's header
ANSWER_SECONDS = 300.0  # for the whole answer: 5 MB at 17 kB/s
_MOST = 1000  # connections of one process; those of 60,000 readers that ask once an hour and are kept 5 s are 85
_SHARE = 2  # the server has every second descriptor of the process at most: the rest is for fetching and files


class _State(NamedTuple):
    """What a connection is at, and since when: `cycle` is its last request, None before there is one."""

    cycle: object
    busy: bool  # an answer is under way; otherwise a request is waited for
    since: float


class Connections(set[Any]):
    """The connections of uvicorn's `ServerState`, of any of its protocols. When there are more than `most`, the one
    that has waited longest for its request is cut off, and if none waits, the one that has answered longest: who asks
    at once is always served. clock: seconds, steady."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._most = most
        self._clock = clock
        self._states: dict[Any, _State] = {}

    def add(self, connection: Any, /) -> None:
        if len(self) >= self._most:
            self._look()
            oldest = min(self._states, key=lambda one: (self._states[one].busy, self._states[one].since))
            self._cut(oldest)
        super().add(connection)
        self._states[connection] = _State(None, False, self._clock())

    def discard(self, connection: Any, /) -> None:
        super().discard(connection)
        self._states.pop(connection, None)

    def close_late(self) -> None:
        """Cuts off what has taken longer than it may."""
        self._look()
        now = self._clock()
        for connection, state in list(self._states.items()):
            if now - state.since > (ANSWER_SECONDS if state.busy else HEADER_SECONDS):
                self._cut(connection)

    def _look(self) -> None:
        for connection, before in self._states.items():
            cycle, busy = connection.cycle, _busy(connection)
            if cycle is not before.cycle or busy != before.busy:
                self._states[connection] = _State(cycle, busy, self._clock())

    def _cut(self, connection: Any) -> None:
        self.discard(connection)
        if connection.transport is not None:
            connection.transport.abort()


def _busy(connection: Any) -> bool:
    """True while a request is answered, to its last byte sent."""
    cycle, transport = connection.cycle, connection.transport
    if cycle is not None and not cycle.response_complete:
        return True
    return transport is not None and bool(transport.get_write_buffer_size())


def most_connections(descriptors: int) -> int:
    """How many connections the server may have in a process that may open `descriptors` (RLIMIT_NOFILE). Pure."""
    return max(1, min(_MOST, descriptors // _SHARE))


def descriptors() -> int:
    """The most files and sockets that this process may have open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST * _SHARE if soft == resource.RLIM_INFINITY else soft
