"""What the transport raised, as a reason code and one line."""

from __future__ import annotations

import errno
import socket
import ssl

import aiohttp
import httpx

from syndicator.model import OURS
from syndicator.urls import BadUrl
from syndicator.visiting.fetch.transport import Blocked


def explain(error: Exception) -> tuple[str, str]:
    """A reason code and one line for what the transport raised."""
    cause: BaseException = error
    while isinstance(cause, httpx.HTTPError) and cause.__cause__ is not None:
        cause = cause.__cause__
    inner = getattr(cause, "os_error", None)
    for one in (inner, cause):
        if isinstance(one, OSError) and one.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
            return OURS, f"this machine is short of something: {_line(one.strerror or str(one))}"
    if isinstance(inner, Blocked) or isinstance(cause, Blocked):
        blocked = inner if isinstance(inner, Blocked) else cause
        return "blocked-address", blocked.why if isinstance(blocked, Blocked) else str(cause)
    if isinstance(cause, aiohttp.ClientConnectorDNSError | socket.gaierror):
        return "dns", "the name does not resolve"
    if isinstance(cause, aiohttp.ClientSSLError | aiohttp.ServerFingerprintMismatch | ssl.SSLError):
        return "tls", _line(str(getattr(cause, "certificate_error", inner or cause)))
    if isinstance(cause, aiohttp.ClientConnectorError):
        return "connect", _line(str(inner.strerror if isinstance(inner, OSError) and inner.strerror else cause))
    if isinstance(cause, aiohttp.ConnectionTimeoutError):
        return "connect", "no connection in time"
    if isinstance(cause, aiohttp.ClientPayloadError):
        return "truncated", "the body broke off"
    if isinstance(cause, aiohttp.ServerDisconnectedError | aiohttp.ClientOSError | ConnectionError):
        return "disconnected", "the server closed the connection"
    if isinstance(cause, httpx.InvalidURL | aiohttp.InvalidURL | UnicodeError | BadUrl):
        return "bad-url", "the URL cannot be asked for"
    if isinstance(cause, aiohttp.ClientResponseError):
        return "protocol", _line(f"no valid HTTP: {cause.message}")
    return "protocol", _line(f"{type(cause).__name__}: {cause}")


def _line(value: str) -> str:
    return " ".join(value.split())[:200]
