"""A console on loopback in a thread of its own, over an instance that followed the demo's web once;
what it queues is done by the code of its process, in a thread here."""

from __future__ import annotations

import asyncio
import atexit
import http.client
import os
import re
import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from http.cookies import SimpleCookie
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

import pytest

from syndicator.configuration.settings import Settings, load
from syndicator.console import security
from syndicator.console.guard import limit_body
from syndicator.console.server import make_app
from syndicator.console.shared_state import Console, Runner
from syndicator.operations.jobs.queue import Job, Queue
from syndicator.operations.jobs.work import drain
from syndicator.runs.daemon import serve_console
from tests.cli.conftest import Instance
from tests.world import World, patient_config, serve_world

PASSWORD = "correct horse battery"
TAXONOMY = """[[category]]
name = "AI"
description = "artificial intelligence, models, summarisers that run on small chips"

[[category]]
name = "Cities"
description = "cities and streets"

[[tag]]
name = "AI"

[[tag]]
name = "LLM"
"""


class InThread(Runner):
    """Does what is queued in a thread, by the code that its process runs."""

    def __init__(self, config: Path, state_dir: Path) -> None:
        super().__init__(config, lambda line: None)
        self._queue = Queue(state_dir)
        self._pool = ThreadPoolExecutor(1)

    def wake(self) -> None:
        self._pool.submit(drain, self._config, self._queue)

    async def close(self) -> None:
        self._pool.shutdown()


@dataclass(slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def token(self) -> str:
        match = re.search(r'name="token" value="([^"]+)"', self.body)
        return unescape(match[1]) if match else ""

    @property
    def job(self) -> str:
        """The job that a redirect names."""
        return self.headers.get("location", "").partition("job=")[2]


@dataclass(slots=True)
class Browser:
    """Asks as a browser does, with its cookies."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self, method: str, path: str, form: Mapping[str, Any] | None = None, **headers: str
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = urlencode(form, doseq=True) if form is not None else None
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(
            method,
            path,
            body,
            sent | {name.replace("_", "-"): value for name, value in headers.items()},
        )
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        for line in answer.headers.get_all("set-cookie") or ():
            self.cookies |= {name: one.value for name, one in SimpleCookie(line).items()}
        connection.close()
        return Answer(
            answer.status, {name.lower(): value for name, value in answer.getheaders()}, text
        )

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, form: Mapping[str, Any] | None = None, **headers: str) -> Answer:
        """Sends a form of the first page, with its token."""
        return self.ask("POST", path, {"token": self.get("/").token, **(form or {})}, **headers)

    def log_in(self, password: str = PASSWORD) -> Answer:
        page = self.get("/login")
        return self.ask(
            "POST",
            "/login",
            {"token": page.token, "name": "operator", "password": password, "next": "/"},
        )


@dataclass(slots=True)
class RunningConsole:
    """A console that answers, and the instance that it is of."""

    instance: Instance
    settings: Settings
    console: Console
    port: int

    @property
    def queue(self) -> Queue:
        return self.console.queue

    def browser(self) -> Browser:
        """One that is logged in."""
        made = Browser(self.port)
        assert made.log_in().status == 303
        return made

    def wait_for_job(self, id: str, seconds: float = 100) -> Job:
        """The job once it has ended."""
        end = time.monotonic() + seconds
        while (job := self.queue.get(id)) is None or not job.ended:
            assert time.monotonic() < end, job
            time.sleep(0.02)
        return job

    def finish_job(self, answer: Answer) -> Job:
        """What became of what a form asked for, which went well."""
        job = self.wait_for_job(answer.job)
        assert job.status == "done", job
        self.console.glance.forget_health()
        return job


def serve_instance(instance: Instance) -> Iterator[RunningConsole]:
    settings = load(instance.config)
    security.set_password(security.find_passwords_file(settings.state_dir), "operator", PASSWORD)
    loop = asyncio.new_event_loop()
    port = [0]
    stop = asyncio.Event()
    thread = threading.Thread(target=loop.run_forever, name="console", daemon=True)
    thread.start()

    async def start() -> Console:
        console = Console(instance.config, settings)
        console.runner = InThread(instance.config, settings.state_dir)
        return console

    console = asyncio.run_coroutine_threadsafe(start(), loop).result(30)
    event = threading.Event()

    def listening(url: str) -> None:
        port[0] = int(url.rstrip("/").rpartition(":")[2])
        event.set()

    app = make_app(console)
    serving = serve_console(app, settings, stop=stop, listening=listening, body_bytes=limit_body)
    running = asyncio.run_coroutine_threadsafe(serving, loop)
    assert event.wait(30)
    try:
        yield RunningConsole(instance, settings, console, port[0])
    finally:
        loop.call_soon_threadsafe(stop.set)
        running.result(30)
        asyncio.run_coroutine_threadsafe(console.close(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()


@cache
def _followed() -> tuple[Path, World]:
    """A folder in which five sources were visited once, one of them gone, and their web: one of
    each a process."""
    stack = ExitStack()
    atexit.register(stack.close)
    temporary = TemporaryDirectory(prefix="followed-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT"))
    folder = Path(stack.enter_context(temporary))
    world = stack.enter_context(serve_world(World(without={"slow"})))
    patient_config(folder / "config", world, port=0, taxonomy=TAXONOMY)
    settings = folder / "config/syndicator.toml"
    settings.write_text(settings.read_text() + "\n[console]\nlisten = '127.0.0.1:0'\n")
    instance = Instance(folder, world)
    instance.keep_sources("holt", "launchbeat", "parallel", "gone")
    instance.run_command("refresh", "--all")
    return folder, world


@pytest.fixture(scope="session")
def world() -> World:
    return _followed()[1]


@pytest.fixture(scope="session")
def followed_folder() -> Path:
    """A folder with five visited sources. Tests copy it and never change it."""
    return _followed()[0]


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """A try costs 128 MB otherwise."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(security, "_COST", 2**10)
        patch.setattr(security.hash_password, "__kwdefaults__", {"cost": 2**10})
        yield


@pytest.fixture(scope="module")
def running_console(
    tmp_path_factory: pytest.TempPathFactory, followed_folder: Path, world: World
) -> Iterator[RunningConsole]:
    """A console over a copy of `followed_folder`, for all tests of a module."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(followed_folder, folder, dirs_exist_ok=True)
    yield from serve_instance(Instance(folder, world))


@pytest.fixture
def browser(running_console: RunningConsole) -> Browser:
    return running_console.browser()


@pytest.fixture(autouse=True)
def _kept_workers(kept_workers: None) -> None:
    """Commands run in this process here."""
