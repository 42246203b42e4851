"""How long a push takes from a hub to the feed on disk: a real `up`, and a publisher with its hub,
on loopback.

    python -m tests.bench.bench_pushes [--pushes 30] [--sources 20]

`up` is a process of its own, idle but for the pushes, with its default settings but for loopback.
The hub pushes one article after the other, of one source after the other, each a second after the
one before was in all.atom; the page of the article is fetched and read as in any visit. Seconds of
the wall clock, and CPU (user + system) of `up` and its workers a push; the wall clock says little
on a machine that has other work."""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import sys
import tempfile
import time
from pathlib import Path

from syndicator.publishing.server.server import serve
from tests.runs.pushes.up import SETTINGS, sources_toml
from tests.runs.pushes.web import Web, wait_until

ROOT = Path(__file__).resolve().parents[2]


def cpu(pid: int) -> float:
    """Seconds of CPU of a process and of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


async def measured(folder: Path, sources: int, pushes: int) -> tuple[list[float], float]:
    web = Web()
    stop = asyncio.Event()
    addresses = list[str]()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    serving = asyncio.create_task(serve(web, "127.0.0.1", 0, stop=stop, listening=addresses.append))
    await wait_until(lambda: addresses)
    web.base = addresses[0].rstrip("/")
    urls = [web.add_topic(100, posts=[f"first{n}"]) for n in range(sources)]
    (folder / "config").mkdir()
    (folder / "config/syndicator.toml").write_text(SETTINGS.format(port=port))
    (folder / "config/sources.toml").write_text(sources_toml(web, urls))
    command = [
        sys.executable,
        "-m",
        "syndicator",
        "--quiet",
        "up",
        "--config",
        str(folder / "config"),
    ]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    published = folder / "feeds/public/all.atom"
    waits = []
    try:
        await wait_until(
            lambda: all(topic.verified for topic in web.topics.values()) and published.exists()
        )
        await asyncio.sleep(5)  # the first run has ended
        before = cpu(process.pid)
        for number in range(pushes):
            name = f"bird{number}"
            began = time.monotonic()
            answer = await web.publish_post(urls[number % sources], name)
            assert answer.status_code == 202, answer
            await wait_until(lambda name=name: name in published.read_text())  # type: ignore[misc]
            waits.append(time.monotonic() - began)
            await asyncio.sleep(1)
        used = (cpu(process.pid) - before) / pushes
    finally:
        process.terminate()
        await process.wait()
        stop.set()
        await serving
        await web.aclose()
    return waits, used


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pushes", type=int, default=30)
    parser.add_argument("--sources", type=int, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found, used = asyncio.run(measured(Path(folder), given.sources, given.pushes))
    waits = sorted(found)
    at = [waits[int(share * (len(waits) - 1))] for share in (0.5, 0.95, 1.0)]
    print(f"{used:.2f} s of CPU a push")
    print(
        f"{len(waits)} pushes, from the hub to all.atom: median {at[0]:.2f} s, 95 % {at[1]:.2f},"
        f" longest {at[2]:.2f}"
    )


if __name__ == "__main__":
    main()
