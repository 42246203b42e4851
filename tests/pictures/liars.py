"""What a child that somebody took over may answer instead of a thumbnail."""

from __future__ import annotations

import os
import pickle
import signal
import time

from tests.pictures import sample_pictures

_MADE = b"\0"
_ENCODED = sample_pictures.encode_image(
    sample_pictures.make_gradient((160, 90)), "WEBP", exif=b"Exif\0\0MM\0*"
)
_JPEG = sample_pictures.make_jpeg((160, 90))


def exit_not_shut_off() -> None:
    os._exit(77)


def answer_html(data: bytes) -> bytes:
    return _MADE + b"<script>alert(1)</script>"


def answer_pickle(data: bytes) -> bytes:
    return _MADE + pickle.dumps(print)


def answer_jpeg(data: bytes) -> bytes:
    return _MADE + _JPEG


def answer_webp_with_more_in_it(data: bytes) -> bytes:
    return _MADE + _ENCODED


def answer_endlessly(data: bytes) -> bytes:
    return bytes(4_000_000)


def crash(data: bytes) -> bytes:
    os.kill(os.getpid(), signal.SIGSEGV)
    return b""


def take_cpu(data: bytes) -> bytes:
    sum(range(10**13))
    return b""


def take_memory(data: bytes) -> bytes:
    return bytes(500_000_000)


def hang(data: bytes) -> bytes:
    time.sleep(60)
    return b""
