"""How long others wait while one client, token or source asks for very much: real commands on
loopback.

    python -m tests.bench.bench_shares [--of CHECKOUT] [--articles FOLDER] [questions] [jobs]
    [pushes]

- questions: `serve` with 3,000 articles; 20 connections of one client ask new questions without a
  pause, and another client asks 20 of its own, a second apart.
- jobs: `console`; a token that reads asks for 320 previews at once, of addresses that answer after
  half a second; then a token that writes asks for one change.
- pushes: `up`; for one source a hub pushes a feed of 10,000 entries, and then the same as ten feeds
  of 1,000 each; meanwhile it pushes feeds of one entry for another source. The pages are on
  different hosts.

CHECKOUT: a folder with another version of this repository, which then runs instead of this one.
FOLDER: keeps the instance with articles for the next time. The clients run on the same processors
as the server."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import signal
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from syndicator.app.clock import utc_now
from syndicator.console import security
from syndicator.core.ports import ArticleRecord
from syndicator.core.text import each_word
from syndicator.publishing.server.server import serve
from tests.bench.bench_search import articles
from tests.bench.machine import ROOT, machine
from tests.instances import Instance
from tests.runs.pushes.up import SETTINGS, sources_toml
from tests.runs.pushes.web import Web, wait_until

ARTICLES = 3000
CONNECTIONS = 20
QUESTIONS = 20
PREVIEWS = 320
ENTRIES = 10_000
_SOON = 1.0  # seconds within which another client has its answer
_PATIENCE = 300.0  # seconds until a measurement is given up


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextlib.asynccontextmanager
async def running(
    checkout: Path, config: Path, *command: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a command of `checkout` during the block, then stop it with SIGTERM."""
    words = [sys.executable, "-m", "syndicator", "--quiet", *command, "--config", str(config)]
    process = await asyncio.create_subprocess_exec(
        *words,
        cwd=checkout,
        env=os.environ | {"PYTHONPATH": str(checkout)},
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    reading = asyncio.create_task(process.stderr.read())
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        await process.wait()
        lines = (await reading).decode("utf-8", "replace").splitlines()
        traced = sum(line.startswith("Traceback") for line in lines)
        print(f"  `{command[0]}` ended with {process.returncode}, {traced} tracebacks on its log")


async def answers(url: str) -> None:
    """Wait until a server answers at `url`."""
    async with httpx.AsyncClient(trust_env=False, timeout=20) as client, asyncio.timeout(_PATIENCE):
        while True:
            with contextlib.suppress(httpx.TransportError):
                await client.get(url)
                return
            await asyncio.sleep(0.1)


def cpu(pid: int) -> float:
    """Return the seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


# Questions


def fill(folder: Path) -> Path:
    """Make and build an instance with articles of common and rare words, unless the folder has
    one."""
    if (folder / "feeds/public/search").is_dir():
        return folder / "config"
    folder.mkdir(parents=True)
    instance = Instance(folder)
    rng = random.Random(1)
    made = articles(ARTICLES, 120, rng)
    instance.now = made[-1].added
    with instance.open_app() as app:
        for article in made:
            url = article.url
            source = rng.choice(("one", "two"))
            stored, stamp, _ = app.archive.article_store.put(
                replace(article, source_key=source, source_id=url, language="en")
            )
            app.archive.store.visits.record(ArticleRecord(article=stored, stamp=stamp))
    instance.build()
    return instance.config


def words_of(folder: Path) -> list[str]:
    """Return words that some articles have, so that answers need entries that were not made
    before."""
    files = sorted((folder / "feeds/articles").rglob("*.md"))[:600]
    counts = Counter(word for path in files for word in set(path.read_text().lower().split()))
    return sorted(
        word
        for word, count in counts.items()
        if 8 <= count <= 60 and list(each_word(word)) == [word]
    )


async def measure_questions(checkout: Path, folder: Path) -> None:
    config = await asyncio.to_thread(fill, folder)
    port = free_port()
    (config / "syndicator.toml").write_text(f'[publish]\ntag_min = 1\nlisten = "0.0.0.0:{port}"\n')
    words = words_of(folder)
    rng = random.Random(2)
    base = f"http://127.0.0.1:{port}"
    statuses = Counter[int]()
    stopped = asyncio.Event()

    def new_question() -> str:
        return f"/q/not.words.{rng.choice(words)}/words.{rng.choice(words)}.atom"

    async def flood() -> None:
        async with httpx.AsyncClient(trust_env=False, timeout=120, base_url=base) as client:
            while not stopped.is_set():
                with contextlib.suppress(httpx.TransportError):
                    statuses[(await client.get(new_question())).status_code] += 1

    async def ask(host: str, name: str) -> tuple[int, float]:
        began = time.monotonic()
        peer = httpx.AsyncHTTPTransport(local_address=host)
        async with httpx.AsyncClient(transport=peer, timeout=120, base_url=base) as client:
            answer = await client.get(name)
        return answer.status_code, time.monotonic() - began

    async with running(checkout, config, "serve") as process:
        await answers(base)
        alone = [await ask("127.0.0.1", new_question()) for _ in range(5)]
        print(f"  alone: {_told([seconds for _, seconds in alone])}")
        before = cpu(process.pid)
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for _ in range(CONNECTIONS):
                group.create_task(flood())
            await asyncio.sleep(3)
            for name, host in (
                ("another client", "127.0.0.2"),
                ("the same client, as behind a proxy", "127.0.0.1"),
            ):
                found = []
                for _ in range(QUESTIONS):
                    found.append(await ask(host, new_question()))
                    await asyncio.sleep(1)
                soon = sum(status == 200 and seconds <= _SOON for status, seconds in found)
                seen = dict(Counter(status for status, _ in found))
                times = [seconds for _, seconds in found]
                print(
                    f"  {name}: {soon} of {len(found)} answered within {_SOON:.0f} s {seen};"
                    f" {_told(times)}"
                )
            page = [await ask("127.0.0.2", "/index.html") for _ in range(20)]
            print(f"  a page, another client: {_told([seconds for _, seconds in page])}")
            share = (cpu(process.pid) - before) / (time.monotonic() - began)
            print(
                f"  the flood was answered {dict(statuses)}; the server used {share:.2f} of a"
                " processor"
            )
            process.send_signal(signal.SIGTERM)  # while the flood goes on
            await process.wait()
            stopped.set()


def _told(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    return f"median {ordered[len(ordered) // 2]:.2f} s, longest {ordered[-1]:.2f} s"


# Jobs


async def _answer_slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError):  # the command was stopped
        await reader.readuntil(b"\r\n\r\n")
    await asyncio.sleep(0.5)
    writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    await writer.drain()
    writer.close()


async def measure_jobs(checkout: Path, folder: Path) -> None:
    await asyncio.to_thread(folder.mkdir)
    instance = Instance(folder)
    port = free_port()
    settings = (
        f'[console]\nlisten = "127.0.0.1:{port}"\n[fetch]\nallow_loopback = true\npause = 0.0\n'
    )
    (instance.config / "syndicator.toml").write_text(settings)
    with instance.open_app():
        pass
    await asyncio.to_thread(instance.build)
    path = security.find_tokens_file(folder / "feeds/state")
    tokens = {
        scope: security.create_token(path, scope, scope, 1, utc_now())
        for scope in ("read", "write")
    }  # type: ignore[arg-type]
    base = f"http://127.0.0.1:{port}/api/v1"

    def client(scope: str) -> httpx.AsyncClient:
        headers = {"authorization": f"Bearer {tokens[scope]}"}
        return httpx.AsyncClient(trust_env=False, timeout=120, headers=headers)

    slow = await asyncio.start_server(_answer_slowly, "127.0.0.1", 0)
    async with (
        slow,
        running(checkout, instance.config, "console"),
        client("read") as reader,
        client("write") as writer,
    ):
        await answers(base)
        act = f"{base}/operations/rest"
        # the process of jobs has started
        await writer.post(f"{act}?dry_run=true&wait=60", json={"key": "one"})
        began = time.monotonic()
        looked_at = [
            f"http://127.0.0.1:{slow.sockets[0].getsockname()[1]}/{number}"
            for number in range(PREVIEWS)
        ]
        asked_for = [
            reader.post(f"{base}/operations/look?wait=0", json={"address": url})
            for url in looked_at
        ]
        statuses = Counter(answer.status_code for answer in await asyncio.gather(*asked_for))
        asked = time.monotonic()
        refused = 0
        while (
            answer := await writer.post(f"{act}?wait=0", json={"key": "two"})
        ).status_code == 429:
            refused += 1
            await asyncio.sleep(0.2)
        job = answer.json()["id"]
        while (await writer.get(f"{base}/jobs/{job}")).json()["status"] == "queued":  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        print(f"  {PREVIEWS} previews were answered {dict(statuses)} within {asked - began:.1f} s")
        print(
            f"  the writer was refused {refused} times; its job began after"
            f" {time.monotonic() - asked:.2f} s"
        )
        left = len(list((folder / "feeds/state/console/jobs").glob("*.todo")))
        print(f"  {left} previews waited behind it")


# Pushes


async def measure_pushes(checkout: Path, folder: Path) -> None:
    (folder / "config").mkdir(parents=True)
    web = Web()
    stop = asyncio.Event()
    addresses = list[str]()
    port = free_port()
    serving = asyncio.create_task(serve(web, "127.0.0.1", 0, stop=stop, listening=addresses.append))
    await wait_until(lambda: addresses)
    web.base = addresses[0].rstrip("/")
    large, small = (web.add_topic(100, posts=[name]) for name in ("first", "second"))
    (folder / "config/syndicator.toml").write_text(
        SETTINGS.format(port=port).replace("pause = 0.0\n", "")
    )
    (folder / "config/sources.toml").write_text(sources_toml(web, [large, small]))
    published = folder / "feeds/public/all.atom"
    async with running(checkout, folder / "config", "up"):
        await wait_until(
            lambda: all(topic.verified for topic in web.topics.values()) and published.exists(),
            _PATIENCE,
        )
        await asyncio.sleep(5)  # the first run has ended
        print(
            "  another source's push is in all.atom after"
            f" {await _push(web, small, 'wren', published):.1f} s"
        )
        topic = web.find_topic(large)
        root = large.rpartition("/")[0].replace("127.0.0.1", "localhost")
        names = [f"bird{number}" for number in range(ENTRIES)]
        for parts in (1, 10):
            size = ENTRIES // parts
            bodies = [
                web.render_document(topic, root, names[at : at + size])
                for at in range(0, ENTRIES, size)
            ]
            statuses = Counter(
                [(await web.push_document(topic, body)).status_code for body in bodies]
            )
            await asyncio.sleep(1)
            waits = [
                await _push(web, small, f"robin{parts}-{number}", published) for number in range(3)
            ]
            shown = ", ".join(f"{seconds:.1f} s" for seconds in waits)
            print(
                f"  while {ENTRIES:,} entries in {parts} pushes {dict(statuses)} are read: after"
                f" {shown}"
            )
    stop.set()
    await serving
    await web.aclose()


async def _push(web: Web, url: str, name: str, published: Path) -> float:
    """Push a post as a hub does. Return the seconds until it is published."""
    began = time.monotonic()
    answer = await web.publish_post(url, name)
    assert answer.status_code == 202, answer
    await wait_until(lambda: name in published.read_text(), _PATIENCE)
    return time.monotonic() - began


PARTS: dict[str, Callable[[Path, Path], Any]] = {
    "questions": measure_questions,
    "jobs": measure_jobs,
    "pushes": measure_pushes,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", default=list(PARTS), help=", ".join(PARTS))
    parser.add_argument("--of", type=Path, default=ROOT)
    parser.add_argument("--articles", type=Path)
    given = parser.parse_args()
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        for name in given.parts:
            print(f"{name}, load {os.getloadavg()[0]:.1f}", flush=True)
            is_kept = name == "questions" and given.articles
            folder = given.articles if is_kept else Path(temporary, name)
            asyncio.run(PARTS[name](given.of.resolve(), folder))


if __name__ == "__main__":
    main()
