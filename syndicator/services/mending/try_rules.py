"""Try rules on the kept pages of a source and save them; fetches nothing and changes no article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from syndicator.articles.snapshots import ANSWERED
from syndicator.core import urls
from syndicator.core.errors import WorkerFailed
from syndicator.core.model import FeedKey, Rules
from syndicator.pipeline import jobs
from syndicator.processes.worker import Worker
from syndicator.services.container import App, open_worker
from syndicator.services.naming import need_sources

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


def try_out(app: App, key: str, rules: Rules, *, most: int = PAGES) -> tuple[Tried, ...]:
    """Try `rules` on the newest kept pages of source `key`. Raises UsageError, RulesError for an invalid selector."""
    need_sources(app, [key])
    source = app.sources[key]
    rights = app.rights_of(source)
    ids = app.store.index.ids(FeedKey("source", key), limit=10 * most, since=None, most=10 * most)
    found: list[Tried] = []
    with open_worker(app) as worker:
        for id, article in app.store.index.articles(ids).items():
            kept = app.snapshots.get(id) if len(found) < most and rights.owns(article.url) else None
            if kept is not None:
                trial = _trial(app, worker, kept, article.url, rules)
                found.append(Tried(id=id, url=article.url, title=article.title, trial=trial))
    return tuple(found)


def score(tried: Sequence[Tried]) -> float:
    """How good rules are on all pages: the mean of their scores, where a page that could not be read counts as 0."""
    return fmean(one.trial.score if one.trial else 0.0 for one in tried) if tried else 0.0


def pages_matched(tried: Sequence[Tried]) -> dict[str, int]:
    """For each selector, as in `select "div.text"`, on how many of the pages it matches."""
    trials = [one.trial for one in tried if one.trial]
    return {rule: sum(bool(one.matches[rule]) for one in trials) for rule in (trials[0].matches if trials else ())}


def _trial(app: App, worker: Worker, kept: tuple[bytes, dict[str, str]], url: str, rules: Rules) -> Trial | None:
    html, headers = kept
    try:
        return worker.call_sync(
            jobs.tried,
            html,
            headers.get(ANSWERED, url),
            rules,
            repeated=app.store.visits.repeated(urls.own_host(url)),
            headers=headers,
            now=app.clock(),
        )
    except WorkerFailed:
        return None
