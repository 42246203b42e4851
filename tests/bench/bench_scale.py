"""How costs grow with the instance: reindex, a build of everything, one article more, nothing new, status, and another
name for the tag that most articles have, with the feeds that this leaves to the next build; beside Hugo, which reads
the same articles without their bodies and builds RSS and Atom of everything, tags and categories.

    python -m tests.bench.bench_scale [--articles 1000 10000] [--axes all tags categories sources]

Instances of tests/bench/shelf.py with a source for every ten articles, bodies of 600 to 1,000 words, all formats and
archives. Each figure is user+sys CPU of a whole command, its start included; then the largest resident set of all, the
published files, their bytes, and those of the front page. The last line is the exponent of growth between the smallest
and the largest: 1 is linear, 0 is none. `one` is `build` after a file more was put there; `rename` writes a third of
all articles anew, and builds what has other articles then; `its rest` are the feeds that show them all the same."""

from __future__ import annotations

import argparse
import math
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from syndicator.articles.frontmatter import dump
from tests.bench import shelf
from tests.bench.publishing_peers import Site, hugo_site

COMMANDS = {
    "reindex": ["reindex"],
    "all": ["build"],
    "nothing": ["build"],
    "one": ["build"],
    "status": ["status"],
    "rename": ["tags", "rename", "Topic 1", "Another topic"],
    "its rest": ["build"],
}
_MEGABYTE = 1e6


def cost(folder: Path, words: list[str]) -> tuple[float, float]:
    """CPU seconds and megabytes of a command."""
    code = (
        "import resource, sys; from syndicator.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "used = resource.getrusage(resource.RUSAGE_SELF)\n"
        "print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, file=sys.stderr)\n"
    )
    command = [sys.executable, "-c", code, *words, "--config", str(folder / "config")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    cpu, memory = done.stderr.split()[-2:]
    return float(cpu), float(memory)


def measured(folder: Path, articles: int, publish: str) -> dict[str, float]:
    """The figures of an instance of so many articles, made in `folder`."""
    sources = max(1, articles // 10)
    shelf.configure(folder, sources, publish=publish)
    shelf.fill(folder, articles, sources)
    found: dict[str, float] = {}
    most = 0.0
    for name, words in COMMANDS.items():
        if name == "one":
            more = shelf.article(articles, articles + 1, sources)
            path = folder / "feeds/articles" / shelf.path_of(more)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(dump(more))
        found[name], memory = cost(folder, words)
        most = max(most, memory)
    files = [path for path in (folder / "feeds/public").rglob("*") if path.is_file()]
    found |= {"MB": most, "files": len(files), "MB public": sum(path.stat().st_size for path in files) / _MEGABYTE}
    return found | {
        "kB front": (folder / "feeds/public/index.html").stat().st_size / 1e3,
        "hugo": hugo(folder, articles),
    }


def hugo(folder: Path, articles: int) -> float:
    """CPU seconds of Hugo with the same articles, 0 where it is not installed."""
    if shutil.which("hugo") is None:
        return 0.0
    site = Site(folder / "hugo", hugo_site, ["hugo", "--quiet"], ["hugo", "version"])
    site.write(site.folder, (shelf.article(n, articles, max(1, articles // 10)) for n in range(articles)))
    return site.cost(site.build)[0]


def _exponent(first: float, last: float, times: float) -> float:
    return math.log(last / first) / times if first and last else 0.0


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--articles", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--axes", nargs="+", default=["all", "tags", "categories", "sources"])
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    told = parser.parse_args()
    publish = "axes = [" + ", ".join(f'"{axis}"' for axis in told.axes) + "]\n"
    print(f"axes {' '.join(told.axes)}; seconds of CPU; load {os.getloadavg()[0]:.1f}")
    table: dict[int, dict[str, float]] = {}
    for articles in told.articles:
        folder = Path(tempfile.mkdtemp(dir=told.folder))
        try:
            table[articles] = measured(folder, articles, publish)
        finally:
            shutil.rmtree(folder)
        if len(table) == 1:
            print(f"{'articles':>10}" + "".join(f"{name:>11}" for name in table[articles]))
        print(f"{articles:>10}" + "".join(f"{value:11.2f}" for value in table[articles].values()), flush=True)
    first, last = table[told.articles[0]], table[told.articles[-1]]
    if len(table) > 1:
        times = math.log(told.articles[-1] / told.articles[0])
        print(f"{'exponent':>10}" + "".join(f"{_exponent(first[name], last[name], times):11.2f}" for name in first))


if __name__ == "__main__":
    main()
