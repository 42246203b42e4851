"""The process that decodes pictures: shut off, ended when it must be, and never believed."""

from __future__ import annotations

import asyncio
import pickle
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicator.core.reasons import PictureReason
from syndicator.pictures import decoder
from syndicator.pictures.decoder import Decoder, PictureRefused
from syndicator.processes.worker import environment
from tests.pictures import made

ATTEMPTS = """
import os, resource, socket, sys
from pathlib import Path
import syndicator.pictures.child as it
it.shut_off(200)
def attempt(name, act):
    try:
        act()
    except (OSError, ValueError, MemoryError) as error:
        return
    os.write(1, (name + " ").encode())
attempt("socket", socket.socket)
attempt("pair", socket.socketpair)
attempt("read", lambda: os.open("/etc/passwd", os.O_RDONLY))
attempt("write", lambda: os.open("/tmp/written", os.O_WRONLY | os.O_CREAT))
attempt("dup", lambda: os.dup(1))
attempt("limit", lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)))
attempt("memory", lambda: bytearray(300_000_000))
os.write(1, b"done")
"""


def shut_off(code: str = ATTEMPTS) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment(), timeout=60
    ).stdout


def test_a_process_that_is_shut_off_opens_nothing() -> None:
    assert shut_off() == "done"


def test_where_a_descriptor_can_still_be_had_nothing_is_decoded() -> None:
    weak = "import syndicator.pictures.child as it\nit._limit = it._namespaces = lambda *a: None\n"
    assert (
        "Open"
        in subprocess.run(
            [sys.executable, "-c", weak + "it.shut_off(200)"],
            capture_output=True,
            text=True,
            env=environment(),
            timeout=60,
        ).stderr
    )


@pytest.fixture(scope="module")
def child() -> Iterator[Decoder]:
    found = Decoder()
    yield found
    found.close()


def test_a_child_makes_one_thumbnail_after_the_other(child: Decoder) -> None:
    found = [child.ask(made.jpeg()), child.ask(made.see_through())]
    assert [(one.width, one.height) for one in found] == [(600, 315), (400, 300)]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<svg/>", PictureReason.FORMAT),
        (made.jpeg()[:2000], PictureReason.BROKEN),
        (made.stated_png(60_000, 60_000), PictureReason.PIXELS),
        (made.stated_png(16, 16), PictureReason.SMALL),
    ],
)
def test_what_it_refuses_costs_the_next_one_nothing(
    child: Decoder, data: bytes, reason: PictureReason
) -> None:
    with pytest.raises(PictureRefused) as refused:
        child.ask(data)
    assert (refused.value.reason, refused.value.final) == (reason, True)
    assert child.ask(made.jpeg()).width == 600


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_it_has_two_pipes_and_nothing_else(child: Decoder) -> None:
    child.ask(made.jpeg())
    process = child._process
    assert process is not None
    found = {one.name: str(one.readlink()) for one in Path(f"/proc/{process.pid}/fd").iterdir()}
    assert {number: name.partition(":")[0] for number, name in found.items()} == {
        "0": "pipe",
        "1": "pipe",
        "2": "/dev/null",
    }


def fake(monkeypatch: pytest.MonkeyPatch, acts: str) -> Decoder:
    """A child that says it is ready, reads a picture, and then `acts` as nobody should."""
    code = (
        "import os, signal, struct, time\nos.write(1, struct.pack('>BI', 255, 0))\nos.read(0,"
        " 99999)\n"
    )
    monkeypatch.setattr(decoder, "_CODE", code + acts)
    return Decoder(seconds=2)


LIES = {
    "html": b"<script>alert(1)</script>",
    "a pickle": pickle.dumps(print),
    "a jpeg": made.jpeg((160, 90)),
    "a webp with more in it": made.encoded(made.gradient((160, 90)), "WEBP", exif=b"Exif\0\0MM\0*"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_child_that_was_taken_over_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    found = fake(
        monkeypatch, f"os.write(1, struct.pack('>BI', 0, {len(LIES[lie])}) + {LIES[lie]!r})"
    )
    with pytest.raises(PictureRefused) as refused:
        found.ask(made.jpeg())
    assert refused.value.reason == PictureReason.CRASHED
    assert found._process is None, "it is used no more"


@pytest.mark.parametrize(
    ("acts", "reason", "final"),
    [
        (
            "os.write(1, struct.pack('>BI', 0, 4_000_000_000)); time.sleep(9)",
            PictureReason.CRASHED,
            False,
        ),
        ("os.kill(os.getpid(), signal.SIGSEGV)", PictureReason.CRASHED, False),
        ("os.kill(os.getpid(), signal.SIGPROF)", PictureReason.HUNG, True),
        ("time.sleep(60)", PictureReason.HUNG, False),
        ("os._exit(77)", PictureReason.NOT_SHUT_OFF, False),
    ],
    ids=["an endless answer", "a crash", "too much CPU", "a hang", "not shut off"],
)
def test_how_a_child_ends_is_told(
    monkeypatch: pytest.MonkeyPatch, acts: str, reason: PictureReason, final: bool
) -> None:
    found = fake(monkeypatch, acts)
    with pytest.raises(PictureRefused) as refused:
        found.ask(made.jpeg())
    assert (refused.value.reason, refused.value.final) == (reason, final)
    assert found._process is None


def test_a_picture_has_two_seconds_of_cpu() -> None:
    busy = (
        "import syndicator.pictures.child as it\nit._warm = it.shut_off = lambda *a:"
        " None\nit.SECONDS = 0.05\nit.answer = lambda data: [None for _ in iter(int, 1)]\nit.main()"
    )
    question = struct.pack(">I", 1) + b"x"
    ended = subprocess.run(
        [sys.executable, "-c", busy], input=question, env=environment(), timeout=60
    )
    assert -ended.returncode == 27, "SIGPROF"


def test_who_gives_up_ends_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    found = fake(monkeypatch, "time.sleep(60)")
    found._seconds = 60

    async def given_up() -> float:
        began = time.monotonic()
        task = asyncio.create_task(found.thumbnail(made.jpeg()))
        await asyncio.sleep(0.5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return time.monotonic() - began

    assert asyncio.run(given_up()) < 50
    found.close()
