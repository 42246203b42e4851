"""Measure the memory of a process, as the kernel counts it."""

import os
from dataclasses import dataclass
from typing import Final

MEGABYTE: Final = 1_000_000  # bytes
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")  # bytes
_MOST_BYTES: Final = 200  # of statm: seven numbers


@dataclass(frozen=True, slots=True)
class Memory:
    """Memory of a process in bytes: its address space (`total`), and the part that is in RAM
    (`resident`)."""

    total: int
    resident: int


def measure_memory(process: int | str) -> Memory | None:
    """Return how many bytes of memory a process has, as the kernel says in /proc (proc(5), statm).
    Return None if that cannot be read. `process`: the id of the process, or "self"."""
    try:
        # four times as fast as Path.read_bytes; this is done in each call of a worker
        statm = os.open(f"/proc/{process}/statm", os.O_RDONLY)
        try:
            pages = os.read(statm, _MOST_BYTES).split()
        finally:
            os.close(statm)
        return Memory(total=int(pages[0]) * _PAGE, resident=int(pages[1]) * _PAGE)
    except (OSError, ValueError, IndexError):
        return None
