"""Pictures of every kind, sound and hostile, made when asked for: no binary file stands in the
project."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image

WIDE = (1200, 630)


def make_gradient(size: tuple[int, int] = WIDE) -> Image.Image:
    """Dark on the left, light on the right, red grows downwards."""
    across = Image.linear_gradient("L").rotate(90).resize(size)
    down = Image.linear_gradient("L").resize(size)
    return Image.merge("RGB", (down, across, across))


def encode_image(image: Image.Image, format: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def make_jpeg(size: tuple[int, int] = WIDE, **options: Any) -> bytes:
    return encode_image(make_gradient(size), "JPEG", **options)


def make_turned_jpeg(orientation: int, size: tuple[int, int] = WIDE) -> bytes:
    """A JPEG that its EXIF says is to be turned."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return make_jpeg(size, exif=exif)


def make_animation() -> bytes:
    """A GIF whose first frame is red and whose others are blue."""
    frames = [Image.new("P", (400, 300), number) for number in (0, 1, 1)]
    for frame in frames:
        frame.putpalette([255, 0, 0, 0, 0, 255])
    return encode_image(frames[0], "GIF", save_all=True, append_images=frames[1:])


def make_half_transparent_png() -> bytes:
    """A PNG with a palette, half of it transparent, the other half blue."""
    image = Image.new("P", (400, 300), 1)
    image.putpalette([0, 0, 0, 0, 0, 255])
    image.paste(0, (0, 0, 200, 300))
    return encode_image(image, "PNG", transparency=0)


def stated_png(width: int, height: int, data: bytes = b"") -> bytes:
    """A PNG whose header states a size, whatever is in it: a bomb where the size is large."""
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(data)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(d)) + kind + d + struct.pack(">I", zlib.crc32(kind + d))
        for kind, d in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
