"""Draws worlds and lives each with its neighbours followed and without: `python -m
tests.trust.world [--worlds N] [--seed N] [--except WORDS ...]`. Prints, for each kind of
difference, a shrunk world as a case, and leaves with 1."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.trust import pair
from tests.trust.case import Case
from tests.trust.draw import draw_world
from tests.trust.memory import Machine, run_machine
from tests.trust.printing import as_toml
from tests.trust.shrink import shrink_case


class Judge:
    """Lives worlds. `ignored`: pieces of kinds of differences that do not count. `failed`: by kind,
    the smallest world that showed it; `count`: how many did."""

    def __init__(self, machine: Machine, folder: Path, ignored: Collection[str] = ()) -> None:
        self._machine = machine
        self._folder = folder
        self._ignored = ignored
        self.failed: dict[str, Case] = {}
        self.count: Counter[str] = Counter()

    def list_neighbour_changes(self, case: Case) -> list[pair.Seen]:
        """What the neighbours changed that they may not."""
        lived = self._folder / "world"
        try:
            results = list(pair.live_pair(lived, self._machine, case))
        finally:
            shutil.rmtree(lived, ignore_errors=True)
        return [
            result for result in results if not any(words in result.kind for words in self._ignored)
        ]

    def live_worlds(
        self, count: int, *, first: bool = False, number: int | None = None, **options: Any
    ) -> None:
        """Live `count` worlds, or until the `first` that fails. `number`: the seed; `options`:
        settings of Hypothesis, which draws and does not shrink: that took five minutes a world,
        with `shrunk` it takes some seconds."""

        def live(case: Case) -> None:
            if first and self.failed:
                return
            for kind in {
                neighbour_change.kind for neighbour_change in self.list_neighbour_changes(case)
            }:
                self.count[kind] += 1
                if kind not in self.failed or _size(case) < _size(self.failed[kind]):
                    self.failed[kind] = case

        result = settings(
            max_examples=count,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            **options,
        )
        test = result(given(draw_world())(live))
        (test if number is None else seed(number)(test))()

    def shrink_world(self, kind: str) -> str:
        """The smallest world that shows a difference of this kind, and what differs in it."""
        case = shrink_case(
            self.failed[kind],
            lambda case: any(change.kind == kind for change in self.list_neighbour_changes(case)),
        )
        differences = {
            neighbour_change.kind: f"# {neighbour_change}\n"
            for neighbour_change in reversed(self.list_neighbour_changes(case))
        }
        return (
            f"# {kind}: {self.count[kind]}"
            f" worlds\n{''.join(reversed(differences.values()))}{as_toml(case)}"
        )


def _size(case: Case) -> int:
    return len(as_toml(case))


@contextmanager
def open_judge(ignored: Collection[str] = ()) -> Iterator[Judge]:
    """A judge with a folder in memory, if there is such: a world writes some hundred small
    files."""
    folder = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    try:
        with run_machine(folder / "machine") as shared:
            yield Judge(shared, folder, ignored)
    finally:
        shutil.rmtree(folder)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.trust.world", description=__doc__)
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--except", dest="ignored", nargs="*", default=(), metavar="WORDS", help="kinds to ignore"
    )
    words = parser.parse_args()
    with open_judge(words.ignored) as judge:
        judge.live_worlds(words.worlds, number=words.seed)
        for kind in sorted(judge.failed):
            print(judge.shrink_world(kind), flush=True)
    print(f"{words.worlds} worlds; differences: {dict(judge.count.most_common()) or 'none'}")
    return 1 if judge.failed else 0


if __name__ == "__main__":
    sys.exit(main())
