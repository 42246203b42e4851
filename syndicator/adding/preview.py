"""Preview a source: read its three newest entries as they would be filed.

In a temporary folder. Adding the source reuses the answers."""

import asyncio
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from syndicator.adding.new_sources import Candidate, Session
from syndicator.app.archive import Archive
from syndicator.app.contexts import make_context
from syndicator.app.lock import locked
from syndicator.app.read_configuration import Configuration
from syndicator.articles.article_store import FileArticleStore
from syndicator.articles.beside.rights_toml import RIGHTS_TOML, RightsFile
from syndicator.articles.snapshots import FileSnapshots
from syndicator.configuration.sources.identity import reconciled
from syndicator.core import urls
from syndicator.core.errors import LockedError
from syndicator.core.model import (
    Article,
    FetchResult,
    Problem,
    Request,
    Source,
    SourceState,
)
from syndicator.core.ports import Fetcher
from syndicator.core.text import words
from syndicator.filing.ownership import known_at, rights_in
from syndicator.filing.visit import visit, visit_all
from syndicator.store.engine import Store, open_store

_NEVER = datetime.min.replace(tzinfo=UTC)
ENTRIES = 3  # enough to see a pattern, with three pauses at most
_ALIKE = 0.5  # two titles agree from this F1 of their words on
_SHOWN = {
    "title": "title",
    "author": "author",
    "published": "date",
    "cover": "cover",
    "excerpt": "excerpt",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownArticle:
    """An article as it would be filed. `origins`: by field; `known`: its id if already filed."""

    url: str
    title: str
    date: str | None  # YYYY-MM-DD
    author: str | None
    category: str
    tags: tuple[str, ...]
    excerpt: str
    cover: str | None
    origins: Mapping[str, str]
    known: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Newest articles and refused entries. `speaks_for`: hosts with the feed's titles; `elsewhere`:
    other hosts."""

    articles: tuple[ShownArticle, ...] = ()
    problems: tuple[Problem, ...] = ()
    speaks_for: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()


async def preview(session: Session, candidate: Candidate) -> Preview:
    """Return the newest entries of `candidate` as they would be filed."""
    if candidate.known or candidate.kind == "opml":
        return Preview()
    source = replace(candidate.source, backfill=min(ENTRIES, candidate.source.backfill))
    fetcher = session.previewed[source.key] = _Remembering(session.fetcher, candidate)
    plain = await _visited(session, fetcher, source)
    ours = tuple(
        host for host in plain.elsewhere if urls.same_publisher(f"https://{host}/", source.url)
    )
    if not ours:
        return plain
    with_line = await _visited(session, fetcher, replace(source, speaks_for=ours))
    return replace(with_line, speaks_for=ours) if _agree(plain, with_line, ours) else plain


async def first_visits(session: Session, sources: Iterable[Source]) -> None:
    """File the entries that previews of `sources` read, unless another run visits."""
    with suppress(LockedError), locked(session.configuration.settings):
        for source in sources:
            fetcher = session.previewed.get(source.key)
            if isinstance(fetcher, _Remembering):
                configuration = _with_source(session.configuration, source)
                run = replace(
                    make_context(
                        session.archive,
                        configuration,
                        session.jitter,
                        fetcher,
                        session.worker,
                        lambda title: None,
                    ),
                    readable=fetcher.has_page,
                )
                await visit_all([(source, reconciled(source, None))], run, stop=asyncio.Event())


async def _visited(session: Session, fetcher: Fetcher, source: Source) -> Preview:
    traces: dict[str, Mapping[str, Any]] = {}
    with _elsewhere(session.archive) as archive:
        configuration = _with_source(session.configuration, source)
        run = make_context(
            archive, configuration, session.jitter, fetcher, session.worker, lambda title: None
        )
        run = replace(run, traced=traces.__setitem__)
        new = run.visit(source, SourceState(key=source.key, url=source.url))
        async with run.mailboxes.closing():
            outcome, _ = await visit(new, stop=asyncio.Event())
        articles = [archive.article_store.get(stamp.path) for stamp in archive.article_store.walk()]
        rights = rights_in(archive.rights_file, source, archive.clock().date())
    newest = sorted(
        articles, key=lambda article: (article.published or _NEVER, article.id), reverse=True
    )
    failed = (
        [Problem(what=source.url, reason=outcome.reason, detail=outcome.detail)]
        if outcome.reason
        else []
    )
    return Preview(
        articles=tuple(
            _shown(article, traces.get(article.id, {}), session.archive.store) for article in newest
        ),
        problems=(*failed, *outcome.skipped),
        elsewhere=tuple(
            dict.fromkeys(urls.site(row.url) for row in newest if not rights.owns(row.url))
        ),
    )


def _agree(plain: Preview, with_line: Preview, hosts: Collection[str]) -> bool:
    titles = {
        item.url: item.title for item in with_line.articles if item.origins.get("title") == "entry"
    }
    for page in plain.articles:
        of_page = {*words(page.title)}
        of_entry = {*words(titles.get(page.url, ""))}
        both = of_page & of_entry
        enough = _ALIKE * (len(of_page) + len(of_entry))
        if urls.site(page.url) in hosts and (not both or 2 * len(both) < enough):
            return False
    return True


def speaking(candidate: Candidate, shown: Preview) -> Candidate:
    """Return `candidate` with the hosts of `shown` in `speaks_for`."""
    if not shown.speaks_for:
        return candidate
    return replace(candidate, source=replace(candidate.source, speaks_for=shown.speaks_for))


def _shown(article: Article, trace: Mapping[str, Any], store: Store) -> ShownArticle:
    origins = {
        name: origin for field, name in _SHOWN.items() if (origin := _origin(trace.get(field)))
    }
    keys = [urls.alias(url) for url in (article.url, *article.aliases)]
    record = known_at(store.visits.known(keys), keys, article.url)
    names = ("url", "title", "author", "category", "tags", "excerpt", "cover")
    return ShownArticle(
        **{name: getattr(article, name) for name in names},
        date=f"{article.published:%Y-%m-%d}" if article.published else None,
        origins=origins | ({"tags": article.tags_by} if article.tags and article.tags_by else {}),
        known=record.id if record else "",
    )


def _origin(value: object) -> str:
    return str(value.get("from", "")) if isinstance(value, Mapping) else str(value or "")


def _with_source(configuration: Configuration, source: Source) -> Configuration:
    return replace(configuration, sources={**configuration.sources, source.key: source})


@contextmanager
def _elsewhere(archive: Archive) -> Iterator[Archive]:
    """Yield an archive in a temporary folder, in which nothing is filed."""
    with tempfile.TemporaryDirectory(prefix="syndicator-preview-") as folder:
        place = Path(folder)
        with open_store(f"sqlite:///{place / 'preview.db'}", articles_exist=False) as store:
            articles = FileArticleStore(place)
            rights = RightsFile(articles.file(RIGHTS_TOML))
            rights.begin({}, {})
            yield replace(
                archive,
                store=store,
                article_store=articles,
                rights_file=rights,
                snapshots=FileSnapshots(place / "pages"),
            )


class _Remembering:
    """A fetcher that fetches each address once."""

    def __init__(self, fetcher: Fetcher, candidate: Candidate) -> None:
        self._fetcher = fetcher
        self._answers: dict[tuple[str, str], FetchResult] = {}
        if candidate.answer is not None:
            kind = "feed" if candidate.kind in ("feed", "sitemap") else "page"
            if kind == "feed" or not candidate.answer.warning:  # else robots.txt refuses the page
                self._answers[kind, candidate.source.url] = candidate.answer

    async def fetch(self, request: Request) -> FetchResult:
        asked = request.kind, request.url
        if asked not in self._answers:
            self._answers[asked] = await self._fetcher.fetch(request)
        return self._answers[asked]

    def has_page(self, url: str) -> bool:
        return ("page", url) in self._answers

    async def aclose(self) -> None:
        """Do nothing: the wrapped fetcher stays open."""
