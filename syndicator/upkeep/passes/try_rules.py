"""Try a source's reading rules on its newest kept pages; score and count what they match."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from syndicator.app.archive import Archive, make_opened_instance
from syndicator.app.clients import open_worker
from syndicator.app.lookup import need_sources
from syndicator.app.places import OpenedInstance, open_kept_pages
from syndicator.app.read_configuration import Configuration
from syndicator.articles.beside.rights_toml import RIGHTS_TOML, RightsFile
from syndicator.articles.snapshots import ANSWERED
from syndicator.core import urls
from syndicator.core.errors import WorkerFailed
from syndicator.core.model import FeedKey, Rules
from syndicator.filing.ownership import load_rights
from syndicator.upkeep.passes import jobs

if TYPE_CHECKING:
    from syndicator.reading.reader import Trial

PAGES = 10  # newest kept pages that are tried
POINTED = 5  # pages on which a selector made by pointing must match


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """The result of trying rules on the kept page of the article with this `id`. `trial`: None if
    the worker could not read the page."""

    id: str
    title: str
    trial: "Trial | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPage:
    """The kept page of the article with this `id`. `url`: address of the article. `page`: the
    bytes, the address that answered, and the headers."""

    id: str
    title: str
    url: str
    page: tuple[bytes, str, Mapping[str, str]]


def list_kept_pages(instance: OpenedInstance, key: str, limit: int = POINTED) -> list[KeptPage]:
    """Return at most `limit` kept pages of a source, those of its newest articles first. Articles
    that the source announced, but has no right to write, are left out. `key`: of the source. Raises
    UsageError if there is no such source."""
    need_sources(instance.sources, [key], instance.config)
    if instance.store is None:
        return []
    rights = load_rights(
        RightsFile(instance.article_store.file(RIGHTS_TOML)), instance.sources[key]
    )
    snapshots = open_kept_pages(instance.settings, instance.environ)
    index = instance.store.index
    # ten times as many articles, because not each one is owned and has a kept page
    ids = index.ids(FeedKey("source", key), limit=10 * limit, since=None, most=10 * limit)
    pages: list[KeptPage] = []
    for article_id, article in index.articles(ids).items():
        if len(pages) == limit:
            break
        if not rights.owns(article.url):
            continue
        page = snapshots.get(article_id)
        if page is None:
            continue
        html, headers = page
        final_url = headers.get(ANSWERED, article.url)  # the address that answered
        parts = (html, final_url, headers)
        pages.append(KeptPage(id=article_id, title=article.title, url=article.url, page=parts))
    return pages


def try_rules(
    archive: Archive, configuration: Configuration, key: str, rules: Rules, *, limit: int = PAGES
) -> tuple[Tried, ...]:
    """Try reading rules on the kept pages of a source: read each page with `rules` and compare the
    result with the one before. Return a result for each page, the newest first, at most `limit`.
    `key`: of the source. Raises UsageError if there is no such source; RulesError if the rules are
    faulty."""
    trials: list[Tried] = []
    with open_worker() as worker:
        for page in list_kept_pages(make_opened_instance(archive, configuration), key, limit):
            html, final_url, headers = page.page
            trial = None  # stays so if the worker cannot read the page
            with suppress(WorkerFailed):
                trial = worker.call_sync(
                    jobs.compare_rules,
                    html,
                    final_url,
                    rules,
                    repeated=archive.store.visits.find_boilerplate(urls.own_host(page.url)),
                    headers=headers,
                    now=archive.clock(),
                )
            trials.append(Tried(id=page.id, title=page.title, trial=trial))
    return tuple(trials)


def find_mean_score(trials: Sequence[Tried]) -> float:
    """Return the mean score of the tried pages, 0 to 1: how far they are read as before. A page
    that could not be read counts as 0. Return 0 without pages."""
    if not trials:
        return 0.0
    return fmean(page.trial.score if page.trial else 0.0 for page in trials)


def count_matched(tried: Sequence[Tried]) -> dict[str, int]:
    """Return for each rule the number of pages on which it matches something. Return {} if no page
    could be read. `tried`: the results of trying rules."""
    trials = [page.trial for page in tried if page.trial]
    if not trials:
        return {}
    page_counts = {}
    for rule in trials[0].matches:
        page_counts[rule] = sum(bool(trial.matches[rule]) for trial in trials)
    return page_counts
