"""The process that decodes pictures: no network, no files, only two pipes. The kernel enforces this
after `shut_off`: it opens no descriptor (RLIMIT_NOFILE 0, CAP_SYS_RESOURCE given up), writes no
file and dumps no core. It has its own namespaces of network and users if the system allows; else an
attacker in it could signal processes of the same user."""

import contextlib
import ctypes
import io
import os
import resource
import signal
import socket
import warnings
from pathlib import Path
from typing import Final, NoReturn

from PIL import Image

from syndicator.core.reasons import PictureReason
from syndicator.pictures import protocol
from syndicator.pictures.resize import FORMATS, Refused, thumbnail

# besides the interpreter: 50 megapixels of a JPEG's coefficients, or 20 of RGBA and its copy
MEGABYTES: Final = 400
SECONDS: Final = 2.0  # of CPU for one picture, 200 times what is usual
_NEWUSER, _NEWNET = 0x10000000, 0x40000000  # linux/sched.h
_NOBODY, _MEGABYTE = 65534, 1_000_000  # user id of nobody; bytes


def main() -> NoReturn:
    """Answer pictures from standard input until its end."""
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
        # its signal ends the process, also in the middle of C code
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        code, webp = answer(data)
        signal.setitimer(signal.ITIMER_PROF, 0)
        _write(protocol.ANSWER.pack(code, len(webp)) + webp)
    os._exit(0)


def answer(data: bytes) -> tuple[int, bytes]:
    """Return the answer's code and, if it is MADE, the thumbnail."""
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
    """Import all modules that a picture may need: no file can be opened later."""
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


class Open(Exception):
    """This process could not be shut off."""


def shut_off(megabytes: int) -> None:
    """Take network and files from this process; limit it to `megabytes` more memory. Import all
    first. Raises Open."""
    if not _namespaces() and os.geteuid() == 0:
        # root could raise its limits again
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    _limit(megabytes)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    for opens in (lambda: os.open(os.devnull, os.O_RDONLY), socket.socket):
        with contextlib.suppress(OSError):
            opens()
            raise Open("a descriptor could be opened")


def _namespaces() -> bool:
    with contextlib.suppress(OSError, AttributeError):  # no Linux, or a C library without them
        library = ctypes.CDLL(None)
        own = bool(library.unshare(_NEWUSER | _NEWNET) == 0)
        library.prctl(38, 1, 0, 0, 0)
        return own
    return False


def _limit(megabytes: int) -> None:
    # no /proc: the parent's clock remains
    with contextlib.suppress(OSError, ValueError, IndexError):
        total = int(Path("/proc/self/statm").read_bytes().split()[0]) * resource.getpagesize()
        _set(resource.RLIMIT_AS, total + megabytes * _MEGABYTE)
    for limit in (
        resource.RLIMIT_CORE,
        resource.RLIMIT_FSIZE,
        resource.RLIMIT_NPROC,
        resource.RLIMIT_NOFILE,
    ):
        _set(limit, 0)


def _set(limit: int, value: int) -> None:
    with contextlib.suppress(OSError, ValueError):  # whether it holds is tried
        resource.setrlimit(limit, (value, value))
