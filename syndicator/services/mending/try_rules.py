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

PAGES = 10  # newest kept ones that are tried
POINTED = 5  # on which a selector has to hold that was made by pointing


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What rules do to the kept page of an article; `trial` is None where reading it was given up."""

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
    """The newest kept pages of a source, for which its rules hold. Raises UsageError for a key that is none."""
    need_sources(place, [key])
    if place.store is None:
        return []
    rights = rights_in(RightsFile(place.article_store.file(RIGHTS_TOML)), place.sources[key])
    snapshots, index = kept_pages(place.settings, place.environ), place.store.index
    ids = index.ids(FeedKey("source", key), limit=10 * most, since=None, most=10 * most)
    found: list[KeptPage] = []
    for id, article in index.articles(ids).items():
        if len(found) < most and rights.owns(article.url) and (page := snapshots.get(id)) is not None:
            html, headers = page
            answered = (html, headers.get(ANSWERED, article.url), headers)
            found.append(KeptPage(id=id, title=article.title, url=article.url, page=answered))
    return found


def try_out(app: App, key: str, rules: Rules, *, most: int = PAGES) -> tuple[Tried, ...]:
    """Try `rules` on the newest kept pages of source `key`. Raises UsageError, RulesError for an invalid selector."""
    pages, tried = kept(app, key, most), []
    with open_worker(app) as worker:
        for one in pages:
            html, answered, headers = one.page
            repeated, trial = app.store.visits.repeated(urls.own_host(one.url)), None
            more: dict[str, Any] = {"repeated": repeated, "headers": headers, "now": app.clock()}
            with suppress(WorkerFailed):
                trial = worker.call_sync(jobs.tried, html, answered, rules, **more)
            tried.append(Tried(id=one.id, url=one.url, title=one.title, trial=trial))
    return tuple(tried)


def score(tried: Sequence[Tried]) -> float:
    """How good rules are on all pages: the mean of their scores, where a page that could not be read counts as 0."""
    return fmean(one.trial.score if one.trial else 0.0 for one in tried) if tried else 0.0


def pages_matched(tried: Sequence[Tried]) -> dict[str, int]:
    """For each selector, as in `select "div.text"`, on how many of the pages it matches."""
    trials = [one.trial for one in tried if one.trial]
    return {rule: sum(bool(one.matches[rule]) for one in trials) for rule in (trials[0].matches if trials else ())}
