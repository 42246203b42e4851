"""Run inside a child process: apply its limits, then read calls and answer them."""

import contextlib
import gc
import importlib
import logging
import os
import pickle
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Final, NoReturn, TypeAlias

from syndicator.core.errors import SyndicatorError
from syndicator.processes.lazy import Lazy
from syndicator.processes.limits import (
    NotShutOff,
    end_with_parent,
    limit_memory,
    limit_time,
    shut_off,
)
from syndicator.processes.messages import (
    FOR_THE_PARENT,
    NOT_SHUT_OFF,
    Grade,
    Kind,
    Message,
    read_message,
    write_message,
)

# Python's garbage collector searches for cycles after so many new objects. A choice.
MOST_NEW: Final = 50_000
Work: TypeAlias = Callable[[], bytes]
OpenCall: TypeAlias = Callable[[bytes], Work]  # from the payload of a call to its work


def serve() -> NoReturn:
    """Run a child process. Calls are read from stdin, answers go to stdout.

    Arguments of the program: the grade of the child; the descriptor of a pipe that closes when the
    parent ends; seconds of CPU and of real time for a call; megabytes of memory; then names: for a
    limited child the modules to import, for one that is shut off the function to run and the
    function that prepares it."""
    _, grade, lifeline, seconds, wall_seconds, megabytes, *names = sys.argv

    # signals such as Ctrl-C are for the parent, which ends its children
    for number in FOR_THE_PARENT:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, FOR_THE_PARENT)

    # keep stdin and stdout for messages, and give others to libraries
    calls_pipe = os.dup(0)
    answers_pipe = os.dup(1)
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)  # output of libraries must not mix with answers

    if grade == Grade.SHUT_OFF:
        os.close(int(lifeline))  # it has two pipes and nothing else, and ends with its input
        open_call = _prepare_shut_off(*names, megabytes=int(megabytes))
    else:
        end_with_parent(int(lifeline))
        open_call = _prepare_limited(names, int(megabytes))
    limit_call = partial(limit_time, float(seconds), float(wall_seconds))
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            call = read_message(calls_pipe)
            answer = _answer_call(call.payload, open_call, answers_pipe, limit_call)
            write_message(answers_pipe, answer)
    os._exit(0)


def _prepare_shut_off(function: str, prepare: str, *, megabytes: int) -> OpenCall:
    """Load `function`, call `prepare`, and take network and files from this process. Both are names
    of functions. Return a function that turns the bytes of a call into its work: to call `function`
    with these bytes, which returns the bytes of the answer."""
    answer_bytes = Lazy[[bytes], bytes](function).load()
    Lazy[[], None](prepare)()
    try:
        shut_off(megabytes)
    except NotShutOff:
        os._exit(NOT_SHUT_OFF)
    return lambda payload: partial(answer_bytes, payload)


def _prepare_limited(modules: Sequence[str], megabytes: int) -> OpenCall:
    """Import `modules` and limit the memory of this process. Return a function that turns the bytes
    of a call into its work; the bytes of calls and answers are pickled."""
    # Imports make no garbage, and pages are trees without cycles. Python's default, a search after
    # 700 new objects, takes a seventh of the CPU.
    gc.set_threshold(MOST_NEW)
    for module in modules:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()
    logging.disable()  # warnings of libraries about odd pages do not help the operator
    limit_memory(megabytes)
    return _unpickle_call


def _unpickle_call(payload: bytes) -> Work:
    """Return the work of a pickled call: a function without arguments that returns the pickled
    result."""
    function, args, kwargs = pickle.loads(payload)
    if isinstance(function, Lazy):
        function = function.load()  # now, because the import must not count as time of the call
    return lambda: pickle.dumps(function(*args, **kwargs), protocol=pickle.HIGHEST_PROTOCOL)


def _answer_call(
    payload: bytes,
    open_call: OpenCall,
    answers_pipe: int,
    limit_call: Callable[[], AbstractContextManager[None]],
) -> Message:
    """Do the work of a call. Return a message with its result or its error. `payload`: the bytes of
    the call; `open_call`: turns them into the work, a function; `answers_pipe`: gets the message
    READY when the work begins, from when on the parent measures its time; `limit_call`: returns a
    context manager that limits the time of the work."""
    try:
        work = open_call(payload)
        write_message(answers_pipe, Message(Kind.READY, b""))
        with limit_call():
            return Message(Kind.VALUE, work())
    except SyndicatorError as error:
        return Message(Kind.ERROR, pickle.dumps(error))
    except MemoryError:
        return Message(Kind.MEMORY, b"")
    except Exception as error:  # noqa: BLE001 - every other failure of a library is the caller's "crashed", with its name
        text = f"{type(error).__name__}: {str(error)[:200]}"
        return Message(Kind.BUG, text.encode(errors="replace"))
