"""A case lived in this process alone: no sockets, no processes, no page read twice. A day costs
some milliseconds."""

from __future__ import annotations

import asyncio
import pickle
import shlex
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from syndicator.app.container import App
from syndicator.core.errors import SyndicatorError, UsageError
from syndicator.describing.taxonomy.vocabulary import TaxonomyFiles
from syndicator.runs import refresh
from syndicator.runs.build import build_feeds
from syndicator.runs.refresh import Wanted, run
from syndicator.upkeep.editorial import split, undo_withdrawal, withdraw
from syndicator.upkeep.reindex import reindex
from syndicator.visiting.fetch import client
from tests import engines
from tests.aged.web import NOT_FOUND, Web
from tests.trust.case import Case
from tests.trust.life import Life
from tests.trust.published import simplify_url

_MOST = 20_000  # results of the worker that are remembered
# what is compared
_SETTINGS = 'formats = ["atom", "json"]\ngzip = false\narchives = false\nthumbnails = false\n'
_EMPTY = Case(row="", name="", file="", sources=(), days=())


class Readings:
    """The worker's calls without its process; a call with the same arguments is not made again. Its
    functions are pure but for the taxonomy's files, and every life has the same taxonomy."""

    def __init__(self) -> None:
        # pickled arguments -> pickled result, True for an error
        self._results: dict[bytes, tuple[bytes, bool]] = {}

    async def call(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        await asyncio.sleep(0)
        bare = [None if isinstance(value, TaxonomyFiles) else value for value in args]
        key = pickle.dumps((function, bare, sorted(kwargs.items())))
        if key not in self._results:
            if len(self._results) >= _MOST:
                self._results.clear()
            self._results[key] = _result(function, args, kwargs)
        data, failed = self._results[key]
        result = pickle.loads(data)
        if failed:
            raise result
        return result

    async def aclose(self) -> None:
        """Nothing to close: later runs use the same results."""


def _result(function: Callable[..., Any], args: Any, kwargs: Any) -> tuple[bytes, bool]:
    try:
        return pickle.dumps(function(*args, **kwargs)), False
    except SyndicatorError as error:
        return pickle.dumps(error.with_traceback(None)), True


class _Transport:
    """Stands in for the connections of `HttpFetcher`: answers from a `Web`."""

    def __init__(self, web: Web) -> None:
        self._web = web

    @asynccontextmanager
    async def use(self, *_: Any) -> AsyncIterator[_Transport]:
        yield self

    async def handle_async_request(self, message: httpx.Request) -> httpx.Response:
        url = str(message.url)
        self._web.asked.append(url)
        same = (
            answer
            for address, answer in self._web.answers.items()
            if simplify_url(address) == simplify_url(url)
        )
        answer = self._web.answers.get(url) or next(same, NOT_FOUND)
        stream = httpx.ByteStream(answer.body.encode())
        return httpx.Response(
            answer.status, headers={"Content-Type": answer.type, **answer.headers}, stream=stream
        )

    async def aclose(self) -> None:
        """Nothing is open."""


class Machine:
    """What the lives of this process share. `begun`: the feeds folder of an instance that has
    visited nobody, with which every life begins, so that all have one identity."""

    def __init__(self, folder: Path) -> None:
        self.web = Web()
        self.readings = Readings()
        self.begun = folder / "feeds"
        with Life(folder, self.web, _EMPTY).open_app():
            pass


@contextmanager
def run_machine(folder: Path) -> Iterator[Machine]:
    """Within the block, runs of this process ask the machine's web and use its readings. `folder`
    does not exist."""
    shared = Machine(folder)

    class MemoryFetcher(client.HttpFetcher):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            self._clients: Any = _Transport(shared.web)

    with pytest.MonkeyPatch.context() as patch:
        engines.share_engines(patch)
        patch.setattr(client, "HttpFetcher", MemoryFetcher)
        patch.setattr(refresh, "make_worker", lambda settings: shared.readings)
        yield shared


class MemoryLife(Life):
    """A `Life` on a `Machine`. Of commands it knows `withdraw [--undo] URL`, `split URL`,
    `reindex`, `build [--all]`, `rm` and `write`; they run at the case's time."""

    def __init__(self, folder: Path, machine: Machine, case: Case) -> None:
        super().__init__(folder, machine.web, replace(case, settings=_SETTINGS + case.settings))
        shutil.copytree(machine.begun, self.feeds)

    def visit_all(self) -> None:
        async def go() -> None:
            with self.open_app() as app:
                await run(app, Wanted(all=True), stop=asyncio.Event())

        self.web.answers = self.answers  # another life may have changed them
        asyncio.run(go())

    def run_command(self, words: str) -> Iterator[str]:
        name, *rest = shlex.split(words)
        if name in ("rm", "write"):
            yield from super().run_command(words)
            return
        try:
            with self.open_app(create=name == "reindex") as app:
                _apply(app, name, *rest)
                asyncio.run(build_feeds(app, include_all=rest == ["--all"]))
        except UsageError as error:
            yield f"{words}: {error}"

    def delete_folder(self) -> None:
        """Delete its folder."""
        shutil.rmtree(self.folder)


def _apply(app: App, name: str, *rest: str) -> None:
    """Do what the command does to the articles. Raises UsageError."""
    if name == "withdraw":
        undo_withdrawal(app.archive, app.configuration, rest[1]) if rest[
            0
        ] == "--undo" else withdraw(app.archive, app.configuration, rest[0])
    elif name == "split":
        split(app.archive, rest[0])
    elif name == "reindex":
        reindex(app.archive, app.configuration)
    elif name != "build":
        raise UsageError(f"no command {name!r} here")
