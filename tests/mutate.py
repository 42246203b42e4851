"""Breaks one rule at a time in a copy of the package and runs the tests named beside it: does any
of them notice?

python -m tests.mutate                 all of tests/mutations.toml, two at a time; exit 1 when too
many got by python -m tests.mutate robots split    those whose rule has one of these words

First the tests run on the package as it is: one that fails anyway would notice everything. Then
exit 2.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MUTATIONS = Path(__file__).with_name("mutations.toml")
LEAST_CAUGHT = 55 / 60
SIDE_BY_SIDE = 2
SECONDS = 120  # a mutation that makes its tests hang is noticed, too
COPIED = (
    "syndicator",
    "tests",
    ".github",
    "config",
    "docs",
    "tools",
    "pyproject.toml",
    "README.md",
    ".importlinter",
    "run",
    "requirements.lock",
    "requirements-test.lock",
    "requirements-uv.lock",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """`old` stands exactly once in `file`; `tests`: files or node ids of pytest."""

    rule: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


def read_mutations() -> list[Mutation]:
    rows = tomllib.loads(MUTATIONS.read_text(encoding="utf-8"))["mutation"]
    return [Mutation(**{**row, "tests": tuple(row["tests"])}) for row in rows]


def is_caught(mutation: Mutation) -> bool:
    """True when one of its tests fails under the mutation."""
    with tempfile.TemporaryDirectory() as folder:
        for name in COPIED:
            place = ROOT / name
            if place.is_dir():
                # with the compiled files: they save half of a start
                shutil.copytree(place, Path(folder, name))
            elif place.exists():
                shutil.copy(place, folder)
        path = Path(folder, mutation.file)
        path.write_text(
            path.read_text(encoding="utf-8").replace(mutation.old, mutation.new), encoding="utf-8"
        )
        try:
            done = run_tests(Path(folder), mutation.tests, "-p", "no:xdist", seconds=SECONDS)
        except subprocess.TimeoutExpired:
            return True
    if done.returncode not in (0, 1):  # not one test ran
        raise RuntimeError(
            f"{mutation.rule}: pytest left with {done.returncode}\n{done.stdout[-2000:]}"
        )
    return done.returncode == 1


def run_tests(
    folder: Path, tests: Sequence[str], *words: str, seconds: float | None = None
) -> subprocess.CompletedProcess[str]:
    """What pytest says of the tests in `folder`. Raises TimeoutExpired after so many seconds."""
    # a test that is named is meant
    quick = () if any("::" in test for test in tests) else ("-m", "not slow")
    command = [sys.executable, "-m", "pytest", "-x", "-q", *quick, *words, *tests]
    # commands that a test starts must run the changed package, too
    env = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, timeout=seconds
    )


def split_tests(tests: set[str]) -> list[list[str]]:
    """Files and single tests apart, as `run_tests` takes them; none that is empty."""
    single = sorted(test for test in tests if "::" in test)
    return [some for some in (sorted(tests.difference(single)), single) if some]


def main(words: Sequence[str]) -> int:
    if any(word.startswith("-") for word in words):
        print(__doc__)
        return 0
    chosen = [
        one for one in read_mutations() if not words or any(word in one.rule for word in words)
    ]
    started = time.monotonic()
    for several in split_tests({test for one in chosen for test in one.tests}):
        sound = run_tests(ROOT, several, "-n", str(SIDE_BY_SIDE))
        if sound.returncode:
            print(f"{sound.stdout[-2000:]}\na test fails without any mutation")
            return 2
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        results = []
        for mutation, noticed in zip(chosen, pool.map(is_caught, chosen), strict=True):
            print(
                f"{'noticed' if noticed else 'GOT BY '}  {mutation.rule}  ({mutation.file})",
                flush=True,
            )
            results.append(noticed)
    print(f"{sum(results)} of {len(results)} noticed in {time.monotonic() - started:.0f} s")
    return 0 if sum(results) >= LEAST_CAUGHT * len(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
