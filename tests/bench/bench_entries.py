"""What an article costs as an entry of Atom and of RSS, made, checked and serialised.

    python -m tests.bench.bench_entries [--beside CHECKOUT] [--articles 1000] [--runs 7]

The articles of bench_publishing, shown as excerpts, as cards of a build show them. A run is a
process that makes the entries of all of them several times, with --beside in turn with the same of
another checkout, such as the commit before a change. Of each twenty articles the least CPU counts,
over all times and runs: others may use the machine."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import uuid
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FORMATS = ("atom", "rss")
PASSES = 10
SLICE = 20  # articles, some milliseconds


def measure(count: int) -> list[float]:
    """Return the least seconds of CPU of each slice. Imports the checkout that PYTHONPATH names."""
    from syndicator.publishing.entries import Entries, list_renderers
    from syndicator.publishing.web.pages import Pages
    from tests.bench.bench_publishing import SOURCES, article, settings
    from tests.publishing.memory import MemoryIndex

    how = settings(everything=False)
    articles = [article(number, timedelta(days=365) / count) for number in range(count)]
    source_of = lambda made: SOURCES[made.source_key]
    entries = Entries(
        MemoryIndex(articles), source_of, uuid.UUID(int=1), how, list_renderers(Pages((), how))
    )
    views = entries.views([made.id for made in articles], None)
    entries.render_entry(FORMATS, views[0], None)  # loads the grammar
    slices = [views[start : start + SLICE] for start in range(0, count, SLICE)]
    least = [float("inf")] * len(slices)
    for number in range(PASSES):
        entries.kept.begin(f"pass {number}")  # so that nothing is cached
        for place, part in enumerate(slices):
            begun = time.process_time()
            made = [entries.render_entry(FORMATS, view, None) for view in part]
            least[place] = min(least[place], time.process_time() - begun)
            assert all(made)
            assert not entries.problems
    return least


def measured(checkout: Path, count: int) -> list[float]:
    command = [sys.executable, str(Path(__file__).resolve()), "--measure", "--articles", str(count)]
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    done = subprocess.run(
        command, env=environment, cwd=checkout, check=True, capture_output=True, text=True
    )
    found: list[float] = json.loads(done.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--beside", type=Path)
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--measure", action="store_true")
    told = parser.parse_args()
    if told.measure:
        print(json.dumps(measure(told.articles)))
        return
    from tests.bench.machine import machine

    checkouts = [ROOT, *([told.beside.resolve()] if told.beside else [])]
    runs: dict[Path, list[list[float]]] = {checkout: [] for checkout in checkouts}
    for _ in range(told.runs):
        for checkout in checkouts:
            runs[checkout].append(measured(checkout, told.articles))
    print(machine())
    for checkout, found in runs.items():
        cost = sum(map(min, zip(*found, strict=True))) / told.articles * 1e6
        print(f"{checkout}: {cost:.0f} us an article in both formats, checked")


if __name__ == "__main__":
    main()
