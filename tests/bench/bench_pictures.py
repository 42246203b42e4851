"""CPU of one thumbnail, by the kind of picture, beside that of decoding alone, which is the floor.

    python -m tests.bench.bench_pictures [--times 20]

The pictures are made here, 1200 x 630: waves and grain, as photographs have, and a drawing of plain
areas and text, as most PNG are. Printed is user and system
CPU a picture in this process, so the child's start is not in it, with the load of the machine.

Then CPU of this process and its children, and what starting them costs: of a JPEG through the
decoder's child, and of a call of the worker that returns a page of 100,000 bytes as it is.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import io
import os
import random
import resource
import time
from collections.abc import Callable

from PIL import Image, ImageDraw

from syndicator.pictures import resize
from syndicator.pictures.decoder import Decoder
from syndicator.processes.worker import Worker
from tests.processes.worker_jobs import echo

SIZE = (1200, 630)


def photograph() -> Image.Image:
    """Smooth parts and grain, the same each time."""
    dice = random.Random(1)
    small = Image.frombytes("RGB", (40, 21), dice.randbytes(40 * 21 * 3)).resize(
        SIZE, Image.Resampling.BICUBIC
    )
    grain = Image.frombytes("RGB", SIZE, dice.randbytes(SIZE[0] * SIZE[1] * 3))
    return Image.blend(small, grain, 0.06)


def drawing() -> Image.Image:
    """Areas of one colour, lines and letters."""
    image = Image.new("RGB", SIZE, "#f4efe6")
    draw = ImageDraw.Draw(image)
    for step in range(12):
        left = 90 * step
        top = 40 + 20 * step
        draw.ellipse((left, top, left + 220, top + 220), fill=(20 * step, 90, 220 - 15 * step))
    for line in range(9):
        draw.text(
            (60, 60 + 55 * line),
            "What a drawing says, once more " * 3,
            fill="#222222",
            font_size=28,
        )
    return image


def encoded(image: Image.Image, format: str) -> bytes:
    out = io.BytesIO()
    image.save(out, format, quality=85) if format != "PNG" else image.save(out, format)
    return out.getvalue()


def decoded(data: bytes) -> None:
    """A picture decoded, at a smaller size where its decoder can."""
    image = resize.open_image(data, resize.FORMATS)
    resize._decode_smaller(image, sideways=False)
    image.load()


def milliseconds(work: Callable[[], object], times: int) -> float:
    """CPU of one call, on average."""
    work()
    began = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - began) / times * 1000


def spent_with_children() -> float:
    """User and system CPU of this process and of its children that have ended, in ms."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return 1000 * sum(usage.ru_utime + usage.ru_stime for usage in usages)


def through_child(
    start: Callable[[], tuple[Callable[[], object], Callable[[], None]]], times: int
) -> str:
    """CPU of a start with one call, and of each further call. `start` returns a call and what ends
    the child."""

    def total(calls: int) -> float:
        began = spent_with_children()
        call, end = start()
        for _ in range(calls):
            call()
        end()
        return spent_with_children() - began

    first = total(1)
    return f"{(total(1 + times) - first) / times:6.2f} ms a call, {first:.0f} ms for a start"


def start_decoder(data: bytes) -> tuple[Callable[[], object], Callable[[], None]]:
    decoder = Decoder()
    runner = asyncio.Runner()

    def end() -> None:
        decoder.close()
        runner.close()

    return lambda: runner.run(decoder.make_thumbnail(data)), end


def start_worker(data: bytes) -> tuple[Callable[[], object], Callable[[], None]]:
    worker = Worker()
    return functools.partial(worker.call_sync, echo, data), worker.close


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    times = parser.parse_args().times
    print(f"load {os.getloadavg()[0]:.1f}")
    for image, formats in ((photograph(), ("JPEG", "WEBP", "PNG")), (drawing(), ("PNG",))):
        for data, feed_format in (
            (encoded(image, feed_format), feed_format) for feed_format in formats
        ):
            made = resize.make_thumbnail(data)
            spent = milliseconds(functools.partial(resize.make_thumbnail, data), times)
            floor = milliseconds(functools.partial(decoded, data), times)
            size = f"{len(data):>9,} bytes to {len(made):>6,}"
            print(f"{feed_format:4} {size}: {spent:5.1f} ms, decoding alone {floor:5.1f} ms")
    picture = encoded(photograph(), "JPEG")
    page = bytes(100_000)
    print("decoder", through_child(functools.partial(start_decoder, picture), 10 * times))
    print("worker ", through_child(functools.partial(start_worker, page), 50 * times))


if __name__ == "__main__":
    main()
