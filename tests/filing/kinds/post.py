"""An instance that follows newsletters, for tests."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from syndicator.app.container import App, open_app
from syndicator.articles.frontmatter import load
from syndicator.core.model import Article, Outcome
from syndicator.runs import refresh
from syndicator.upkeep import reconcile
from tests.mails import deliver_to_maildir, make_maildir

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)
BRIDGES = 'key = "bridges"\nfrom = "news@bridges.example"\n'
TOWERS = 'key = "towers"\nlist = "weekly.towers.example"\n'
PRIVATE = f'[publish]\nstories = "off"\nsecret_path = "{"a" * 40}"\n'
PUBLIC = '[publish]\nstories = "off"\n'


class MailInstance:
    """An instance that follows newsletters of one mailbox, by default of a Maildir. `more`: further
    lines of every source."""

    def __init__(
        self, folder: Path, url: str = "", more: str = "", environ: Mapping[str, str] | None = None
    ) -> None:
        self.folder = folder
        self.box = make_maildir(folder / "Maildir")
        self.url = url or f"maildir:{self.box}"
        self.more = more
        self.environ = environ or {}
        self.now = NOW
        (folder / "config").mkdir()

    def configure(self, *sources: str, settings: str = PRIVATE) -> None:
        tables = (f'[[source]]\nurl = "{self.url}"\n{self.more}{source}' for source in sources)
        (self.folder / "config/sources.toml").write_text("".join(tables))
        (self.folder / "config/syndicator.toml").write_text(settings)

    def deliver_mail(self, name: str, raw: bytes) -> None:
        deliver_to_maildir(self.box, name, raw, self.now)

    def open_app(self) -> App:
        return open_app(self.folder / "config", environ=self.environ, clock=lambda: self.now)

    def visit_sources(self) -> dict[str, Outcome]:
        """Visit all sources an hour after the last time."""
        self.now += timedelta(hours=1)
        with self.open_app() as app:
            report = asyncio.run(refresh.run(app, refresh.Wanted(all=True), stop=asyncio.Event()))
            reconcile.update_from_files(app.archive, app.configuration)
        return {outcome.key: outcome for outcome in report.outcomes}

    def read_warning(self, key: str) -> str:
        with self.open_app() as app:
            state = app.archive.store.visits.state(key)
        return state.warning if state else ""

    def list_article_files(self) -> list[Path]:
        return sorted((self.folder / "feeds/articles").rglob("*.md"))

    def load_articles(self) -> list[Article]:
        return [load(path.read_bytes()) for path in self.list_article_files()]

    def read_published(self) -> str:
        texts = (
            path.read_bytes().decode("utf-8", "replace")
            for path in (self.folder / "feeds/public").rglob("*")
            if path.is_file()
        )
        return "\n".join(texts)
