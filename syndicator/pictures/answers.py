"""Pack and check the sandbox's answer on a picture: a WebP thumbnail or a refusal. Pure.

A sandboxed process decodes pictures of strangers, so its answers are not trusted. A request is one
byte for its kind, then the bytes of a picture. The answer is one byte for its code, then the bytes
of a WebP: nothing that must be unpickled."""

import struct
from dataclasses import dataclass
from typing import Final

from syndicator.core.reasons import PictureReason

# Kinds of requests, the first byte.
THUMBNAIL: Final = b"T"
ICON: Final = b"I"

_WEBP_CODE: Final = 0  # the code of an answer with a WebP
# The code of a refusal is the number of its reason in this list, from 1.
REFUSALS: Final = (
    PictureReason.FORMAT,
    PictureReason.BROKEN,
    PictureReason.PIXELS,
    PictureReason.SMALL,
    PictureReason.NO_ICON,
)
# Pixels of a thumbnail's longer side: as wide as the widest column of our pages on a screen with
# two pixels for a CSS pixel.
MOST_SIDE: Final = 640
ICON_SIDE: Final = 64  # pixels of an icon: twice the size of the largest icon on our pages
MOST_BYTES: Final = 200_000  # of a thumbnail; photographs have 10,000 to 60,000
MOST_ANSWER_BYTES: Final = MOST_BYTES + 1

# RIFF, its size, WEBP, the first chunk, its size (RFC 9649 section 2)
_RIFF: Final = struct.Struct("<4sI4s4sI")
_FRAME: Final = struct.Struct("<3s3sHH")  # tag, start code, width and height (RFC 6386 section 9.1)
_START_CODE: Final = b"\x9d\x01\x2a"
_SIZE_BITS: Final = (
    0x3FFF  # bits of the size in a field of width or height; the upper two are a scale
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnail:
    """A WebP of at most 640 x 640 pixels: one frame without metadata."""

    webp: bytes
    width: int
    height: int


def pack_thumbnail(webp: bytes) -> bytes:
    """Return the bytes of an answer with a thumbnail or icon. `webp`: its bytes."""
    return bytes((_WEBP_CODE,)) + webp


def pack_refusal(reason: PictureReason) -> bytes:
    """Return the bytes of an answer with a refusal. `reason`: one of REFUSALS."""
    return bytes((1 + REFUSALS.index(reason),))


def parse_answer(answer: bytes) -> Thumbnail | PictureReason | None:
    """Return the thumbnail in an answer of the sandboxed process, or the reason why it refused the
    picture. Return None for an invalid answer: then a picture has probably taken over the process.
    """
    if not answer:
        return None
    code = answer[0]  # _WEBP_CODE, or the number of a refusal
    if code == _WEBP_CODE:
        return _parse_thumbnail(answer[1:])
    if code <= len(REFUSALS):
        return REFUSALS[code - 1]
    return None


def _parse_thumbnail(webp: bytes) -> Thumbnail | None:
    """Return the thumbnail in the WebP file `webp`, with its size as the header of the file says.
    Return None for a file that must not be published: all files are refused except those with one
    lossy key frame of at most 640 x 640 pixels and nothing after it."""
    if len(webp) < _RIFF.size + _FRAME.size:
        return None
    riff, file_size, kind, chunk, chunk_size = _RIFF.unpack_from(webp)
    tag, start, width, height = _FRAME.unpack_from(webp, _RIFF.size)
    is_lossy_webp = (riff, kind, chunk, start) == (b"RIFF", b"WEBP", b"VP8 ", _START_CODE)
    if not is_lossy_webp:
        return None
    is_key_frame = not tag[0] & 1
    if not is_key_frame:
        return None
    padded_size = chunk_size + chunk_size % 2  # chunks have an even number of bytes
    # the size in the header is without its first two fields, of 8 bytes
    has_one_chunk = file_size + 8 == len(webp) and padded_size + _RIFF.size == len(webp)
    if not has_one_chunk:
        return None
    width &= _SIZE_BITS  # the other bits say how to scale the picture
    height &= _SIZE_BITS
    if min(width, height) == 0 or max(width, height) > MOST_SIDE:
        return None
    return Thumbnail(webp=webp, width=width, height=height)
