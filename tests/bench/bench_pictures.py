"""CPU of one thumbnail, by the kind of picture, with WebP's method of ours and its default.

    python -m tests.bench.bench_pictures [--times 20]

The pictures are made here: a sky with waves and grain, as photographs have, 1200 x 630. Printed is user and system
CPU a picture in this process, so the child's start is not in it, with the load of the machine.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import time
from collections.abc import Callable
from unittest import mock

from PIL import Image

from syndicator.pictures import thumbnail

SIZE = (1200, 630)


def photograph() -> Image.Image:
    """Smooth parts and grain, the same each time."""
    dice = random.Random(1)
    small = Image.frombytes("RGB", (40, 21), dice.randbytes(40 * 21 * 3)).resize(SIZE, Image.Resampling.BICUBIC)
    grain = Image.frombytes("RGB", SIZE, dice.randbytes(SIZE[0] * SIZE[1] * 3))
    return Image.blend(small, grain, 0.06)


def encoded(image: Image.Image, format: str) -> bytes:
    out = io.BytesIO()
    image.save(out, format, quality=85) if format != "PNG" else image.save(out, format)
    return out.getvalue()


def milliseconds(work: Callable[[], object], times: int) -> float:
    """CPU of one call, on average."""
    work()
    began = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - began) / times * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    times = parser.parse_args().times
    print(f"load {os.getloadavg()[0]:.1f}")
    image = photograph()
    for format in ("JPEG", "WEBP", "PNG"):
        data = encoded(image, format)
        for method in (thumbnail._METHOD, 4):
            with mock.patch.object(thumbnail, "_METHOD", method):
                made = thumbnail.thumbnail(data)
                spent = milliseconds(lambda data=data: thumbnail.thumbnail(data), times)  # type: ignore[misc]
            print(f"{format:4} {len(data):>9,} bytes, method {method}: {spent:5.1f} ms, {len(made):,} bytes")


if __name__ == "__main__":
    main()
