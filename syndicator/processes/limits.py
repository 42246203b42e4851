"""Let the kernel limit this process's memory and CPU time, and take network and files from it.

A child process sets these limits for itself."""

import contextlib
import ctypes
import os
import resource
import signal
import socket
from collections.abc import Iterator
from fcntl import F_SETFL, F_SETOWN, fcntl
from typing import Final

from syndicator.processes.memory import MEGABYTE, measure_memory

_NEWUSER: Final = 0x10000000  # linux/sched.h
_NEWNET: Final = 0x40000000
_SET_NO_NEW_PRIVS: Final = 38  # linux/prctl.h
_NOBODY: Final = 65534  # user id of nobody
_GRACE_SECONDS: Final = 2.0  # seconds of wall time more than the parent waits: it kills first


class NotShutOff(Exception):
    """This process can still open files or connections."""


def end_with_parent(pipe: int) -> None:
    """Let the kernel end this process when its parent ends. The parent has the other end of `pipe`,
    which closes then; the kernel sends SIGIO (fcntl(2), O_ASYNC), which ends this process even
    while it runs C code."""
    # the parent must never write to `pipe`: SIGIO comes for bytes, too, and on a busy machine even
    # after they were read
    fcntl(pipe, F_SETOWN, os.getpid())
    fcntl(pipe, F_SETFL, os.O_ASYNC)


@contextlib.contextmanager
def limit_time(seconds: float, wall_seconds: float) -> Iterator[None]:
    """Kill this process, even while it runs C code, if the block takes more than `seconds` of CPU
    or, with some more time, more than `wall_seconds` of real time. The parent also watches the real
    time; the limit here is for the case that the parent has ended."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, wall_seconds + _GRACE_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


def limit_memory(megabytes: int) -> None:
    """Limit the memory of this process to about `megabytes`: further allocations fail, so that the
    machine does not swap. Also let it write no core dump."""
    memory = measure_memory("self")
    if memory is not None:  # otherwise only the parent watches the memory
        # the kernel limits the address space, which is larger than the memory in use
        allowed_growth = max(megabytes * MEGABYTE - memory.resident, 0)
        _set_resource_limit(resource.RLIMIT_AS, memory.total + allowed_growth)
    _set_resource_limit(resource.RLIMIT_CORE, 0)


def shut_off(megabytes: int) -> None:
    """Take network and files from this process, for good, and limit its memory. All modules must be
    imported before.

    It can open no descriptor (RLIMIT_NOFILE is 0, and CAP_SYS_RESOURCE is given up), write no file
    and dump no core. If the system allows, it gets its own namespaces of network and users;
    without, an attacker in it could send signals to processes of the same user. Raises NotShutOff
    if a descriptor can be opened after all."""
    has_namespaces = _enter_namespaces()
    if not has_namespaces and os.geteuid() == 0:
        # become another user: root could raise its limits again
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    limit_memory(megabytes)
    for resource_number in (resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_NOFILE):
        _set_resource_limit(resource_number, 0)

    # try what must fail now: to raise a limit, to open a file, to open a socket
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    for open_descriptor in (lambda: os.open(os.devnull, os.O_RDONLY), socket.socket):
        with contextlib.suppress(OSError):
            open_descriptor()
            raise NotShutOff("a descriptor could be opened")


def _enter_namespaces() -> bool:
    """Move this process to new namespaces of network and users (unshare(2)). Return True if the
    system allows it."""
    with contextlib.suppress(OSError, AttributeError):  # no Linux, or a C library without them
        library = ctypes.CDLL(None)
        is_entered = bool(library.unshare(_NEWUSER | _NEWNET) == 0)
        library.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        return is_entered
    return False


def _set_resource_limit(resource_number: int, value: int) -> None:
    """Set a limit of this process for good. An error is ignored: `shut_off` tries out if the limit
    holds."""
    with contextlib.suppress(OSError, ValueError):  # whether it holds is tried
        resource.setrlimit(resource_number, (value, value))
