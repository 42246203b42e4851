"""How costs grow with the instance: reindex, a build of everything, nothing new, one article more,
status, and another name for the tag that most articles have, with the build after it; beside Hugo,
which reads the same articles without their bodies and builds RSS and Atom of everything, tags and
categories.

    python -m tests.bench.bench_scale [--articles 1000 10000] [--axes all tags categories sources]
    [--publish TOML]

Instances of tests/bench/shelf.py with a source for every ten articles, bodies of 600 to 1,000
words, all formats. `--publish`: more lines of [publish], by default the archives of a new instance.
Each row is user+sys CPU and the largest resident set of a whole command, its start included;
`imports` is the start of Python with the modules that the command before it had at its end. Then
the published files and their bytes after the build of everything, and those of the front page. The
last rows are exponents of growth between the smallest and the largest: 1 is linear, 0 is none.
`one` is `build` after a file more was put there; `rename` writes a third of all articles anew, and
builds what has other articles then; `its rest` are the feeds that show them all the same."""

from __future__ import annotations

import argparse
import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from syndicator.articles.frontmatter import dump
from tests.bench import shelf
from tests.bench.machine import machine
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
_RUN = """
import resource, sys
from syndicator.cli import main
try: main()
except SystemExit: pass
used = resource.getrusage(resource.RUSAGE_SELF)
print(*(name for name in sys.modules if name.startswith("syndicator")), file=sys.stderr)
status = dict(line.split(":", 1) for line in open("/proc/self/status"))  # ru_maxrss begins with that of the parent
print(used.ru_utime + used.ru_stime, int(status["VmHWM"].split()[0]) / 1024, file=sys.stderr)
"""  # noqa: E501


def cost(code: str, *words: str) -> tuple[float, float, list[str]]:
    """CPU seconds and megabytes of a command, and our modules that it imported."""
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=True
    )
    *_, modules, figures = done.stderr.splitlines()
    cpu, memory = figures.split()
    return float(cpu), float(memory), modules.split()


def measured(folder: Path, articles: int, publish: str) -> Iterator[tuple[str, float, float]]:
    """Names, CPU seconds (or another figure) and megabytes of an instance of so many articles, made
    in `folder`."""
    sources = max(1, articles // 10)
    shelf.configure(folder, sources, publish=publish)
    shelf.fill(folder, articles, sources)
    for name, words in COMMANDS.items():
        if name == "one":
            more = shelf.article(articles, articles + 1, sources)
            path = folder / "feeds/articles" / shelf.path_of(more)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(dump(more))
        cpu, memory, modules = cost(_RUN, *words, "--config", str(folder / "config"))
        yield name, cpu, memory
        if name == "all":
            files = [path for path in (folder / "feeds/public").rglob("*") if path.is_file()]
            yield "files", len(files), 0
            yield "MB public", sum(path.stat().st_size for path in files) / _MEGABYTE, 0
            yield "kB front", (folder / "feeds/public/index.html").stat().st_size / 1e3, 0
        if name in ("nothing", "one"):
            cpu, memory, _ = cost(
                _RUN.replace("import main", f"import main; import {', '.join(modules)}"),
                "--version",
            )
            yield f"imports of {name}", cpu, memory
    yield "hugo", hugo(folder, articles), 0


def hugo(folder: Path, articles: int) -> float:
    """CPU seconds of Hugo with the same articles, 0 where it is not installed."""
    if shutil.which("hugo") is None:
        return 0.0
    site = Site(folder / "hugo", hugo_site, ["hugo", "--quiet"], ["hugo", "version"])
    site.write(
        site.folder, (shelf.article(n, articles, max(1, articles // 10)) for n in range(articles))
    )
    return site.cost(site.build)[0]


def _exponent(first: float, last: float, times: float) -> float:
    return math.log(last / first) / times if first and last else 0.0


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--articles", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--axes", nargs="+", default=["all", "tags", "categories", "sources"])
    parser.add_argument("--publish", default='archives = "listed"')
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    told = parser.parse_args()
    publish = "axes = [" + ", ".join(f'"{axis}"' for axis in told.axes) + f"]\n{told.publish}\n"
    print(f"axes {' '.join(told.axes)}; {told.publish}; {machine()}")
    table: dict[str, dict[int, float]] = defaultdict(dict)
    for articles in told.articles:
        folder = Path(tempfile.mkdtemp(dir=told.folder))
        try:
            for name, figure, memory in measured(folder, articles, publish):
                more = f"{memory:8.0f} MB, load {os.getloadavg()[0]:.1f}" if memory else ""
                print(f"{articles:>9} {name:20}{figure:11.2f}{more}", flush=True)
                table[name][articles] = figure
        finally:
            shutil.rmtree(folder)
    first = told.articles[0]
    last = told.articles[-1]
    for name, row in table.items() if last > first else ():
        print(
            f"{'exponent':>9}"
            f" {name:20}{_exponent(row[first], row[last], math.log(last / first)):11.2f}"
        )


if __name__ == "__main__":
    main()
