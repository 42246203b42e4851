"""Connect to a mail server at a permitted address, within limits of time and bytes.

The server's certificate is checked."""

import imaplib
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from syndicator.visiting.fetch.ssrf import Lookup, resolve_with_system

_LONGEST_LINE: Final = 1_000_000  # bytes: the numbers of 140,000 mails, and imaplib's own limit


class BadServer(Exception):
    """Raised if the server does not answer as IMAP requires. The message says what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A mail server, and the limits of a connection to it. `check(address, port)`: raises OSError
    for an address that is not permitted. `seconds`: the most time for one operation. `most_bytes`:
    the most bytes of its answers. `lookup`: resolves names."""

    host: str
    port: int
    check: Callable[[str, int], None]
    tls: ssl.SSLContext
    seconds: float
    most_bytes: int
    lookup: Lookup = resolve_with_system


class ImapConnection(imaplib.IMAP4):
    """imaplib's connection, by a socket of this program that keeps the limits of `server`. Every
    method may raise OSError, imaplib.IMAP4.error and BadServer."""

    def __init__(self, server: Server) -> None:
        """Connect to the server. Raises OSError if this fails."""
        self._server = server
        self._bytes_left = 0
        self._deadline = 0.0
        self.begin()
        super().__init__(server.host, server.port)

    def begin(self) -> None:
        """Set the limits of time and bytes anew. Call this before each operation."""
        self._bytes_left = self._server.most_bytes
        self._deadline = time.monotonic() + self._server.seconds

    def open(self, host: str = "", port: int = 0, timeout: float | None = None) -> None:
        """Connect to the server with TLS. imaplib calls this. The arguments are not used, as
        `server` has the address and the time limit."""
        del host, port, timeout
        plain = _connect(self._server, self._seconds_left())
        try:
            plain.settimeout(self._seconds_left())
            self._tls = self._server.tls.wrap_socket(plain, server_hostname=self._server.host)
        except BaseException:
            plain.close()
            raise
        self._reader = self._tls.makefile("rb")

    def read(self, size: int) -> bytes:
        """Return the next `size` bytes of the answer."""
        self._count_bytes(size)
        return self._reader.read(size)

    def readline(self) -> bytes:
        """Return the next line of the answer. Raises BadServer if it is too long."""
        line = self._reader.readline(_LONGEST_LINE + 1)
        self._count_bytes(len(line))
        if len(line) > _LONGEST_LINE:
            raise BadServer(f"a line of more than {_LONGEST_LINE:,} bytes")
        return line

    def send(self, data: Any) -> None:
        """Send `data` within the time that is left."""
        self._tls.settimeout(self._seconds_left())
        self._tls.sendall(data)

    def shutdown(self) -> None:
        """Close the connection."""
        with suppress(OSError):  # the server may have closed the connection already
            self._tls.shutdown(socket.SHUT_RDWR)
        self._reader.close()
        self._tls.close()

    def hang_up(self) -> None:
        """Send LOGOUT without waiting for the answer, and close the connection."""
        with suppress(OSError, ValueError):
            self._tls.settimeout(1)
            self._tls.sendall(b"bye LOGOUT\r\n")
        self.shutdown()

    def _count_bytes(self, size: int) -> None:
        """Subtract `size` received bytes from those that the present operation may still receive,
        and limit the next wait to the time that it has left. Raises BadServer if it has received
        too many bytes, and TimeoutError if its time is over."""
        self._bytes_left -= size
        if self._bytes_left < 0:
            raise BadServer(f"an answer of more than {self._server.most_bytes:,} bytes")
        self._tls.settimeout(self._seconds_left())

    def _seconds_left(self) -> float:
        """Return how many seconds the present operation still has. Raises TimeoutError if there are
        none."""
        seconds = self._deadline - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("no whole answer in time")
        return seconds


def _connect(server: Server, seconds: float) -> socket.socket:
    """Return a socket that is connected to the first address of the server that answers. `seconds`:
    the most time for each address. Raises OSError if no address answers, and at once if one of the
    addresses is not permitted."""
    addresses = server.lookup(server.host, server.port)
    for *_, address in addresses:
        server.check(str(address[0]), server.port)
    failure: OSError = socket.gaierror(socket.EAI_NONAME, "no address")
    for family, kind, protocol, _, address in addresses:
        connecting = socket.socket(family, kind, protocol)
        try:
            connecting.settimeout(seconds)
            connecting.connect(address)
        except OSError as error:
            connecting.close()
            failure = error
            continue
        return connecting
    raise failure
