"""Memory of a process, as the kernel counts it."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MEGABYTE: Final = 1_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of a process: of its address space, and those in memory."""

    total: int
    resident: int


def measure_memory(process: int | str) -> Memory | None:
    """Return the memory of a process, by its id or "self"; None if unknown (proc(5), statm)."""
    try:
        pages = Path(f"/proc/{process}/statm").read_bytes().split()
        size = os.sysconf("SC_PAGE_SIZE")
        return Memory(total=int(pages[0]) * size, resident=int(pages[1]) * size)
    except (OSError, ValueError, IndexError):
        return None
