"""Try rules on the kept pages of a source and save them; fetches nothing and changes no article."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any

from syndicator.articles.beside.lists import RIGHTS_TOML, RightsFile
from syndicator.articles.snapshots import ANSWERED
from syndicator.core import urls
from syndicator.core.errors import WorkerFailed
from syndicator.core.model import FeedKey, Rules
from syndicator.pipeline import jobs
from syndicator.pipeline.ownership import rights_in
from syndicator.services.container import App, open_worker
from syndicator.services.naming import need_sources
from syndicator.services.places import Place, kept_pages

if TYPE_CHECKING:  # the libraries that read pages are not loaded for a type
    from syndicator.reading.reader import Trial

PAGES = 10  # newest kept pages that are tried
POINTED = 5  # pages on which a selector made by pointing must match


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """Result of rules on the kept page of an article; `trial` is None if reading failed."""

    id: str
    url: str
    title: str
    trial: Trial | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPage:
    """The kept page of an article: its bytes, the address that answered, and its headers."""

    id: str
    title: str
    url: str
    page: tuple[bytes, str, Mapping[str, str]]


def kept(place: Place | App, key: str, most: int = POINTED) -> list[KeptPage]:
    """Return the newest kept pages (`most`) that a source owns. Raises UsageError for an unknown key."""
    need_sources(place, [key])
    if place.store is None:
        return []
    rights = rights_in(RightsFile(place.article_store.file(RIGHTS_TOML)), place.sources[key])
    snapshots, index = kept_pages(place.settings, place.environ), place.store.index
    ids = index.ids(FeedKey("source", key), limit=10 * most, since=None, most=10 * most)
    pages: list[KeptPage] = []
    for id, article in index.articles(ids).items():
        if len(pages) < most and rights.owns(article.url) and (page := snapshots.get(id)) is not None:
            html, headers = page
            answered = (html, headers.get(ANSWERED, article.url), headers)
            pages.append(KeptPage(id=id, title=article.title, url=article.url, page=answered))
    return pages


def try_out(app: App, key: str, rules: Rules, *, most: int = PAGES) -> tuple[Tried, ...]:
    """Try `rules` on the newest kept pages of source `key`. Raises UsageError, RulesError for an invalid selector."""
    pages, tried = kept(app, key, most), []
    with open_worker(app) as worker:
        for page in pages:
            html, answered, headers = page.page
            repeated, trial = app.store.visits.repeated(urls.own_host(page.url)), None
            more: dict[str, Any] = {"repeated": repeated, "headers": headers, "now": app.clock()}
            with suppress(WorkerFailed):
                trial = worker.call_sync(jobs.tried, html, answered, rules, **more)
            tried.append(Tried(id=page.id, url=page.url, title=page.title, trial=trial))
    return tuple(tried)


def score(tried: Sequence[Tried]) -> float:
    """Return the mean score of all pages; a page that could not be read counts as 0."""
    return fmean(row.trial.score if row.trial else 0.0 for row in tried) if tried else 0.0


def pages_matched(tried: Sequence[Tried]) -> dict[str, int]:
    """Return the number of pages that each selector matches, by selector, such as `select "div.text"`."""
    trials = [row.trial for row in tried if row.trial]
    return {rule: sum(bool(trial.matches[rule]) for trial in trials) for rule in (trials[0].matches if trials else ())}
