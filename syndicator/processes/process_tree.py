"""Measure and kill a program together with the processes that it started, such as a browser.

proc(5) describes the files that are read."""

import contextlib
import os
import signal
from collections import defaultdict
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_KILOBYTE: Final = 1024  # bytes: the unit of /proc/<id>/status
# Lines with the memory of a process alone. Files in memory, such as the program, are shared.
_OWN_MEMORY: Final = ("RssAnon:", "RssShmem:")


def list_tree(root: int) -> list[int]:
    """Return the ids of the process `root` and of all processes that it or its children started,
    parents before children. Return [] if `root` has ended."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    for folder in _PROC.iterdir():
        if not folder.name.isdecimal():
            continue
        parent = _read_parent(folder)
        if parent is not None:
            children[parent].append(int(folder.name))
    if _read_parent(_PROC / str(root)) is None:
        return []
    tree = [root]
    for process in tree:  # grows while it is read
        tree.extend(children[process])
    return tree


def measure_tree(root: int) -> int:
    """Return the bytes of memory that the process `root` and its descendants do not share with
    others."""
    return sum(map(_measure_own_memory, list_tree(root)))


def kill_tree(root: int) -> None:
    """Kill the process `root` and all its descendants. Processes that have ended are no error."""
    for process in list_tree(root):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def _read_parent(folder: Path) -> int | None:
    """Return the id of the parent of a process, or None if the process has ended. `folder`: the
    folder /proc/ID of the process."""
    try:
        # "ID (NAME) STATE PARENT …": the name may have any character, also brackets
        _, _, after_name = (folder / "stat").read_bytes().rpartition(b")")
        _state, parent, *_ = after_name.split()
        return int(parent)
    except (OSError, ValueError, IndexError):
        return None


def _measure_own_memory(process: int) -> int:
    """Return the bytes of memory that a process does not share with other processes, 0 if it has
    ended. `process`: its id."""
    try:
        status = (_PROC / str(process) / "status").read_text(errors="replace")
    except OSError:
        return 0
    kilobytes = 0
    for line in status.splitlines():
        if line.startswith(_OWN_MEMORY):
            kilobytes += int(line.split()[1])
    return kilobytes * _KILOBYTE
