"""Pictures and sound for the demo's web, made when asked for: no binary file stands in the project."""

from __future__ import annotations

import hashlib
import struct
import zlib


def png(name: str, width: int = 1200, height: int = 630) -> bytes:
    """A picture of two colours in slanted bands, the same for the same name. A few kB: rows repeat, so they deflate."""
    digest = hashlib.sha256(name.encode()).digest()
    colours = (digest[:3], bytes(255 - byte // 2 for byte in digest[3:6]))
    band = 60 + digest[6] % 90
    period = b"".join(colours[(x // band) % 2] for x in range(2 * band))
    row = period * (width // (2 * band) + 2)
    rows = b"".join(b"\0" + row[3 * (y % (2 * band)) : 3 * (y % (2 * band) + width)] for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 6)) + _chunk(b"IEND", b"")
    )


def svg(name: str) -> bytes:
    """A logo: the first letter of `name` in a box."""
    letter = next((char for char in name if char.isalnum()), "S").upper()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" role="img">'
        '<rect width="64" height="64" rx="12" fill="#1d3557"/>'
        f'<text x="32" y="44" font-size="36" text-anchor="middle" fill="#fff">{letter}</text></svg>\n'
    ).encode()


def wav(seconds: int = 1) -> bytes:
    """Silence, 8 kHz, 8 bit, mono."""
    samples = b"\x80" * (8000 * seconds)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8)
    data = struct.pack("<4sI", b"data", len(samples)) + samples
    return struct.pack("<4sI4s", b"RIFF", 4 + len(form) + len(data), b"WAVE") + form + data


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
