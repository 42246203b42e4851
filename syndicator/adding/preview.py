"""Preview a source: read its three newest entries as they would be filed.

Files and rows are written to a temporary folder. When the source is added, the answers that were
fetched for the preview are used again."""

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
from syndicator.app.lock import hold_run_lock
from syndicator.app.read_configuration import Configuration
from syndicator.articles.article_store import FileArticleStore
from syndicator.articles.beside.rights_toml import RIGHTS_TOML, RightsFile
from syndicator.articles.snapshots import FileSnapshots
from syndicator.configuration.sources.identity import update_state
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
from syndicator.filing.ownership import find_known_article, load_rights
from syndicator.filing.visit import visit, visit_all
from syndicator.store.engine import Store, open_store

_NEVER = datetime.min.replace(tzinfo=UTC)
ENTRIES = 3  # enough to see a pattern, and three pauses between requests at most
_LEAST_SIMILARITY = 0.5  # of two titles that count as the same: F1 of their words
# fields of an article whose origin is shown, and how they are called there
_ORIGIN_NAMES = {
    "title": "title",
    "author": "author",
    "published": "date",
    "cover": "cover",
    "excerpt": "excerpt",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownArticle:
    """An article as it would be filed. `date`: YYYY-MM-DD, None if unknown. `origins`: where the
    value of each field was found, by the name that is shown for the field. `known`: the id of the
    article if it is filed already, else ""."""

    url: str
    title: str
    date: str | None
    author: str | None
    category: str
    tags: tuple[str, ...]
    excerpt: str
    cover: str | None
    origins: Mapping[str, str]
    known: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The newest articles of a source, and the entries that were refused (`problems`).
    `speaks_for`: hosts for which the source may be granted to write, as the feed has the titles of
    their pages. `elsewhere`: hosts of articles that the source does not own."""

    articles: tuple[ShownArticle, ...] = ()
    problems: tuple[Problem, ...] = ()
    speaks_for: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()


async def preview(session: Session, candidate: Candidate) -> Preview:
    """Return the newest entries of `candidate` as they would be filed. The result is empty if a
    source follows it already, or if it comes from a list.

    The articles may be on other hosts of the same publisher. A source may not speak for other
    hosts, so that the pages count there, not the feed. But if the feed has nearly the titles of
    these pages, the preview is made again with the permission to speak for these hosts
    (`speaks_for`)."""
    if candidate.known or candidate.kind == "opml":
        return Preview()
    source = replace(candidate.source, backfill=min(ENTRIES, candidate.source.backfill))
    fetcher = _CachingFetcher(session.fetcher, candidate)
    session.previewed[source.key] = fetcher
    by_pages = await _read_newest(session, fetcher, source)
    publisher_hosts = tuple(
        host for host in by_pages.elsewhere if urls.same_publisher(f"https://{host}/", source.url)
    )
    if not publisher_hosts:
        return by_pages
    granted_source = replace(source, speaks_for=publisher_hosts)
    by_feed = await _read_newest(session, fetcher, granted_source)
    if not _has_similar_titles(by_pages, by_feed, publisher_hosts):
        return by_pages
    return replace(by_feed, speaks_for=publisher_hosts)


async def make_first_visits(session: Session, sources: Iterable[Source]) -> None:
    """Visit `sources`, which were just added, by the answers that their previews fetched. Pages
    that no preview fetched are read later. Do nothing if another process is visiting sources."""
    with suppress(LockedError), hold_run_lock(session.configuration.settings):
        for source in sources:
            fetcher = session.previewed.get(source.key)
            if not isinstance(fetcher, _CachingFetcher):
                continue
            configuration = _with_source(session.configuration, source)
            context = make_context(
                session.archive,
                configuration,
                session.jitter,
                fetcher,
                session.worker,
                lambda title: None,
            )
            run = replace(context, may_read_page=fetcher.has_page)
            await visit_all([(source, update_state(source, None))], run, stop=asyncio.Event())


async def _read_newest(session: Session, fetcher: Fetcher, source: Source) -> Preview:
    """Visit `source` by `fetcher` as for the first time, but file its articles in a temporary
    archive. Return these articles, the newest first, with the problems of the visit and the hosts
    of articles that the source does not own."""
    # by article id: where each field of the article was found
    traces: dict[str, Mapping[str, Any]] = {}
    with _open_temporary_archive(session.archive) as archive:
        configuration = _with_source(session.configuration, source)
        context = make_context(
            archive, configuration, session.jitter, fetcher, session.worker, lambda title: None
        )
        run = replace(context, report_trace=traces.__setitem__)
        visit_context = run.make_visit_context(source, SourceState(key=source.key, url=source.url))
        async with run.mailboxes.closing():
            outcome, _ = await visit(visit_context, stop=asyncio.Event())
        articles = [archive.article_store.get(stamp.path) for stamp in archive.article_store.walk()]
        rights = load_rights(archive.rights_file, source, archive.clock().date())

    articles.sort(key=lambda article: (article.published or _NEVER, article.id), reverse=True)
    store = session.archive.store
    problems = list(outcome.skipped)
    if outcome.reason:
        failure = Problem(what=source.url, reason=outcome.reason, detail=outcome.detail)
        problems.insert(0, failure)
    other_hosts = [urls.site(article.url) for article in articles if not rights.owns(article.url)]
    shown_articles = [
        _describe_article(article, traces.get(article.id, {}), store) for article in articles
    ]
    return Preview(
        articles=tuple(shown_articles),
        problems=tuple(problems),
        elsewhere=tuple(dict.fromkeys(other_hosts)),
    )


def _has_similar_titles(by_pages: Preview, by_feed: Preview, hosts: Collection[str]) -> bool:
    """Return True if the feed and the page of each article on one of `hosts` state nearly the same
    title. `by_pages`: the preview with titles from the pages. `by_feed`: the preview with titles
    from the feed. Titles are compared by their words."""
    feed_titles = {
        article.url: article.title
        for article in by_feed.articles
        if article.origins.get("title") == "entry"
    }
    for page in by_pages.articles:
        if urls.site(page.url) not in hosts:
            continue
        page_words = set(words(page.title))
        feed_words = set(words(feed_titles.get(page.url, "")))
        shared_words = len(page_words & feed_words)
        word_count = len(page_words) + len(feed_words)
        is_similar = shared_words > 0 and 2 * shared_words >= _LEAST_SIMILARITY * word_count
        if not is_similar:
            return False
    return True


def add_speaks_for(candidate: Candidate, shown: Preview) -> Candidate:
    """Return `candidate` with a source that may speak for the hosts in `shown.speaks_for`. Return
    it unchanged if there are none."""
    if not shown.speaks_for:
        return candidate
    return replace(candidate, source=replace(candidate.source, speaks_for=shown.speaks_for))


def _describe_article(article: Article, trace: Mapping[str, Any], store: Store) -> ShownArticle:
    """Return `article` in the form in which the preview shows it. `trace`: where each of its fields
    was found. `store`: the database, which knows if the article is filed already."""
    origins: dict[str, str] = {}
    for field, name in _ORIGIN_NAMES.items():
        origin = _find_origin(trace.get(field))
        if origin:
            origins[name] = origin
    if article.tags and article.tags_by:
        origins["tags"] = article.tags_by
    date = None
    if article.published:
        date = f"{article.published:%Y-%m-%d}"
    alias_keys = [urls.alias(url) for url in (article.url, *article.aliases)]
    filed = find_known_article(store.visits.look_up(alias_keys), alias_keys, article.url)
    return ShownArticle(
        url=article.url,
        title=article.title,
        author=article.author,
        category=article.category,
        tags=article.tags,
        excerpt=article.excerpt,
        cover=article.cover,
        date=date,
        origins=origins,
        known=filed.id if filed else "",
    )


def _find_origin(value: object) -> str:
    """Return where a field of an article was found; "" if it is unknown. `value`: what the trace
    has for the field. This is a text, or a table with the text under the key `from`."""
    if isinstance(value, Mapping):
        return str(value.get("from", ""))
    return str(value or "")


def _with_source(configuration: Configuration, source: Source) -> Configuration:
    """Return the configuration as if `source` were in sources.toml."""
    return replace(configuration, sources={**configuration.sources, source.key: source})


@contextmanager
def _open_temporary_archive(archive: Archive) -> Iterator[Archive]:
    """Yield a copy of `archive` with an empty database and an empty folder for articles. Both are
    in a temporary folder, which is deleted at the end of the block."""
    with tempfile.TemporaryDirectory(prefix="syndicator-preview-") as name:
        folder = Path(name)
        with open_store(f"sqlite:///{folder / 'preview.db'}", articles_exist=False) as store:
            articles = FileArticleStore(folder)
            rights = RightsFile(articles.file(RIGHTS_TOML))
            rights.begin({}, {})
            yield replace(
                archive,
                store=store,
                article_store=articles,
                rights_file=rights,
                snapshots=FileSnapshots(folder / "pages"),
            )


class _CachingFetcher:
    """A fetcher that requests each address only once and then returns the same answer. The answer
    that `candidate` has counts as requested."""

    def __init__(self, fetcher: Fetcher, candidate: Candidate) -> None:
        """`fetcher`: fetches what is not stored yet. `candidate`: its answer, if it has one, is
        stored."""
        self._fetcher = fetcher
        self._answers: dict[tuple[str, str], FetchResult] = {}
        answer = candidate.answer
        if answer is None:
            return
        if candidate.kind in ("feed", "sitemap"):
            self._answers["feed", candidate.source.url] = answer
        elif not answer.warning:  # with a warning, robots.txt disallows the page
            self._answers["page", candidate.source.url] = answer

    async def fetch(self, request: Request) -> FetchResult:
        """Return the stored answer for the address and the kind of `request`. If there is none yet,
        fetch and store it."""
        key = request.kind, request.url
        if key not in self._answers:
            self._answers[key] = await self._fetcher.fetch(request)
        return self._answers[key]

    def has_page(self, url: str) -> bool:
        """Return True if the page at `url` was fetched."""
        return ("page", url) in self._answers

    async def aclose(self) -> None:
        """Do nothing: the wrapped fetcher stays open."""
