"""What the transport raised, as a reason code and one line for the operator."""

from __future__ import annotations

import errno
import socket
import ssl

import aiohttp
import httpx

from syndicator.core.model import OURS
from syndicator.core.urls import BadUrl
from syndicator.visiting.fetch.transport import Blocked

_SHORT_OF = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)  # files, buffers, memory of this machine
# The first row that fits counts: aiohttp's errors inherit from each other. An empty line stands for the error's own.
_KINDS: tuple[tuple[tuple[type[BaseException], ...], str, str], ...] = (
    ((aiohttp.ClientConnectorDNSError, socket.gaierror), "dns", "the name does not resolve"),
    ((aiohttp.ClientSSLError, aiohttp.ServerFingerprintMismatch, ssl.SSLError), "tls", ""),
    ((aiohttp.ClientConnectorError,), "connect", ""),
    ((aiohttp.ConnectionTimeoutError,), "connect", "no connection in time"),
    ((aiohttp.ClientPayloadError,), "truncated", "the answer ended before it was complete"),
    (
        (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, ConnectionError),
        "disconnected",
        "the server closed the connection",
    ),
    ((httpx.InvalidURL, aiohttp.InvalidURL, UnicodeError, BadUrl), "bad-url", "no request can be made for this URL"),
)
_LONGEST = 200  # characters of a line


def explain(error: Exception) -> tuple[str, str]:
    """The reason code of `model.Failed` for what the transport raised, and one line of at most 200 characters."""
    cause: BaseException = error
    while isinstance(cause, httpx.HTTPError) and cause.__cause__ is not None:
        cause = cause.__cause__
    inner = getattr(cause, "os_error", None)  # aiohttp wraps what the socket raised
    for one in (inner, cause):
        if isinstance(one, OSError) and one.errno in _SHORT_OF:
            return OURS, f"this machine is short of something: {_line(one.strerror or str(one))}"
        if isinstance(one, Blocked):
            return "blocked-address", one.why
    for kinds, reason, line in _KINDS:
        if isinstance(cause, kinds):
            return reason, line or _own_line(reason, cause, inner)
    if isinstance(cause, aiohttp.ClientResponseError):
        return "protocol", _line(f"the answer is not valid HTTP: {cause.message}")
    return "protocol", _line(f"{type(cause).__name__}: {cause}")


def _own_line(reason: str, cause: BaseException, inner: object) -> str:
    """What a failed connection says itself: for TLS the fault of the certificate, else what the socket said."""
    if reason == "tls":
        return _line(str(getattr(cause, "certificate_error", inner or cause)))
    return _line(str(inner.strerror if isinstance(inner, OSError) and inner.strerror else cause))


def _line(value: str) -> str:
    return " ".join(value.split())[:_LONGEST]
