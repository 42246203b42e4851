"""Makes docs/sample: `.venv/bin/python -m tests.cli.demo.sample` writes its files anew. Two sites
of the demo under addresses that never change, a fixed clock and a fixed instance, so that every
machine makes the same bytes."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from syndicator.app.container import open_app
from syndicator.app.lock import hold_run_lock
from syndicator.cli.demo import world as demo
from syndicator.cli.demo.feeds import SITES, TROUBLES
from syndicator.cli.demo.server import Answer, SiteServer
from syndicator.cli.demo.world import write_config
from syndicator.configuration.settings import load
from syndicator.runs.refresh import Wanted, run

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "sample"
NOW = datetime(2025, 12, 1, 12, tzinfo=UTC)
INSTANCE = 'id = "6f1f6c0e-2f4e-4a53-9d0b-0a3f7b1f2c11"\n'
SITES_SHOWN = {"launchbeat", "holt"}
ARTICLE = "tallyfox-teaches-chatgpt-to-read-a-balance-sheet"
TAG = "llm"


class ProxiedWorld(demo.World):
    """The demo's web behind one proxy on loopback, each site at http://<key>.example/."""

    def __init__(self) -> None:
        super().__init__(without={place.key for place in (*SITES, *TROUBLES)} - SITES_SHOWN)
        self.proxy = SiteServer("proxy", self._forward, self.requests)

    async def start(self) -> None:
        for site in self._sites.values():
            self._servers[site.key] = SiteServer(
                site.key, self._make_responder(site), self.requests
            )
            self._servers[site.key].base = f"http://{site.key}.example"
        await self.proxy.start("127.0.0.1", 0)

    async def aclose(self) -> None:
        await self.proxy.aclose()

    def _forward(self, method: str, target: str) -> Answer:
        key = (urlsplit(target).hostname or "").removesuffix(".example")
        return self._make_responder(self._sites[key])(method, target)


def make_sample_files() -> dict[str, bytes]:
    """The files of docs/sample that are made, by name."""
    with tempfile.TemporaryDirectory(prefix="syndicator-sample-") as folder:
        asyncio.run(_trip(Path(folder)))
        feeds = Path(folder) / "feeds"
        (article,) = (feeds / "articles").rglob(f"{ARTICLE}*.md")
        files = [
            article,
            *(
                feeds / "public" / "tags" / f"{TAG}.{feed_format}"
                for feed_format in ("atom", "rss")
            ),
        ]
        return {file.name: file.read_bytes() for file in files}


async def _trip(folder: Path) -> None:
    """Visits the two sites and builds the feeds."""
    web = ProxiedWorld()
    await web.start()
    try:
        config = folder / "config"
        write_config(config, web)
        settings = (config / "syndicator.toml").read_text(encoding="utf-8")
        settings = settings.replace("[site]\n", '[site]\nurl = "https://feeds.example/"\n')
        settings = settings.replace("[fetch]\n", f'[fetch]\nproxy = "{web.proxy.base}"\n')
        (config / "syndicator.toml").write_text(settings, encoding="utf-8")
        (folder / "feeds" / "articles").mkdir(parents=True)
        (folder / "feeds" / "articles" / "instance.toml").write_text(INSTANCE, encoding="utf-8")
        with (
            hold_run_lock(load(config, {})),
            open_app(config, clock=lambda: NOW, jitter=lambda: 0.5, environ={}) as app,
        ):
            await run(app, Wanted(all=True), stop=asyncio.Event())
    finally:
        await web.aclose()


def read_sample_files() -> dict[str, bytes]:
    """The files of docs/sample as they are, by name; none but README.md was written by hand."""
    return {path.name: path.read_bytes() for path in FOLDER.iterdir() if path.name != "README.md"}


if __name__ == "__main__":
    for name in read_sample_files():
        (FOLDER / name).unlink()
    for name, data in make_sample_files().items():
        (FOLDER / name).write_bytes(data)
        print(FOLDER / name)
