"""What every script here needs: one thread, so that sums come out the same, and the hash of the
data that was read."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
DIGITS = 6  # significant digits of a weight that are written and compared
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def single_thread() -> None:
    """Starts this very command again with numerical libraries held to one thread, unless it already
    runs so.

    They read these variables when they are imported, so setting them later has no effect.
    """
    if any(os.environ.get(name) != "1" for name in _THREADS):
        environment = os.environ | dict.fromkeys(_THREADS, "1")
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)


def sha256_of(files: Iterable[Path]) -> str:
    """One SHA-256 over `files`: that of the lines "<SHA-256 of the file>  <its name>", in the order
    given."""
    total = hashlib.sha256()
    for file in files:
        total.update(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n".encode())
    return total.hexdigest()


def rounded(value: float) -> float:
    """`value` to the significant digits that are written and compared."""
    return float(f"{value:.{DIGITS}g}")
