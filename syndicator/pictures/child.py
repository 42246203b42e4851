"""The process that decodes pictures: shut off, fed over a pipe, answering with bytes. `main` is all it does."""

import contextlib
import io
import os
import signal
import warnings
from typing import Final, NoReturn

from PIL import Image

from syndicator.core.reasons import PictureReason
from syndicator.pictures import protocol
from syndicator.pictures.shut_off import Open, shut_off
from syndicator.pictures.thumbnail import FORMATS, Refused, thumbnail

MEGABYTES: Final = 400  # besides the interpreter: 50 megapixels of a JPEG's coefficients, or 20 of RGBA and its copy
SECONDS: Final = 2.0  # of CPU for one picture, 200 times what is usual


def main() -> NoReturn:
    """Answers until its input ends."""
    for number in (signal.SIGINT, signal.SIGTERM):  # the parent decides when its child ends
        signal.signal(number, signal.SIG_IGN)
    warnings.simplefilter("ignore")
    _warm()
    try:
        shut_off(MEGABYTES)
    except Open:
        os._exit(protocol.NOT_SHUT_OFF)
    _write(protocol.ANSWER.pack(protocol.READY, 0))
    while len(head := _read(protocol.QUESTION.size)) == protocol.QUESTION.size:
        data = _read(protocol.QUESTION.unpack(head)[0])
        signal.setitimer(signal.ITIMER_PROF, SECONDS)  # its signal ends the process, also in the middle of C code
        code, webp = answer(data)
        signal.setitimer(signal.ITIMER_PROF, 0)
        _write(protocol.ANSWER.pack(code, len(webp)) + webp)
    os._exit(0)


def answer(data: bytes) -> tuple[int, bytes]:
    """The code of the answer, and the thumbnail where it is MADE."""
    try:
        return protocol.MADE, thumbnail(data)
    except Refused as refused:
        reason = refused.reason
    except MemoryError:
        reason = PictureReason.PIXELS
    except Exception:  # noqa: BLE001 - decoders raise every kind for broken data
        reason = PictureReason.BROKEN
    return 1 + protocol.REFUSALS.index(reason), b""


def _warm() -> None:
    """Has everything imported that a picture may need: nothing can be opened later."""
    small = Image.new("RGB", (160, 90))
    for format in FORMATS:
        out = io.BytesIO()
        small.save(out, format)
        answer(out.getvalue())
    answer(b"")


def _read(size: int) -> bytes:
    data = bytearray()
    while len(data) < size and (piece := os.read(0, min(size - len(data), 1 << 16))):
        data += piece
    return bytes(data)


def _write(data: bytes) -> None:
    rest = memoryview(data)
    with contextlib.suppress(BrokenPipeError):  # the parent is gone: the next read ends us
        while rest:
            rest = rest[os.write(1, rest) :]
