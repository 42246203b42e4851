"""Draws worlds and lives each with its neighbours followed and without: `python -m tests.trust.world [--worlds N]
[--seed N] [--except WORDS ...]`. Prints each world that fails, shrunk, as a case, and leaves with 1."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, seed, settings

from tests.trust import pair
from tests.trust.case import Case
from tests.trust.draw import worlds
from tests.trust.memory import machine
from tests.trust.printing import as_toml

_CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large]


class Betrayed(AssertionError):
    """A neighbour changed what is published of the victim. Each kind of difference has a class of its own, so that
    Hypothesis shrinks each for itself."""


@contextmanager
def judge(ignored: Collection[str] = ()) -> Iterator[Callable[[Case], None]]:
    """A function that lives a world and raises `Betrayed` with the world as a case. `ignored`: pieces of kinds of
    differences that do not count."""
    kinds: dict[str, type[Betrayed]] = {}
    folder = Path(tempfile.mkdtemp(dir=_memory()))

    def live(case: Case) -> None:
        lived = folder / "world"
        try:
            seen = [one for one in pair.live(lived, shared, case) if not _is_in(one.difference.kind, ignored)]
        finally:
            shutil.rmtree(lived, ignore_errors=True)
        if seen:
            kind = seen[0].difference.kind
            raise kinds.setdefault(kind, type(kind, (Betrayed,), {}))(_message(seen, case))

    try:
        with machine(folder / "machine") as shared:
            yield live
    finally:
        shutil.rmtree(folder)


def _memory() -> str | None:
    """A folder in memory, if there is one: a world writes some hundred small files."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def _is_in(kind: str, ignored: Collection[str]) -> bool:
    return any(words in kind for words in ignored)


def _message(seen: list[pair.Seen], case: Case) -> str:
    differences = "\n".join(f"# {one}" for one in dict.fromkeys(map(str, seen)))
    return f"\n{differences}\n{as_toml(case)}"


def drawn(live: Callable[[Case], None], count: int, **more: Any) -> Callable[[], None]:
    """A test of `count` worlds. `more`: settings of Hypothesis."""
    options = settings(max_examples=count, database=None, deadline=None, suppress_health_check=_CHECKS, **more)
    return options(given(worlds())(live))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.trust.world", description=__doc__)
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--except", dest="ignored", nargs="*", default=(), metavar="WORDS", help="kinds to ignore")
    words = parser.parse_args()
    with judge(words.ignored) as live:
        try:
            seed(words.seed)(drawn(live, words.worlds))()
        except (Betrayed, ExceptionGroup) as failed:
            for error in _each(failed):
                print(f"# {type(error).__name__}{error}", flush=True)
            return 1
    print(f"{words.worlds} worlds: no neighbour changed anything")
    return 0


def _each(error: Exception) -> Iterator[Exception]:
    """The errors of a group, or this one."""
    if isinstance(error, ExceptionGroup):
        for inner in error.exceptions:
            yield from _each(inner)
    else:
        yield error


if __name__ == "__main__":
    sys.exit(main())
