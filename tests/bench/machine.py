"""The machine that a bench runs on, in the words that it prints beside its figures."""

from __future__ import annotations

import compileall
import os
import resource
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_IMPORTED = "aiohttp, lxml.etree, pydantic, sqlalchemy"  # by us, and mostly by others too
_TRIES = 5


def machine() -> str:
    """Load, processors, and the least CPU that Python takes to start and import packages: of two
    machines, or of two hours, only figures with the same time of imports compare in seconds."""
    return f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} CPUs, imports {imports():.2f} s"


@cache
def imports() -> float:
    """Seconds of CPU. Compiles this checkout first: where PYTHONDONTWRITEBYTECODE is set, each
    process would do so."""
    compile_all(ROOT)
    return min(_cpu([sys.executable, "-c", f"import {_IMPORTED}"]) for _ in range(_TRIES))


def compile_all(*checkouts: Path) -> None:
    """Compile the modules of checkouts and of their packages, as an installation does."""
    for checkout in checkouts:
        for folder in ("syndicator", ".venv/lib"):
            compileall.compile_dir(checkout / folder, quiet=2)


def _cpu(command: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
