"""Shuts the calling process off from files, sockets and processes for good: for the child alone. The kernel enforces it
wherever this returns: RLIMIT_NOFILE is 0 and CAP_SYS_RESOURCE is given up, so that only the pipes of pictures and
answers and /dev/null remain; no byte is written to a file (RLIMIT_FSIZE), no core dumped, no more than `megabytes`
taken. Where the system lets us (Linux, few containers), it also gets a network and a user namespace of its own: no
network device, no tracing of others. Without them a process that was taken over could signal processes of its user, and
trace them unless Yama (ptrace_scope) forbids it."""

import contextlib
import ctypes
import os
import resource
import socket
from pathlib import Path
from typing import Any, Final

_NEWUSER, _NEWNET = 0x10000000, 0x40000000  # linux/sched.h
_NO_NEW_PRIVS = 38  # linux/prctl.h
_NOBODY: Final = 65534
_MEGABYTE: Final = 1_000_000


class Open(Exception):
    """This process could not be shut off."""


def shut_off(megabytes: int) -> None:
    """Shut this process off at `megabytes` more. All imports must be done. Raises Open if the system refuses."""
    if not _namespaces() and os.geteuid() == 0:
        # root could raise its limits again
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    _limit(megabytes)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    for attempt in (_socket, _file):
        try:
            attempt()
        except OSError:
            continue
        raise Open(attempt.__name__)


def _namespaces() -> bool:
    """Whether this process has a network and a user namespace of its own now; no program it ran would gain rights."""
    with contextlib.suppress(OSError, AttributeError):  # no Linux, or a C library without them
        library = ctypes.CDLL(None)
        own = bool(library.unshare(_NEWUSER | _NEWNET) == 0)
        library.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0)
        return own
    return False


def _limit(megabytes: int) -> None:
    with contextlib.suppress(OSError, ValueError, IndexError):  # no /proc: the parent's clock remains
        total = int(Path("/proc/self/statm").read_bytes().split()[0]) * resource.getpagesize()
        _set(resource.RLIMIT_AS, total + megabytes * _MEGABYTE)
    for limit in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_NOFILE):
        _set(limit, 0)


def _set(limit: int, value: int) -> None:
    with contextlib.suppress(OSError, ValueError):  # whether it holds is tried
        resource.setrlimit(limit, (value, value))


def _socket() -> Any:
    socket.socket().close()


def _file() -> Any:
    os.close(os.open(os.devnull, os.O_RDONLY))
