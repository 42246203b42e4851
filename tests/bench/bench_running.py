"""What it costs to find that there is little to do.

    python -m tests.bench.bench_running [--rounds 10]

Rows: `refresh` with nothing due, a whole process, beside one that only imports what it cannot do
without (SQLAlchemy, pydantic, typer), turn by turn; the beat of `up` with 10,000 and 100,000
sources of which none is due; a tick that finds 277 of 100,000 sources due, and how memory grows
over many.
CPU, least and median; wall as well, which counts only on an idle machine.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from syndicator.core.model import Cadence, Schedule, SourceState
from syndicator.runs.daemon import JOBS, Jobs
from syndicator.setup.start import write_config
from syndicator.store.engine import open_store

NOW = datetime(2026, 11, 24, tzinfo=UTC)
FLOOR = "import sqlalchemy, pydantic, typer"
TICKS = 50
BEATS = 5


def process(*words: str) -> tuple[float, float]:
    """CPU and wall seconds of a Python process."""
    environ = {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }
    start = time.monotonic()
    child = subprocess.Popen([sys.executable, *words], stdout=subprocess.DEVNULL, env=environ)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    return used.ru_utime + used.ru_stime, time.monotonic() - start


def nothing_due(rounds: int) -> dict[str, list[tuple[float, float]]]:
    """CPU and wall of each round of `refresh` with nothing due, and of its floor."""
    found: dict[str, list[tuple[float, float]]] = {
        "refresh with nothing due": [],
        "its imports alone": [],
    }
    with tempfile.TemporaryDirectory() as name:
        config = Path(name) / "config"
        write_config(config)
        (config / "sources.toml").write_text("")
        refresh = ("-m", "syndicator", "refresh", "--config", str(config))
        process(*refresh)  # writes the first, empty feeds, and the bytecode
        process(*refresh)
        for _ in range(rounds):
            found["refresh with nothing due"].append(process(*refresh))
            found["its imports alone"].append(process("-c", FLOOR))
    return found


def beats(sources: int, rounds: int) -> list[float]:
    """Seconds of CPU of each beat of `up` with so many sources, none of them due, after the first,
    which reads them."""

    async def beating(config: Path) -> list[float]:
        jobs = Jobs(config, stop=asyncio.Event(), warn=print)
        costs = []
        for _ in range(rounds + 1):
            start = time.process_time()
            # all in one opened instance, as a start does
            await asyncio.gather(*map(jobs.run, JOBS))
            costs.append(time.process_time() - start)
        return costs[1:]

    with tempfile.TemporaryDirectory() as name:
        config = Path(name) / "config"
        state = Path(name) / "feeds/state"
        write_config(config)
        urls = {f"s{number}": f"https://s{number}.example/feed" for number in range(sources)}
        (config / "sources.toml").write_text(
            "".join(f'[[source]]\nkey = "{key}"\nurl = "{url}"\n\n' for key, url in urls.items())
        )
        state.mkdir(parents=True)
        later = datetime.now(UTC) + timedelta(days=30)
        states = [
            SourceState(key=key, url=url, schedule=Schedule(next_due=later, feed_due=later))
            for key, url in urls.items()
        ]
        with open_store(f"sqlite:///{state}/syndicator.db", articles_exist=False) as store:
            store.visits.save_states(states)
        return asyncio.run(beating(config))


def ticks() -> tuple[list[float], float]:
    """Milliseconds of CPU a due source of each tick, and by how many megabytes memory grew over
    all."""
    states = [
        SourceState(
            key=f"s{number}",
            url="u",
            schedule=Schedule(next_due=NOW + timedelta(seconds=number - 276)),
            cadence=Cadence(recent=(NOW,) * 5),
        )
        for number in range(100_000)
    ]
    costs = []
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/syndicator.db", articles_exist=False)
        store.visits.save_states(states)
        del states
        assert len(store.visits.list_due_states(NOW)) == 277
        before = _resident()
        for _ in range(TICKS):
            start = time.process_time()
            store.visits.list_due_states(NOW)
            costs.append((time.process_time() - start) / 277 * 1000)
        grown = _resident() - before
        store.close()
    return costs, grown / 1e6


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=10)
    for what, costs in nothing_due(options.parse_args().rounds).items():
        cpu, wall = ([cost[part] for cost in costs] for part in (0, 1))
        print(
            f"{what:44} {min(cpu):.2f} {median(cpu):.2f} s CPU, wall {min(wall):.2f}"
            f" {median(wall):.2f} s"
        )
    for sources in (10_000, 100_000):
        taken = beats(sources, BEATS)
        print(
            f"{f'the beat of up, {sources:,} sources, none due':44} {min(taken):.3f}"
            f" {median(taken):.3f} s CPU"
        )
    due, grown = ticks()
    print(
        f"{'100,000 sources, a visit_all with 277 due':44} {min(due):.3f} {median(due):.3f} ms CPU"
        " a due source"
    )
    print(f"{f'  memory over {TICKS} ticks':44} {grown:+.1f} MB; load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
