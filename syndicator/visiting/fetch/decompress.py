"""Content encodings undone in bounded steps: a bomb costs its cap, never its size. Pure."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

_STEP = 65_536  # bytes taken out of the inflater at a time
# Feeds and pages compress 3 to 30 times, log-like XML up to about 150; deflate's own ceiling is 1,032.
RATIO = 250
_RATIO_FROM = 1_000_000  # decoded bytes below which the ratio is not looked at


class TooLarge(ValueError):
    """The decoded body passed its cap."""


class BadEncoding(ValueError):
    """The bytes are not what their Content-Encoding says, or it is one we did not ask for."""


class Inflater:
    """Undoes one Content-Encoding. `feed` takes wire bytes, `finish` gives the body.

    `encoding` is the header's value; `cap` the most decoded bytes. Raises TooLarge or BadEncoding.
    """

    def __init__(self, encoding: str, cap: int) -> None:
        names = [name.strip().lower() for name in encoding.split(",")]
        names = [name for name in names if name not in ("", "identity")]
        if len(names) > 1:
            raise BadEncoding(f"more than one content encoding: {', '.join(names)[:80]}")
        self._name = names[0] if names else ""
        if self._name not in ("", "gzip", "x-gzip", "deflate"):
            raise BadEncoding(f"content encoding {self._name[:40]!r} was not asked for")
        self._cap = cap
        self._wire = 0
        self._body = bytearray()
        self._machine: zlib._Decompress | None = None

    def feed(self, data: bytes) -> None:
        self._wire += len(data)
        if not self._name:
            self._add(data)
            return
        while data:
            data = self._inflate(data)

    def finish(self) -> bytes:
        if self._machine is not None and not self._machine.eof:
            raise BadEncoding(f"the {self._name} body is cut short")
        return bytes(self._body)

    def _inflate(self, data: bytes) -> bytes:
        """One step: the wire bytes still to be inflated."""
        if self._machine is None:
            self._machine = zlib.decompressobj(self._window(data))
        elif self._machine.eof:
            # gzip allows members one after the other (RFC 1952 2.2); anything else behind the end is padding
            if self._name == "deflate" or not data.startswith(b"\x1f"):
                return b""
            self._machine = zlib.decompressobj(31)
        try:
            self._add(self._machine.decompress(data, _STEP))
        except zlib.error as error:
            raise BadEncoding(f"the body is no {self._name}: {error}") from error
        return self._machine.unused_data if self._machine.eof else self._machine.unconsumed_tail

    def _window(self, data: bytes) -> int:
        if self._name != "deflate":
            return 31
        # RFC 9110 8.4.1.2 means zlib; many servers send raw deflate
        return 15 if data[0] & 0x0F == 8 and (len(data) < 2 or (data[0] * 256 + data[1]) % 31 == 0) else -15

    def _add(self, piece: bytes) -> None:
        self._body += piece
        size = len(self._body)
        if size > self._cap:
            raise TooLarge(f"more than {self._cap:,} bytes decoded")
        if self._name and size > _RATIO_FROM and size > RATIO * max(self._wire, 1):
            raise TooLarge(f"decodes to more than {RATIO} times its size")


def gunzip(data: bytes, cap: int) -> bytes:
    """A whole gzip file, at most `cap` bytes of it. Raises TooLarge or BadEncoding."""
    inflater = Inflater("gzip", cap)
    for piece in _pieces(data):
        inflater.feed(piece)
    return inflater.finish()


def _pieces(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), _STEP):
        yield data[start : start + _STEP]
