"""Where faults happen: our own web, a configuration that follows it, and runs of it in this process
and in others."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from syndicator.app.container import App, open_app
from syndicator.articles.frontmatter import load
from syndicator.core.model import Article
from syndicator.runs import refresh
from syndicator.runs.refresh import RunReport, Wanted, run
from tests import commands
from tests.world import World, patient_config

ROOT = Path(__file__).resolve().parent.parent.parent
# Sites that tests do without where two sites and one that fails show the same.
NOT_SMALL = frozenset(("slow", "launchbeat", "meridian", "handbook", "ledger", "broken", "busy"))
START = datetime(2026, 1, 10, 12, tzinfo=UTC)
# A taxonomy that needs no word vectors keeps the runs short.
TAXONOMY = '[[tag]]\nname = "AI"\n[[tag]]\nname = "LLM"\n[[tag]]\nname = "Software"\n'


class InProcess:
    """The worker's calls without its process, for runs whose fault is elsewhere."""

    async def call(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        await asyncio.sleep(0)
        return function(*args, **kwargs)

    async def aclose(self) -> None:
        return None


class Instance:
    """A started world and a configuration folder in `folder`, with a clock that the test sets."""

    def __init__(self, folder: Path, world: World) -> None:
        self.folder = folder
        self.world = world
        self.config = folder / "config"
        self.feeds = folder / "feeds"
        self.now = START
        patient_config(self.config, world, port=0, taxonomy=TAXONOMY)

    # runs

    def run_refresh(
        self, *keys: str, all: bool = True, stop: asyncio.Event | None = None
    ) -> RunReport:
        """A refresh in this process, articles read without a worker process."""

        async def go() -> RunReport:
            with open_app(
                self.config, clock=lambda: self.now, jitter=lambda: 0.5, environ={}
            ) as app:
                return await run(
                    app, Wanted(keys=keys, all=all and not keys), stop=stop or asyncio.Event()
                )

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(refresh, "make_worker", lambda settings: InProcess())
            return asyncio.run(go())

    def open_app(self, **more: Any) -> Any:
        return open_app(self.config, clock=lambda: self.now, jitter=lambda: 0.5, environ={}, **more)

    def start_command(
        self,
        *words: str,
        environ: Mapping[str, str] | None = None,
        program: Sequence[str] = ("-m", "syndicator"),
        **more: Any,
    ) -> subprocess.Popen[str]:
        """A command in a process of its own."""
        return subprocess.Popen(
            [sys.executable, *program, *words, "--config", str(self.config)],
            cwd=ROOT,
            env={**os.environ, **(environ or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **more,
        )

    def run_command(
        self, *words: str, environ: Mapping[str, str] | None = None, **more: Any
    ) -> Done:
        """The same to its end, at most two minutes: other programs may want the machine, too.
        `more`: what only
        a process that is started, and not forked, can be given."""
        if not more:
            done = commands.run_syndicator(
                *words, "--config", str(self.config), environ={**os.environ, **(environ or {})}
            )
            return Done(done.returncode, done.stdout, done.stderr)
        process = self.start_command(*words, environ=environ, **more)
        try:
            out, err = process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
        return Done(process.returncode, out, err)

    # what is there

    def load_articles(self) -> list[Article]:
        """Every article file, loaded: one that is torn raises."""
        files = sorted((self.feeds / "articles").rglob("*.md"))
        return [load(path.read_bytes(), str(path)) for path in files]

    def read_digests(self, part: str) -> dict[str, str]:
        root = self.feeds / part
        return {
            str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(root.rglob("*"))
            if path.is_file()
        }

    def list_page_requests(self, since: int = 0) -> list[str]:
        """What pages were asked for, in order."""
        return [
            f"{seen.site}{seen.path}" for seen in self.world.requests[since:] if seen.status == 200
        ]

    def litter(self) -> list[str]:
        return [str(path) for path in self.feeds.rglob(".*") if "tmp" in path.name]

    def count_well_formed_files(self) -> int:
        """Every public file is well-formed at this moment; how many there are."""
        count = 0
        for path in (self.feeds / "public").rglob("*"):
            if path.name.startswith("."):
                continue
            try:
                data = path.read_bytes() if path.is_file() else None
            except FileNotFoundError:
                continue  # renamed away under us
            if data is not None:
                well_formed(path.name, data)
                count += 1
        return count

    def assert_consistent(self, *, wanted: Collection[str] | None = None) -> None:
        """What holds after a run that was not disturbed: every article once, every one published,
        nothing left over, and a build of everything changes no byte."""
        articles = self.load_articles()
        ids = [article.id for article in articles]
        assert len(ids) == len(set(ids))
        urls = [article.url for article in articles]
        assert len(urls) == len(set(urls))
        if wanted is not None:
            assert set(wanted) - {article.title for article in articles} == set()
        self.count_well_formed_files()
        assert self.litter() == []
        listed = json.loads((self.feeds / "public/all.json").read_text())["items"]
        with self.open_app() as app:
            # of a story that two sites carry, one is shown
            copies = app.archive.store.index.merged()
        assert len(listed) == len(articles) - len(copies)
        before = self.read_digests("public")
        assert build_anew(self) == before

    def list_titles(self) -> set[str]:
        """The titles of all articles that the world tells."""
        return {truth.title for truth in self.world.list_truths().values() if truth.is_article}


class Done:
    """How a command ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    def __repr__(self) -> str:
        return f"exit {self.code}\n{self.out[-3000:]}\n{self.err[-3000:]}"


def build_anew(instance: Instance) -> dict[str, str]:
    """The web root after everything was built anew into an empty folder."""
    from syndicator.runs.build import build_feeds

    public = instance.feeds / "public"
    aside = instance.feeds / "public-aside"
    public.rename(aside)
    try:
        with instance.open_app() as app:
            asyncio.run(build_feeds(app, include_all=True))
        return instance.read_digests("public")
    finally:
        remove_tree(public)
        aside.rename(public)


def remove_tree(path: Path) -> None:
    import shutil

    shutil.rmtree(path, ignore_errors=True)


def well_formed(name: str, data: bytes) -> None:
    """Raises for a file that is torn."""
    if name.endswith(".gz"):
        name = name[:-3]
        data = gzip.decompress(data)
    kind = name.rpartition(".")[2]
    if kind in ("atom", "rss", "opml", "xml"):
        ElementTree.fromstring(data)
    elif kind == "json":
        json.loads(data)
    elif kind == "html":
        assert data.rstrip().endswith(b"</html>"), name


def wait_for(happened: Callable[[], object], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def list_states(app: App) -> Sequence[Any]:
    return list(app.archive.store.visits.states().values())
