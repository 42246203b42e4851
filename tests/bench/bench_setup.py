"""What a first start costs: set-up from nothing and the demo, of a copy of the last commit.

    python -m tests.bench.bench_setup [--rounds 3]

Needs a package index (or uv's cache of one). CPU of all processes, and wall, which counts only on
an idle machine: there it is to be at most 20 s. Also the disk that the folder of packages takes, as
`du` counts it."""

from __future__ import annotations

import argparse
import resource
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def first_start(copy: Path) -> tuple[float, float]:
    """CPU and wall seconds of `./run demo --once` in `copy`, which has no packages yet."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    command = [str(copy / "run"), "demo", "--once", "--dir", str(copy / "demo")]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (
        after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        time.monotonic() - start,
    )


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--rounds", type=int, default=3)
    for _ in range(words.parse_args().rounds):
        with tempfile.TemporaryDirectory() as folder:
            packed = subprocess.run(
                ["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True
            ).stdout
            subprocess.run(["tar", "-x", "-C", folder], input=packed, check=True)
            cpu, wall = first_start(Path(folder))
            disk = subprocess.run(
                ["du", "-sm", f"{folder}/.venv"], check=True, capture_output=True, text=True
            ).stdout
            print(f"CPU {cpu:.1f} s, wall {wall:.1f} s, {disk.split()[0]} MB of packages")


if __name__ == "__main__":
    main()
