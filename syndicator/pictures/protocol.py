"""Messages between us and the child that decodes pictures: lengths and bytes, nothing to unpickle
or parse. Pure."""

import struct
from typing import Final

from syndicator.core.reasons import PictureReason

# question: length, bytes of a picture; answer: one of CODES, length, bytes of a WebP (none where
# the code is a refusal)
QUESTION: Final = struct.Struct(">I")
ANSWER: Final = struct.Struct(">BI")
READY: Final = 255  # the child's first answer: it is shut off
MADE: Final = 0
# the code of a refusal is its place here, from 1
REFUSALS: Final = (
    PictureReason.FORMAT,
    PictureReason.BROKEN,
    PictureReason.PIXELS,
    PictureReason.SMALL,
)
NOT_SHUT_OFF: Final = 77  # the exit status of a child that could not be shut off
# pixels: the widest column of our pages on a screen with two of them a CSS pixel
MOST_SIDE: Final = 640
MOST_ANSWER: Final = 200_000  # bytes; photographs have 10,000 to 60,000

# RIFF, its size, WEBP, the first chunk, its size (RFC 9649 section 2)
_RIFF: Final = struct.Struct("<4sI4s4sI")
_FRAME: Final = struct.Struct("<3s3sHH")  # tag, start code, width and height (RFC 6386 section 9.1)
_START: Final = b"\x9d\x01\x2a"
_PIXELS: Final = 0x3FFF  # the lower 14 bits; the upper two are a scale


def refusal(code: int) -> PictureReason | None:
    """Return the reason for a refusal's code; None for an invalid code."""
    return REFUSALS[code - 1] if 1 <= code <= len(REFUSALS) else None


def size(webp: bytes) -> tuple[int, int] | None:
    """Return width and height of a WebP with one lossy key frame; None for anything else, which is
    not published."""
    if len(webp) < _RIFF.size + _FRAME.size:
        return None
    riff, whole, kind, chunk, length = _RIFF.unpack_from(webp)
    tag, start, width, height = _FRAME.unpack_from(webp, _RIFF.size)
    padded = length + length % 2
    fits = whole + 8 == len(webp) and padded + _RIFF.size == len(webp)
    pixels = (width & _PIXELS, height & _PIXELS)
    if (riff, kind, chunk, start) != (b"RIFF", b"WEBP", b"VP8 ", _START) or tag[0] & 1 or not fits:
        return None
    return pixels if min(pixels) > 0 and max(pixels) <= MOST_SIDE else None
