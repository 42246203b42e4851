"""Worker calls that hang, use too much memory or die: the next call works."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from syndicator.core.errors import NotAFeed, WorkerFailed
from syndicator.processes.child import Child, Limits
from syndicator.processes.lazy import Lazy
from syndicator.processes.messages import Grade, Kind, Message, read_message, write_message
from syndicator.processes.worker import Worker, _pickle_call
from tests.processes import worker_jobs as jobs


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    worker = Worker(seconds=1.0, megabytes=200)
    yield worker
    worker.close()


def _fails(worker: Worker, reason: str, function: Callable[..., object], *args: object) -> None:
    """Calls, expects WorkerFailed(reason) and that the next call works."""
    with pytest.raises(WorkerFailed) as caught:
        worker.call_sync(function, *args)
    assert caught.value.reason == reason
    assert worker.call_sync(jobs.double, 21) == 42


def test_result(worker: Worker) -> None:
    """A call returns the result of its function, here twice 4."""
    assert worker.call_sync(jobs.double, value=4) == 8


def test_a_function_named_lazily_is_loaded_by_the_child_alone(worker: Worker) -> None:
    """A function given by name is imported in the child process only, so that the parent stays
    small."""
    name = "tests.processes.lazy_job"

    assert name not in sys.modules
    assert worker.call_sync(Lazy[[int], int](f"{name}:triple"), 14) == 42
    assert name not in sys.modules


@pytest.mark.parametrize(
    "name", ["tests.no_such_module:double", "tests.processes.worker_jobs:no_such_function"]
)
def test_a_name_of_nothing_is_named(worker: Worker, name: str) -> None:
    """If a function given by name does not exist, the error names the missing module or
    attribute."""
    with pytest.raises(WorkerFailed, match=r"crashed: (ModuleNotFound|Attribute)Error: .*no_such"):
        worker.call_sync(Lazy[[int], int](name), 1)


def test_a_child_seldom_looks_for_garbage(worker: Worker) -> None:
    """Worker processes run the garbage collector rarely: a page is thousands of objects that are
    freed without it."""
    new, frozen = worker.call_sync(jobs.garbage)
    assert new >= 50_000
    assert frozen > 1_000


def test_large_values_both_ways(worker: Worker) -> None:
    """A worker takes and returns values of 5 MB, more than a pipe holds."""
    value = os.urandom(5_000_000)
    assert worker.call_sync(jobs.echo, value) == value


def test_our_errors_come_through(worker: Worker) -> None:
    """An error class of our own, raised in the worker process, arrives in the caller with its
    attributes."""
    with pytest.raises(NotAFeed) as caught:
        worker.call_sync(jobs.refuse)
    assert caught.value.reason == "html"
    assert caught.value.detail == "a page"


def test_foreign_errors_are_named_and_keep_the_process(worker: Worker) -> None:
    """Another exception in the worker becomes WorkerFailed with its text, and the process is used
    for the next call."""
    before = worker.call_sync(jobs.pid)
    with pytest.raises(WorkerFailed, match=r"crashed: KeyError: 'no such thing'"):
        worker.call_sync(jobs.fail)
    assert worker.call_sync(jobs.pid) == before


def test_a_result_that_cannot_travel(worker: Worker) -> None:
    """A result that cannot be pickled is a WorkerFailed, not a hanging call."""
    with pytest.raises(WorkerFailed, match="crashed"):
        worker.call_sync(jobs.unpicklable)


@pytest.mark.parametrize(
    ("function", "args", "why"),
    [
        (jobs.sleep, (60.0,), "no result within 2 s"),
        (jobs.spin, (), "needed more than 0.1 s of CPU"),
    ],
)
def test_hung(function: Callable[..., object], args: tuple[object, ...], why: str) -> None:
    """A call that waits too long, or uses too much CPU inside C code, fails with "hung" and why;
    the next call works."""
    worker = Worker(seconds=0.1, megabytes=200)
    try:
        with pytest.raises(WorkerFailed, match=f"hung: {why}"):
            worker.call_sync(function, *args)
        assert worker.call_sync(jobs.double, 21) == 42
    finally:
        worker.close()


def test_time_in_which_a_child_gets_no_cpu_does_not_count() -> None:
    """The limit of 0.1 s counts CPU time: a call that sleeps for 0.5 s succeeds, as it would on a
    busy machine."""
    worker = Worker(seconds=0.1, megabytes=200)
    try:
        assert worker.call_sync(jobs.slow_pid, 0.5)
    finally:
        worker.close()


@pytest.mark.parametrize("step", [10, 2000])
def test_memory(worker: Worker, step: int) -> None:
    """A call that uses more memory than its limit, in small or large steps, fails with "memory"."""
    _fails(worker, "memory", jobs.eat, 2000, step)


def test_died(worker: Worker) -> None:
    """If the process of a call exits, the call fails with "crashed"."""
    _fails(worker, "crashed", jobs.die, 3)


def test_a_swollen_process_is_replaced() -> None:
    """A worker process that keeps much memory (limit 200 MB) is replaced before its next large
    input, or at once if it is near the limit."""
    worker = Worker(seconds=5, megabytes=200)
    try:
        first = worker.call_sync(jobs.pid)
        assert worker.call_sync(jobs.double, 1) == 2
        assert worker.call_sync(jobs.pid) == first
        worker.call_sync(jobs.hoard, 95)
        assert worker.call_sync(jobs.pid) == first, "what it keeps is worth keeping"
        worker.call_sync(jobs.echo, bytes(100_000))
        assert worker.call_sync(jobs.pid) == first
        worker.call_sync(jobs.echo, bytes(1_200_000))
        second = worker.call_sync(jobs.pid)
        assert second != first, "a large page finds room"
        worker.call_sync(jobs.hoard, 150)
        assert worker.call_sync(jobs.pid) != second
    finally:
        worker.close()


def test_output_and_input_of_libraries_stay_out_of_the_pipe(worker: Worker) -> None:
    """What a library prints, or reads from standard input, does not mix with the messages between
    worker and caller."""
    assert worker.call_sync(jobs.chatter) == ""


def test_no_secrets_of_the_environment(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Worker processes do not get the environment of the parent, which may contain secrets."""
    monkeypatch.setenv("FEED_TOKEN", "sentinel")
    fresh = Worker(seconds=5, megabytes=200)
    try:
        assert "sentinel" not in str(fresh.call_sync(jobs.environment))
    finally:
        fresh.close()


def test_lambdas_are_refused_at_once(worker: Worker) -> None:
    """A function that the worker process cannot import by name, such as a lambda, is refused by the
    caller."""
    with pytest.raises(TypeError, match="module-level"):
        worker.call_sync(lambda: None)


def test_async_calls_share_the_processes() -> None:
    """A worker of two processes runs two calls at once and uses the same two for later calls."""

    async def list_process_ids() -> set[int]:
        worker = Worker(seconds=5, megabytes=200, count=2)
        try:
            at_once = set(
                await asyncio.gather(*(worker.call(jobs.slow_pid, 0.5) for _ in range(2)))
            )
            later = set(await asyncio.gather(*(worker.call(jobs.pid) for _ in range(8))))
            assert len(at_once) == 2
            return at_once | later
        finally:
            await worker.aclose()

    assert len(asyncio.run(list_process_ids())) == 2


def test_cancelling_frees_the_worker() -> None:
    """If a call is cancelled by a timeout, its process is ended and the next call works."""

    async def cancel_then_call() -> int:
        worker = Worker(seconds=30, megabytes=200)
        try:
            assert await worker.call(jobs.double, 1) == 2
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    await worker.call(jobs.sleep, 30.0)
            return await asyncio.wait_for(worker.call(jobs.double, 2), 60)
        finally:
            await worker.aclose()

    assert asyncio.run(cancel_then_call()) == 4


@pytest.mark.parametrize("rounds", [15, pytest.param(200, marks=pytest.mark.slow)])
def test_a_call_that_is_given_up_costs_no_other(rounds: int) -> None:
    """Whether it is given up before its answer is there, while it arrives or after it: the call
    behind it works."""

    async def cancel_and_call() -> list[int]:
        worker = Worker(seconds=30, megabytes=300)
        answers = []
        try:
            await worker.call(jobs.double, 1)
            for turn in range(rounds):
                given_up = asyncio.ensure_future(worker.call(jobs.sleep, 0.004))
                behind = asyncio.ensure_future(worker.call(jobs.double, turn))
                await asyncio.sleep(0.0035 + turn % 20 * 0.0002)
                given_up.cancel()
                answers.append(await behind)
                await asyncio.gather(given_up, return_exceptions=True)
        finally:
            await worker.aclose()
        return answers

    assert asyncio.run(cancel_and_call()) == [2 * turn for turn in range(rounds)]


def test_closed_worker_refuses() -> None:
    """A call after `close` is an error."""
    worker = Worker(seconds=5, megabytes=200)
    worker.close()
    with pytest.raises(WorkerFailed, match="closed"):
        worker.call_sync(jobs.double, 1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_meant_for_the_parent_end_no_child(worker: Worker, number: signal.Signals) -> None:
    """Ctrl-C and SIGTERM, which a terminal sends to all processes, do not end a worker: the parent
    decides when it ends."""
    child = worker.call_sync(jobs.pid)
    os.kill(child, number)
    assert worker.call_sync(jobs.pid) == child


@pytest.mark.slow
def test_a_call_outlives_a_signal_to_the_whole_group() -> None:
    """SIGTERM to the whole process group, as systemd sends it, reaches the parent only: the worker
    goes on and its call is not lost."""
    code = (
        "import signal, time; from syndicator.processes.worker import Worker\nfrom"
        " tests.processes import worker_jobs as jobs\ntold = []; signal.signal(signal.SIGTERM,"
        " lambda number, frame: told.append(number))\nworker = Worker(seconds=20, megabytes=200);"
        " worker.start(); print('started', flush=True)\nworker.call_sync(jobs.sleep, 1.0); first ="
        " worker.call_sync(jobs.pid); print(len(told), flush=True)\nworker.call_sync(jobs.sleep,"
        " 1.0); assert worker.call_sync(jobs.pid) == first; print(len(told),"
        " flush=True)\nworker.close()\n"
    )
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", code]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, cwd=root, start_new_session=True
    ) as parent:
        assert parent.stdout is not None

        heard = []
        for _ in range(2):  # while the child starts, and during a call
            heard.append(parent.stdout.readline())
            time.sleep(0.2 * (len(heard) - 1))
            os.killpg(parent.pid, signal.SIGTERM)
        heard += [parent.stdout.readline(), parent.stdout.readline()]

    assert heard == [b"started\n", b"1\n", b"2\n", b""]
    assert parent.returncode == 0


@pytest.mark.parametrize("job", ["jobs.sleep, 60.0", "jobs.spin"])
def test_dies_with_its_parent(job: str) -> None:
    """A worker ends when its parent is killed, even in the middle of a job."""
    code = (
        "import threading, time; from syndicator.processes.worker import Worker\nfrom"
        " tests.processes import worker_jobs as jobs\nworker = Worker(seconds=1, megabytes=200);"
        " print(worker.call_sync(jobs.pid), flush=True)\nthreading.Thread(target=lambda:"
        f" worker.call_sync({job}), daemon=True).start(); time.sleep(60)\n"
    )
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=root) as parent:
        assert parent.stdout is not None

        child = int(parent.stdout.readline())
        time.sleep(0.3)
        parent.kill()
    deadline = time.monotonic() + 30
    while _alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)

    assert not _alive(child)


def test_bytes_that_arrive_during_a_call_end_no_child() -> None:
    """A second call that arrives during the first one waits for it: each is begun ("R"), then
    answered ("V")."""
    child = Child(Grade.LIMITED, Limits(seconds=5.0, wall_seconds=100.0, megabytes=200), ())
    try:
        process = child.start()
        assert process.stdin is not None
        assert process.stdout is not None
        calls = process.stdin.fileno()
        answers = process.stdout.fileno()
        write_message(calls, Message(Kind.CALL, _pickle_call(jobs.slow_pid, (0.1,), {})))
        messages = [read_message(answers)]  # the call begins
        write_message(calls, Message(Kind.CALL, _pickle_call(jobs.slow_pid, (0.0,), {})))
        messages += [read_message(answers) for _ in range(3)]
        assert [message.kind for message in messages] == [b"R", b"V", b"R", b"V"]
    finally:
        child.discard()


def _alive(pid: int) -> bool:
    """True while the process runs; a zombie that nobody reaps has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_child_that_reads_pages_and_feeds_loads_no_client() -> None:
    """Worker processes that read pages and feeds import no HTTP client, database or other large
    package, so that they start fast and stay small."""
    preload = "import sys, syndicator.filing.read_article, syndicator.visiting.feeds.parser; "
    code = preload + "print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    needless = {"aiohttp", "httpx", "asyncio", "sqlalchemy", "trafilatura", "markdown_it"}

    assert needless.isdisjoint(done.stdout.split())
    assert "syndicator.core.ports" not in done.stdout.split()
