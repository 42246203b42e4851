"""Plan what reading kept pages again changes (`reread`); fetch pages that are no longer kept."""

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from syndicator.app.archive import Archive, find_terms
from syndicator.app.clients import make_fetcher, open_worker
from syndicator.app.read_configuration import Configuration
from syndicator.articles.snapshots import ANSWERED
from syndicator.configuration.sources.identity import apply_first_visit
from syndicator.core import urls
from syndicator.core.errors import ConfigError, NetworkDown, NotAnArticle, RulesError
from syndicator.core.model import Article, Failed, Fetched, Problem, Source
from syndicator.core.ports import Fetcher
from syndicator.core.reasons import FetchReason
from syndicator.filing.context import build_page_request, find_missing_credentials
from syndicator.processes.worker import Worker
from syndicator.upkeep import reconcile
from syndicator.upkeep.passes import jobs
from syndicator.upkeep.passes.choose import Choice, Chosen, choose_articles
from syndicator.upkeep.passes.one_pass import (
    Filed,
    Outcome,
    Plan,
    Progress,
    ignore_progress,
    plan_pass,
    read_filed,
    write_plan,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledPage(Filed):
    """A filed article and its kept page."""

    html: bytes
    headers: Mapping[str, str]


def plan_reread(
    archive: Archive,
    configuration: Configuration,
    choice: Choice = Choice(),
    *,
    progress: Progress = ignore_progress,
) -> Plan:
    """Return the plan of the changes from reading the kept pages of articles again with the present
    rules. `choice`: the articles. In the plan, `lacking` are the articles whose page is not kept.
    `progress`: called with the number of articles done and of all. Raises UsageError or
    ConfigError."""
    if configuration.faults:
        raise ConfigError.of(configuration.faults)
    problems = reconcile.update_from_files(archive, configuration)
    with open_worker() as worker:
        return plan_pass(
            archive,
            choose_articles(archive, configuration.sources, choice),
            lambda item: _load_page(archive, item),
            lambda pages: [_read_again(archive, configuration, worker, page) for page in pages],
            problems=problems,
            progress=progress,
        )


def _load_page(archive: Archive, item: Chosen) -> FiledPage | Problem | None:
    """Return a chosen article with its kept page; None if its page is not kept or its file is gone;
    a problem if the file cannot be read."""
    page = archive.snapshots.get(item.id)
    if page is None:
        return None
    filed = read_filed(archive, item.path)
    if not isinstance(filed, Filed):
        return filed
    html, headers = page
    return FiledPage(path=filed.path, article=filed.article, html=html, headers=headers)


def _read_again(
    archive: Archive, configuration: Configuration, worker: Worker, page: FiledPage
) -> Outcome:
    """Read a kept page again in the worker, and return the revision (new values) of its article.
    Return None if nothing changes or if its source was removed. Return a problem if the page is no
    longer taken for an article. Raises WorkerFailed, or ConfigError if the rules are faulty."""
    article = page.article
    source = find_terms(archive, configuration, article)
    if source is None:
        return None
    # the first visit may have found another kind or address of the source
    source = apply_first_visit(source, archive.store.visits.state(source.key))
    rights = archive.rights_of(configuration.sources[source.key])
    try:
        return worker.call_sync(
            jobs.read_again,
            page.html,
            page.headers,
            article,
            source,
            owned=rights.owns(article.url),
            files=configuration.taxonomy,
            repeated=archive.store.visits.find_boilerplate(urls.own_host(article.url)),
            now=archive.clock(),
            uncategorised=configuration.settings.describe.uncategorised,
        )
    except RulesError as error:
        raise ConfigError(
            f"{configuration.folder}/sources.toml: source {source.key!r}: {error}"
        ) from error
    except NotAnArticle as refusal:
        detail = f"{refusal}; the article stays as it is"
        return Problem(what=page.path, reason=refusal.reason, detail=detail)


def write_reread(archive: Archive, plan: Plan, progress: Progress = ignore_progress) -> None:
    """Write the planned changes to the article files. Note for all examined articles that this
    version of the program has read their pages. `progress`: called with the number of articles done
    and of all."""
    write_plan(archive, plan, progress)
    for article_id in plan.examined:
        archive.snapshots.note_read(article_id)


def list_without_page(archive: Archive, sources: Mapping[str, Source], choice: Choice) -> list[str]:
    """Return the ids of those chosen articles whose page is not kept. `sources`: the followed
    sources by key. Raises UsageError."""
    articles = choose_articles(archive, sources, choice)
    return [article.id for article in articles if archive.snapshots.get(article.id) is None]


async def fetch_pages(
    archive: Archive,
    configuration: Configuration,
    ids: Sequence[str],
    progress: Progress = ignore_progress,
) -> tuple[Problem, ...]:
    """Fetch and keep the pages of the articles with these `ids`. Return a problem for each page
    that could not be fetched. `progress`: called with the number of articles done and of all.
    Raises OSError, or NetworkDown if the first request finds no network."""
    problems: list[Problem] = []
    async with aclosing(make_fetcher(archive, configuration.settings)) as fetcher:
        for number, article_id in enumerate(ids, 1):
            article = archive.store.visits.article(article_id)
            failure = None
            if article is not None:
                failure = await _fetch_page(archive, configuration, fetcher, article)
            if failure:
                is_first_request = number == 1
                if is_first_request and failure.no_network:
                    raise NetworkDown(f"{failure.url}: {failure.reason}: {failure.detail}")
                problem = Problem(what=failure.url, reason=failure.reason, detail=failure.detail)
                problems.append(problem)
            progress(number, len(ids))
    return tuple(problems)


async def _fetch_page(
    archive: Archive, configuration: Configuration, fetcher: Fetcher, article: Article
) -> Failed | None:
    """Fetch and keep the page of an article. Return the failure, None for success. An answer from
    another site is a failure. If the source of the article was removed, do nothing and return
    None."""
    source = find_terms(archive, configuration, article)
    if source is None:
        return None
    request = build_page_request(article.url, source, configuration.settings, configuration.environ)
    missing_credentials = find_missing_credentials(request, source, configuration.environ)
    result = missing_credentials or await fetcher.fetch(request)
    if isinstance(result, Failed):
        return result
    # another site may have another page at this address
    if not isinstance(result, Fetched) or not urls.same_site(result.final_url, article.url):
        return Failed(
            url=article.url, reason=FetchReason.REDIRECTS, detail=f"{result.final_url} answered"
        )
    archive.snapshots.put(article.id, result.body, {**result.headers, ANSWERED: result.final_url})
    return None
