"""What the two forms of an article cost: CPU of its file and of its row, written and read, beside
other checkouts.

    python -m tests.bench.bench_forms [--ours CHECKOUT] [--ours ANOTHER] [--rounds 15]

Takes the article files of the aged instances. `--ours`, which can be given more than once, names a
checkout of this project: all run with the packages of this one, in turns. Printed: microseconds of
CPU for an article, the least of all rounds."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from tests.bench.machine import ROOT, machine

_MEASURE = """
import json, sys, time
from pathlib import Path
from syndicator.articles import frontmatter
from syndicator.core.model import Article
from syndicator.store import codec
files = [path.read_bytes() for path in sorted(Path(sys.argv[1]).glob("*/instance/feeds/articles/**/*.md"))]
articles = [frontmatter.load(data) for data in files]
rows = [codec.pack(article) for article in articles]
def cpu(work, values):
    for value in values[:3]:
        work(value)
    began = time.process_time()
    for value in values:
        work(value)
    return 1e6 * (time.process_time() - began) / len(values)
print(json.dumps({
    "file written": cpu(frontmatter.dump, articles),
    "file read": cpu(frontmatter.load, files),
    "row packed": cpu(codec.pack, articles),
    "row unpacked": cpu(lambda row: codec.unpack(Article, row), rows),
}))
"""  # noqa: E501


def measure(checkout: Path) -> dict[str, float]:
    """Return microseconds of CPU for an article by what was done, in a process of its own."""
    environ = {**os.environ, "PYTHONPATH": str(checkout)}
    command = [sys.executable, "-c", _MEASURE, str(ROOT / "tests/aged")]
    done = subprocess.run(
        command, cwd=checkout, env=environ, capture_output=True, text=True, check=True
    )
    costs: dict[str, float] = json.loads(done.stdout)
    return costs


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--ours", type=Path, action="append", help="a checkout of this project")
    options.add_argument("--rounds", type=int, default=15)
    given = options.parse_args()
    checkouts = [path.resolve() for path in given.ours or [ROOT]]
    print(machine())
    rounds: dict[Path, list[dict[str, float]]] = {checkout: [] for checkout in checkouts}
    for _ in range(given.rounds):
        for checkout in checkouts:
            rounds[checkout].append(measure(checkout))
    for checkout, costs in rounds.items():
        least = {name: min(cost[name] for cost in costs) for name in costs[0]}
        print(
            f"{checkout.name}: "
            + ", ".join(f"{name} {cost:.0f} µs" for name, cost in least.items())
        )


if __name__ == "__main__":
    main()
