"""Pages that are kept no more, fetched so that their articles can be read again (`reread --fetch`)."""

from __future__ import annotations

from collections.abc import Sequence

from syndicator.articles.snapshots import ANSWERED
from syndicator.core import urls
from syndicator.core.errors import NetworkDown
from syndicator.core.model import Article, Failed, Fetched, Problem
from syndicator.core.ports import Fetcher
from syndicator.core.reasons import FetchReason
from syndicator.pipeline.requests import page_request, without_credentials
from syndicator.services.container import App, make_fetcher
from syndicator.services.reread.chosen import Which, chosen
from syndicator.services.reread.plan import Progress


def unkept(app: App, which: Which) -> list[str]:
    """The ids of the articles that are meant and have no kept page. Raises UsageError."""
    return [id for id in chosen(app, which) if app.snapshots.get(id) is None]


async def fetch(app: App, ids: Sequence[str], progress: Progress = lambda done, total: None) -> tuple[Problem, ...]:
    """Keeps the pages of these articles, asked for one after the other under the rules of a visit. Changes no article.
    Returns the pages that could not be had. Raises NetworkDown, OSError."""
    fetcher = make_fetcher(app)
    problems: list[Problem] = []
    try:
        for number, id in enumerate(ids, 1):
            article = app.store.visits.article(id)
            failed = await _fetch(app, fetcher, article) if article else None
            if failed and failed.no_network and number == 1:
                raise NetworkDown(f"{failed.url}: {failed.reason}: {failed.detail}")
            problems += [Problem(what=failed.url, reason=failed.reason, detail=failed.detail)] if failed else []
            progress(number, len(ids))
    finally:
        await fetcher.aclose()
    return tuple(problems)


async def _fetch(app: App, fetcher: Fetcher, article: Article) -> Failed | None:
    """Keeps the page of `article`. Why it could not, None where it did. What another site answers is not its page."""
    source = app.terms(article)
    if source is None:
        return None
    request = page_request(article.url, source, app.settings, app.environ)
    result = without_credentials(request, source, app.environ) or await fetcher.fetch(request)
    if isinstance(result, Failed):
        return result
    if not isinstance(result, Fetched) or not urls.same_site(result.final_url, article.url):
        return Failed(url=article.url, reason=FetchReason.REDIRECTS, detail=f"{result.final_url} answered")
    app.snapshots.put(article.id, result.body, {**result.headers, ANSWERED: result.final_url})
    return None
