"""A function in a sandbox: no file access, time limits, and answers that are verified."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from syndicator.processes.child import ChildFailed, Failure, Limits
from syndicator.processes.lazy import Lazy
from syndicator.processes.sandbox import Sandbox
from tests.processes.sandbox_jobs import Trap

JOBS = "tests.processes.sandbox_jobs"
ROOT = Path(__file__).resolve().parents[2]


def make_sandbox(
    function: str,
    *,
    prepare: str = "prepare",
    seconds: float = 1.0,
    wall_seconds: float = 60.0,
    most_calls: int | None = None,
) -> closing[Sandbox[bytes]]:
    """One that believes every answer but `lie`."""
    limits = Limits(
        seconds=seconds,
        wall_seconds=wall_seconds,
        megabytes=200,
        most_answer_bytes=4_000,
        most_calls=most_calls,
    )
    sandbox = Sandbox(
        Lazy[[bytes], bytes](f"{JOBS}:{function}"),
        prepare=Lazy[[], None](f"{JOBS}:{prepare}"),
        limits=limits,
        parse=lambda answer: None if answer == b"lie" else answer,
    )
    return closing(sandbox)


def call_sandbox(sandbox: Sandbox[bytes], data: bytes) -> bytes:
    return asyncio.run(sandbox.call(data))


@pytest.fixture(scope="module")
def echo() -> Iterator[Sandbox[bytes]]:
    with make_sandbox("echo") as sandbox:
        yield sandbox


def test_answers_are_bytes(echo: Sandbox[bytes]) -> None:
    """The sandbox returns the bytes of its function, also empty ones, call after call."""
    assert [call_sandbox(echo, b"one"), call_sandbox(echo, b"")] == [b"one", b""]


def test_it_opens_nothing() -> None:
    """In the sandbox no file or socket can be opened: the function returns the names of those that
    could, here none."""
    with make_sandbox("open_things") as sandbox:
        assert call_sandbox(sandbox, b"") == b""


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_it_has_two_pipes_and_nothing_else(echo: Sandbox[bytes]) -> None:
    """The sandboxed process has two pipes and no other open file."""
    call_sandbox(echo, b"")
    process = echo._children[0]._process

    assert process is not None

    opened = [str(path.readlink()) for path in Path(f"/proc/{process.pid}/fd").iterdir()]

    assert sorted(name.partition(":")[0] for name in opened) == ["/dev/null"] * 3 + ["pipe"] * 2


@pytest.mark.parametrize(
    ("function", "prepare", "failure"),
    [
        ("answer_endlessly", "prepare", Failure.ENDED),
        ("crash", "prepare", Failure.ENDED),
        ("spin", "prepare", Failure.CPU),
        ("sleep", "prepare", Failure.WALL_TIME),
        ("fail", "prepare", Failure.INVALID),
        ("echo", "exit_not_shut_off", Failure.NOT_SHUT_OFF),
        ("no_such_function", "prepare", Failure.ENDED),
    ],
)
def test_how_it_ends_is_told(function: str, prepare: str, failure: Failure) -> None:
    """If a sandboxed function answers too much, crashes, hangs, fails or cannot be isolated, the
    error has the code of that reason, and the process is ended."""
    wall_seconds = 1.0 if failure == Failure.WALL_TIME else 60.0
    with make_sandbox(function, prepare=prepare, seconds=0.1, wall_seconds=wall_seconds) as sandbox:
        with pytest.raises(ChildFailed) as caught:
            call_sandbox(sandbox, b"x" * 100_000)
        assert caught.value.failure == failure
        assert sandbox._children[0]._process is None, "it is used no more"


def test_an_answer_that_is_not_believed_ends_the_child(echo: Sandbox[bytes]) -> None:
    """An answer that fails the check ("lie" does) is an error and ends the child process; the next
    call has a new one."""
    call_sandbox(echo, b"")

    with pytest.raises(ChildFailed) as caught:
        call_sandbox(echo, b"lie")
    assert caught.value.failure == Failure.INVALID
    assert echo._children[0]._process is None
    assert call_sandbox(echo, b"truth") == b"truth"


def test_nothing_that_it_sends_is_unpickled(tmp_path: Path) -> None:
    """A pickle that the sandboxed process sends as its answer is not loaded: Trap would make a
    folder when unpickled."""
    sent = tmp_path / "sent"
    with make_sandbox("send_trap") as sandbox:
        with pytest.raises(ChildFailed) as caught:
            call_sandbox(sandbox, str(sent).encode())
        assert caught.value.failure == Failure.INVALID

    assert not sent.exists()

    function, args = Trap(sent).__reduce__()

    assert (function, args) == (os.mkdir, (str(sent),)), "the trap works"


def test_a_process_serves_so_many_calls() -> None:
    """A child process is replaced after `most_calls` calls: with 2, the third call has another
    process id."""
    with make_sandbox("pid", most_calls=2) as sandbox:
        first, second, third = (call_sandbox(sandbox, b"") for _ in range(3))
    assert first == second != third


def test_who_gives_up_ends_the_child() -> None:
    """Cancelling a call ends the child process at once, though its function would sleep much
    longer."""

    async def cancel_after_half_a_second(sandbox: Sandbox[bytes]) -> float:
        began = time.monotonic()
        task = asyncio.create_task(sandbox.call(b""))
        await asyncio.sleep(0.5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await sandbox.aclose()
        return time.monotonic() - began

    with make_sandbox("sleep") as sandbox:
        assert asyncio.run(cancel_after_half_a_second(sandbox)) < 30


@pytest.mark.parametrize("function", ["pid", "spin"])
def test_it_dies_with_its_parent(function: str) -> None:
    """The sandboxed process ends when its parent is killed, both while it waits for a call ("pid")
    and during one ("spin")."""
    code = (
        "import os; from tests.processes.test_sandbox import call_sandbox, make_sandbox\n"
        f"with make_sandbox('{function}') as sandbox:\n"
        "    process = sandbox._children[0].start(); print(process.pid, flush=True)\n"
        "    call_sandbox(sandbox, b''); os.kill(os.getpid(), 9)\n"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        if function == "spin":
            time.sleep(0.6)
            parent.kill()
    end = time.monotonic() + 30
    while is_alive(child) and time.monotonic() < end:
        time.sleep(0.05)

    assert not is_alive(child)


def is_alive(pid: int) -> bool:
    """Return True while the process runs; a zombie that nobody reaps has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
