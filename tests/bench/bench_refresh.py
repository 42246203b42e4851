"""What `refresh` costs over many feeds, as whole processes, start included, beside whole processes
of others.

    python -m tests.bench.bench_refresh [--feeds 1000] [--rounds 3] [--latency 0] [--peer
        /path/to/venv/bin/python] [--ours /path/to/another/checkout] [--syncs] [--small]

As many feeds, each on a loopback address of its own, served by another process that does not count:
the real ones of ../shared/corpus/feeds that our parser reads, in turn, or with `--small` one of 20
short entries; without the real ones it ends and says so. Rows: a first visit that takes entries
alone (`backfill = 0`), and one at which nothing changed (304). Peers, where `--peer` names a Python
that has `reader` (with `sgmllib3k`, which it imports and may not bring), `aiohttp`, `feedparser`
and `httpx`, are run in the same rounds: reader, which stores the same entries in a file, and bare
loops that store nothing (httpx with feedparser, aiohttp with feedparser), which are a floor.
`--ours`, which may be given more than once, runs another checkout of this project in the same
rounds; given twice, the second is compared with the first, pair by pair. CPU is user and system,
children included; MB what the processes gave to the disk (`ru_oublock`); `--syncs` counts their
fsync and fdatasync with strace in a round of its own. Wall time counts on an idle machine alone,
whose load is printed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench.feed_server import feeds, real_feeds
from tests.bench.machine import compile_all, machine

_READER = """
import json, sys
from reader import make_reader
urls = json.load(open(sys.argv[1]))
with make_reader(sys.argv[2]) as reader:
    known = {feed.url for feed in reader.get_feeds()}
    for url in urls:
        if url not in known:
            reader.add_feed(url)
    reader.update_feeds(scheduled=False, workers=1)
    assert reader.get_entry_counts().total
"""
_LOOP = """
import asyncio, io, json, sys
urls, same, who, width = json.load(open(sys.argv[1])), sys.argv[2] == "same", sys.argv[3], int(sys.argv[4])
headers = {"if-none-match": '"1"'} if same else {}
if not same:
    import feedparser
async def spread(get):
    left = iter(urls)
    async def work():
        for url in left:
            body = await get(url)
            if not same:
                feedparser.parse(io.BytesIO(body))
    await asyncio.gather(*(work() for _ in range(width)))
async def main():
    if who == "httpx":
        import httpx
        async with httpx.AsyncClient(trust_env=False, verify=False, headers=headers, timeout=60) as client:
            async def get(url): return (await client.get(url)).content
            await spread(get)
    else:
        import aiohttp
        async with aiohttp.ClientSession(headers=headers, connector=aiohttp.TCPConnector(limit=0)) as session:
            async def get(url):
                async with session.get(url) as answer: return await answer.read()
            await spread(get)
asyncio.run(main())
"""  # noqa: E501

FIRST = "first visit, entries only"
SAME = "nothing changed (304)"


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one process and those that it ended: seconds of CPU and of wall time, megabytes
    written."""

    cpu: float
    wall: float
    megabytes: float


def process(command: Sequence[str], folder: Path) -> Cost:
    """Runs it to its end. Raises AssertionError where it fails."""
    began = time.monotonic()
    with (folder / "said").open("w+b") as said:
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said, cwd=folder)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        assert child.returncode == 0, f"{command}: {said.read()[-2000:].decode(errors='replace')}"
    return Cost(
        used.ru_utime + used.ru_stime, time.monotonic() - began, used.ru_oublock * 512 / 1e6
    )


def syncs(command: Sequence[str], folder: Path) -> int:
    """How often it has the disk write what was given to it."""
    table = folder / "syncs"
    traced = ["strace", "-f", "-c", "-e", "trace=fsync,fdatasync", "-o", str(table), *command]
    subprocess.run(
        traced, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, check=True
    )
    lines = re.findall(
        r"^(?:\s*[\d.]+){3}\s+(\d+)\s+(?:\d+\s+)?f(?:data)?sync$", table.read_text(), re.M
    )
    return sum(map(int, lines))


def configure(config: Path, urls: Sequence[str], concurrency: int) -> None:
    config.mkdir(parents=True)
    (config / "syndicator.toml").write_text(
        f"[fetch]\nallow_loopback = true\npause = 0\nconcurrency = {concurrency}\n"
    )
    tables = (
        f'[[source]]\nkey = "s{number}"\nurl = "{url}"\nbackfill = 0\n'
        for number, url in enumerate(urls)
    )
    (config / "sources.toml").write_text("".join(tables))


def jobs(
    checkouts: Sequence[Path], peer: Path | None, urls: Path, folder: Path, width: int
) -> dict[str, dict[str, list[str]]]:
    """What is run for a row, by who runs it: command lines. Those of the second row find what the
    first left."""
    found: dict[str, dict[str, list[str]]] = {FIRST: {}, SAME: {}}
    for checkout in checkouts:
        name = "ours" if len(checkouts) == 1 else f"ours, {checkout.name}"
        python = checkout / ".venv/bin/python"
        code = (
            "import sys; sys.path[0] = sys.argv.pop(1); from syndicator.__main__ import main;"
            " main()"
        )
        base = [str(python), "-c", code, str(checkout), "refresh", "--all", "--config"]
        found[FIRST][name] = found[SAME][name] = [*base, str(folder / checkout.name / "config")]
    if peer is not None:
        reader = [str(peer), "-c", _READER, str(urls), str(folder / "reader.db")]
        found[FIRST]["reader, one thread"] = found[SAME]["reader, one thread"] = reader
        for who in ("httpx", "aiohttp"):
            for what, word in ((FIRST, "first"), (SAME, "same")):
                found[what][f"bare {who} + feedparser"] = [
                    str(peer),
                    "-c",
                    _LOOP,
                    str(urls),
                    word,
                    who,
                    str(width),
                ]
    return found


def measure(given: argparse.Namespace) -> None:
    checkouts = [path.resolve() for path in given.ours or [Path(__file__).parents[2]]]
    costs: dict[tuple[str, str], list[Cost]] = {}
    counted: dict[tuple[str, str], int] = {}
    compile_all(*checkouts)
    with feeds(given.feeds, given.latency / 1000, () if given.small else real_feeds()) as urls:
        for turn in range(given.rounds + given.syncs):
            with tempfile.TemporaryDirectory(dir=given.folder) as name:
                folder = Path(name)
                (folder / "urls.json").write_text(json.dumps(urls))
                for checkout in checkouts:
                    configure(folder / checkout.name / "config", urls, given.width)
                runs = jobs(checkouts, given.peer, folder / "urls.json", folder, given.width)
                for what in (FIRST, SAME):
                    # whoever runs second finds the machine warm: each is that in every other round
                    for who, command in list(runs[what].items())[:: -1 if turn % 2 else 1]:
                        if turn < given.rounds:
                            costs.setdefault((what, who), []).append(process(command, folder))
                        elif who.startswith("ours"):
                            counted[what, who] = syncs(command, folder)
    for (what, who), found in costs.items():
        line = shown(found)
        more = f", {counted[what, who]} syncs" if (what, who) in counted else ""
        print(f"{what + ': ' + who:58} {line}{more}")
    if len(checkouts) == 2:
        for what in (FIRST, SAME):
            print(f"{what}: {compared(*(costs[what, f'ours, {one.name}'] for one in checkouts))}")


def compared(before: Sequence[Cost], after: Sequence[Cost]) -> str:
    """The second's CPU as a share of the first's, round by round: the median of the pairs, and the
    interval that has the median of all such pairs with 96 % (order statistics 2 and 8 of nine)."""
    ratios = sorted(second.cpu / first.cpu for first, second in zip(before, after, strict=True))
    cut = max(0, round(len(ratios) * 2 / 9) - 1)
    return (
        f"{len(ratios)} pairs, median {median(ratios):.3f}, {ratios[cut]:.3f} to"
        f" {ratios[-1 - cut]:.3f}, all {ratios[0]:.3f} to {ratios[-1]:.3f}"
    )


def shown(found: Sequence[Cost]) -> str:
    """The least and the median of several rounds."""

    def pair(part: Callable[[Cost], float]) -> str:
        return f"{min(map(part, found)):6.2f} {median(map(part, found)):6.2f}"

    written = median(cost.megabytes for cost in found)
    return (
        f"{pair(lambda one: one.cpu)} s CPU, {pair(lambda one: one.wall)} s wall, {written:6.1f} MB"
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--feeds", type=int, default=1000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--latency", type=float, default=0, help="milliseconds before each answer")
    options.add_argument("--width", type=int, default=32, help="visits side by side")
    options.add_argument(
        "--peer", type=Path, help="a Python that has reader, httpx, aiohttp and feedparser"
    )
    options.add_argument(
        "--ours", type=Path, action="append", help="a checkout of this project, with its .venv"
    )
    options.add_argument(
        "--small", action="store_true", help="one small feed for all, and not the real ones"
    )
    options.add_argument(
        "--syncs", action="store_true", help="count fsync and fdatasync, with strace"
    )
    options.add_argument("--folder", type=Path, help="where instances are made: a disk, not memory")
    print(machine())
    measure(options.parse_args())
    print(machine())


if __name__ == "__main__":
    main()
